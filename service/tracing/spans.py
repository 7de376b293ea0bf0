"""Predictions as OpenTelemetry's spans: one for a request, and below it one for each wait and each call of the model.

All that is done before the answer is to begin the request's own span; its children are made after it.
"""

import logging
import socket
import time
from collections.abc import Iterable, Sequence
from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider, sampling
from opentelemetry.trace import (
    Span,
    SpanKind,
    StatusCode,
    Tracer,
    format_span_id,
    format_trace_id,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service.errors import Outcome
from service.logs import current_trace
from service.metrics import Dropped, Metrics
from service.settings import Sampler, Settings
from service.traces import Stage, Trail
from service.tracing.delivery import Delivery

SERVER_ERROR: Final = 500

_TRACEPARENT: Final = b"traceparent"
_TRACESTATE: Final = b"tracestate"

_log = logging.getLogger(__name__)


class Spans:
    """The spans of one service, from now until they are closed.

    Args:
        endpoint: URL that spans are sent to.
        settings: what is served, which requests are traced and how much may wait.
        metrics: where spans are counted.
    """

    def __init__(self, endpoint: str, settings: Settings, metrics: Metrics) -> None:
        self._metrics: Final = metrics
        self._told = False
        sampler = _sampler(settings)
        provider = TracerProvider(sampler, _resource(settings), shutdown_on_exit=False)
        self._delivery: Final = Delivery(endpoint, settings, metrics)
        provider.add_span_processor(self._delivery)
        self._tracer: Final = provider.get_tracer("slipway.service")
        self._propagator: Final = TraceContextTextMapPropagator()
        self._ours: Final = {
            "slipway.model": settings.model_name,
            "slipway.version": settings.model_version,
            "slipway.release": settings.release,
        }
        _log.info("predictions are traced", extra={"endpoint": endpoint, "sampler": sampler.get_description()})

    def begin(self, path: str, headers: Iterable[tuple[bytes, bytes]], identity: bytes) -> "RequestSpan | None":
        """The head of a request is there; None when this one is not recorded."""
        try:
            return self._begin(path, headers, identity)
        except Exception:
            self.failed()
            return None

    def _begin(self, path: str, headers: Iterable[tuple[bytes, bytes]], identity: bytes) -> "RequestSpan | None":
        parent = self._parent(headers)
        attributes = {
            **self._ours,
            "slipway.request_id": identity.decode(),
            "http.request.method": "POST",
            "http.route": path,
            "url.path": path,
            "url.scheme": "http",
        }
        epoch = time.time_ns() - round(time.monotonic() * 1e9)
        span = self._tracer.start_span(f"POST {path}", parent, SpanKind.SERVER, attributes)
        context = span.get_span_context()
        trace_id = format_trace_id(context.trace_id)
        if span.is_recording():
            current_trace.set({"trace_id": trace_id, "span_id": format_span_id(context.span_id)})
            return RequestSpan(self, self._tracer, span, epoch)
        if get_current_span(parent).get_span_context().is_valid:  # whose client may look for it
            current_trace.set({"trace_id": trace_id})
        return None

    def _parent(self, headers: Iterable[tuple[bytes, bytes]]) -> Context:
        """What the client says of its own trace; nothing if that is none, or two."""
        parents: list[str] = []
        states: list[str] = []
        for name, value in headers:
            if name == _TRACEPARENT:
                parents.append(value.decode("latin-1"))
            elif name == _TRACESTATE:
                states.append(value.decode("latin-1"))
        if len(parents) != 1:
            return Context()
        return self._propagator.extract({"traceparent": parents, "tracestate": states}, Context())

    def failed(self) -> None:
        """A request could not be recorded; called while that is handled."""
        self._metrics.spans_dropped(Dropped.ERROR)
        if not self._told:
            self._told = True
            _log.exception("a request could not be traced")

    def close(self) -> None:
        """Send what waits, but not for long."""
        self._delivery.close()


class RequestSpan:
    """A request that is recorded.

    Args:
        traces: told of what goes wrong.
        tracer: makes the spans of its stages.
        span: its own.
        epoch: nanoseconds that its monotonic clock began after all clocks, so that one that is set tears no span apart.

    Attributes:
        trails: one for each part of its rows that shares an answer.
    """

    def __init__(self, traces: Spans, tracer: Tracer, span: Span, epoch: int) -> None:
        self._traces: Final = traces
        self._tracer: Final = tracer
        self._span: Final = span
        self._epoch: Final = epoch
        self.trails: Final[list[Trail]] = []

    def end(self, outcome: Outcome, status: int, *, synthetic: bool) -> None:
        """The request was answered with this status, or with none (0)."""
        try:
            self._end(outcome, status, synthetic=synthetic)
        except Exception:
            self._traces.failed()

    def _end(self, outcome: Outcome, status: int, *, synthetic: bool) -> None:
        now = time.monotonic()
        span, within = self._span, set_span_in_context(self._span, Context())
        for stage in (stage for trail in self.trails for stage in trail.stages):
            self._stage(stage, within, now)
        span.set_attributes({"slipway.outcome": outcome, "slipway.synthetic": synthetic})
        if self.trails:
            span.set_attributes(_summary(self.trails, now))
        if status:
            span.set_attribute("http.response.status_code", status)
        if status >= SERVER_ERROR:
            span.set_attribute("error.type", outcome)
            span.set_status(StatusCode.ERROR)
        span.end(self._time(now))

    def _time(self, monotonic: float) -> int:
        return self._epoch + round(monotonic * 1e9)

    def _stage(self, stage: Stage, within: Context, now: float) -> None:
        """A span for it, made when it is over, so that it cost the request nothing."""
        call = stage.call
        attributes = (
            {}
            if call is None
            else {"slipway.call.rows": call.rows, "slipway.call.size": call.size, "slipway.call.reason": call.reason}
        )
        begun, ended = self._time(stage.begun), self._time(now if stage.ended is None else stage.ended)
        name = "queue" if call is None else "call"
        span = self._tracer.start_span(name, within, SpanKind.INTERNAL, attributes, start_time=begun)
        if stage.failed:
            span.set_status(StatusCode.ERROR)
        span.end(ended)


def _summary(trails: Sequence[Trail], now: float) -> dict[str, float]:
    """What is worth asking for without looking at the stages: of the slowest part, where there are several."""

    def spent(stage: Stage) -> float:
        return (now if stage.ended is None else stage.ended) - stage.begun

    return {
        "slipway.rows": sum(trail.rows for trail in trails),
        "slipway.batch_rows": max((s.call.rows for trail in trails for s in trail.stages if s.call), default=0),
        "slipway.queue_seconds": max(sum(spent(s) for s in trail.stages if s.call is None) for trail in trails),
        "slipway.call_seconds": max(sum(spent(s) for s in trail.stages if s.call) for trail in trails),
    }


def _sampler(settings: Settings) -> sampling.Sampler:
    ratio = settings.otel_traces_sampler_arg
    return {
        Sampler.ALWAYS_ON: sampling.ALWAYS_ON,
        Sampler.ALWAYS_OFF: sampling.ALWAYS_OFF,
        Sampler.TRACEIDRATIO: sampling.TraceIdRatioBased(ratio),
        Sampler.PARENTBASED_ALWAYS_ON: sampling.DEFAULT_ON,
        Sampler.PARENTBASED_ALWAYS_OFF: sampling.DEFAULT_OFF,
        Sampler.PARENTBASED_TRACEIDRATIO: sampling.ParentBasedTraceIdRatio(ratio),
    }[settings.otel_traces_sampler]


def _resource(settings: Settings) -> Resource:
    """Who the spans are of; what OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME say goes before what we do."""
    ours = Resource.create(
        {
            "service.name": settings.model_name,
            "service.version": settings.model_version,
            "host.name": socket.gethostname(),
        }
    )
    return ours.merge(OTELResourceDetector().detect())
