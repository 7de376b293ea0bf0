"""Releases of versions that are alike, live: `make soak`. Its figures land in docs/figures/alike.json."""

import time
from collections.abc import Iterator
from math import sqrt
from typing import Any, Final

import pytest

from sandbox.pulumi import EngineError
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Local, Turn, begun
from tests.e2e.load import Load
from tests.e2e.serving import Change, Serving, near
from tests.e2e.test_judged import ledger
from tests.e2e.test_release import TENTH, at_ten_percent, canary_share, in_background
from tests.figures import recorded

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

REQUESTS: Final = 20_000
"""Whose share is counted."""
MANY: Final = 200.0  # requests per second: so many of them take less than two minutes
LONG: Final = 160  # seconds of the stage that they are counted in
SETTLED: Final = 5.0  # seconds after which all of the gateway knows the canary's share
DEVIATIONS: Final = 2.576
"""Of 99 % of normal numbers, to both sides."""

FIXED: Final[dict[str, Change]] = {"scaling": {"maxReplicas": 2}}
"""No more pods for more requests: in the bake time this machine has no room for twice as many."""

RELEASES: Final = 20
RATE: Final = 40.0  # requests per second


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    with recorded(request.session, "alike", 0, ["share", "canaries"]) as found:
        yield found


def cache(number: int) -> str:
    """Another room for the model than in the committed numbers: enough of a change for a release."""
    return f"{257 + number}Mi"


def test_the_canary_gets_its_share_of_the_requests(
    e2e: Serving, local: Local, cluster: Cluster, figures: dict[str, Any], no_preview: None
) -> None:
    numbers = e2e.judged(steps=[{"weight": TENTH, "seconds": LONG}]) | FIXED
    turn = begun(e2e, local, numbers)
    right = {turn.old: near(e2e.answers())}
    e2e.configure(turn.old, None, **numbers, cache=cache(0))
    with Load(f"{e2e.url}/predict", MANY, right=right) as load, in_background(e2e.up) as failure:
        at_ten_percent(cluster)
        time.sleep(SETTLED)
        first, sent = time.monotonic(), load.tally.sent
        eventually(lambda: load.tally.sent - sent, lambda found: found > 1.01 * REQUESTS, LONG)
        last = time.monotonic()
        assert canary_share(cluster) == TENTH
    assert not failure
    assert load.tally.lost == {}
    # By now it is the one that serves.
    new = e2e.served()["release"]
    counted = {release: sum(first <= at < last for at in when) for release, when in load.tally.releases.items()}
    total = sum(counted.values())
    figures["share"] = {"requests": total, "canary": counted[new], "share (%)": round(100 * counted[new] / total, 3)}
    assert total >= REQUESTS
    expected = TENTH / 100
    assert abs(counted[new] - expected * total) <= DEVIATIONS * sqrt(total * expected * (1 - expected))


def test_no_release_of_the_same_is_aborted(judged: Turn, local: Local, figures: dict[str, Any]) -> None:
    serving = judged.serving
    right = {judged.old: near(serving.answers())}
    aborted: list[str] = []
    requests = lost = 0
    for number in range(1, RELEASES + 1):
        with Load(f"{serving.url}/predict", RATE, right=right) as load:
            try:
                serving.release(judged.old, **serving.judged(), **FIXED, cache=cache(number))
            except EngineError:
                aborted.append(ledger(local)[-1].reason)
        requests, lost = requests + load.tally.sent, lost + load.tally.lost.total()
    promoted = sum(one.event == "promoted" for one in ledger(local))
    figures["canaries"] = {
        "releases": RELEASES, "aborted": len(aborted), "why": aborted, "requests": requests, "lost": lost,
    }  # fmt: skip
    assert aborted == []
    assert promoted == 1 + RELEASES  # and the one that was there
    assert lost == 0
