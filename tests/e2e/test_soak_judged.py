"""Ways back and what comes between, by the command line: `make soak`. Its figures land in docs/figures/judged.json."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from slipway.releases.changing import Aborted
from tests.e2e import faulty_service
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Local, Turn, begun
from tests.e2e.derived import derived
from tests.e2e.load import Load
from tests.e2e.serving import NAME, NAMESPACE, Serving
from tests.e2e.test_faults import PODS
from tests.e2e.test_judged import ALL, agreed, ending, ledger, well
from tests.e2e.test_release import at_ten_percent, canary_share
from tests.figures import recorded

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

SEED: Final = 20261129
RATE: Final = 40.0  # requests per second
PATIENCE: Final = 300.0
"""Seconds for whatever is waited for; only a hang takes as long."""
OFTEN: Final = 0.05  # seconds between two looks where seconds are measured

TIMES: Final = 3
FROM_COMMAND: Final = 15.0
FROM_CHANGE: Final = 5.0
"""Seconds until everyone has the old version again: from the command, and from the change in the cluster."""

DRAWN: Final = (
    "release",
    "release",
    "release",
    "release",
    "abort",
    "abort",
    "abort",
    "rollback",
    "rollback",
    "rollback",
)


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    with recorded(request.session, "judged", SEED, ["rollbacks", "cold", "any order"]) as found:
        yield found


def test_a_rollback_in_the_bake_time_takes_seconds(
    e2e: Serving,
    local: Local,
    cluster: Cluster,
    right: Mapping[str, Sequence[object]],
    figures: dict[str, Any],
    no_preview: None,
) -> None:
    from_command: list[float] = []
    from_change: list[float] = []
    for _ in range(TIMES):
        turn = begun(e2e, local, e2e.judged())
        with (
            Load(f"{e2e.url}/predict", RATE, right=right) as load,
            ending(e2e, Aborted.exit_code, "release", f"--model={turn.new}"),
        ):
            eventually(lambda: canary_share(cluster), lambda share: share == ALL, PATIENCE)
            told = time.monotonic()
            with ending(e2e, 0, "rollback"):
                eventually(lambda: is_aborted(cluster), bool, PATIENCE, every=OFTEN)
                changed = time.monotonic()
        assert load.tally.lost == {}
        assert agreed(e2e) == turn.old
        last = load.tally.releases[ledger(local)[-1].release][-1]
        from_command.append(round(last - told, 2))
        from_change.append(round(last - changed, 2))
    figures["rollbacks"] = {"from the command (s)": from_command, "from the change (s)": from_change}
    assert max(from_command) <= FROM_COMMAND
    assert max(from_change) <= FROM_CHANGE


def test_a_rollback_to_pods_that_are_gone_waits_for_new_ones(
    judged: Turn, local: Local, cluster: Cluster, right: Mapping[str, Sequence[object]], figures: dict[str, Any]
) -> None:
    serving = judged.serving
    well(serving.slipway("release", f"--model={judged.new}"))
    old = f"{PODS},app.kubernetes.io/version={judged.old}"
    eventually(lambda: cluster.pods(NAMESPACE, old), lambda pods: not pods, PATIENCE)
    new = serving.served()["release"]
    with Load(f"{serving.url}/predict", RATE, right=right) as load:
        told = time.monotonic()
        well(serving.slipway("rollback"))
    assert load.tally.lost == {}
    assert agreed(serving) == judged.old
    figures["cold"] = {"from the command (s)": round(load.tally.releases[new][-1] - told, 1)}


def test_releases_aborts_and_rollbacks_in_any_order_lose_nothing_and_leave_all_agreed(
    judged: Turn, local: Local, cluster: Cluster, right: Mapping[str, Sequence[object]], figures: dict[str, Any]
) -> None:
    serving, served = judged.serving, [judged.old]
    turns = drawn(random.Random(SEED))  # noqa: S311 (a seed, so that a failure can be repeated)
    with Load(f"{serving.url}/predict", RATE, right=right) as load:
        for number, what in enumerate(turns):
            if what == "rollback":
                served.pop()
                well(serving.slipway("rollback"))
            else:
                (version,) = set(right) - {served[-1]}
                # Of an image of its own: one that nobody has tried yet, so that it walks the stages.
                wish = (f"--model={version}", f"--image={another(local, number)}")
                if what == "release":
                    served.append(version)
                    well(serving.slipway("release", *wish))
                else:
                    aborted(serving, cluster, wish)
            assert agreed(serving) == served[-1], f"after {what}, number {number + 1} of {turns}"
    figures["any order"] = {"done": turns, "requests": load.tally.sent, "lost": load.tally.lost.total()}
    assert load.tally.lost == {}
    assert set(load.tally.versions) == set(right)
    assert set(load.tally.releases) <= {one.release for one in ledger(local)}


def drawn(chance: random.Random) -> list[str]:
    """What is done in turn, by chance, but for ways back where there is none."""
    while True:
        turns: list[str] = chance.sample(DRAWN, len(DRAWN))
        before = [turns[:end] for end in range(1, len(turns) + 1)]
        if all(one.count("rollback") <= one.count("release") for one in before):
            return turns


def aborted(serving: Serving, cluster: Cluster, wish: Sequence[str]) -> None:
    """Release something, and abort it by hand as soon as anybody gets it."""
    with ending(serving, Aborted.exit_code, "release", *wish):
        at_ten_percent(cluster)
        well(serving.slipway("abort", "--reason=on purpose"))


def another(local: Local, number: int) -> str:
    """The service in another image."""
    return derived(local.serving["image"], Path(faulty_service.__file__), {"FAULT": "none", "NUMBER": str(number)})


def is_aborted(cluster: Cluster) -> bool:
    """Whether the cluster was told to abort what it tries."""
    return bool(cluster.rollout(NAMESPACE, NAME)["status"].get("abort"))
