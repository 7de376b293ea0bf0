"""Accounts of AWS as stacks find them: empty but for the roles that people have, and who signs in as one of these."""

# boto3 is untyped, and makes its classes at run time.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import yaml

from sandbox import driver
from sandbox.aws.accounts import key_of
from sandbox.errors import EngineError, SandboxError
from sandbox.pulumi.plugins.docker_build.reference import ECR
from sandbox.state import State

_OWNER: Final = "OWNER"
_SESSION: Final = "sandbox"


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account, and who works in it, as a platform's stack says it.

    Attributes:
        number: of twelve digits.
        region: where everything is.
        administrator: ARN of the role that brings the platform up.
        deployer: ARN of the role that brings serving stacks up.
    """

    number: str
    region: str
    administrator: str
    deployer: str

    @classmethod
    def of(cls, config: Path) -> Self:
        """The account of a platform's stack on AWS."""
        aws = yaml.safe_load(config.read_text())["config"]["slipway-platform:foundation"]["aws"]
        return cls(
            number=aws["account"],
            region=aws["region"],
            administrator=aws["access"]["administrators"][0],
            deployer=aws["access"]["deployers"][0],
        )

    @property
    def registry(self) -> str:
        """The account's ECR."""
        return f"{self.number}.dkr.ecr.{self.region}.amazonaws.com"


def signed_in(state: State, account: Account, role: str) -> Mapping[str, str]:
    """The variables of whoever works as `role`, one of the account's own: a session of it, as people have one.

    The role is made if it isn't there.

    Raises:
        EngineError: the sandbox's AWS isn't there, doesn't answer, or refuses.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        access = driver.access(state)
    except SandboxError as error:
        raise EngineError(str(error)) from None
    owner: Any = boto3.Session(
        aws_access_key_id=key_of(account.number, _OWNER),
        aws_secret_access_key=_OWNER,
        region_name=account.region,
    )
    try:
        _make(owner.client("iam", endpoint_url=access.store), account, role)
        taking = owner.client("sts", endpoint_url=access.store)
        session = taking.assume_role(RoleArn=role, RoleSessionName=_SESSION)["Credentials"]
    except (BotoCoreError, ClientError) as error:
        raise EngineError(f"nobody can sign in as {role} at {access.store}: {error}") from None
    return {
        "AWS_ENDPOINT_URL": access.store,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": account.region,
        "AWS_DEFAULT_REGION": account.region,
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
        # What a user has configured for AWS's tools is for the real one.
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        ECR: access.registry,
    }


def _make(iam: Any, account: Account, role: str) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account.number}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    try:
        iam.create_role(RoleName=role.rpartition("/")[2], AssumeRolePolicyDocument=json.dumps(trust))
    except iam.exceptions.EntityAlreadyExistsException:
        return
