"""Collectors that are slow, away or out of order: no request notices, and what is lost is counted."""

import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

from service.errors import Outcome
from service.metrics import Metrics
from service.settings import Settings
from service.tracing import delivery
from service.tracing.spans import Spans
from tests.service import fakes
from tests.service.fakes import LABELS, READING
from tests.service.processes import SECONDS, running
from tests.service.tracing.collectors import Collector, hanging

NOWHERE = "http://127.0.0.1:9"
"""Nobody listens at the port of what is discarded."""


class Bench:
    """Spans of requests that are over at once, and what is counted of them."""

    def __init__(self, settings: Settings) -> None:
        assert settings.traces_endpoint is not None
        self.metrics: Metrics = fakes.metrics()
        self.spans = Spans(settings.traces_endpoint, settings, self.metrics)

    def record(self, count: int = 1) -> None:
        for _ in range(count):
            trace = self.spans.begin("/predict", [], b"id")
            assert trace is not None
            trace.end(Outcome.SUCCESS, 200, synthetic=False)

    def dropped(self, reason: str) -> float | None:
        return self.metrics.registry.get_sample_value("service_spans_dropped_total", LABELS | {"reason": reason})

    def exported(self) -> float | None:
        return self.metrics.registry.get_sample_value("service_spans_exported_total", LABELS)

    def wait(self, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not until():
            assert time.monotonic() < deadline, (self.exported(), self.dropped("queue"), self.dropped("collector"))
            time.sleep(0.01)


Tracing = Callable[..., Bench]


@pytest.fixture
def tracing(tmp_path: Path) -> Iterator[Tracing]:
    """Traces everything, one span at a time."""
    made: list[Bench] = []

    def make(url: str, **changes: Any) -> Bench:
        given: dict[str, Any] = {"otel_exporter_otlp_endpoint": url, "otel_bsp_max_export_batch_size": 1}
        made.append(Bench(fakes.settings(tmp_path, **(given | changes))))
        return made[-1]

    yield make
    for bench in made:
        bench.spans.close()


def test_what_the_collector_takes_is_counted(tracing: Tracing, collector: Collector) -> None:
    bench = tracing(collector.url)
    bench.record(3)
    bench.wait(lambda: bench.exported() == 3)
    assert len(collector.spans) == 3
    assert [bench.dropped(reason) for reason in ("queue", "collector", "error")] == [0, 0, 0]


def test_spans_go_in_batches(tracing: Tracing, collector: Collector) -> None:
    bench = tracing(collector.url, otel_bsp_max_export_batch_size=4, otel_bsp_schedule_delay=3_600_000)
    bench.record(8)
    bench.wait(lambda: bench.exported() == 8)
    assert collector.requests == 2


def test_what_waits_is_sent_at_the_end(tracing: Tracing, collector: Collector) -> None:
    bench = tracing(collector.url, otel_bsp_max_export_batch_size=100, otel_bsp_schedule_delay=3_600_000)
    bench.record(3)
    assert bench.exported() == 0
    bench.spans.close()
    assert bench.exported() == 3


def test_while_the_collector_hangs_no_more_wait_than_may(
    tracing: Tracing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(delivery, "END_SECONDS", 0.05)
    with hanging() as (url, asked):
        bench = tracing(url, otel_bsp_max_queue_size=4)
        bench.record()
        assert asked.wait(SECONDS)
        bench.record(10)
        assert bench.dropped("queue") == 6
        bench.spans.close()
    bench.wait(lambda: bench.dropped("collector") == 5)
    [left] = [line for line in caplog.records if line.levelno >= logging.WARNING]
    assert (left.message, vars(left)["spans"]) == ("spans are left behind", 4)


def test_a_collector_that_is_away_is_told_once_with_the_reason(
    tracing: Tracing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "4")  # seconds; room for a second attempt
    bench = tracing(NOWHERE)
    bench.record()
    bench.wait(lambda: bench.dropped("collector") == 1)
    bench.spans.close()
    [line] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert line.message.startswith("the collector takes no traces: ")
    assert "Connection refused" in line.message


def test_a_collector_that_refuses_is_told_once_and_so_is_its_return(
    tracing: Tracing, collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench = tracing(collector.url)
    collector.status = 400
    bench.record(3)
    bench.wait(lambda: bench.dropped("collector") == 3)
    collector.status = 200
    bench.record(2)
    bench.wait(lambda: bench.exported() == 2)
    bench.spans.close()
    lines = [record.message for record in caplog.records if "collector" in record.message]
    assert len(lines) == 2
    assert lines[0].startswith("the collector takes no traces: ")
    assert "400" in lines[0]
    assert lines[1] == "the collector takes traces again"


def test_an_error_of_the_exporter_is_a_loss_like_others(
    tracing: Tracing, collector: Collector, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("of the exporter")

    bench = tracing(collector.url)
    with monkeypatch.context() as patched:
        patched.setattr(OTLPSpanExporter, "export", broken)
        bench.record()
        bench.wait(lambda: bench.dropped("collector") == 1)
    bench.record()
    bench.wait(lambda: bench.exported() == 1)
    assert "of the exporter" in caplog.text


def test_a_setting_of_the_exporter_that_it_does_not_know_is_logged(
    tracing: Tracing, collector: Collector, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "squeeze")
    tracing(collector.url)
    assert "squeeze" in caplog.text


def test_opentelemetrys_loggers_are_afterwards_what_they_were(tracing: Tracing, collector: Collector) -> None:
    logger = logging.getLogger("opentelemetry")
    before = (logger.propagate, list(logger.handlers))
    bench = tracing(collector.url)
    assert logger.propagate is False
    bench.spans.close()
    assert (logger.propagate, list(logger.handlers)) == before


def test_a_service_in_a_process_of_its_own_is_traced_to_its_end(settings: Settings, collector: Collector) -> None:
    given = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": 3_600_000, "DRAIN_SECONDS": 0}
    with running("tests.service.fake_service", settings, **given) as process:
        process.wait_until_ready()
        assert process.message("predictions are traced")["endpoint"] == f"{collector.url}/v1/traces"
        assert httpx.post(f"{process.url}/predict", json=READING, timeout=SECONDS).status_code == 200
        assert collector.spans == []
        process.terminate()
        assert process.exit_code() == 0
    assert sorted(span.name for span in collector.spans) == ["POST /predict", "call", "queue"]


def test_a_service_whose_collector_hangs_answers_and_ends_all_the_same(settings: Settings) -> None:
    with hanging() as (url, asked):
        given = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": url,
            "OTEL_BSP_MAX_QUEUE_SIZE": 2,
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": 1,
            "DRAIN_SECONDS": 0,
        }
        with running("tests.service.fake_service", settings, **given) as process:
            process.wait_until_ready()
            for _ in range(10):
                assert httpx.post(f"{process.url}/predict", json=READING, timeout=SECONDS).status_code == 200
                assert asked.wait(SECONDS)
            lost = 'service_spans_dropped_total{model_version="1.2.0",reason="queue",release="7"} 27.0'
            told = httpx.get(f"{process.probes}/metrics", timeout=SECONDS).text
            assert lost in told, "of thirty one is being sent and two wait"
            process.terminate()
            assert process.exit_code() == 0
            assert process.message("spans are left behind")["spans"] == 2


PROGRAM = """
import sys
from service import listening, server
from service.listening import Sockets
from service.settings import Settings
from tests.service import fakes
server.DrainingServer.run = lambda *_: None
server.serve(Settings(), fakes.load_fake, Sockets(None, listening.on("127.0.0.1", 0)))
print(sorted(name for name in sys.modules if name.startswith(("opentelemetry", "service.tracing"))))
"""


@pytest.mark.parametrize(
    ("given", "imported"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": NOWHERE, "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": NOWHERE, "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_TRACES_SAMPLER": "always_on"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": NOWHERE}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{NOWHERE}/v1/traces"}, True),
    ],
)
def test_nothing_of_opentelemetry_is_imported_unless_a_collector_is_named(
    given: dict[str, str], imported: bool, settings: Settings
) -> None:
    environment = {"LISTEN_PORT": "0", "LISTEN_HOST": "127.0.0.1", **fakes.environment(settings), **given}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=Path(__file__).parents[3],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ("service.tracing.spans" in done.stdout) is imported
    assert (done.stdout == "[]\n") is not imported
