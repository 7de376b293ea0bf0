"""What is recorded of a model, for each of its releases: requests, errors, latency, answers, processor and memory.

In a canary there are two releases, and what compares them reads these series. A ratio or a quantile of nothing is no
number: where nothing was asked, there is no series.
"""

from collections.abc import Iterator

from infra.serving.monitoring.objectives import LONG, QUICK, SLOW, Objective
from infra.serving.monitoring.series import RELEASE, Series
from infra.shared.rules import Group, Recording


def groups(series: Series, objectives: tuple[Objective, ...]) -> list[Group]:
    """The recording rules of a model."""
    return [
        Group(name="releases", rules=[*_requests(series), *_answers(series), *_pods(series)]),
        Group(name="model", rules=list(_model(series))),
        Group(name="objectives", rules=[rule for one in objectives for rule in one.windows(QUICK)]),
        Group(
            name="budgets",
            rules=[rule for one in objectives for rule in (*one.windows(SLOW | LONG), *one.budgets())],
            every_seconds=60,
        ),
    ]


def in_flight(series: Series) -> str:
    """Requests that a model has at a time, on average over a minute: by Little's law, seconds spent per second.

    The gauge would tell of the moments of its scrapes alone, and counts requests whose body is still on its way, which
    a client can hold up as long as it likes.
    """
    return f"sum(rate({series.of('model_prediction_latency_seconds_sum', window='1m')}))"


def _requests(series: Series) -> Iterator[Recording]:
    def rate(metric: str, *matchers: str, window: str, by: str = "") -> str:
        return f"sum by ({RELEASE}{by}) (rate({series.of(metric, *matchers, window=window)}))"

    yield Recording(
        name="release:model_predictions:rate1m",
        expression=rate("model_predictions_total", window="1m", by=", status"),
    )
    yield Recording(
        name="release:model_refusals:rate1m",
        expression=rate("service_refusals_total", window="1m", by=", reason"),
    )
    every = rate("model_predictions_total", window="5m")
    for name, status in (("error", "error|deadline"), ("invalid", "invalid"), ("refused", "shed|not_loaded")):
        some = rate("model_predictions_total", f'status=~"{status}"', window="5m")
        yield Recording(name=f"release:model_{name}_ratio:rate5m", expression=f"{some} / ({every} > 0)")


def _answers(series: Series) -> Iterator[Recording]:
    def quantile(part: str, metric: str, *matchers: str) -> str:
        rate = f"rate({series.of(f'{metric}_bucket', *matchers, window='5m')})"
        return f"histogram_quantile({part}, sum by ({RELEASE}, le) ({rate})) >= 0"

    latency, delay = "model_prediction_latency_seconds", "model_queue_delay_seconds"
    for name, part in (("p50", "0.5"), ("p95", "0.95"), ("p99", "0.99")):
        yield Recording(name=f"release:{latency}:{name}_5m", expression=quantile(part, latency, 'status="success"'))
    for name, part in (("p50", "0.5"), ("p99", "0.99")):
        yield Recording(name=f"release:{delay}:{name}_5m", expression=quantile(part, delay))
    below = f"sum by ({RELEASE}, le) (rate({series.of('model_prediction_value_bucket', window='5m')}))"
    every = f"sum by ({RELEASE}) (rate({series.of('model_prediction_value_count', window='5m')}))"
    yield Recording(
        name="release:model_prediction_value:share5m",
        expression=f"{below} / ignoring (le) group_left () ({every} > 0)",
    )


def _pods(series: Series) -> Iterator[Recording]:
    def by_release(operation: str, per_pod: str) -> str:
        # The kubelet and the GPU's exporter know pods; which release a pod is of, it says itself.
        release = f"group by ({RELEASE}, pod) ({series.of('model_loaded')})"
        joined = f"{per_pod} * on (namespace, pod) group_left (model, model_version, release) {release}"
        return f"{operation} by ({RELEASE}) ({joined})"

    # The kubelet has them on another page as well, without an id.
    cpu = series.of_containers("container_cpu_usage_seconds_total", 'id!=""', window="1m")
    memory = series.of_containers("container_memory_working_set_bytes")
    busy, held = (series.of_containers(f"DCGM_FI_DEV_{one}") for one in ("GPU_UTIL", "FB_USED"))
    yield Recording(name="release:pods:sum", expression=f"sum by ({RELEASE}, state) ({series.of('service_state')})")
    yield Recording(
        name="release:container_cpu_usage_seconds:rate1m",
        expression=by_release("sum", f"sum by (namespace, pod) (rate({cpu}))"),
    )
    yield Recording(
        name="release:container_memory_working_set_bytes:max",
        expression=by_release("max", f"max by (namespace, pod) ({memory})"),
    )
    # Of NVIDIA's DCGM exporter, where there is one: percent, and MiB.
    yield Recording(
        name="release:gpu_utilization:avg",
        expression=by_release("avg", f"avg by (namespace, pod) ({busy}) / 100"),
    )
    yield Recording(
        name="release:gpu_memory_used_bytes:max",
        expression=by_release("max", f"max by (namespace, pod) ({held}) * 1048576"),
    )


def _model(series: Series) -> Iterator[Recording]:
    ready = series.of("service_state", 'state="ready"')
    yield Recording(
        name="model:pods_ready:sum",
        # Always there, so that what looks at it needs no second rule for pods that are gone.
        expression=f"sum({ready}) or vector(0)",
        labels=series.labels,
    )
    yield Recording(name="model:requests_in_flight:rate1m", expression=in_flight(series), labels=series.labels)
