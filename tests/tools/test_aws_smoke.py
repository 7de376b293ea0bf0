"""What costs money is begun only when all is said; and what was begun is taken down."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import jmespath
import pytest

from tests.infra.stacks import CHECKOUT
from tools import aws_smoke
from tools.aws_smoke import USD, USD_PER_HOUR, looks

ACCOUNT: Final = "222233334444"
SENTENCE: Final = f"spend {USD} USD in {ACCOUNT}"
RIGHT: Final = ("--account", ACCOUNT, "--confirm", SENTENCE, "--inside")


class Shell:
    """Takes commands, and answers as programs would."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.answers: dict[str, object] = {
            "aws sts": {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/me"},
            "aws ecr get-login-password": "a password",
            "aws elbv2 describe-target-groups": [],
            "aws resourcegroupstaggingapi": [],
            "aws ": True,
            "pulumi stack output modelStore": {"url": "s3://models/models", "region": "eu-central-1"},
            "python -m slipway model publish": {"digest": "sha256:1"},
            "kubectl -n serving get pods": "pod/one",
            "kubectl -n serving exec": "no",
        }
        self.broken = "nothing"

    def __call__(self, *command: str, **variables: object) -> str:
        line = " ".join([Path(command[0]).name, *command[1:]])
        self.ran.append(line)
        if line.startswith(self.broken):
            raise subprocess.CalledProcessError(1, command)
        for begin, answer in self.answers.items():
            if line.startswith(begin):
                return answer if isinstance(answer, str) else json.dumps(answer)
        return ""

    def began(self, *lines: str) -> bool:
        """Whether commands that begin so were run, in this order."""
        at = [next((i for i, one in enumerate(self.ran) if one.startswith(line)), -1) for line in lines]
        return -1 not in at and at == sorted(at)


@pytest.fixture
def shell() -> Shell:
    return Shell()


@pytest.fixture(autouse=True)
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """A checkout whose files say the owner's account and images. The returned function changes the platform's."""
    platform = tmp_path / "infra" / "platform"
    platform.mkdir(parents=True)
    file = platform / "Pulumi.staging.yaml"
    said = (CHECKOUT / "infra/platform/Pulumi.staging.yaml").read_text()
    file.write_text(said.replace(aws_smoke.EXAMPLE, ACCOUNT).replace(aws_smoke.PLACEHOLDER, "1" * 64))
    (tmp_path / "Pulumi.staging.yaml").write_text((CHECKOUT / "Pulumi.staging.yaml").read_text())
    monkeypatch.setattr(aws_smoke, "CHECKOUT", tmp_path)
    monkeypatch.setattr(aws_smoke, "PLATFORM", platform)
    monkeypatch.setattr(aws_smoke.shutil, "which", str)
    monkeypatch.setattr(aws_smoke.sys, "executable", "python")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    class Forward:
        """Stands for kubectl, which forwards a port."""

        stdout = SimpleLine()

        def __init__(self, *_: object, **__: object) -> None: ...
        def __enter__(self) -> "Forward":
            return self

        def __exit__(self, *_: object) -> None: ...
        def terminate(self) -> None: ...

    monkeypatch.setattr(aws_smoke.subprocess, "Popen", Forward)
    return lambda old, new: void(file.write_text(file.read_text().replace(old, new)))


class SimpleLine:
    def readline(self) -> str:
        return "Forwarding from 127.0.0.1"


def void(_: object) -> None: ...


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Name the account"),
        (("--account", "999999999999"), f"you said 999999999999, and the stack is for {ACCOUNT}"),
        (("--account", ACCOUNT), "The API is private"),
        (("--account", ACCOUNT, "--inside"), f"say CONFIRM='{SENTENCE}'"),
        (("--account", ACCOUNT, "--inside", "--confirm", "yes"), f"say CONFIRM='{SENTENCE}'"),
    ],
)
def test_nothing_is_run_until_all_is_said(
    shell: Shell, capsys: pytest.CaptureFixture[str], arguments: Sequence[str], says: str
) -> None:
    assert aws_smoke.main(arguments, shell) == 2
    told = capsys.readouterr()
    assert f"{USD} USD or so" in told.out  # first of all
    assert says in told.err
    assert shell.ran == []


