"""The platform of staging, as its program declares it, on an AWS of the test's own, driven by the real engine.

What it has in Kubernetes are files. State and secrets are where the bootstrap puts them, in that AWS; whoever works
there is signed in by a session of the administrator's role. CRDs are left out: they are megabytes, and upstream's.
"""

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import yaml

from infra.platform.foundation.aws import bootstrap, preflight
from infra.platform.foundation.aws.bootstrap import Place
from sandbox.aws.accounts import key_of
from sandbox.journey.configuration import filled
from sandbox.pulumi import Stack
from sandbox.pulumi.cli import Cli
from sandbox.state import State
from tests import leaks
from tests.infra.stacks import CHECKOUT, committed
from tests.sandbox.aws.accounts import Account
from tests.sandbox.aws.inventory import left
from tests.sandbox.aws.running import Running, control

COMMITTED: Final = "infra/platform/Pulumi.staging.yaml"
PROJECT: Final = "slipway-platform"
NAME: Final = "trial"
"""The stack's: no other stack of this machine may be taken for it."""
ADMINISTRATOR: Final = "PlatformAdministrator"
AROUND: Final = {
    "cluster": {"endpoint": "https://10.1.2.3:6443", "certificate_authority": "LS0t", "issuer": "https://tokens.test"}
}
RETENTION: Final = "slipway-platform:foundation.aws.cluster.logRetentionDays"
HOOK: Final = "https://hooks.example.com/hunter22-in-plain"
"""How a receiver of alerts is reached, which is a secret of the stack's."""
RECEIVERS: Final[dict[str, Any]] = {
    "hook": {"webhook": {}, "networks": [{"cidr": "203.0.113.0/24", "port": 443}], "gets": ["page"]},
}
_HERE: Final = f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\n"
PROGRAM: Final = """
import pulumi
from infra.platform import stack
from infra.platform.bolt import Bolt, BoltArgs, Declared
from infra.platform.config import NAMESPACE, PlatformConfig
from infra.platform.foundation import chosen
from infra.shared import configuration

config = configuration.load(PlatformConfig, NAMESPACE)
declared = Declared()
foundation = chosen.build(config)
stack.build(config, foundation, ())
Bolt(
    "bolt",
    BoltArgs(declared=declared, protect=config.protect),
    opts=pulumi.ResourceOptions(provider=foundation.provider),
)
"""
"""The platform's own program, without CRDs."""
MANY: Final = 1_000_000
HELD: Final = 0.5
"""Seconds that each call takes longer, from the one on at which a run is to be stopped."""
PATIENCE: Final = 300.0
"""Seconds that something may take to happen in a run."""


