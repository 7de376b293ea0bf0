"""The table of panels. Each asks only for what is recorded (infra/serving/monitoring), so that looking costs little."""

from collections.abc import Iterator
from typing import Final

from panels.panel import Kind, Levels, Panel, Query, Section, Unit

MODELS: Final = "group by (namespace, model) (model:pods_ready:sum)"
"""Which models there are: of each served one it is recorded how many pods are ready, be it none."""

_RELEASE: Final = "{{model_version}} · {{release}}"


def _lines(key: str, title: str, unit: Unit, about: str, *queries: Query, optional: bool = False) -> Panel:
    return Panel(key=key, title=title, about=about, unit=unit, kind=Kind.LINES, queries=queries, optional=optional)


def _tile(key: str, title: str, unit: Unit, about: str, expression: str, levels: Levels | None = None) -> Panel:
    query = Query(expression=expression, legend="")
    return Panel(key=key, title=title, about=about, unit=unit, kind=Kind.TILE, queries=(query,), levels=levels)


def _of_each_release(recorded: str, named: str = "") -> Query:
    return Query(expression=recorded, legend=f"{named} {_RELEASE}".strip())


_BUDGET: Final = Levels(warning=0.25, bad=0)

TILES: Final = (
    _tile(
        "budget_errors",
        "Budget left: answered",
        Unit.SHARE,
        "What is left of the errors that the objective allows in thirty days. Below zero, it is broken.",
        "model:slo_errors:budget_remaining30d{$model}",
        _BUDGET,
    ),
    _tile(
        "budget_slow",
        "Budget left: in time",
        Unit.SHARE,
        "What is left of the slow answers that the objective allows in thirty days. Below zero, it is broken.",
        "model:slo_slow:budget_remaining30d{$model}",
        _BUDGET,
    ),
    _tile(
        "rate",
        "Predictions",
        Unit.PER_SECOND,
        "Requests for predictions, however they ended, over the last minute.",
        "sum(release:model_predictions:rate1m{$model})",
    ),
    _tile(
        "p99",
        "p99 latency",
        Unit.SECONDS,
        "99 of 100 predictions of the last five minutes were faster; of two versions, the slower one's.",
        "max(release:model_prediction_latency_seconds:p99_5m{$model})",
    ),
    _tile(
        "error_ratio",
        "Errors (5xx)",
        Unit.SHARE,
        "Share of failed predictions in the last five minutes; of two versions, the worse one's.",
        "max(release:model_error_ratio:rate5m{$model})",
    ),
    _tile(
        "pods_ready",
        "Pods ready",
        Unit.COUNT,
        "Pods that answer. One alone can't go without a gap; without any, nothing is answered.",
        "model:pods_ready:sum{$model}",
        Levels(warning=2, bad=1),
    ),
)

