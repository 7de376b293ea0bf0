from pathlib import Path

import pytest

from infra.serving.monitoring import recording
from infra.serving.monitoring.recording import in_flight
from infra.shared.rules import EVALUATION_SECONDS, Recording
from tests.infra.promtool import Look, Scene, counter, play
from tests.infra.serving.monitoring.served import NAME, OBJECTIVES, SERIES, told
from tests.infra.values import Object

pytestmark = pytest.mark.engine

GROUPS = [one for one in recording.groups(SERIES, tuple(OBJECTIVES.values())) if one.name in ("releases", "model")]
RECORDED = [rule.name for group in GROUPS for rule in group.rules if isinstance(rule, Recording)]
LABELS = 'model="maintenance-predictor", model_version="1.0.0", namespace="serving", release="1a2b"'
NEXT = 'namespace="serving",model="maintenance-predictor",model_version="1.1.0",release="3c4d"'
POD, OTHER, CANARY = (f"{NAME}-6c9f7d5b4-{end}" for end in ("aaaaa", "bbbbb", "ccccc"))
END = 585
"""Seconds after which rates of five minutes are what they should be."""


def labels(*more: str) -> str:
    return "{" + ", ".join([LABELS, *more]) + "}"


def latency(count: int, bounds: dict[str, int], metric: str, *matchers: str, pod: str = POD) -> dict[str, str]:
    """A histogram whose buckets grow by so much with each scrape."""
    return {
        told(f"{metric}_count", *matchers, pod=pod): counter((count, 40)),
        **{
            told(f"{metric}_bucket", *matchers, f'le="{bound}"', pod=pod): counter((grows, 40))
            for bound, grows in bounds.items()
        },
    }


def container(metric: str, pod: str, values: str, *, namespace: str = "serving", name: str = "model-server") -> Object:
    own = f'namespace="{namespace}",pod="{pod}",container="{name}",id="/kubepods/{pod}",node="here"'
    return {f"{metric}{{{own}}}": values}


def requests() -> Scene:
    statuses = {"success": 120, "error": 6, "deadline": 4, "invalid": 20, "shed": 40, "not_loaded": 10, "cancelled": 0}
    return Scene(
        name="requests",
        series={
            told("model_predictions_total", f'status="{status}"', pod=pod): counter((grows / 2, 40))
            for status, grows in statuses.items()
            for pod in (POD, OTHER)
        }
        | {
            told("model_predictions_total", 'status="success"', pod=CANARY, release=NEXT): counter((30, 40)),
            told("service_refusals_total", 'reason="queue"'): counter((15, 40)),
        },
        looks=[
            Look(END, "round(release:model_predictions:rate1m * 15, 0.001)", {
                **{labels(f'status="{status}"'): grows for status, grows in statuses.items()},
                f'{{{NEXT.replace(",", ", ")}, status="success"}}': 30,
            }),
            Look(END, "round(release:model_refusals:rate1m, 0.001)", {labels('reason="queue"'): 1}),
            Look(END, 'round(release:model_error_ratio:rate5m{release="1a2b"}, 0.001)', {labels(): 0.05}),
            Look(END, 'round(release:model_invalid_ratio:rate5m{release="1a2b"}, 0.001)', {labels(): 0.1}),
            Look(END, 'round(release:model_refused_ratio:rate5m{release="1a2b"}, 0.001)', {labels(): 0.25}),
        ],
    )  # fmt: skip


