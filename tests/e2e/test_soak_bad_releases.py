"""Bad releases, each once, and what they cost: `make soak`. Its figures land in docs/figures/bad-releases.json.

Nobody but the cluster ends them, also where one of those who take part is killed in the middle.
"""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from infra.platform.monitoring import prometheus as own
from modelstore.history import Entry
from sandbox import lifecycle
from sandbox.pulumi import EngineError
from slipway.monitoring.prometheus import Prometheus
from tests.e2e import faulty_service
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Local, Turn, begun
from tests.e2e.containers import kill
from tests.e2e.derived import derived
from tests.e2e.load import Load, Tally
from tests.e2e.serving import NAME, NAMESPACE, Change, Serving, near
from tests.e2e.test_judged import agreed, ledger, well
from tests.e2e.test_monitoring import now, running, value
from tests.e2e.test_release import TENTH, at_ten_percent, canary_share, in_background
from tests.figures import recorded

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

RATE: Final = 40.0  # requests per second
MANY: Final = 200.0  # of which a tenth are the twenty that the issue speaks of
PATIENCE: Final = 300.0
"""Seconds for whatever is waited for; only a hang takes as long."""
KNOWN: Final = 75.0
"""Seconds of load after which the last minute's latency is that of load alone."""

CANARY: Final[Mapping[str, object]] = {
    # So long that twenty requests per second are enough to tell 5 % of errors.
    "steps": [{"weight": TENTH, "seconds": 40}],
    "progressDeadlineSeconds": 90,
}


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A version that gets ready, and is bad once it is asked.

    Attributes:
        fault: what is wrong with it, as faulty_service.py calls it.
        reason: what has to be said of it.
        rate: of all requests, per second.
        within: seconds from its first bad answer to its last one, at the most; None where nothing is promised.
    """

    fault: str
    reason: str
    rate: float = RATE
    within: float | None = None


BAD: Final = {
    "wrong golden answers": Bad(fault="wrong", reason="golden reading", within=30),
    "5 % of errors": Bad(fault="failing", reason="errors", rate=MANY, within=90),
    "p99 tripled": Bad(fault="slow", reason="slow|p95|p99"),
    # Whoever looks first: the kernel kills it, it starts again, and meanwhile nobody is ready or answers.
    "a memory leak": Bad(fault="leaking", reason="restarts|ready|golden|OOMKilled"),
    "a canary that dies": Bad(fault="dying", reason="restarts|ready|golden"),
    "never ready": Bad(fault="unready", reason="(?i)progress"),
    # Nobody asks, and Slipway's own questions aren't seen either.
    "no traffic": Bad(fault="uncounted", reason="evidence", rate=0),
}
TAMPERED: Final = "a tampered model"
MISSING: Final = "a missing image"


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    whole = [*BAD, TAMPERED, MISSING, *(f"{who} killed" for who in (*KILLED, WATCHER))]
    with recorded(request.session, "bad-releases", 0, whole) as found:
        yield found


@pytest.fixture
def trial(e2e: Serving, local: Local, no_preview: None) -> Turn:
    """A judged release to come."""
    return begun(e2e, local, numbers(e2e))


def numbers(serving: Serving) -> dict[str, Change]:
    return serving.judged(**CANARY)


@dataclass(frozen=True)
class Trial:
    """A bad release, and those who look at what becomes of it."""

    turn: Turn
    local: Local
    page: Path

    def ended(self, reason: str, rate: float, *, all_hurt: bool = False) -> dict[str, Any]:
        """Bring up what the stack says under load, and see it aborted with everybody told why.

        Args:
            reason: what has to be said.
            rate: requests per second; none with 0.
            all_hurt: each of its answers does harm, and not only those that are none, or wrong.

        Returns:
            What it cost, and how long.
        """
        serving = self.turn.serving
        load = Load(f"{serving.url}/predict", rate or RATE, right={self.turn.old: near(serving.answers())})
        with load if rate else nullcontext(), pytest.raises(EngineError) as refused:
            serving.up()
        entry = ledger(self.local)[-1]
        assert entry.event == "aborted"
        assert re.search(reason, entry.reason), entry.reason
        assert " ".join(entry.reason.split()) in " ".join(str(refused.value).split())
        well(serving.slipway("report", f"--release={entry.release}", f"--out={self.page}"))
        assert json.dumps(entry.reason, ensure_ascii=False).replace("<", r"\u003c") in self.page.read_text()
        assert serving.served()["model_version"] == self.turn.old
        # A tenth of the requests is the canary's; twice that is beyond chance.
        assert load.tally.lost.total() <= 2 * TENTH / 100 * load.tally.sent, load.tally.lost
        return cost(load.tally, entry, all_hurt=all_hurt)


@pytest.fixture
def ending(trial: Turn, local: Local, tmp_path: Path) -> Trial:
    return Trial(trial, local, tmp_path / "report.html")


def cost(tally: Tally, entry: Entry, *, all_hurt: bool) -> dict[str, Any]:
    """How many requests a release hurt, and for how long."""
    answers = tally.releases.get(entry.release, [])
    hurt = answers if all_hurt else tally.lost_at
    return {
        "from the first bad answer to the last one (s)": round(max([*answers, *hurt]) - hurt[0], 1) if hurt else None,
        "requests hurt": len(hurt),
        "answered by it": len(answers),
        "requests": tally.sent,
        "reason": entry.reason,
    }


@pytest.mark.parametrize("name", BAD)
def test_a_version_that_turns_out_bad_is_aborted(
    name: str, ending: Trial, prometheus: Prometheus, figures: dict[str, Any]
) -> None:
    bad, serving = BAD[name], ending.turn.serving
    variables = {"FAULT": bad.fault}
    if bad.fault == "slow":
        variables["SECONDS"] = f"{2 * p99(serving, prometheus, bad.rate):.4f}"
    serving.configure(ending.turn.old, None, **numbers(serving), image=faulty(ending.local, variables))
    found = ending.ended(bad.reason, bad.rate, all_hurt=bad.fault == "slow")
    figures[name] = found
    if bad.within is not None:
        assert found["requests hurt"]
        assert found["from the first bad answer to the last one (s)"] <= bad.within


def test_a_tampered_model_is_aborted_and_never_answers(ending: Trial, tampered: str, figures: dict[str, Any]) -> None:
    ending.turn.serving.configure("1.1.1", tampered, **numbers(ending.turn.serving))
    found = ending.ended(r"saved_model\.pb", RATE)
    assert (found["requests hurt"], found["answered by it"]) == (0, 0)
    figures[TAMPERED] = found


def test_a_missing_image_is_aborted(ending: Trial, figures: dict[str, Any]) -> None:
    repository = ending.local.serving["image"].partition("@")[0]
    image = f"{repository}@sha256:{'0' * 64}"
    ending.turn.serving.configure(ending.turn.old, None, **numbers(ending.turn.serving), image=image)
    found = ending.ended("ErrImagePull|ImagePullBackOff", RATE)
    assert (found["requests hurt"], found["answered by it"]) == (0, 0)
    figures[MISSING] = found


def kill_one(cluster: Cluster, namespace: str, component: str) -> None:
    """Kill what runs in one of a component's pods, as the kernel does when memory is short."""
    pod, *_ = cluster.pods(namespace, f"app.kubernetes.io/component={component}")
    for container in pod["status"]["containerStatuses"]:
        kill(container["containerID"])


