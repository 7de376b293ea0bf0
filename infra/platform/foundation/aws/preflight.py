"""What AWS is asked before anything is made: who asks, for which account, what they may do, what is taken, and room.

It changes nothing.

`pulumi up` begins with it; `python -m infra.platform.foundation.aws.preflight infra/platform/Pulumi.staging.yaml` asks
without Pulumi. What can't be asked, because the right to ask is missing, is told and holds nothing up.
"""

# boto3 is untyped, and makes its classes at run time.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import chain, product
from pathlib import Path
from typing import Any, Final, TypeAlias

import boto3
import pulumi
import yaml
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from infra.platform.foundation.aws.config import ZONES, Aws
from infra.platform.foundation.aws.rights import policies
from infra.platform.policy_document import Statement

Client: TypeAlias = Callable[[str], Any]
"""Makes the client of a service."""

_KEY: Final = "slipway-platform:foundation.aws"
LIKE: Final = "infra/platform/Pulumi.staging.yaml"
_FORBIDDEN: Final = "403"
_SIMULATED: Final = 50


def clients(region: str) -> Client:
    """Clients of this region, which sign in as the shell does."""
    session = boto3.Session(region_name=region)
    return session.client


def check(config: Aws, client: Client) -> list[str]:
    """Ask AWS whether the stack can be made there.

    Args:
        config: the stack's `foundation.aws`.
        client: makes the client of a service.

    Returns:
        What could not be asked, a line for each.

    Raises:
        pulumi.RunError: it can't, with key, value and remedy of each reason.
    """
    identity = _identity(config, client)
    refused: list[str] = []
    unasked: list[str] = []
    for answers in (
        _zones(config, client),
        _buckets(config, client),
        _quotas(config, client),
        _rights(config, client, identity),
    ):
        try:
            refused += answers
        except (BotoCoreError, ClientError) as error:
            unasked.append(f"could not be asked, and may still be wrong: {error}")
    if refused:
        raise pulumi.RunError("\n".join(refused))
    return unasked


def _identity(config: Aws, client: Client) -> str:
    try:
        found = client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise pulumi.RunError(
            f"AWS doesn't know you: {error}. Sign in (`aws sso login`, AWS_PROFILE) and try again"
        ) from None
    if found["Account"] != config.account:
        raise pulumi.RunError(
            f"{_KEY}.account = {config.account!r}, but you are {found['Arn']} of {found['Account']}: "
            "sign in to that account, or name this one"
        )
    return str(found["Arn"])


def _zones(config: Aws, client: Client) -> Iterator[str]:
    found = client("ec2").describe_availability_zones()["AvailabilityZones"]
    known = sorted(one["ZoneName"] for one in found if one["State"] == "available")
    for zone in config.zones:
        if zone not in known:
            yield f"{_KEY}.zones has {zone!r}, which the account hasn't got: take {ZONES} of {', '.join(known)}"


def _buckets(config: Aws, client: Client) -> Iterator[str]:
    for key, name in (("bucket", config.store.bucket), ("logs", config.store.logs)):
        try:
            client("s3").head_bucket(Bucket=name)
        except ClientError as error:
            # Of somebody else; one of ours is this stack's own, and of none there is nothing to say.
            if error.response["Error"]["Code"] in (_FORBIDDEN, "AccessDenied"):
                yield f"{_KEY}.store.{key} = {name!r} is taken by another account: choose another name"


def _quotas(config: Aws, client: Client) -> Iterator[str]:
    for what, (service, code, needed) in _QUOTAS.items():
        quota = client("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"]
        if (need := needed(config)) > quota:
            yield (
                f"{_KEY} needs {need} {what}, and the account may have {quota:g}: "
                f"ask for more (quota {code} of {service})"
            )


def _gateways(config: Aws) -> int:
    own = config.network.own
    return 0 if own is None else len(config.zones) if own.nat_per_zone else 1


def _cpus(config: Aws) -> int:
    pools = [pool for pool in config.nodes.pools.values() if not pool.gpu]
    return int(sum((pool.cpu.value for pool in pools), Decimal(0)))


_QUOTAS: Final = {
    # Of Service Quotas: service, code, and how much of it the stack needs.
    "elastic IP addresses": ("ec2", "L-0263D0A3", _gateways),
    "CPUs of on-demand instances": ("ec2", "L-1216C47A", _cpus),
}


def _rights(config: Aws, client: Client, identity: str) -> Iterator[str]:
    if ":assumed-role/" in identity:
        # Of a session AWS simulates the role.
        identity = f"arn:aws:iam::{config.account}:role/{identity.split('/')[1]}"
    wanted = chain.from_iterable(policies(config.account, config.region, writing=True).values())
    denied = sorted(chain.from_iterable(_denied(client("iam"), identity, statement) for statement in wanted))
    if denied:
        yield (
            f"{identity} may not {', '.join(denied[:5])}{f' and {len(denied) - 5} more' if denied[5:] else ''}: "
            "`python -m infra.platform.foundation.aws.rights deploy` prints what it needs"
        )


def _denied(iam: Any, identity: str, statement: Statement) -> set[str]:
    """The actions of a statement that aren't allowed where, and under what, it allows them."""
    wanted, denied = statement["Action"], set[str]()
    for context in _contexts(statement.get("Condition", {})):
        allowed = set[str]()
        # Of several resources each action knows one kind: it is allowed if it is on that one.
        for resource in _listed(statement["Resource"]):
            for start in range(0, len(wanted), _SIMULATED):
                answer = iam.simulate_principal_policy(
                    PolicySourceArn=identity,
                    ActionNames=wanted[start : start + _SIMULATED],
                    # One that the pattern stands for: of patterns the simulator says nothing.
                    ResourceArns=[resource if resource == "*" else resource.replace("*", "any")],
                    ContextEntries=context,
                )
                results = answer["EvaluationResults"]
                allowed |= {one["EvalActionName"] for one in results if one["EvalDecision"] == "allowed"}
        denied |= set(wanted) - allowed
    return denied


def _contexts(condition: Statement) -> Iterator[list[dict[str, object]]]:
    """What requests under a condition say, each of its values in one: IAM takes no key for said that isn't given."""
    keys = [
        [(key, value) for value in _listed(values)] for tests in condition.values() for key, values in tests.items()
    ]
    for said in product(*keys):
        yield [{"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"} for key, value in said]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def read(file: Path) -> Aws:
    """The `foundation.aws` of a platform's stack.

    Raises:
        ValueError, OSError, LookupError, TypeError, ValidationError, yaml.YAMLError: it has none.
    """
    said = yaml.safe_load(file.read_text())["config"]["slipway-platform:foundation"]["aws"]
    return Aws.model_validate(said)


def main(arguments: list[str]) -> int:
    """The command; returns the exit code."""
    try:
        (path,) = arguments
        config = read(Path(path))
    except (ValueError, OSError, LookupError, TypeError, ValidationError, yaml.YAMLError) as error:
        print(f"say the path of a platform's stack on AWS, like {LIKE}: {error}", file=sys.stderr)
        return 2
    try:
        unasked = check(config, clients(config.region))
    except pulumi.RunError as error:
        print(error, file=sys.stderr)
        return 1
    print(*unasked, f"{config.account} in {config.region} is ready", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
