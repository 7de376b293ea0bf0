"""A prediction's way as a collector sees it."""

import asyncio
import io
import json
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import Tracer

from service.batching import INLINE_SECONDS
from service.lifecycle import Lifecycle
from service.logs import JsonFormatter
from service.settings import Sampler
from service.tracing import spans
from tests.pages import quoted, table
from tests.service import fakes
from tests.service.conftest import APPLICATION, CONNECTIONS, PROBES, Start
from tests.service.fakes import READING, FakeModel, loads
from tests.service.tracing.collectors import Collector

pytestmark = pytest.mark.anyio

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE, SPAN = PARENT.split("-")[1:3]
UNSAMPLED = PARENT[:-1] + "0"
SERVER, INTERNAL = 2, 1  # kinds, as OTLP numbers them
TOKEN = "0123456789abcdef-token"  # noqa: S105 nobody's


def fails_on_1(rows: fakes.Rows) -> fakes.Answers:
    if 1 in rows[:, 0]:
        raise RuntimeError
    return rows[:, 0] / 100


FAILING = loads(FakeModel(fails_on_1))
Serve = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
def serve(collector: Collector, start: Start) -> Serve:
    """Starts an application that is traced, each span for itself."""

    def run(load: Any = fakes.load_fake, **changes: Any) -> Awaitable[httpx.AsyncClient]:
        given: dict[str, Any] = {"otel_exporter_otlp_endpoint": collector.url, "otel_bsp_max_export_batch_size": 1}
        return start(load, **(given | changes))

    return run


async def got(collector: Collector, count: int) -> None:
    """Wait until the collector has so many spans; its own threads are not to be held up by it."""
    await asyncio.to_thread(collector.wait, lambda each: len(each.spans) >= count)
    assert len(collector.spans) == count


@pytest.mark.parametrize("way", [APPLICATION, CONNECTIONS])  # of which the short one knows of no traces
async def test_a_prediction_is_a_span_with_its_wait_and_its_call_in_it(serve: Serve, collector: Collector) -> None:
    client = await serve()
    before = time.time_ns()
    answer = await client.post("/predict", json=READING, headers={"X-Request-ID": "abc"})
    await got(collector, 3)
    after = time.time_ns()

    request = collector.one("POST /predict")
    assert (request.kind, request.parent, request.failed) == (SERVER, "", False)
    seconds = {name: request.attributes.pop(f"slipway.{name}_seconds") for name in ("queue", "call")}
    assert request.attributes == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "http.route": "/predict",
        "slipway.batch_rows": 1,
        "slipway.model": "maintenance_predictor",
        "slipway.outcome": "success",
        "slipway.release": "7",
        "slipway.request_id": answer.headers["X-Request-ID"],
        "slipway.rows": 1,
        "slipway.synthetic": False,
        "slipway.version": "1.2.0",
        "url.path": "/predict",
        "url.scheme": "http",
    }
    queue, call = collector.one("queue"), collector.one("call")
    assert queue.attributes == {}
    assert call.attributes == {"slipway.call.reason": "idle", "slipway.call.rows": 1, "slipway.call.size": 1}
    for name, stage in (("queue", queue), ("call", call)):
        assert (stage.kind, stage.parent, stage.trace_id) == (INTERNAL, request.span_id, request.trace_id)
        assert stage.ended - stage.begun == pytest.approx(1e9 * seconds[name], abs=2)
    assert before <= request.begun <= queue.begun <= queue.ended == call.begun <= call.ended < request.ended <= after

    resource = collector.resource
    assert (resource["service.name"], resource["service.version"]) == ("maintenance_predictor", "1.2.0")
    assert resource["host.name"]


async def test_whose_spans_they_are_can_be_said_otherwise(
    serve: Serve, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "other")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "k8s.namespace.name=serving")
    client = await serve()
    await client.post("/predict", json=READING)
    await got(collector, 3)
    assert collector.resource["service.name"] == "other"
    assert collector.resource["k8s.namespace.name"] == "serving"
    assert collector.resource["service.version"] == "1.2.0"


async def test_a_clients_trace_goes_on(serve: Serve, collector: Collector) -> None:
    client = await serve(otel_traces_sampler=Sampler.PARENTBASED_ALWAYS_OFF)
    headers = [("traceparent", PARENT), ("tracestate", "one=1"), ("tracestate", "two=2")]
    await client.post("/predict", json=READING, headers=headers)
    await got(collector, 3)
    request = collector.one("POST /predict")
    assert (request.trace_id, request.parent, request.state) == (TRACE, SPAN, "one=1,two=2")