SECTIONS: Final = (
    Section(
        title="Traffic",
        panels=(
            _lines(
                "predictions",
                "Predictions by version",
                Unit.PER_SECOND,
                "Requests for predictions, however they ended. In a canary, a tenth goes to the new version.",
                _of_each_release("sum without (status) (release:model_predictions:rate1m{$model})"),
            ),
            Panel(
                key="outcomes",
                title="How predictions ended",
                about="Outcomes of all versions, one on the other: `success` was answered, `invalid` is the client's "
                "fault (4xx), `shed` and `not_loaded` were refused, `deadline` and `error` are ours (5xx).",
                unit=Unit.PER_SECOND,
                kind=Kind.AREAS,
                queries=(
                    Query(
                        expression="sum by (status) (release:model_predictions:rate1m{$model})",
                        legend="{{status}}",
                    ),
                ),
            ),
            Panel(
                key="refusals",
                title="Refused",
                about="Requests that were refused whatever they carry, by reason: more wait already than can be "
                "answered in time, or there is no model yet.",
                unit=Unit.PER_SECOND,
                kind=Kind.AREAS,
                queries=(
                    Query(expression="sum by (reason) (release:model_refusals:rate1m{$model})", legend="{{reason}}"),
                ),
            ),
            _lines(
                "in_flight",
                "Requests at a time",
                Unit.COUNT,
                "Requests that are being answered, waiting ones too, of all pods. The autoscaler follows it.",
                Query(expression="model:requests_in_flight:rate1m{$model}", legend="all pods"),
            ),
        ),
    ),
    Section(
        title="Latency",
        panels=(
            _lines(
                "latency",
                "Latency of predictions",
                Unit.SECONDS,
                "Of successful predictions, from the complete request to the answer: half of them are faster than "
                "p50, 95 of 100 than p95, 99 of 100 than p99.",
                *(
                    _of_each_release(f"release:model_prediction_latency_seconds:{one}_5m{{$model}}", one)
                    for one in ("p99", "p95", "p50")
                ),
            ),
            _lines(
                "queue_delay",
                "Time in the queue",
                Unit.SECONDS,
                "How long requests wait for the model, before it is called.",
                *(
                    _of_each_release(f"release:model_queue_delay_seconds:{one}_5m{{$model}}", one)
                    for one in ("p99", "p50")
                ),
            ),
        ),
    ),
    Section(
        title="Errors by version",
        panels=(
            _lines(
                "errors",
                "Failed (5xx)",
                Unit.SHARE,
                "Share of predictions that ended with `error` or `deadline`, over five minutes.",
                _of_each_release("release:model_error_ratio:rate5m{$model}"),
            ),
            _lines(
                "refused",
                "Refused (429, 503)",
                Unit.SHARE,
                "Share of predictions that were refused: too much waits already, or there is no model yet.",
                _of_each_release("release:model_refused_ratio:rate5m{$model}"),
            ),
            _lines(
                "invalid",
                "Invalid (4xx)",
                Unit.SHARE,
                "Share of requests that were not what the model asks for. A new version that asks for more shows here.",
                _of_each_release("release:model_invalid_ratio:rate5m{$model}"),
            ),
        ),
    ),
    Section(
        title="Objectives",
        panels=(
            _lines(
                "budgets",
                "Error budgets",
                Unit.SHARE,
                "What is left of the bad events that the objectives allow in thirty days: all of it at 100 %, too "
                "little below 0.",
                Query(expression="model:slo_errors:budget_remaining30d{$model}", legend="answered"),
                Query(expression="model:slo_slow:budget_remaining30d{$model}", legend="in time"),
            ),
            _lines(
                "burn",
                "Burn rates",
                Unit.TIMES,
                "How many times as fast as allowed the budgets are used up. 1 lasts thirty days; 14.4 over an hour "
                "pages, and so does 6 over six.",
                *(
                    Query(
                        expression=f"model:slo_{bad}:ratio_rate{window}{{$model}} "
                        f"/ (1 - model:slo_{bad}:objective{{$model}})",
                        legend=f"{named}, {window}",
                    )
                    for bad, named in (("errors", "answered"), ("slow", "in time"))
                    for window in ("1h", "6h")
                ),
            ),
        ),
    ),
    Section(
        title="Answers of the model",
        panels=(
            Panel(
                key="distribution",
                title="Distribution of predictions",
                about="Shares of the answers of the last five minutes. The buckets end at answers to held-out data, so "
                "bars of about the same height are what is to be expected.",
                unit=Unit.SHARE,
                kind=Kind.BARS,
                queries=(_of_each_release("release:model_prediction_value:share5m{$model}"),),
            ),
            _lines(
                "answers",
                "Predictions over time",
                Unit.NUMBER,
                "A tenth of the answers is below p10, half of them below p50, nine tenths below p90.",
                *(
                    _of_each_release(
                        f"histogram_quantile({part}, release:model_prediction_value:share5m{{$model}})", named
                    )
                    for named, part in (("p90", "0.9"), ("p50", "0.5"), ("p10", "0.1"))
                ),
            ),
        ),
    ),
    Section(
        title="Resources",
        panels=(
            _lines(
                "pods",
                "Pods ready",
                Unit.COUNT,
                "Pods that answer.",
                _of_each_release('release:pods:sum{$model,state="ready"}'),
            ),
            _lines(
                "cpu",
                "Processor",
                Unit.CORES,
                "Processor time of all pods of a version.",
                _of_each_release("release:container_cpu_usage_seconds:rate1m{$model}"),
            ),
            _lines(
                "memory",
                "Memory of the largest pod",
                Unit.BYTES,
                "Working set: what counts against the limit, beyond which a pod is killed.",
                _of_each_release("release:container_memory_working_set_bytes:max{$model}"),
            ),
            _lines(
                "gpu",
                "GPU",
                Unit.SHARE,
                "How busy the GPUs are, on average.",
                _of_each_release("release:gpu_utilization:avg{$model}"),
                optional=True,
            ),
            _lines(
                "gpu_memory",
                "GPU memory",
                Unit.BYTES,
                "Of the GPU with the most in use.",
                _of_each_release("release:gpu_memory_used_bytes:max{$model}"),
                optional=True,
            ),
        ),
    ),
)


def panels() -> Iterator[Panel]:
    """All of them, tiles first."""
    yield from TILES
    for section in SECTIONS:
        yield from section.panels
