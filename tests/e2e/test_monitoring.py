"""What runs is seen, and what sees it outlives its own faults."""

import copy
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import pytest

from infra.platform import gateway, rollouts
from infra.platform.autoscaler import metrics_api
from infra.platform.autoscaler import operator as keda
from infra.platform.monitoring import alertmanager, operator
from infra.platform.monitoring import prometheus as own
from panels import table
from sandbox.errors import SandboxError
from sandbox.journey import questions
from slipway.errors import SlipwayError
from slipway.monitoring.prometheus import Prometheus, Series
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.containers import kill
from tests.e2e.load import Load
from tests.e2e.serving import NAME, NAMESPACE, Serving

pytestmark = pytest.mark.e2e

RATE: Final = 20.0  # requests per second: little, so that whatever else is tested goes on as it was
WITHIN: Final = 600.0
"""Seconds until everything was scraped, added up over its windows and looked at; only a hang takes as long."""

OF_PLATFORM: Final = {
    "kubelet", keda.NAME, metrics_api.NAME, own.NAME, alertmanager.NAME, operator.NAME, rollouts.NAME, gateway.NAME,
}  # fmt: skip
ALERTS: Final = f"/api/v1/namespaces/monitoring/services/{alertmanager.SERVICE}:{alertmanager.PORT}/proxy/api/v2/alerts"
WATCHING: Final = {"podmonitor", "prometheusrule", "scaledobject"}

_OURS: Final = f'namespace="{NAMESPACE}",model="{NAME}"'
_LATENCY: Final = "release:model_prediction_latency_seconds"
_VALUES: Final = "release:model_prediction_value:share5m"


def test_every_query_of_every_panel_has_an_answer_after_some_traffic(e2e: Serving, prometheus: Prometheus) -> None:
    asked = {
        (panel.key, query.of(NAMESPACE, NAME))
        for panel in table.panels()
        if not panel.optional  # a GPU's: there is none
        for query in panel.queries
    }

    def unanswered() -> set[tuple[str, str]]:
        return {(key, query) for key, query in asked if not now(prometheus, query)}

    with Load(f"{e2e.url}/predict", RATE):
        eventually(unanswered, lambda found: not found, WITHIN)


