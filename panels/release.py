"""What there is to see of one release: the new version beside the one that served before."""

from collections.abc import Iterator
from typing import Final

from panels.panel import Kind, Panel, Query, Unit

_RELEASE: Final = "{{model_version}} · {{release}}"
_BY: Final = "namespace, model, model_version, release"
_LATENCY: Final = "model_prediction_latency_seconds"


def panels(releases: tuple[str, ...], window: int, whole: int) -> list[Panel]:
    """The panels of a release.

    Args:
        releases: ids of the new one and, where there is one, of the one before.
        window: seconds that a point of a line is about.
        whole: seconds that all of it took.
    """
    return list(_panels(f'release=~"{"|".join(releases)}"', releases[0], f"[{window}s]", f"[{whole}s]"))


def _panels(which: str, new: str, window: str, whole: str) -> Iterator[Panel]:
    def rate(metric: str, *matchers: str, by: str = _BY, over: str = window) -> str:
        return f"sum by ({by}) (rate({metric}{{{','.join(('$model', which, *matchers))}}}{over}))"

    def share(status: str) -> str:
        some = rate("model_predictions_total", f'status=~"{status}"')
        return f"{some} / ({rate('model_predictions_total')} > 0)"

    every = f"scalar(sum(rate(model_predictions_total{{$model,{which}}}{window})))"
    its = f'sum by ({_BY}) (rate(model_predictions_total{{$model,release="{new}"}}{window}))'
    yield _lines(
        "share",
        "Share of the requests",
        Unit.SHARE,
        "What the new version got of all requests: the steps of the release.",
        f"{its} / {every} >= 0",
    )
    yield _lines(
        "requests",
        "Requests",
        Unit.PER_SECOND,
        "Of clients, however they ended.",
        rate("model_predictions_total"),
    )
    yield Panel(
        key="latency",
        title="Latency",
        about="Of successful predictions: 95 of 100 are faster than p95, 99 of 100 than p99.",
        unit=Unit.SECONDS,
        kind=Kind.LINES,
        queries=tuple(
            Query(
                expression=f"histogram_quantile({part}, {rate(f'{_LATENCY}_bucket', status, by=f'{_BY}, le')}) >= 0",
                legend=f"{name} {_RELEASE}",
            )
            for name, part in (("p99", "0.99"), ("p95", "0.95"))
            for status in ('status="success"',)
        ),
    )
    yield _lines(
        "failed",
        "Failed",
        Unit.SHARE,
        "Requests that failed, were refused, or whose client gave up.",
        share("error|deadline|shed|not_loaded|cancelled"),
    )
    yield _lines("invalid", "Invalid", Unit.SHARE, "Requests that were refused as invalid.", share("invalid"))
    below = rate("model_prediction_value_bucket", by=f"{_BY}, le", over=whole)
    count = rate("model_prediction_value_count", over=whole)
    yield Panel(
        key="distribution",
        title="Distribution of predictions",
        about="Shares of the answers of all that time. Each version's buckets end at its answers to held-out data.",
        unit=Unit.SHARE,
        kind=Kind.BARS,
        queries=(Query(expression=f"{below} / ignoring (le) group_left () ({count} > 0)", legend=_RELEASE),),
    )
    yield _lines(
        "ready",
        "Pods ready",
        Unit.COUNT,
        "Pods that answer.",
        f'sum by ({_BY}) (service_state{{$model,{which},state="ready"}})',
    )
    yield _lines(
        "memory",
        "Memory of the largest pod",
        Unit.BYTES,
        "Working set: what counts against the limit, beyond which a pod is killed.",
        f"release:container_memory_working_set_bytes:max{{$model,{which}}}",
    )


def _lines(key: str, title: str, unit: Unit, about: str, expression: str) -> Panel:
    query = Query(expression=expression, legend=_RELEASE)
    return Panel(key=key, title=title, about=about, unit=unit, kind=Kind.LINES, queries=(query,))