def test_the_example_is_no_account(shell: Shell, ours: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ours(ACCOUNT, aws_smoke.EXAMPLE)
    assert aws_smoke.main(["--account", aws_smoke.EXAMPLE], shell) == 2
    assert "is the example's account" in capsys.readouterr().err


def test_images_have_to_be_known(shell: Shell, ours: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ours("1" * 64, aws_smoke.PLACEHOLDER)
    assert aws_smoke.main(RIGHT, shell) == 2
    assert "have no digests yet" in capsys.readouterr().err


def test_the_sandboxs_aws_is_none(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:4566")
    assert aws_smoke.main(RIGHT, shell) == 2
    assert "AWS_ENDPOINT_URL_S3 is set" in capsys.readouterr().err


def test_programs_have_to_be_there(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(aws_smoke.shutil, "which", {name: name for name in aws_smoke.NEEDED if name != "docker"}.get)
    assert aws_smoke.main(RIGHT, shell) == 2
    assert "Not on PATH: docker" in capsys.readouterr().err


def test_somebody_of_another_account_only_asks_who_they_are(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.answers["aws sts"] = {"Account": "555566667777", "Arn": "arn:aws:iam::555566667777:user/me"}
    assert aws_smoke.main(RIGHT, shell) == 2
    assert f"sign in to {ACCOUNT}" in capsys.readouterr().err
    assert len(shell.ran) == 1


def test_it_goes_the_guides_way_and_takes_all_down(shell: Shell) -> None:
    assert aws_smoke.main(RIGHT, shell) == 0
    assert shell.began(
        "python -m infra.platform.foundation.aws.bootstrap",
        f"pulumi login s3://slipway-state-{ACCOUNT}",
        "python -m infra.platform.foundation.aws.preflight",
        "pulumi up",
        "aws ecr get-login-password",
        f"docker login --username=AWS --password-stdin {ACCOUNT}.dkr.ecr.",
        "python -m slipway model publish",
        "pulumi config set --path slipway:models.maintenance_predictor.manifest sha256:1",
        "python -m slipway smoke",
        "pulumi refresh --preview-only --expect-no-changes",
        "python -m slipway release",
        "python -m slipway rollback",
        "aws elbv2 describe-load-balancers",
        "pulumi destroy",
        "aws resourcegroupstaggingapi",
    )


@pytest.mark.parametrize("broken", ["pulumi up", "python -m slipway release", "pulumi destroy"])
def test_what_was_begun_is_taken_down_after_a_failure(
    shell: Shell, capsys: pytest.CaptureFixture[str], broken: str
) -> None:
    shell.broken = broken
    assert aws_smoke.main(RIGHT, shell) == 1
    assert "Look that nothing is left" in capsys.readouterr().err
    assert [line for line in shell.ran if line.startswith("pulumi destroy")][1].endswith("slipway-platform/staging")
    assert shell.began("aws resourcegroupstaggingapi")


def test_an_answer_that_nobody_expected_leaves_nothing_running_either(shell: Shell) -> None:
    shell.answers["kubectl -n serving get pods"] = ""
    assert aws_smoke.main(RIGHT, shell) == 1
    assert shell.began("pulumi destroy", "aws resourcegroupstaggingapi")


@pytest.mark.parametrize(
    ("begin", "answer", "says"),
    [
        ("aws ec2 describe-volumes", False, "their volumes are encrypted"),
        ("kubectl -n serving exec", "yes", "no pod of a model gets out"),
        ("aws resourcegroupstaggingapi", ["arn:aws:ec2:::vpc/vpc-1"], "vpc-1"),
    ],
)
def test_what_is_not_as_it_should_be_is_told(
    shell: Shell, capsys: pytest.CaptureFixture[str], begin: str, answer: object, says: str
) -> None:
    shell.answers = {begin: answer, **{key: item for key, item in shell.answers.items() if key != begin}}
    assert aws_smoke.main(RIGHT, shell) == 1
    assert says in capsys.readouterr().err


VOLUMES: Final = {"Volumes": [{"Encrypted": True}]}


@pytest.mark.parametrize(
    ("sentence", "answer", "right"),
    [
        ("EKS has no pools of its own", {"cluster": {"computeConfig": {}}}, True),
        ("EKS has no pools of its own", {"cluster": {"computeConfig": {"nodePools": ["system"]}}}, False),
        ("their volumes are encrypted", VOLUMES, True),
        ("their volumes are encrypted", {"Volumes": []}, False),
        ("their volumes are encrypted", {"Volumes": [{"Encrypted": True}, {"Encrypted": False}]}, False),
        ("the load balancer is internal", {"LoadBalancers": [{"Scheme": "internal"}]}, True),
        ("the load balancer is internal", {"LoadBalancers": [{"Scheme": "internet-facing"}]}, False),
        ("what the network let through is recorded", {"Contents": [{"Key": "flows/vpcflowlogs/x"}]}, True),
        ("what the network let through is recorded", {"Contents": None}, False),
        ("ECR has fetched images of others", {"repositories": [{"repositoryName": "slipway/service"}]}, False),
        ("ECR has fetched images of others", {"repositories": [{"repositoryName": "quay/x"}]}, True),
    ],
)
def test_questions_are_answered_as_they_mean(sentence: str, answer: object, right: bool) -> None:
    config = aws_smoke.preflight.read(CHECKOUT / "infra/platform/Pulumi.staging.yaml")
    query = looks(config)[sentence][-1]
    assert jmespath.search(query, answer) is right


def test_the_guide_tells_the_same_cost() -> None:
    guide = (CHECKOUT / "docs/guides/aws.md").read_text()
    assert f"(about {USD} USD)" in guide
    assert f"| **{USD_PER_HOUR}** |" in guide