def test_machines_get_the_dashboard_of_both_stacks(e2e: Serving, cluster: Cluster) -> None:
    command = [sys.executable, "-m", "slipway", "dashboard", "--json", "--range=15m"]
    wanted = {panel.key for panel in table.panels() if not panel.optional}

    def told() -> dict[str, set[str]]:
        """The panels of each model that have something to show."""
        done = subprocess.run(
            [*command, f"--kubeconfig={cluster.access.kubeconfig}"], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            return {"": {done.stderr}}
        document: dict[str, Any] = json.loads(done.stdout)
        panels = [panel for model in document["models"] for panel in model["panels"].values()]
        unanswered = [one for one in (document["alerts_missing"], *(panel["missing"] for panel in panels)) if one]
        if unanswered:
            return {"": {one["why"] for one in unanswered}}
        return {
            f"{model['namespace']}/{model['model']}": {key for key, one in model["panels"].items() if one["series"]}
            for model in document["models"]
        }

    with Load(f"{e2e.url}/predict", RATE):
        found = eventually(told, lambda models: wanted <= models.get(f"{NAMESPACE}/{NAME}", set()), WITHIN)
    assert f"serving/{NAME}" in found


def test_everything_that_is_to_be_scraped_is(e2e: Serving, prometheus: Prometheus) -> None:
    e2e.settle()
    wanted = OF_PLATFORM | {f"{NAMESPACE}/{NAME}", f"serving/{NAME}"}

    def scraped() -> dict[str, float]:
        """Each job's worst target."""
        return {one.labels["job"]: value(one) for one in now(prometheus, "min by (job) (up)")}

    # While pods come and go, some are on the list that aren't there.
    eventually(scraped, lambda found: wanted <= found.keys() and set(found.values()) == {1.0}, WITHIN)


def all_shares(found: Sequence[Series]) -> bool:
    """Whether each release's buckets hold more and more, and the last of them everything."""
    of_release: dict[str, list[tuple[float, float]]] = {}
    for one in found:
        of_release.setdefault(one.labels["release"], []).append((float(one.labels["le"]), value(one)))
    shares = [[share for _, share in sorted(buckets)] for buckets in of_release.values()]
    return all(len(one) > 1 and one == sorted(one) and one[-1] == pytest.approx(1) for one in shares)


def between(least: float, most: float = math.inf) -> Callable[[Sequence[Series]], bool]:
    """Whether all are larger than `least` and smaller than `most`."""
    return lambda found: all(least < value(one) < most for one in found)


@pytest.mark.parametrize(
    ("query", "right"),
    [
        pytest.param(f"{_LATENCY}:p50_5m{{{_OURS}}}", between(0), id="p50"),
        pytest.param(f"{_LATENCY}:p95_5m{{{_OURS}}} >= {_LATENCY}:p50_5m", between(0), id="p95"),
        pytest.param(f"{_LATENCY}:p99_5m{{{_OURS}}} >= {_LATENCY}:p95_5m", between(0), id="p99"),
        pytest.param(f"{_VALUES}{{{_OURS}}}", all_shares, id="distribution of predictions"),
        pytest.param(f"release:container_cpu_usage_seconds:rate1m{{{_OURS}}}", between(0), id="CPU"),
        pytest.param(
            f"release:container_memory_working_set_bytes:max{{{_OURS}}}",
            between(50 * 2**20, 1536 * 2**20),  # a Python program with TensorFlow, within its limit
            id="memory",
        ),
    ],
)
def test_what_the_article_tracks_comes_from_one_query(
    query: str, right: Callable[[Sequence[Series]], bool], e2e: Serving, prometheus: Prometheus
) -> None:
    with Load(f"{e2e.url}/predict", RATE):
        eventually(lambda: now(prometheus, query), lambda found: bool(found) and right(found), WITHIN)


@pytest.mark.usefixtures("e2e")
@pytest.mark.parametrize("name", [own.NAME, alertmanager.NAME, operator.NAME])
def test_what_watches_is_killed_and_goes_on(name: str, cluster: Cluster, prometheus: Prometheus) -> None:
    recorded = f"model:pods_ready:sum{{{_OURS}}}"

    def since(series: str, moment: float) -> bool:
        """Whether it was scraped or recorded after that, and is not 0."""
        return any(value(one) > moment for one in now(prometheus, f"timestamp({series}) and {series} > 0"))

    eventually(lambda: bool(now(prometheus, recorded)), bool, WITHIN)
    before = time.time()
    container = running(cluster, name)
    kill(container["containerID"])
    eventually(
        lambda: running(cluster, name),
        lambda found: found["restartCount"] > container["restartCount"] and found["ready"],
        WITHIN,
    )
    back = time.time()

    eventually(lambda: since(recorded, back), bool, WITHIN)
    eventually(lambda: since(f'up{{job="{name}"}}', back), bool, WITHIN)
    # Whom Prometheus tells still knows what always fires: rules are computed, and their alerts arrive.
    eventually(lambda: firing(cluster), lambda found: "Watchdog" in found, WITHIN)
    # A series whose rules were taken away and brought back by the test before may be marked as ended for a moment.
    assert prometheus.now(f"last_over_time({recorded}[1m])", before), "what was recorded before is lost"


@pytest.mark.usefixtures("no_preview")
def test_a_stack_may_do_without_being_watched(e2e: Serving, cluster: Cluster) -> None:
    version = e2e.settle()
    watched = e2e.base
    e2e.base = copy.deepcopy(watched)
    del e2e.base["config"]["slipway:monitoring"]
    for model in e2e.base["config"]["slipway:models"].values():
        model["scaling"].pop("requestsInFlight", None)
    try:
        e2e.release(version)
        assert not WATCHING & kinds(cluster)
        # KEDA takes its own autoscaler away a moment after it was told to.
        eventually(lambda: autoscalers(cluster), lambda found: found == [NAME], WITHIN)
        assert len(questions.ask(e2e.url, patience=60)) == len(questions.READINGS)
    finally:
        e2e.base = watched
        e2e.release(version)
    assert kinds(cluster) >= WATCHING
    eventually(lambda: autoscalers(cluster), lambda found: found == [f"keda-hpa-{NAME}"], WITHIN)


def now(prometheus: Prometheus, query: str) -> list[Series]:
    """What a query gives; nothing where nobody answers, because somebody was killed or is being replaced."""
    try:
        return prometheus.now(query, time.time())
    except SlipwayError:
        return []


def value(series: Series) -> float:
    """The number that a query gave."""
    ((_, found),) = series.samples
    return math.nan if found is None else found


def running(cluster: Cluster, name: str) -> dict[str, Any]:
    """The status of a part's container, which is called like the part."""
    (pod,) = cluster.pods("monitoring", f"app.kubernetes.io/name={name}")
    (found,) = (one for one in pod["status"]["containerStatuses"] if one["name"] == name)
    return found


def firing(cluster: Cluster) -> set[str]:
    """The names of the alerts that Alertmanager knows."""
    try:
        alerts: Any = cluster.get(ALERTS)
    except SandboxError:
        return set()
    return {one["labels"]["alertname"] for one in alerts}


def kinds(cluster: Cluster) -> set[str]:
    """The kinds of what the stack has made."""
    return {name.split("/")[0].split(".")[0] for name in cluster.left(NAMESPACE)}


def autoscalers(cluster: Cluster) -> list[str]:
    """The names of a model's autoscalers, whoever has made them."""
    path = f"/apis/autoscaling/v2/namespaces/{NAMESPACE}/horizontalpodautoscalers"
    found = cluster.get(path, f"app.kubernetes.io/name={NAME}")["items"]
    return [one["metadata"]["name"] for one in found]
