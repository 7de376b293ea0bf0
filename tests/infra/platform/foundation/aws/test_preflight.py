from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pulumi
import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from infra.platform.foundation.aws import preflight
from infra.platform.foundation.aws.preflight import check
from infra.platform.foundation.aws.rights import policies
from infra.platform.policy_document import Statement
from tests.infra import stacks
from tests.infra.platform.foundation.aws.test_config import EXISTING, aws, load

KEY = "slipway-platform:foundation.aws"
ARN = "arn:aws:iam::444455556666:role/PlatformAdministrator"


def denied(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


def allowed(**request: Any) -> Any:
    return {"EvaluationResults": [{"EvalActionName": a, "EvalDecision": "allowed"} for a in request["ActionNames"]]}


def forbidden(**request: Any) -> Any:
    return {
        "EvaluationResults": [{"EvalActionName": a, "EvalDecision": "implicitDeny"} for a in request["ActionNames"]]
    }


def simulator(*granted: Statement) -> Callable[..., Any]:
    """IAM's, of somebody with these rights: it asks a condition of what is said alone, and `*` is no role of ours."""

    def grants(statement: Statement, resource: str, said: Mapping[str, str]) -> bool:
        resources = statement["Resource"]
        asked = statement.get("Condition", {}).get("StringEquals", {})
        return any(
            fnmatchcase(resource, one) for one in ([resources] if isinstance(resources, str) else resources)
        ) and all(said.get(key) in ([value] if isinstance(value, str) else value) for key, value in asked.items())

    def simulate(**request: Any) -> Any:
        (resource,) = request.get("ResourceArns", ["*"])
        said = {one["ContextKeyName"]: one["ContextKeyValues"][0] for one in request.get("ContextEntries", [])}
        may = {action for one in granted if grants(one, resource, said) for action in one["Action"]}
        return {
            "EvaluationResults": [
                {"EvalActionName": action, "EvalDecision": "allowed" if action in may else "implicitDeny"}
                for action in request["ActionNames"]
            ]
        }

    return simulate


def only(client: object) -> Callable[[str], object]:
    """What gives this client for every region."""
    return lambda _region: client


def account(**changes: object) -> Callable[[str], Any]:
    """AWS with one account in which everything is as it should be, but for what is changed."""
    answers: Mapping[str, object] = {
        "get_caller_identity": {"Account": "444455556666", "Arn": ARN},
        "describe_availability_zones": {
            "AvailabilityZones": [{"ZoneName": f"eu-central-1{zone}", "State": "available"} for zone in "abc"]
        },
        "head_bucket": denied("404"),
        "get_service_quota": {"Quota": {"Value": 1000.0}},
        "simulate_principal_policy": allowed,
    } | changes
    client = Mock(spec=list(answers))
    for name, answer in answers.items():
        method = getattr(client, name)
        if callable(answer) or isinstance(answer, Exception):
            method.side_effect = answer
        else:
            method.return_value = answer
    return lambda _service: client


def test_an_account_that_has_room_is_ready() -> None:
    assert check(load(), account()) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"get_caller_identity": NoCredentialsError()}, "AWS doesn't know you: Unable to locate credentials"),
        ({"get_caller_identity": denied("ExpiredToken")}, "AWS doesn't know you: .*ExpiredToken.* Sign in"),
        (
            {"get_caller_identity": {"Account": "1", "Arn": "arn:aws:iam::1:user/me"}},
            f"{KEY}.account = '444455556666', but you are arn:aws:iam::1:user/me of 1: sign in to that account",
        ),
        (
            {
                "describe_availability_zones": {
                    "AvailabilityZones": [{"ZoneName": "eu-central-1a", "State": "available"}]
                }
            },
            f"{KEY}.zones has 'eu-central-1b', which the account hasn't got: take 3 of eu-central-1a",
        ),
        (
            {"head_bucket": denied("403")},
            f"{KEY}.store.bucket = 'slipway-prod-models-444455556666' is taken by another account: choose another",
        ),
        ({"get_service_quota": {"Quota": {"Value": 2.0}}}, f"{KEY} needs 3 elastic IP addresses, and the account may"),
        ({"get_service_quota": {"Quota": {"Value": 32.0}}}, "needs 128 CPUs of on-demand instances, and .* have 32"),
        (
            {"simulate_principal_policy": forbidden},
            rf"{ARN} may not acm:AddTagsToCertificate, .* and \d+ more: `python -m infra.platform.found",
        ),
    ],
)
def test_what_is_missing_is_told_with_its_remedy(changes: dict[str, object], line: str) -> None:
    with pytest.raises(pulumi.RunError, match=line):
        check(load(), account(**changes))


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(pulumi.RunError) as raised:
        check(load(), account(head_bucket=denied("403"), get_service_quota={"Quota": {"Value": 1.0}}))
    assert len(str(raised.value).splitlines()) == 4


