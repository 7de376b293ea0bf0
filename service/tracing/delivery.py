"""Spans on their way to a collector, which may be slow, away or gone for good without any request noticing.

They wait in a queue of limited length for a thread that sends them over OTLP/HTTP. What finds the queue full is dropped
and counted, and so is what the collector does not take after some attempts.
"""

import logging
from collections.abc import Sequence
from threading import Thread
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from service.metrics import Dropped, Metrics
from service.settings import Settings

END_SECONDS: Final = 2.0
"""How long what still waits may take to be sent when the process ends."""

_log = logging.getLogger(__name__)


class Delivery(SpanProcessor):
    """Takes spans from the event loop's thread, and has one of its own to send them.

    Args:
        endpoint: URL that they are sent to.
        settings: how many may wait, and for how long.
        metrics: where they are counted.
    """

    def __init__(self, endpoint: str, settings: Settings, metrics: Metrics) -> None:
        self._metrics: Final = metrics
        self._most: Final = settings.otel_bsp_max_queue_size
        self._taken_in = 0
        exporter = OTLPSpanExporter(endpoint)
        self._said: Final = _Said()  # only now: what is wrong with its settings is for the log
        self._exporter: Final = _Counted(exporter, metrics, self._said)
        self._waiting: Final = BatchSpanProcessor(
            self._exporter,
            self._most,
            settings.otel_bsp_schedule_delay,
            settings.otel_bsp_max_export_batch_size,
        )

    def on_end(self, span: ReadableSpan) -> None:
        """Let it wait, if no more than may wait already: the queue behind this would lose the oldest uncounted."""
        if self._taken_in - self._exporter.taken_out >= self._most:
            self._metrics.spans_dropped(Dropped.QUEUE)
            return
        self._taken_in += 1
        self._waiting.on_end(span)

    def close(self) -> None:
        """Send what waits, but not for long."""
        ending = Thread(target=self._waiting.shutdown, name="traces", daemon=True)
        ending.start()
        ending.join(END_SECONDS)
        if ending.is_alive():
            _log.warning("spans are left behind", extra={"spans": self._taken_in - self._exporter.taken_out})
            self._exporter.shutdown()  # no more attempts
        else:
            self._said.forget()


class _Counted(SpanExporter):
    """Counts what the collector takes and does not take, and says so when that changes.

    Attributes:
        taken_out: spans that wait no longer.
    """

    def __init__(self, exporter: SpanExporter, metrics: Metrics, said: "_Said") -> None:
        self._exporter: Final = exporter
        self._metrics: Final = metrics
        self._said: Final = said
        self._away = self._over = False
        self.taken_out = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.taken_out += len(spans)
        self._said.first = ""
        try:
            result = self._exporter.export(spans)
        except Exception as error:
            self._said.first = repr(error)
            result = SpanExportResult.FAILURE
        if result is SpanExportResult.SUCCESS:
            self._metrics.spans_exported(len(spans))
        else:
            self._metrics.spans_dropped(Dropped.COLLECTOR, len(spans))
        self._tell(away=result is not SpanExportResult.SUCCESS)
        return result

    def _tell(self, *, away: bool) -> None:
        if away is not self._away and not self._over:
            self._away = away
            if away:
                _log.warning("the collector takes no traces: %s", self._said.first)
            else:
                _log.info("the collector takes traces again")

    def shutdown(self) -> None:
        """Attempt nothing more, and tell nothing of what fails by that."""
        self._over = True
        self._exporter.shutdown()


class _Said(logging.Handler):
    """Takes what OpenTelemetry logs: a line for each attempt to send, and for each header that a client got wrong.

    Attributes:
        first: what the exporter said first of the spans that it has; later it gives up without a reason.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.first = ""
        self._logger: Final = logging.getLogger("opentelemetry")
        self._logger.addHandler(self)
        self._logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        if not self.first and record.name.startswith("opentelemetry.exporter"):
            self.first = record.getMessage()

    def forget(self) -> None:
        """Leave its loggers as they were."""
        self._logger.removeHandler(self)
        self._logger.propagate = True