async def test_a_client_that_is_not_traced_is_not_traced_here(serve: Serve, collector: Collector) -> None:
    client = await serve()
    await client.post("/predict", json=READING, headers={"traceparent": UNSAMPLED})
    await client.post("/predict", json=READING, headers={"traceparent": PARENT})
    await got(collector, 3)
    assert {span.parent for span in collector.named("POST /predict")} == {SPAN}


@pytest.mark.parametrize(
    ("ratio", "low_bits", "traced"), [(0.5, "7", True), (0.5, "8", False), (0.01, "0", True), (0, "0", False)]
)
async def test_a_share_of_the_requests_is_traced(
    ratio: float, low_bits: str, traced: bool, serve: Serve, collector: Collector
) -> None:
    client = await serve(otel_traces_sampler=Sampler.TRACEIDRATIO, otel_traces_sampler_arg=ratio)
    trace = "f" * 16 + low_bits + "0" * 15  # its lower half decides, whatever the client says
    await client.post("/predict", json=READING, headers={"traceparent": f"00-{trace}-{SPAN}-00"})
    await client.post("/predict", json=READING, headers={"traceparent": f"00-{'f' * 16}{'0' * 15}1-{SPAN}-01"})
    await got(collector, 3 * (traced + (ratio > 0)))
    assert (trace in {span.trace_id for span in collector.spans}) is traced


@pytest.mark.parametrize("sampler", Sampler)
async def test_every_sampler_is_the_one_of_its_name(sampler: Sampler, serve: Serve, collector: Collector) -> None:
    client = await serve(otel_traces_sampler=sampler, otel_traces_sampler_arg=0)
    await client.post("/predict", json=READING)
    await client.post("/predict", json=READING, headers={"traceparent": PARENT})
    alone = sampler in (Sampler.ALWAYS_ON, Sampler.PARENTBASED_ALWAYS_ON)
    with_parent = sampler is Sampler.ALWAYS_ON or sampler.startswith("parentbased")
    await got(collector, 3 * (alone + with_parent))