def test_a_bucket_of_ones_own_is_the_stacks() -> None:
    assert check(load(), account(head_bucket={})) == []


def test_what_may_not_be_asked_holds_nothing_up_and_hides_nothing() -> None:
    unasked = check(load(), account(simulate_principal_policy=denied("AccessDenied")))
    assert len(unasked) == 1
    assert "could not be asked, and may still be wrong" in unasked[0]
    with pytest.raises(pulumi.RunError, match="is taken by another account"):
        check(load(), account(get_service_quota=denied("AccessDenied"), head_bucket=denied("403")))


def test_of_a_session_the_role_is_simulated() -> None:
    arns: list[str] = []

    def simulate(**request: Any) -> Any:
        arns.append(request["PolicySourceArn"])
        return allowed(**request)

    session = "arn:aws:sts::444455556666:assumed-role/PlatformAdministrator/me"
    who = {"Account": "444455556666", "Arn": session}
    check(load(), account(get_caller_identity=who, simulate_principal_policy=simulate))
    assert set(arns) == {ARN}


def test_the_rights_that_people_are_told_to_take_suffice() -> None:
    printed = [*chain.from_iterable(policies("444455556666", "eu-central-1", writing=True).values())]
    assert check(load(), account(simulate_principal_policy=simulator(*printed))) == []
    everything = {"Action": {action for one in printed for action in one["Action"]}, "Resource": "*"}
    assert check(load(), account(simulate_principal_policy=simulator(everything))) == []


@pytest.mark.parametrize(
    ("sid", "changes", "told"),
    [
        ("Logs", {"Action": []}, "logs:AssociateKmsKey, "),
        ("Iam", {"Resource": ["arn:aws:iam::444455556666:role/other-*"]}, "iam:AddClientIDToOpenIDConnectProvider, "),
        ("PassRole", {"Condition": {"StringEquals": {"iam:PassedToService": ["ec2.amazonaws.com"]}}}, "iam:PassRole: "),
        ("ServiceRoles", {"Resource": []}, "iam:CreateServiceLinkedRole: "),
        ("Ec2", {"Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}}, "ec2:AllocateAddress, "),
    ],
)
def test_a_right_that_holds_elsewhere_is_missed(sid: str, changes: Statement, told: str) -> None:
    printed = chain.from_iterable(policies("444455556666", "eu-central-1", writing=True).values())
    changed = [{**one, **changes} if one["Sid"] == sid else one for one in printed]
    with pytest.raises(pulumi.RunError, match=f"{ARN} may not {told}"):
        check(load(), account(simulate_principal_policy=simulator(*changed)))


def test_what_it_asks_by_is_among_them() -> None:
    printed = chain.from_iterable(policies("444455556666", "eu-central-1", writing=True).values())
    assert {
        "ec2:DescribeAvailabilityZones",
        "iam:SimulatePrincipalPolicy",
        "s3:ListBucket",
        "servicequotas:GetServiceQuota",
    } <= {action for one in printed for action in one["Action"]}


def test_an_existing_network_needs_no_address() -> None:
    config = load(aws("network", value={"existing": EXISTING}))
    with pytest.raises(pulumi.RunError) as raised:
        check(config, account(get_service_quota={"Quota": {"Value": 0.0}}))
    assert "addresses" not in str(raised.value)
    assert "128 CPUs" in str(raised.value)


@pytest.mark.parametrize(
    ("client", "code", "said"),
    [(account(), 0, "444455556666 in eu-central-1 is ready"), (account(head_bucket=denied("403")), 1, "is taken by")],
)
def test_the_command_tells_people(
    client: object, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(preflight, "clients", only(client))
    assert preflight.main([str(stacks.CHECKOUT / "infra/platform/Pulumi.prod.yaml")]) == code
    out, err = capsys.readouterr()
    assert said in out + err


def test_the_command_says_what_it_wants(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], [str(tmp_path / "none.yaml")], [str(stacks.CHECKOUT / "infra/platform/Pulumi.local.yaml")]):
        assert preflight.main(arguments) == 2
        assert "say the path of a platform's stack on AWS" in capsys.readouterr().err