def kill_api_server(local: Local) -> None:
    (found,) = [part.pid for part in lifecycle.current(local.state).status() if part.name == "kube-apiserver"]
    assert found
    os.kill(found, signal.SIGKILL)
    lifecycle.up(local.state)


KILLED: Final[Mapping[str, Callable[[Local], None]]] = {
    "Prometheus": lambda local: kill(running(local.cluster, own.NAME)["containerID"]),
    "Traefik": lambda local: kill_one(local.cluster, "gateway", "gateway"),
    "the Rollouts controller": lambda local: kill_one(local.cluster, "argo-rollouts", "rollouts-controller"),
    "the API server": kill_api_server,
}
WATCHER: Final = "the watcher"


@pytest.mark.parametrize("who", KILLED)
def test_a_bad_release_is_aborted_though_somebody_is_killed_meanwhile(
    who: str, trial: Turn, local: Local, cluster: Cluster, figures: dict[str, Any]
) -> None:
    fail(trial, local, who)
    with gentle(trial) as load:
        with in_background(trial.serving.up) as failure:
            at_ten_percent(cluster)
            KILLED[who](local)
        entry = eventually(lambda: ledger(local)[-1], lambda last: last.event == "aborted", PATIENCE)
        eventually(lambda: canary_share(cluster), lambda share: share == 0, PATIENCE)
    assert isinstance(failure[0], EngineError)
    figures[f"{who} killed"] = spared(load.tally) | {"reason": entry.reason}
    assert trial.serving.served()["model_version"] == trial.old


def test_a_bad_release_is_aborted_though_nobody_watches_it_any_more(
    trial: Turn, local: Local, cluster: Cluster, figures: dict[str, Any]
) -> None:
    fail(trial, local, WATCHER)
    with gentle(trial) as load:
        assert trial.serving.kill("up", when=lambda: canary_share(cluster) == TENTH)
        pods = "--selector=app.kubernetes.io/component=verification"
        cluster.kubectl("-n", NAMESPACE, "delete", "pod", pods, "--grace-period=0", "--force")
        eventually(lambda: canary_share(cluster), lambda share: share == 0, PATIENCE)
        well(trial.serving.slipway("reconcile"))
    entry = ledger(local)[-1]
    assert entry.event == "aborted"
    assert "errors" in entry.reason
    figures[f"{WATCHER} killed"] = spared(load.tally) | {"reason": entry.reason}
    assert agreed(trial.serving) == trial.old


def fail(turn: Turn, local: Local, who: str) -> None:
    """Make the stack say a version that now and then fails, which takes a while to be told; nobody has tried it yet."""
    image = faulty(local, {"FAULT": "failing", "KILLED": who})
    turn.serving.configure(turn.old, None, **numbers(turn.serving), image=image)


def gentle(turn: Turn) -> Load:
    """Clients that try again, as nobody can do without who lose a gateway in the middle of their request."""
    right = {turn.old: near(turn.serving.answers())}
    return Load(f"{turn.serving.url}/predict", MANY / 2, right=right, retries=3)


def spared(tally: Tally) -> dict[str, Any]:
    """What became of the requests: none is lost but by the version that is bad."""
    assert all("a fault on purpose" in why for why in tally.lost), tally.lost
    return {"requests": tally.sent, "tried again": tally.retried, "lost": tally.lost.total()}


def faulty(local: Local, variables: Mapping[str, str]) -> str:
    """The service's image with a fault."""
    return derived(local.serving["image"], Path(faulty_service.__file__), variables)


def p99(serving: Serving, prometheus: Prometheus, rate: float) -> float:
    """What the slowest of a hundred answers takes, in seconds, under load."""
    of = f'namespace="{NAMESPACE}",model="{NAME}",status="success"'
    latency = f"sum by (le) (rate(model_prediction_latency_seconds_bucket{{{of}}}[1m]))"
    with Load(f"{serving.url}/predict", rate):
        time.sleep(KNOWN)
        (found,) = now(prometheus, f"histogram_quantile(0.99, {latency})")
    return value(found)