@pytest.mark.parametrize(
    "headers",
    [
        [("traceparent", "")],
        [("traceparent", "nonsense")],
        [("traceparent", PARENT.upper())],
        [("traceparent", f"00-{'0' * 32}-{SPAN}-01")],
        [("traceparent", f"ff-{TRACE}-{SPAN}-01")],
        [("traceparent", "0" * 1000)],
        [("traceparent", PARENT), ("traceparent", PARENT)],
        [("traceparent", "é")],
    ],
)
async def test_what_is_no_trace_of_a_client_begins_one(
    headers: list[tuple[str, str]], serve: Serve, collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    client = await serve()
    caplog.clear()
    raw = [(name.encode(), value.encode()) for name, value in headers]
    assert (await client.post("/predict", json=READING, headers=raw)).status_code == 200
    await got(collector, 3)
    request = collector.one("POST /predict")
    assert request.trace_id != TRACE
    assert request.parent == ""
    assert caplog.records == [], "what a client does wrong is no news"


async def test_a_state_that_is_none_is_left_out(serve: Serve, collector: Collector) -> None:
    client = await serve()
    for state in ("=", "x" * 600, "é=1"):
        headers = [(b"traceparent", PARENT.encode()), (b"tracestate", state.encode())]
        assert (await client.post("/predict", json=READING, headers=headers)).status_code == 200
    await got(collector, 9)
    assert {(span.trace_id, span.state) for span in collector.named("POST /predict")} == {(TRACE, "")}


async def test_a_request_of_many_rows_has_a_call_for_each_part(serve: Serve, collector: Collector) -> None:
    client = await serve(batch_limit=4)
    readings = [READING | {"temperature": each} for each in range(10)]
    assert (await client.post("/predict/batch", json={"readings": readings})).status_code == 200
    parts = -(-10 // max(call.attributes["slipway.call.size"] for call in await all_of(collector, "call")))
    request, calls = collector.one("POST /predict/batch"), collector.named("call")
    assert len(calls) == len(collector.named("queue")) == parts
    assert sum(call.attributes["slipway.call.rows"] for call in calls) == request.attributes["slipway.rows"] == 10
    assert request.attributes["slipway.batch_rows"] == max(call.attributes["slipway.call.rows"] for call in calls)
    assert request.attributes["slipway.call_seconds"] <= 1e-9 * sum(call.ended - call.begun for call in calls)


async def all_of(collector: Collector, name: str) -> list[Any]:
    """What the collector has of a name when it has a request."""
    await asyncio.to_thread(collector.wait, lambda each: any(span.name.startswith("POST") for span in each.spans))
    return collector.named(name)


async def test_requests_that_share_a_call_know_of_each_other(serve: Serve, collector: Collector) -> None:
    client = await serve(loads(FakeModel()))
    await asyncio.gather(*(client.post("/predict", json=READING) for _ in range(3)))
    await got(collector, 9)
    assert [call.attributes["slipway.call.rows"] for call in collector.named("call")] == [3, 3, 3]
    assert [call.attributes["slipway.call.size"] for call in collector.named("call")] == [4, 4, 4]
    assert {span.attributes["slipway.batch_rows"] for span in collector.named("POST /predict")} == {3}
    assert {span.attributes["slipway.rows"] for span in collector.named("POST /predict")} == {1}


async def test_a_call_that_fails_is_seen_beside_the_one_that_is_made_instead(
    serve: Serve, collector: Collector
) -> None:
    client = await serve(FAILING)
    await asyncio.gather(*(client.post("/predict", json=READING | {"temperature": each}) for each in (1, 2)))
    await got(collector, 10)
    requests = {span.attributes["http.response.status_code"]: span for span in collector.named("POST /predict")}
    failed, answered = requests[500], requests[200]
    assert (failed.failed, answered.failed) == (True, False)
    assert (failed.attributes["slipway.outcome"], failed.attributes["error.type"]) == ("error", "error")
    assert "error.type" not in answered.attributes
    for request, second in ((failed, True), (answered, False)):
        stages = sorted((s for s in collector.spans if s.parent == request.span_id), key=lambda s: (s.begun, s.ended))
        assert sorted(stage.name for stage in stages) == ["call", "call", "queue", "queue"]
        calls = [stage for stage in stages if stage.name == "call"]
        assert [call.failed for call in calls] == [True, second]
        assert [call.attributes["slipway.call.reason"] for call in calls] == ["idle", "alone"]


@pytest.mark.parametrize(
    ("body", "headers", "status", "outcome"),
    [
        ({}, {}, 422, "invalid"),
        (READING, {"X-Request-Timeout": "soon"}, 422, "invalid"),
        (READING | {"temperature": "x" * 70_000}, {}, 413, "invalid"),
    ],
)
async def test_a_request_that_is_refused_waits_for_nothing(
    body: Any, headers: dict[str, str], status: int, outcome: str, serve: Serve, collector: Collector
) -> None:
    client = await serve()
    assert (await client.post("/predict", json=body, headers=headers)).status_code == status
    await got(collector, 1)
    request = collector.one("POST /predict")
    assert request.attributes["slipway.outcome"] == outcome
    assert request.attributes["http.response.status_code"] == status
    assert request.failed is False, "it is the client's mistake"
    assert "slipway.rows" not in request.attributes


async def test_a_request_before_the_model_is_there_is_traced(serve: Serve, collector: Collector) -> None:
    client = await serve(model_store="file:///nowhere", wait=False)
    assert (await client.post("/predict", json=READING)).status_code == 503
    await got(collector, 1)
    request = collector.one("POST /predict")
    assert (request.attributes["slipway.outcome"], request.failed) == ("not_loaded", True)


async def test_a_call_that_is_too_slow_is_seen_as_far_as_its_request_waited(
    serve: Serve, collector: Collector, lifecycle: Lifecycle
) -> None:
    gate = threading.Event()

    def answer(rows: fakes.Rows) -> fakes.Answers:
        assert rows[0, 0] != 50 or gate.wait(60)
        return rows[:, 0] / 100

    # Known to be slow, so that the loop goes on beside it.
    client = await serve(loads(FakeModel(answer, seconds=2 * INLINE_SECONDS)))
    asked = client.post("/predict", json=READING | {"temperature": 50}, headers={"X-Request-Timeout": "1"})
    in_call = asyncio.ensure_future(asked)
    while not lifecycle.served().batcher.running_for():
        await asyncio.sleep(0.001)
    in_queue = asyncio.ensure_future(client.post("/predict", json=READING, headers={"X-Request-Timeout": "1"}))
    assert (await in_call).status_code == 504
    assert (await in_queue).status_code == 503
    gate.set()
    await got(collector, 5)
    requests = {span.attributes["slipway.outcome"]: span for span in collector.named("POST /predict")}
    call = collector.one("call")
    assert call.parent == requests["deadline"].span_id
    assert call.ended == requests["deadline"].ended
    assert requests["shed"].attributes["slipway.batch_rows"] == 0
    assert requests["shed"].attributes["slipway.call_seconds"] == 0


async def test_slipways_own_requests_can_be_told_from_others(serve: Serve, collector: Collector) -> None:
    client = await serve(synthetic_token=TOKEN)
    await client.post("/predict", json=READING, headers={"X-Slipway-Synthetic": TOKEN})
    await got(collector, 3)
    assert collector.one("POST /predict").attributes["slipway.synthetic"] is True


async def test_only_predictions_are_traced(serve: Serve, collector: Collector) -> None:
    client = await serve()
    for path in ("/health", "/version", "/docs", "/nothing", "/predict"):
        await client.get(path, headers={"traceparent": PARENT})
    await client.post("/predict", json=READING)
    await got(collector, 3)


async def test_the_page_has_every_attribute(serve: Serve, collector: Collector) -> None:
    client = await serve(FAILING)
    for temperature in (1, 2):
        await client.post("/predict", json=READING | {"temperature": temperature})
    await client.post("/predict/batch", json={"readings": [READING]})
    await got(collector, 9)
    told: dict[str, set[str]] = {}
    names = [""]
    for row in table("logs-and-traces.md", "## Traces"):
        names = quoted(row["span"]) or names
        for name in names:
            told.setdefault(name, set()).update(quoted(row["attribute"]))
    found: dict[str, set[str]] = {}
    for span in collector.spans:
        found.setdefault(span.name, set()).update(span.attributes)
    found["POST /predict/batch"].add("error.type")  # as of the other path
    assert told == found


@pytest.fixture
def written() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the service has logged, as it is written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    log = logging.getLogger("service")
    log.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    log.removeHandler(handler)


async def test_the_lines_of_a_request_have_its_trace_beside_its_id(
    serve: Serve, collector: Collector, written: Callable[[], list[dict[str, Any]]]
) -> None:
    client = await serve(FAILING)
    body = READING | {"temperature": 1}
    for headers in ({"traceparent": PARENT}, {"traceparent": UNSAMPLED}):
        answer = await client.post("/predict", json=body, headers={"X-Request-ID": "abc"} | headers)
        assert (answer.status_code, answer.headers["X-Request-ID"]) == (500, "abc")
    await client.get("/nothing")
    await got(collector, 3)
    request = collector.one("POST /predict")
    lines = [line for line in written() if "request_id" in line]
    assert [(line["request_id"], line["trace_id"], line.get("span_id")) for line in lines] == [
        ("abc", TRACE, request.span_id),
        ("abc", TRACE, request.span_id),
        ("abc", TRACE, None),
        ("abc", TRACE, None),
    ]


async def test_a_request_without_a_trace_has_none_in_its_lines(
    serve: Serve, written: Callable[[], list[dict[str, Any]]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = await serve(FAILING, otel_traces_sampler=Sampler.PARENTBASED_ALWAYS_OFF)
    body = READING | {"temperature": 1}
    # One after another from the same task, as a server answers what a client has sent ahead.
    await client.post("/predict", json=body, headers={"traceparent": PARENT})
    await client.post("/predict", json=body)
    await client.post("/predict", json=body, headers={"traceparent": PARENT})
    await client.get("/health")
    lines = [(line["path"], "trace_id" in line) for line in written() if line["message"] == "request"]
    assert lines == [("/predict", True), ("/predict", False), ("/predict", True), ("/health", False)]


@pytest.mark.parametrize("where", ["begin", "end"])
async def test_an_error_in_tracing_fails_no_prediction(
    where: str, serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = await serve()

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("of tracing")

    if where == "begin":
        monkeypatch.setattr(Tracer, "start_span", broken)
    else:
        monkeypatch.setattr(spans, "_summary", broken)
    for _ in range(3):
        assert (await client.post("/predict", json=READING)).status_code == 200
    assert caplog.text.count("of tracing\n") == 1, "once, however often"
    assert (
        'service_spans_dropped_total{model_version="1.2.0",reason="error",release="7"} 3.0'
        in (await client.get(f"{PROBES}/metrics")).text
    )


async def test_a_clock_that_is_set_meanwhile_tears_no_span_apart(
    serve: Serve, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(rows: fakes.Rows) -> fakes.Answers:
        set_back = SimpleNamespace(time_ns=lambda: time.time_ns() - 10**12, monotonic=time.monotonic)
        monkeypatch.setattr(spans, "time", set_back)
        return rows[:, 0] / 100

    client = await serve(loads(FakeModel(answer)))
    monkeypatch.setattr(spans, "time", time)
    await client.post("/predict", json=READING)
    await got(collector, 3)
    assert all(span.begun <= span.ended for span in collector.spans)