def answers() -> Scene:
    seconds = latency(
        100, {"0.01": 50, "0.1": 95, "0.25": 99, "+Inf": 100}, "model_prediction_latency_seconds", 'status="success"'
    )
    refused = latency(
        900, {"0.01": 900, "0.1": 900, "0.25": 900, "+Inf": 900}, "model_prediction_latency_seconds", 'status="shed"'
    )
    waited = latency(100, {"0.001": 50, "0.01": 99, "+Inf": 100}, "model_queue_delay_seconds")
    values = latency(40, {"0.1": 10, "0.5": 30, "+Inf": 40}, "model_prediction_value")
    found = {labels('le="0.1"'): 0.25, labels('le="0.5"'): 0.75, labels('le="+Inf"'): 1}
    spent = {told("model_prediction_latency_seconds_sum", 'status="success"'): counter((45, 40))}
    return Scene(
        name="answers",
        series=seconds | refused | waited | values | spent,
        looks=[
            Look(END, "round(release:model_prediction_latency_seconds:p50_5m, 0.0001)", {labels(): 0.01}),
            Look(END, "round(release:model_prediction_latency_seconds:p95_5m, 0.0001)", {labels(): 0.1}),
            Look(END, "round(release:model_prediction_latency_seconds:p99_5m, 0.0001)", {labels(): 0.25}),
            Look(END, "round(release:model_queue_delay_seconds:p50_5m, 0.0001)", {labels(): 0.001}),
            Look(END, "round(release:model_queue_delay_seconds:p99_5m, 0.0001)", {labels(): 0.01}),
            Look(END, "round(release:model_prediction_value:share5m, 0.001)", found),
            Look(END, "round(model:requests_in_flight:rate1m, 0.001)", {f'{{model="{NAME}", namespace="serving"}}': 3}),
        ],
    )


def pods() -> Scene:
    cpu, memory = "container_cpu_usage_seconds_total", "container_memory_working_set_bytes"
    longer = f"{NAME}-two-6c9f7d5b4-aaaaa"
    return Scene(
        name="pods",
        series={
            # One of both is still loading, and is a pod all the same.
            told("model_loaded", pod=POD): "1x40",
            told("model_loaded", pod=OTHER): "0x40",
            told("service_state", 'state="ready"', pod=POD): "1x40",
            told("service_state", 'state="ready"', pod=OTHER): "0x40",
            told("service_state", 'state="loading"', pod=OTHER): "1x40",
            **container(cpu, POD, counter((3, 40))),
            **container(cpu, OTHER, counter((6, 40))),
            # The kubelet's other page.
            f'{cpu}{{namespace="serving",pod="{POD}",container="model-server"}}': counter((3, 40)),
            **container(cpu, POD, counter((90, 40)), name="sidecar"),
            **container(cpu, POD, counter((90, 40)), namespace="elsewhere"),
            **container(cpu, longer, counter((90, 40))),
            **container(memory, POD, "700x40"),
            **container(memory, OTHER, "900x40"),
            **container(memory, longer, "9000x40"),
            **container("DCGM_FI_DEV_GPU_UTIL", POD, "40x40"),
            **container("DCGM_FI_DEV_GPU_UTIL", OTHER, "80x40"),
            **container("DCGM_FI_DEV_FB_USED", POD, "2x40"),
        },
        looks=[
            Look(END, "release:pods:sum + 0", {labels('state="ready"'): 1, labels('state="loading"'): 1}),
            Look(END, "round(release:container_cpu_usage_seconds:rate1m, 0.001)", {labels(): 0.6}),
            Look(END, "release:container_memory_working_set_bytes:max + 0", {labels(): 900}),
            Look(END, "round(release:gpu_utilization:avg, 0.001)", {labels(): 0.6}),
            Look(END, "release:gpu_memory_used_bytes:max + 0", {labels(): 2097152}),
            Look(END, "model:pods_ready:sum + 0", {f'{{model="{NAME}", namespace="serving"}}': 1}),
        ],
    )


def nothing() -> Scene:
    looks = [Look(END, name) for name in RECORDED if name != "model:pods_ready:sum"]
    none = Look(END, "model:pods_ready:sum + 0", {f'{{model="{NAME}", namespace="serving"}}': 0})
    return Scene(name="no pods", series={}, looks=[*looks, none])