@dataclass(frozen=True, kw_only=True)
class OnAws:
    """The platform's stack, and all that it is on.

    Attributes:
        stack: driven as others are.
        server: its AWS.
        place: of state and secrets.
        folder: of the project, of the objects of its cluster, and of what was said by commands.
        session: the secrets of whoever is signed in.
    """

    stack: Stack
    server: Running
    place: Place
    folder: Path
    session: tuple[str, ...]

    @property
    def account(self) -> Account:
        """Its account, as its owner sees it."""
        return Account(self.server, CONFIG.account)

    @property
    def state(self) -> str:
        """The key of the state."""
        return f".pulumi/stacks/{PROJECT}/{NAME}.json"

    @property
    def cli(self) -> Cli:
        """The command line in the project's folder."""
        return Cli(self.stack.state, self.stack.project, self.stack.signed_in)

    @property
    def objects(self) -> Path:
        """Where the cluster's objects are."""
        return self.folder / "store" / "objects"

    def say(self, values: Mapping[str, Any], file: Path | None = None) -> Path:
        """Have the stack's configuration, or a copy of it in `file`, say these values."""
        said = filled(yaml.safe_load(self.stack.config.read_text()), values)
        target = file or self.stack.config
        target.write_text(yaml.safe_dump(said))
        return target

    def start(self, verb: str, config: Path | None = None) -> subprocess.Popen[bytes]:
        """Begin `pulumi VERB`, which is the engine; what it says goes into a file of its own."""
        number = len(list(self.folder.glob("said-*")))
        arguments = ["--yes", "--skip-preview", f"--stack={NAME}", f"--config-file={config or self.stack.config}"]
        with (self.folder / f"said-{number:03}").open("wb") as said:
            return subprocess.Popen(
                self.cli.command(verb, *arguments), env=self.cli.variables(), stdout=said, stderr=said
            )

    def said(self) -> str:
        """What the command that was begun last has said."""
        return max(self.folder.glob("said-*")).read_text()

    def stopped(self, verb: str, operations: str, number: int, by: signal.Signals) -> None:
        """Begin `verb` and send its engine a signal once so many calls of these operations have come.

        Args:
            verb: `up` or `destroy`.
            operations: a pattern like `Create*`.
            number: of calls.
            by: the signal. Killed at once, an engine leaves its lock, which is taken away as people do.
        """
        # That call and those behind it are held for a moment, so that the signal comes before the next one.
        held = {"kind": "slow", "operation": operations, "skip": number - 1, "times": MANY, "seconds": HELD}
        self.fail(held)
        process = self.start(verb)
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and self.met() == [0]:
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.02)
        process.send_signal(by)
        process.wait()
        self.fail()
        # An engine that is interrupted while it deletes says that all went well, whatever is left.
        ended = not self.stack.export().get("resources") if verb == "destroy" else process.returncode == 0
        assert not ended, "it had ended before"
        if by is signal.SIGKILL:
            self.cli.run("cancel", "--yes", f"--stack={NAME}")

    def fail(self, *rules: Mapping[str, Any]) -> None:
        """Let calls of this account fail, as `sandbox.aws.faults` has it; without a rule none does."""
        control(self.server.url, "PUT", "faults", [{"account": CONFIG.account, **rule} for rule in rules])

    def count(self, operations: str) -> None:
        """Count calls from now on."""
        self.fail({"kind": "slow", "operation": operations, "times": MANY})

    def met(self) -> list[int]:
        """How often each rule was met."""
        return [one["met"] for one in control(self.server.url, "GET", "faults")]

    def there(self) -> Counter[str]:
        """How many there are of each kind, in the account and in the cluster."""
        found = Counter({kind: len(names) for kind, names in left(self.account).items()})
        return found + Counter(file.name for file in self.objects.iterdir())

    def settled(self) -> None:
        """Look that the stack finds nothing to change, in what it says or in what is there, and knows it all once."""
        assert self.stack.refresh() == frozenset()
        self.stack.preview(expect_no_changes=True)
        self.whole()

    def whole(self) -> None:
        """Look that nothing in the state is in doubt, and nothing is there twice."""
        exported = self.stack.export()
        assert not exported.get("pending_operations")
        urns = [one["urn"] for one in exported.get("resources", ())]
        assert len(urns) == len(set(urns))

    def told_nowhere(self, *shown: tuple[str, bytes]) -> int:
        """Look for secrets in all that is told and kept of the stack; returns in how many places that was.

        Args:
            shown: by what name, and what, that is to be looked at beside it.
        """
        return leaks.nowhere((HOOK, *self.session), [*self.told(), *shown])

    def tidied(self) -> None:
        """Look that what is forgotten now was no secret, and forget it.

        That is the versions of its state that others have taken the place of, as the bucket's lifecycle does in time.
        The engine writes one with each resource. Thousands of them make each change of S3 on this AWS take a second.
        """
        self.told_nowhere()
        s3 = self.account.client("s3")
        for page in list(s3.get_paginator("list_object_versions").paginate(Bucket=self.place.bucket)):
            old = [
                {"Key": one["Key"], "VersionId": one["VersionId"]}
                for one in page.get("Versions", ())
                if not one["IsLatest"]
            ]
            if old:
                s3.delete_objects(Bucket=self.place.bucket, Delete={"Objects": old, "Quiet": True})

    def told(self) -> Iterator[tuple[str, bytes]]:
        """All that is told and kept of the stack: every version of its state and history, logs, and what was said."""
        s3 = self.account.client("s3")
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=self.place.bucket):
            for one in page.get("Versions", ()):
                of = {"Bucket": self.place.bucket, "Key": one["Key"], "VersionId": one["VersionId"]}
                yield f"s3://{one['Key']}@{one['VersionId']}", leaks.unpacked(s3.get_object(**of)["Body"].read())
        yield from leaks.files(self.stack.state.pulumi, self.stack.project)
        for path in self.folder.glob("said-*"):
            yield str(path), path.read_bytes()


CONFIG: Final = preflight.read(CHECKOUT / COMMITTED)


@contextmanager
def on_aws(state: State, folder: Path, program: str = PROGRAM) -> Generator[OnAws]:
    """The stack, of which there is nothing yet.

    Args:
        state: a state directory whose kubernetes plugin is `objects`.
        folder: an empty one.
        program: what the stack is.
    """
    (folder / "store" / "objects").mkdir(parents=True)
    (folder / "around").write_text(json.dumps(AROUND))
    with Running(folder / "aws", options=("--controls", "--around", str(folder / "around"))) as server:
        owner = key_of(CONFIG.account, "TEST")
        place = bootstrap.bootstrap(CONFIG, partial(server.client, key=owner))
        role = Account(server, CONFIG.account).trusting(
            ADMINISTRATOR, {"Principal": {"AWS": CONFIG.account}, "Action": "sts:AssumeRole"}
        )
        session = server.client("sts", owner).assume_role(RoleArn=role, RoleSessionName="trial")["Credentials"]
        variables = {
            "PULUMI_BACKEND_URL": place.backend,
            "AWS_ENDPOINT_URL": server.url,
            "AWS_REGION": CONFIG.region,
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "FILES_STORE": str(folder / "store"),
        }
        project = _project(folder / "project", program)
        stack = Stack(project, NAME, project / f"Pulumi.{NAME}.yaml", state, (), lambda: variables)
        found = OnAws(
            stack=stack,
            server=server,
            place=place,
            folder=folder,
            session=(session["SecretAccessKey"], session["SessionToken"]),
        )
        found.cli.run("stack", "init", NAME, f"--secrets-provider={place.secrets}")
        found.cli.run("config", "set", "--secret", "slipway-receivers:hook", HOOK, f"--stack={NAME}")
        yield found


def _project(folder: Path, program: str) -> Path:
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": PROJECT, "runtime": "python"}))
    (folder / "__main__.py").write_text(_HERE + program)
    values = {
        "slipway-platform:crds.folder": "/nowhere",
        "slipway-platform:monitoring.installed.receivers": RECEIVERS,
    }
    (folder / f"Pulumi.{NAME}.yaml").write_text(yaml.safe_dump(filled({"config": committed(COMMITTED)}, values)))
    return folder
