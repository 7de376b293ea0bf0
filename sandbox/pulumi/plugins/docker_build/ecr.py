"""Logs in at ECR, as `docker login` does with what `aws ecr get-login-password` prints, before anything is published.

One registry stands here behind every account's ECR, and has no logins and no walls. So it is asked here what ECR would
ask: whose token it is, and whether the account has the repository.
"""

# boto3 is untyped, and makes its classes at run time.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import base64
from typing import Any

from sandbox.pulumi.plugins.docker_build.builder import BuildError
from sandbox.pulumi.plugins.docker_build.reference import Repository


def log_in(repository: Repository) -> None:
    """See that whoever is signed in may publish there; nothing is asked about a registry that is no account's.

    Raises:
        BuildError: they get no token, theirs is another account's, or that account has no such repository.
    """
    if repository.address == repository.registry:
        return
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    account, _, _, region, *_ = repository.registry.split(".")
    ecr: Any = boto3.client("ecr", region_name=region, config=Config(proxies={}))
    try:
        (login,) = ecr.get_authorization_token()["authorizationData"]
        owner = base64.b64decode(login["authorizationToken"]).decode().removeprefix("AWS:").partition("-")[0]
        if owner != account:
            raise BuildError(f"{repository} answers 403 Forbidden: you are signed in to {owner}, and it is {account}'s")
        ecr.describe_repositories(repositoryNames=[repository.name])
    except (BotoCoreError, ClientError) as error:
        raise BuildError(f"{repository} can't be published to: {error}") from None