def idle() -> Scene:
    """Pods whom nobody asks: where a ratio or a quantile would be one of nothing, there is none."""
    told_nothing = {
        **{told("model_predictions_total", f'status="{status}"'): "7x40" for status in ("success", "error", "shed")},
        told("service_refusals_total", 'reason="queue"'): "3x40",
        told("model_prediction_latency_seconds_sum", 'status="success"'): "9x40",
    }
    for metric in ("model_prediction_latency_seconds", "model_queue_delay_seconds", "model_prediction_value"):
        matchers = ['status="success"'] if "latency" in metric else []
        told_nothing |= {told(f"{metric}_bucket", *matchers, f'le="{bound}"'): "5x40" for bound in ("0.1", "+Inf")}
        told_nothing |= {told(f"{metric}_count", *matchers): "5x40"}
    rates = {"release:model_predictions:rate1m", "release:model_refusals:rate1m", "model:requests_in_flight:rate1m"}
    pods_of = {name for name in RECORDED if "pods" in name or "container" in name or "gpu" in name}
    looks = [Look(END, name) for name in RECORDED if name not in rates | pods_of]
    assert len(looks) == 9
    return Scene(
        name="nobody asks",
        series=told_nothing,
        looks=[*looks, *(Look(END, f"sum({name})", {"{}": 0}) for name in rates)],
    )


def restarted() -> Scene:
    """A pod whose counters begin anew in the middle of the window: no rate is negative, or as large as the counter."""
    before, after = counter((30, 20)), counter((30, 20))
    return Scene(
        name="counters begin anew",
        series={
            told("model_predictions_total", 'status="success"'): f"{before} {after}",
            told("model_predictions_total", 'status="error"'): "0x39",
            told("service_refusals_total", 'reason="queue"'): f"{before} {after}",
            told("model_prediction_latency_seconds_sum", 'status="success"'): f"{before} {after}",
        },
        looks=[
            # At 330 s the windows of a minute have it in them, and those of five as well.
            Look(
                330,
                'round(release:model_predictions:rate1m{status="success"} * 15, 10)',
                {labels('status="success"'): 20},
            ),
            Look(330, "round(release:model_refusals:rate1m * 15, 10)", {labels('reason="queue"'): 20}),
            Look(330, "release:model_error_ratio:rate5m + 0", {labels(): 0}),
            Look(330, "round(model:requests_in_flight:rate1m, 0.5)", {f'{{model="{NAME}", namespace="serving"}}': 1.5}),
        ],
    )


def test_what_is_recorded_is_what_happened(tmp_path: Path) -> None:
    scenes = [requests(), answers(), pods(), nothing(), idle(), restarted()]
    looked_at = " ".join(look.query for scene in (requests(), answers(), pods()) for look in scene.looks)
    assert [name for name in RECORDED if name not in looked_at] == []
    play(tmp_path, GROUPS, scenes)


def test_a_rule_comes_after_those_that_it_uses() -> None:
    known: set[str] = set()
    for group in recording.groups(SERIES, tuple(OBJECTIVES.values())):
        for rule in group.rules:
            assert isinstance(rule, Recording)
            used = {part.partition("{")[0] for part in rule.expression.replace("(", " ").split() if ":" in part}
            assert {name for name in used if name.startswith(("model:", "release:"))} <= known
            known.add(rule.name)


def test_what_adds_up_recorded_rates_knows_how_often_they_are_recorded() -> None:
    (group,) = [
        one
        for one in recording.groups(SERIES, tuple(OBJECTIVES.values()))
        if "model:slo_errors:rate5m" in [rule.name for rule in one.rules]
    ]
    assert group.every_seconds == EVALUATION_SECONDS


def test_the_autoscaler_asks_for_what_is_recorded() -> None:
    (recorded,) = [rule for one in GROUPS for rule in one.rules if rule.name == "model:requests_in_flight:rate1m"]
    assert recorded.expression == in_flight(SERIES)
