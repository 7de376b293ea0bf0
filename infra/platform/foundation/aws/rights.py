"""What the platform needs to be allowed, in policies that IAM takes, made of what each type needs (`rights_by_type`).

`python -m infra.platform.foundation.aws.rights deploy` prints the policies of who brings the platform up, `preview`
those of who only looks; the roles for the pipelines have both, and what is in `artefacts`. Buckets that are named
behind `deploy` may be emptied, too, which a `destroy` with `store.forceDestroy` does. No pipeline may.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Final

from infra.platform.foundation.aws.rights_by_type import RIGHTS
from infra.platform.policy_document import Statement, allow

LIMIT: Final = 6144
"""Characters of a policy, IAM's limit: white space doesn't count."""

# What `preflight` asks before anything is made, beside what is here anyway and `iam:SimulatePrincipalPolicy`.
_ASKED: Final = ("ec2:DescribeAvailabilityZones", "servicequotas:GetServiceQuota")

# These can't be held to a region: they are in none, or their requests name none.
_EVERYWHERE: Final = ("budgets", "iam", "route53", "s3")


def policies(account: str, region: str, *, writing: bool) -> dict[str, list[Statement]]:
    """The statements of who brings a platform up, or only looks, in policies that IAM takes.

    Args:
        account: the account.
        region: the region.
        writing: whether they may change anything.

    Returns:
        Statements by a name for their policy: those of the network, the cluster and the rest.
    """
    by_service: dict[str, set[str]] = {}
    needed = [action for rights in RIGHTS.values() for action in rights.actions(writing=writing)]
    for action in [*needed, *(_ASKED if writing else ())]:
        by_service.setdefault(action.partition(":")[0], set()).add(action)
    parts = {"network": ["ec2"], "identity": ["iam"], "rest": sorted(set(by_service) - {"ec2", "iam"})}
    return {
        part: [one for service in services for one in _statements(service, by_service[service], account, region)]
        for part, services in parts.items()
    }


def _statements(service: str, actions: set[str], account: str, region: str) -> Iterator[Statement]:
    sid = service.capitalize()
    here = None if service in _EVERYWHERE else {"StringEquals": {"aws:RequestedRegion": region}}
    if service != "iam":
        yield allow(sid, sorted(actions), "*", here)
        return
    # Only what is ours: whoever could hand on any role, or write the rights of any, could do everything.
    ours = [f"arn:aws:iam::{account}:{kind}" for kind in ("role/slipway-*", "policy/slipway-*", "oidc-provider/*")]
    passed = "iam:PassRole"
    yield allow(sid, sorted(actions - {passed}), ours)
    if passed in actions:
        to = {
            "StringEquals": {
                "iam:PassedToService": [
                    "codebuild.amazonaws.com",
                    "ec2.amazonaws.com",
                    "eks.amazonaws.com",
                    "pods.eks.amazonaws.com",
                ]
            }
        }
        yield allow("PassRole", [passed], ours[0], to)
        linked = sorted({one.linked for one in RIGHTS.values()} - {""})
        of_services = [f"arn:aws:iam::{account}:role/aws-service-role/{one}/*" for one in linked]
        only = {"StringEquals": {"iam:AWSServiceName": linked}}
        yield allow("ServiceRoles", ["iam:CreateServiceLinkedRole"], of_services, only)
        anyone = [f"arn:aws:iam::{account}:{kind}/*" for kind in ("role", "user")]
        yield allow("Simulate", ["iam:SimulatePrincipalPolicy"], anyone)


def emptying(buckets: Sequence[str]) -> Statement:
    """What a `destroy` needs beside the policies, of buckets that go with what they hold.

    By the Amazon S3 User Guide, "Emptying a bucket", of buckets that keep versions.
    """
    arns = [f"arn:aws:s3:::{bucket}" for bucket in buckets]
    actions = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"]
    return allow("Empty", actions, [*arns, *(f"{arn}/*" for arn in arns)])


def _printed(arguments: list[str]) -> str:
    kind, account, region, *buckets = arguments
    writing = kind == "deploy"
    parts = policies(account, region, writing=writing) | (
        {"buckets": [emptying(buckets)]} if writing and buckets else {}
    )
    found = {name: {"Version": "2012-10-17", "Statement": statements} for name, statements in parts.items()}
    return json.dumps(found, indent=2)


if __name__ == "__main__":
    try:
        print(_printed(sys.argv[1:]))
    except ValueError:
        sys.exit("say: python -m infra.platform.foundation.aws.rights deploy|preview ACCOUNT REGION [BUCKET…]")
