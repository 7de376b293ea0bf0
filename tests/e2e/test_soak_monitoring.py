"""What monitoring promises over long times: `make soak`. Its figures land in docs/figures/monitoring.json."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from infra.serving.autoscaling import CPU_PERCENT, MEMORY_PERCENT
from sandbox.journey import journey, questions
from service.predictions import SHORTEST, TIMEOUT
from slipway.monitoring.prometheus import Prometheus
from tests.e2e import slow_model
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Local
from tests.e2e.load import Load
from tests.e2e.serving import MODEL, NAMESPACE, OTHER, Serving
from tests.e2e.test_monitoring import now, value
from tests.e2e.test_scaling import used
from tests.e2e.test_soak import CALM
from tests.figures import recorded

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

PATIENCE: Final = 900.0
"""Seconds for whatever is waited for; only a hang takes as long."""

ORDINARY: Final = 1200.0
"""Seconds of ordinary load. The issue speaks of an hour; what would take that long plays against promtool's clock."""

BURNING: Final = 420.0
"""Seconds of failures: the shortest window, and a while for what is recorded to be of nothing else."""
GOOD: Final = 4.75  # requests per second that the slow model answers with time to spare
BAD_EVERY: Final = 4.0  # seconds; with the others, one of twenty requests
NEAR: Final = 0.1
"""A burn rate may be off by so much: a window's ends lie between two scrapes."""

RATE: Final = 2.0
GROWTH: Final = 0.02  # requests per second that each second adds
BURST: Final = 16
"""Requests that come at a time. Each of two pods has eight then, most of which wait, and is done with them before the
next come: it has much to do at a time, and its processor little in all."""

_SLOW: Final = slow_model.NAME.replace("_", "-")
_OF_SLOW: Final = f'{{namespace="{NAMESPACE}",model="{_SLOW}"}}'
_ALERTS: Final = 'ALERTS{alertstate="firing",%s}'


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    with recorded(request.session, "monitoring", 0, ("ordinary load", "errors", "slow model")) as found:
        yield found


@pytest.fixture
def slow(e2e: Serving, local: Local) -> Iterator[str]:
    """Where a slow model answers; it takes the place of the second one, since the node has two cores to give."""
    version = e2e.settle()
    digest = journey.publish(slow_model.bundle(local.state), "1.0.0", local.platform["modelStore"])
    models: dict[str, Any] = e2e.base["config"]["slipway:models"]
    route = f"/{NAMESPACE}/{_SLOW}"
    numbers = models[MODEL]
    second = models.pop(OTHER)
    models[slow_model.NAME] = numbers | {
        "version": "1.0.0",
        "manifest": digest,
        "route": route,
        # So little for a model with so much to compute that a second pod is as much again.
        "resources": {kind: numbers["resources"][kind] | {"cpu": "250m"} for kind in ("requests", "limits")},
        "scaling": numbers["scaling"] | {"minReplicas": 2, "maxReplicas": 3, "requestsInFlight": 1},
    }
    try:
        e2e.release(version)
        yield f"{e2e.gateway}{route}"
    finally:
        del models[slow_model.NAME]
        models[OTHER] = second
        e2e.release(version)


def test_ordinary_load_pages_nobody(local: Local, prometheus: Prometheus, figures: dict[str, Any]) -> None:
    # Of the user's model: to the tests' own, other tests do what pages.
    pages = _ALERTS % f'severity="page",namespace!="{NAMESPACE}"'
    eventually(lambda: now(prometheus, pages), lambda found: not found, PATIENCE)
    begun = time.time()
    with Load(f"{local.serving['models'][MODEL]['url']}/predict", CALM) as load:
        time.sleep(ORDINARY)
    paged = [one.labels["alertname"] for one in prometheus.over(pages, begun, time.time(), 15)]

    figures["ordinary load"] = {
        "seconds": ORDINARY, "requests/s": CALM, "requests": load.tally.sent, "lost": load.tally.lost.total(),
        "pages": len(paged),
    }  # fmt: skip
    assert load.tally.lost == {}
    assert paged == []
    # Those that are not there could have been seen.
    assert prometheus.over(_ALERTS % 'alertname="Watchdog"', begun, time.time(), 15)


def test_five_percent_of_errors_burn_as_computed(slow: str, prometheus: Prometheus, figures: dict[str, Any]) -> None:
    # Who has no time is refused with 503, which its caller was owed an answer for.
    hurried = {TIMEOUT.decode(): f"{SHORTEST:g}"}
    bad = Counter[int]()
    begun = due = time.monotonic()
    with httpx.Client() as client, Load(f"{slow}/predict", GOOD) as load:
        while due < begun + BURNING:
            bad[client.post(f"{slow}/predict", json=questions.READINGS[0], headers=hurried).status_code] += 1
            due += BAD_EVERY
            time.sleep(max(0.0, due - time.monotonic()))
        (burn,) = now(
            prometheus, f"model:slo_errors:ratio_rate5m{_OF_SLOW} / (1 - model:slo_errors:objective{_OF_SLOW})"
        )
        (objective,) = now(prometheus, f"model:slo_errors:objective{_OF_SLOW}")
        (page,) = now(prometheus, _ALERTS % f'alertname="ModelErrorsBurnBudget",model="{_SLOW}",window="1h"')

    share = bad.total() / (bad.total() + load.tally.sent)
    computed = share / (1 - value(objective))
    figures["errors"] = {
        "share (%)": round(100 * share, 2), "computed burn": round(computed, 1), "recorded burn": round(value(burn), 1),
    }  # fmt: skip
    assert set(bad) == {503}
    assert load.tally.lost == {}
    assert value(burn) == pytest.approx(computed, rel=NEAR)
    assert page.labels["severity"] == "page"


def test_a_slow_model_gets_pods_before_it_refuses_and_gives_them_back(
    slow: str, cluster: Cluster, figures: dict[str, Any]
) -> None:
    def status() -> dict[str, Any]:
        return cluster.autoscaler(NAMESPACE, _SLOW)

    def serving() -> int:
        return len(cluster.pods_behind(NAMESPACE, f"{_SLOW}-stable"))

    # Its start was work enough for more pods: until that is forgotten, nothing is to be seen of the load.
    eventually(
        lambda: (serving(), status()),
        lambda found: found[0] == 2 and found[1]["desiredReplicas"] == 2 and "cpu" in used(found[1]),
        PATIENCE,
    )
    begun = time.monotonic()
    with Load(f"{slow}/predict", RATE, growth=GROWTH, burst=BURST) as load:
        asked = eventually(status, lambda found: found["desiredReplicas"] > 2, PATIENCE)
        rate = RATE + GROWTH * (time.monotonic() - begun)
        eventually(serving, lambda count: count > 2, PATIENCE)
        served = RATE + GROWTH * (time.monotonic() - begun)
    eventually(serving, lambda count: count == 2, PATIENCE)

    figures["slow model"] = {
        "pods asked for at (requests/s)": round(rate, 1), "more served at (requests/s)": round(served, 1),
        "requests": load.tally.sent, "lost": load.tally.lost.total(), "processor (%)": used(asked)["cpu"],
    }  # fmt: skip
    assert load.tally.lost == {}
    # By the requests that it had at a time: neither processor nor memory would have brought any.
    assert used(asked)["cpu"] <= CPU_PERCENT
    assert used(asked)["memory"] <= MEMORY_PERCENT
