"""`make aws-smoke`: staging on a real account, for an hour and a half, to see what no stand-in can show.

It calls what docs/guides/aws.md tells people to call, in that order: up, publish, ask, release, roll back; looks at
what only AWS makes; and takes all of it down again, also after a failure. It costs money, so it says how much before it
does anything, and goes on only for an account that is named and a sum that is confirmed. It has never run on one.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

import yaml

from infra.platform.foundation.aws import preflight
from infra.platform.foundation.aws.bootstrap import ALIAS
from infra.platform.foundation.aws.config import Aws

CHECKOUT: Final = Path(__file__).parents[1]
PLATFORM: Final = CHECKOUT / "infra" / "platform"
STACK: Final = "staging"
EXAMPLE: Final = "111122223333"
"""The account of the committed files, which is nobody's."""
PLACEHOLDER: Final = "0" * 64
MODEL: Final = "maintenance_predictor"
BEFORE, AFTER = "1.0.0", "1.1.0"
NEEDED: Final = ("aws", "docker", "kubectl", "pulumi")
PORT: Final = 18080
"""Of this machine, where the gateway answers while it is asked."""

USD_PER_HOUR: Final = 1.33
"""What staging costs at rest (docs/guides/aws.md has the arithmetic, and the date of the prices)."""
HOURS: Final = 1.5
"""Up 25 minutes, what is asked 35, down 25."""
USD_ONCE: Final = 1.0
"""A key, a private zone, and a few GB through the NAT gateway."""
USD: Final = round(USD_PER_HOUR * HOURS + USD_ONCE)

Run: TypeAlias = Callable[..., str]
"""`run(*command, **variables)`: runs a command in the checkout with further variables, and returns what it prints."""


class Refused(Exception):
    """It isn't begun; the message says why, and what to do."""


class Wrong(Exception):
    """Something isn't as it should be; the message says what."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What is tried, and where.

    Attributes:
        config: `foundation.aws` of the platform's stack.
        route: of the model at the gateway.
        run: runs commands.
    """

    config: Aws
    route: str
    run: Run

    def platform(self, *arguments: str) -> str:
        """`pulumi` on the platform's stack."""
        return self.run("pulumi", *arguments, f"--cwd={PLATFORM}", f"--stack={_stack('slipway-platform')}")

    def serving(self, *arguments: str) -> str:
        """`pulumi` on the serving stack."""
        return self.run("pulumi", *arguments, f"--cwd={CHECKOUT}", f"--stack={_stack('slipway')}")

    def aws(self, *arguments: str) -> Any:
        """What AWS's own command line answers."""
        return json.loads(self.run("aws", *arguments, "--region", self.config.region, "--output", "json") or "null")

    def slipway(self, *arguments: str, **variables: str) -> str:
        """The release tool."""
        return self.run(sys.executable, "-m", "slipway", *arguments, **variables)


def main(arguments: Sequence[str], run: Run | None = None) -> int:
    """The command; returns the exit code: 0 if all was as it should be, 1 if not, 2 if it was not begun."""
    parser = argparse.ArgumentParser(prog="make aws-smoke", description=__doc__)
    parser.add_argument("--account", default="", help="the account that it may cost money in")
    parser.add_argument("--confirm", default="", help="the sentence that it asks for")
    parser.add_argument("--inside", action="store_true", help="this machine is in the VPC, whose API is private")
    options = parser.parse_args(arguments)
    print(f"This brings staging up on AWS for about {HOURS:g} hours: {USD} USD or so, and {USD_PER_HOUR} USD for each")
    print("hour that it is left up. Prices are of 2025: docs/guides/aws.md has them.")
    try:
        trial = asked(options, run or _run)
    except Refused as error:
        print(error, file=sys.stderr)
        return 2
    return tried(trial)


