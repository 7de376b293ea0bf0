"""State in a bucket and secrets under a key, as the bootstrap makes them: the CLI keeps both there."""

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from infra.platform.foundation.aws import bootstrap, preflight
from infra.platform.foundation.aws.bootstrap import Place
from sandbox.aws.accounts import key_of
from sandbox.pulumi import EngineError, Stack
from sandbox.pulumi.cli import Cli
from tests.infra.stacks import CHECKOUT
from tests.sandbox.aws.running import Running
from tests.sandbox.pulumi.project import Project

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("no_preview")]

CONFIG: Final = preflight.read(CHECKOUT / "infra/platform/Pulumi.staging.yaml")
KEY: Final = key_of(CONFIG.account, "OWNER")
SECRET: Final = "hunter22-in-plain"  # noqa: S105 (nobody's)
ROUNDS: Final = 3


@dataclass(frozen=True)
class Kept:
    """A stack whose state is in the bucket.

    Attributes:
        project: of the stack.
        stack: driven as others are.
        place: of state and secrets.
        s3: a client of whoever owns the account.
    """

    project: Project
    stack: Stack
    place: Place
    s3: Any

    @property
    def state(self) -> str:
        """The key of the state."""
        return f".pulumi/stacks/{self.project.name}/test.json"

    @property
    def cli(self) -> Cli:
        return Cli(self.stack.state, self.project.folder, self.stack.signed_in)


@pytest.fixture
def kept(project: Project, tmp_path: Path) -> Iterator[Kept]:
    with Running(tmp_path / "aws") as server:
        place = bootstrap.bootstrap(CONFIG, partial(server.client, key=KEY))
        variables = {
            "PULUMI_BACKEND_URL": place.backend,
            "AWS_ENDPOINT_URL": server.url,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_REGION": CONFIG.region,
            "AWS_CONFIG_FILE": "/dev/null",
        }

        def signed_in() -> Mapping[str, str]:
            return variables

        stack = Stack(project.folder, "test", project.folder / "Pulumi.test.yaml", project.state, (), signed_in)
        found = Kept(project, stack, place, server.client("s3", KEY))
        found.cli.run("stack", "init", "test", f"--secrets-provider={place.secrets}")
        found.cli.run("config", "set", "--secret", "word", SECRET, "--stack=test")
        project.program('Object("one", metadata={"name": "one"}, data=config.require_secret("word"))')
        yield found


def test_state_is_in_the_bucket_and_no_secret_in_it(kept: Kept) -> None:
    kept.stack.up()
    assert list(kept.project.objects.values()) == [SECRET]
    content = kept.s3.get_object(Bucket=kept.place.bucket, Key=kept.state)["Body"].read().decode()
    assert "urn:pulumi:test::" in content
    assert SECRET not in content
    assert SECRET not in kept.stack.config.read_text()
    kept.stack.preview(expect_no_changes=True)


def test_state_that_was_lost_comes_back_as_it_was(kept: Kept) -> None:
    """As docs/guides/aws.md tells: what was deleted has a version before it."""
    kept.stack.up()
    of = {"Bucket": kept.place.bucket, "Key": kept.state}
    kept.s3.delete_object(**of)
    with pytest.raises(EngineError):
        kept.stack.export()

    versions = kept.s3.list_object_versions(Bucket=kept.place.bucket, Prefix=kept.state)
    (marker,) = [one for one in versions["DeleteMarkers"] if one["IsLatest"]]
    kept.s3.delete_object(**of, VersionId=marker["VersionId"])

    kept.stack.preview(expect_no_changes=True)


def test_of_two_updates_at_once_one_wins(kept: Kept) -> None:
    for number in range(ROUNDS):
        kept.project.program(f'Object("one", metadata={{"name": "one"}}, data="{number}")')
        held = kept.project.hold("before", "one")
        arguments = ("--yes", "--skip-preview", "--stack=test", f"--config-file={kept.stack.config}")
        command = kept.cli.command("up", *arguments)
        first = subprocess.Popen(command, env=kept.cli.variables(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        kept.project.reached("before", "one")
        second = subprocess.run(command, env=kept.cli.variables(), capture_output=True, text=True, check=False)
        assert second.returncode != 0
        assert "locked" in second.stderr
        held.unlink()
        first.communicate()
        assert first.returncode == 0
        assert list(kept.project.objects.values()) == [str(number)]