def asked(options: argparse.Namespace, run: Run) -> Trial:
    """What is to be tried.

    Raises:
        Refused: it may not be, or can't.
    """
    platform = yaml.safe_load((PLATFORM / f"Pulumi.{STACK}.yaml").read_text())
    serving = yaml.safe_load((CHECKOUT / f"Pulumi.{STACK}.yaml").read_text())["config"]
    config = preflight.read(PLATFORM / f"Pulumi.{STACK}.yaml")
    trial = Trial(config=config, route=serving["slipway:models"][MODEL]["route"], run=run)
    if not options.account or options.account != config.account:
        raise Refused(
            f"Name the account (ACCOUNT=…): you said {options.account or 'none'}, and the stack is for {config.account}"
        )
    if config.account == EXAMPLE:
        raise Refused(f"{EXAMPLE} is the example's account: put yours into infra/platform/Pulumi.{STACK}.yaml")
    if PLACEHOLDER in json.dumps(platform):
        raise Refused("The platform's images have no digests yet: docs/guides/aws.md, step 3")
    if url := next((name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")), None):
        raise Refused(f"{url} is set: that is no real AWS, but the sandbox's or another's: unset it")
    if missing := [name for name in NEEDED if shutil.which(name) is None]:
        raise Refused(f"Not on PATH: {', '.join(missing)}")
    if not (config.cluster.open_to or options.inside):
        raise Refused(
            "The API is private: name your network in cluster.openTo, or say INSIDE=1 on a machine in the VPC"
        )
    sentence = f"spend {USD} USD in {config.account}"
    if options.confirm != sentence:
        raise Refused(f"To go on, say CONFIRM='{sentence}'")
    identity = trial.aws("sts", "get-caller-identity")
    if identity["Account"] != config.account:
        raise Refused(f"You are {identity['Arn']} of {identity['Account']}: sign in to {config.account}")
    return trial


def tried(trial: Trial) -> int:
    """Try all of it, and take it down."""
    begun = time.monotonic()
    failed: list[str] = []
    for title, step in (*STEPS, *DOWN):
        # After a failure what is left to do is to take it down, each part for itself.
        if failed and (title, step) not in DOWN:
            continue
        print(f"{(time.monotonic() - begun) / 60:5.1f} min  {title}", flush=True)
        try:
            step(trial)
        except (Exception, KeyboardInterrupt) as error:  # whatever it is, what costs money is taken down
            failed.append(f"{title}: {error!r}")
            print(f"           FAILED: {failed[-1]}", file=sys.stderr, flush=True)
    minutes = (time.monotonic() - begun) / 60
    print(f"{minutes:.0f} minutes, about {USD_PER_HOUR * minutes / 60 + USD_ONCE:.1f} USD")
    if failed:
        print("Look that nothing is left: docs/guides/aws.md, taking it down", *failed, sep="\n", file=sys.stderr)
    return 1 if failed else 0


def _prepared(trial: Trial) -> None:
    file = str(PLATFORM / f"Pulumi.{STACK}.yaml")
    trial.run(sys.executable, "-m", "infra.platform.foundation.aws.bootstrap", file)
    region = trial.config.region
    trial.run("pulumi", "login", f"s3://slipway-state-{trial.config.account}?region={region}")
    for folder, project in ((PLATFORM, "slipway-platform"), (CHECKOUT, "slipway")):
        secrets = f"--secrets-provider=awskms://{ALIAS}?region={region}"
        trial.run("pulumi", "stack", "select", "--create", _stack(project), secrets, f"--cwd={folder}")
    trial.run(sys.executable, "-m", "infra.platform.crds", "fetch", str(CHECKOUT / ".crds"))
    trial.run(sys.executable, "-m", "infra.platform.foundation.aws.preflight", file)


def _platform(trial: Trial) -> None:
    trial.platform("up", "--yes", f"--policy-pack={CHECKOUT / 'policies'}")


def _nothing_to_change(trial: Trial) -> None:
    for stack in (trial.platform, trial.serving):
        stack("refresh", "--preview-only", "--expect-no-changes")
        stack("preview", "--expect-no-changes")


def _published(trial: Trial) -> None:
    registry = f"{trial.config.account}.dkr.ecr.{trial.config.region}.amazonaws.com"
    password = trial.run("aws", "ecr", "get-login-password", "--region", trial.config.region)
    trial.run("docker", "login", "--username=AWS", "--password-stdin", registry, stdin=password)
    store = json.loads(trial.platform("stack", "output", "modelStore", "--json"))
    with TemporaryDirectory() as folder:
        trial.run(sys.executable, "-m", f"examples.{MODEL}.train", "--out", folder)
        digests = {
            version: json.loads(
                trial.slipway(
                    *("model", "publish", f"{folder}/{version}", "--version", version),
                    *("--store", store["url"], "--json"),
                    AWS_REGION=store["region"],
                )
            )["digest"]
            for version in (BEFORE, AFTER)
        }
    for key, value in (("version", BEFORE), ("manifest", digests[BEFORE])):
        trial.serving("config", "set", "--path", f"slipway:models.{MODEL}.{key}", value)


def _served(trial: Trial) -> None:
    trial.serving("up", "--yes", f"--policy-pack={CHECKOUT / 'policies'}")
    trial.run("aws", "eks", "update-kubeconfig", "--name", trial.config.cluster.name, "--region", trial.config.region)


def _answers(trial: Trial) -> None:
    with _gateway():
        url = f"http://127.0.0.1:{PORT}{trial.route}"
        trial.slipway("smoke", MODEL, "-s", _stack("slipway"), "--url", url, "--host", trial.config.ingress.host)


def _released(trial: Trial) -> None:
    trial.slipway("release", MODEL, "--model", AFTER, "-s", _stack("slipway"))
    _answers(trial)
    trial.slipway("rollback", MODEL, "-s", _stack("slipway"))
    _answers(trial)
    trial.slipway("status", MODEL, "-s", _stack("slipway"))


def _looked(trial: Trial) -> None:
    wrong = [sentence for sentence, command in looks(trial.config).items() if trial.aws(*command) is not True]
    groups: list[str] = trial.aws("elbv2", "describe-target-groups", "--query", "TargetGroups[].TargetGroupArn")
    for group in groups:
        states: list[str] = trial.aws(
            *("elbv2", "describe-target-health", "--target-group-arn", group),
            *("--query", "TargetHealthDescriptions[].TargetHealth.State"),
        )
        wrong += [f"the load balancer's targets are healthy: {states}"] * (set(states) != {"healthy"})
    pod = trial.run("kubectl", "-n", "serving", "get", "pods", "-l", SERVERS, "-o", "name").split()[0]
    out = trial.run("kubectl", "-n", "serving", "exec", pod, "--", "python", "-c", REACH)
    wrong += ["network policies hold, and no pod of a model gets out"] * (out.strip() != "no")
    if wrong:
        raise Wrong(f"not so: {'; '.join(wrong)}")


def _served_no_more(trial: Trial) -> None:
    trial.serving("destroy", "--yes")


def _gone(trial: Trial) -> None:
    trial.platform("destroy", "--yes")


def _nothing_left(trial: Trial) -> None:
    filters = f"Key=slipway-stack,Values={STACK}"
    found: list[str] = trial.aws(
        *("resourcegroupstaggingapi", "get-resources", "--tag-filters", filters),
        *("--query", "ResourceTagMappingList[].ResourceARN"),
    )
    # A key is only marked to go, for 30 days; machines that have ended are listed for an hour.
    left = [arn for arn in found if ":key/" not in arn and ":instance/" not in arn]
    if left:
        raise Wrong(f"left, and it may cost: {', '.join(left)}")


STEPS: Final[Sequence[tuple[str, Callable[[Trial], None]]]] = (
    ("state, secrets, definitions, and what AWS says beforehand", _prepared),
    ("the platform comes up", _platform),
    ("a model is published", _published),
    ("it is served", _served),
    ("it answers as it was published", _answers),
    ("the official plugins find nothing to change", _nothing_to_change),
    ("another version is released, and rolled back", _released),
    ("what only AWS makes is as it should be", _looked),
)
DOWN: Final[Sequence[tuple[str, Callable[[Trial], None]]]] = (
    ("what serves goes", _served_no_more),
    ("the platform goes", _gone),
    ("nothing is left that costs", _nothing_left),
)

SERVERS: Final = "app.kubernetes.io/component=model-server"
REACH: Final = """
import socket
try:
    socket.create_connection(("1.1.1.1", 443), timeout=5)
    print("yes")
except OSError:
    print("no")
"""


def looks(config: Aws) -> Mapping[str, Sequence[str]]:
    """What only a real account can show: a sentence, and the question that AWS answers with `true`."""
    name, tagged = config.cluster.name, f"Name=tag:slipway-stack,Values={STACK}"
    some = "length({0}) > `0`".format
    return {
        "EKS has no pools of its own": _query(
            "length(cluster.computeConfig.nodePools || `[]`) == `0`", "eks", "describe-cluster", "--name", name
        ),
        "EKS finds nothing wrong with the cluster": _query(
            "length(cluster.health.issues) == `0`", "eks", "describe-cluster", "--name", name
        ),
        "nodes carry the stack's tags": _query(some("Reservations"), "ec2", "describe-instances", "--filters", tagged),
        "their volumes are encrypted": _query(
            f"{some('Volumes')} && length(Volumes[?!Encrypted]) == `0`",
            *("ec2", "describe-volumes", "--filters", tagged),
        ),
        "the load balancer is internal": _query(
            f"{some('LoadBalancers')} && length(LoadBalancers[?Scheme != 'internal']) == `0`",
            *("elbv2", "describe-load-balancers"),
        ),
        "the cluster's logs arrive": _query(
            some("logStreams"), "logs", "describe-log-streams", "--log-group-name", f"/aws/eks/{name}/cluster"
        ),
        "pods' logs arrive": _query(
            some("logStreams"),
            *("logs", "describe-log-streams", "--log-group-name", f"/aws/containerinsights/{name}/application"),
        ),
        "what the network let through is recorded": _query(
            some("Contents[?contains(Key, 'vpcflowlogs')] || `[]`"),
            *("s3api", "list-objects-v2", "--bucket", config.store.logs),
        ),
        "ECR has fetched images of others": _query(
            some("repositories[?repositoryName != 'slipway/service']"), "ecr", "describe-repositories"
        ),
        "a pod's role comes by Pod Identity alone": _query(
            some("associations"), "eks", "list-pod-identity-associations", "--cluster-name", name
        ),
    }


def _query(query: str, *command: str) -> Sequence[str]:
    return (*command, "--query", query)


def _stack(project: str) -> str:
    return f"organization/{project}/{STACK}"


@contextmanager
def _gateway() -> Generator[None]:
    """The gateway at a port of this machine. The load balancer has a name in the VPC alone; its own checks prove it."""
    command = ["kubectl", "-n", "gateway", "port-forward", "service/traefik", f"{PORT}:80"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as forward:
        try:
            if not (forward.stdout and forward.stdout.readline()):
                raise Wrong("kubectl forwards no port")
            yield
        finally:
            forward.terminate()


def _run(*command: str, stdin: str | None = None, **variables: str) -> str:
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, cwd=CHECKOUT, env=environment, input=stdin, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
