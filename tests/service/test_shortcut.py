"""Which requests take the short way, and that it can't be told from the long one."""

import asyncio
import json
import math
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from service import connections
from service.app import create_app
from service.batching import INLINE_SECONDS
from service.connections import Bounds, Connection
from service.heartbeat import Heartbeat
from service.identity import REQUEST_ID
from service.lifecycle import Lifecycle
from service.metrics import Metrics, Phase
from service.model import Tensors
from service.predictions import Predictions
from service.protocols.article import OneReading
from service.shortcut import Reading, Shortcut
from tests.service import fakes
from tests.service.conftest import lifespan, served
from tests.service.fakes import INPUT, LABELS, OUTPUT, READING, FakeModel, loads

pytestmark = pytest.mark.anyio

BODY = json.dumps(READING).encode()
LIMIT = 1000


def body(temperature: float) -> bytes:
    return json.dumps(READING | {"temperature": temperature}).encode()


@dataclass
class Client:
    """Keeps what it is answered."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict[bytes, bytes])
    content: bytes = b""
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def reply(self, identity: bytes, content: bytes) -> None:
        self.reply_with(200, [(REQUEST_ID, identity)], content)

    def reply_with(self, status: int, headers: Sequence[tuple[bytes, bytes]], content: bytes) -> None:
        assert not self.answered.is_set()
        self.status, self.headers, self.content = status, dict(headers), content
        self.answered.set()

    async def probability(self) -> float:
        await self.answered.wait()
        assert self.status == 200, self.content
        return json.loads(self.content)["failure_probability"]


@dataclass
class Service:
    """An application with its short way, and what both count."""

    app: Predictions
    shortcut: Shortcut
    lifecycle: Lifecycle
    metrics: Metrics

    def ask(self, temperature: float = 85.0) -> tuple[Client, Reading]:
        client = Client()
        reading = self.shortcut.take(client, {}, body(temperature))
        assert reading is not None
        return client, reading

    def counted(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, LABELS | labels)

    @property
    def in_flight(self) -> float | None:
        return self.counted("service_requests_in_flight")


Start = Callable[..., Awaitable[Service]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def run(model: Any = None, *, wait: bool = True, **changes: Any) -> Service:
            lifecycle = Lifecycle()
            settings = fakes.settings(tmp_path, **changes)
            metrics = fakes.metrics(lifecycle)
            app = create_app(settings, lifecycle, Heartbeat(), loads(model or FakeModel()), metrics)
            await stack.enter_async_context(lifespan(app))
            while wait and lifecycle.phase is Phase.LOADING:
                await asyncio.sleep(0.001)
            shortcut = Shortcut(lifecycle, metrics, seconds=settings.request_seconds, body_limit=LIMIT)
            return Service(app, shortcut, lifecycle, metrics)

        yield run


def fails(*_: object) -> None:
    raise RuntimeError("ours")


class Gate(FakeModel):
    """Known to be slow, and answers readings that aren't golden when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()

    def predict(self, tensors: Tensors) -> Tensors:
        golden = tensors[INPUT][0, 0] == READING["temperature"]
        assert (self.open.wait(2 * INLINE_SECONDS) or True) if golden else self.open.wait(60)
        return super().predict(tensors)


async def test_readings_of_one_turn_share_a_call_and_each_gets_its_own_answer(start: Start) -> None:
    model = FakeModel()
    service = await start(model)
    before = len(model.calls)
    clients = [service.ask(each)[0] for each in (10, 20, 30)]
    assert service.in_flight == 3
    assert [await each.probability() for each in clients] == [0.1, 0.2, 0.3]
    assert len(model.calls) == before + 1
    assert service.in_flight == 0
    assert service.counted("model_predictions_total", status="success") == 3
    assert service.counted("model_prediction_latency_seconds_count", status="success") == 3
    assert service.counted("model_queue_delay_seconds_count") == 3
    assert service.counted("model_batch_rows_sum") == 3
    assert service.counted("model_feature_mean", feature_name="temperature") == 20
    assert service.counted("model_prediction_value_count") == 3


async def test_both_ways_meet_in_one_call(start: Start) -> None:
    model = FakeModel()
    service = await start(model)
    before = len(model.calls)
    batcher = service.lifecycle.served().batcher

    async def long_way(*temperatures: float) -> list[float]:
        rows = np.array([[each, 2.5, 101.0, 3000.0] for each in temperatures])
        return (await batcher.predict({INPUT: rows}, 5.0))[OUTPUT].tolist()

    first = asyncio.ensure_future(long_way(1, 2))
    await asyncio.sleep(0)
    short = [service.ask(each)[0] for each in (3, 4)]
    last = asyncio.ensure_future(long_way(5))
    assert [await first, await last] == [[0.01, 0.02], [0.05]]
    assert [await each.probability() for each in short] == [0.03, 0.04]
    assert len(model.calls) == before + 1


@pytest.mark.parametrize(
    ("noted", "content"),
    [
        ({b"x-request-timeout": b"1"}, BODY),
        ({b"x-slipway-synthetic": b"token"}, BODY),
        ({b"connection": b"close"}, BODY),
        ({REQUEST_ID: b"given", b"expect": b"100-continue"}, BODY),
        ({}, b"{}"),
        ({}, body(1e9)),
        ({}, b"no JSON"),
        ({}, BODY + b" " * LIMIT),
    ],
)
async def test_what_is_not_in_order_goes_the_long_way_and_leaves_no_trace(
    noted: dict[bytes, bytes], content: bytes, start: Start
) -> None:
    service = await start()
    assert service.shortcut.take(Client(), noted, content) is None
    assert service.in_flight == 0
    assert service.lifecycle.served().batcher.queued == 0


async def test_before_there_is_a_model_all_go_the_long_way(start: Start) -> None:
    service = await start(wait=False)
    assert service.shortcut.take(Client(), {}, BODY) is None


async def test_what_could_not_be_answered_soon_goes_the_long_way_which_refuses_it_once(start: Start) -> None:
    gate = Gate()
    service = await start(gate, batch_limit=1, queue_seconds=0.001)
    clients = [service.ask(each)[0] for each in range(1)]
    while not service.lifecycle.served().batcher.running_for():
        await asyncio.sleep(0.001)
    clients += [service.ask(each)[0] for each in range(1, 11)]
    assert service.shortcut.take(Client(), {}, BODY) is None
    gate.open.set()
    assert [await each.probability() for each in clients] == [each / 100 for each in range(11)]
    assert service.counted("service_refusals_total", reason="queue") == 0


async def test_a_given_id_is_given_back_and_a_bad_one_replaced(start: Start) -> None:
    service = await start()
    found: list[bytes] = []
    for given in (b"trace-1.a:b/c", b"two words"):
        client = Client()
        assert service.shortcut.take(client, {REQUEST_ID: given}, BODY) is not None
        await client.answered.wait()
        found.append(client.headers[REQUEST_ID])
    assert found[0] == b"trace-1.a:b/c"
    assert len(found[1]) == 32


async def test_of_a_batch_that_fails_only_the_guilty_reading_fails(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    def unlucky(rows: fakes.Rows) -> fakes.Answers:
        if 13 in rows[:, 0]:
            raise ValueError("unlucky")
        return rows[:, 0] / 100

    service = await start(FakeModel(unlucky))
    clients = [service.ask(each)[0] for each in (12, 13, 14)]
    for each in clients:
        await each.answered.wait()
    assert [each.status for each in clients] == [200, 500, 200]
    assert json.loads(clients[1].content) == {"detail": "The model failed on this reading"}
    assert "unlucky" in caplog.text
    assert service.counted("model_predictions_total", status="error") == 1
    assert service.in_flight == 0


async def test_of_a_batch_in_which_one_answer_is_nan_only_that_one_fails(start: Start) -> None:
    def nan_at_13(rows: fakes.Rows) -> fakes.Answers:
        return np.where(rows[:, 0] == 13, math.nan, rows[:, 0] / 100)

    service = await start(FakeModel(nan_at_13))
    clients = [service.ask(each)[0] for each in (12, 13, 14)]
    for each in clients:
        await each.answered.wait()
    assert [each.status for each in clients] == [200, 500, 200]
    assert "finite" in json.loads(clients[1].content)["detail"]
    assert [await clients[index].probability() for index in (0, 2)] == [0.12, 0.14]
    assert service.counted("model_feature_mean", feature_name="temperature") == 13, "of the two that were answered"
    assert service.counted("model_prediction_value_count") == 2


async def test_the_work_of_a_client_that_left_is_not_done_and_nobody_else_is_harmed(start: Start) -> None:
    gate = Gate()
    service = await start(gate)
    running = [service.ask(each) for each in (1, 2)]
    while not service.lifecycle.served().batcher.running_for():
        await asyncio.sleep(0.001)
    waiting = [service.ask(each) for each in (3, 4)]
    for _, reading in (running[0], waiting[0]):
        service.shortcut.left(reading)
    assert service.lifecycle.served().batcher.queued == 1
    calls = len(gate.calls)
    gate.open.set()
    assert [await running[1][0].probability(), await waiting[1][0].probability()] == [0.02, 0.04]
    assert not running[0][0].answered.is_set()
    assert not waiting[0][0].answered.is_set()
    assert gate.calls[calls:] == [2, 1]
    assert service.counted("model_predictions_total", status="cancelled") == 2
    assert service.counted("model_feature_mean", feature_name="temperature") == 3
    assert service.in_flight == 0


async def test_a_call_that_does_not_end_ends_nobody_later_than_their_time(start: Start) -> None:
    gate = Gate()
    service = await start(gate, request_seconds=0.5)
    client, _ = service.ask(1)
    await client.answered.wait()
    assert client.status == 504
    assert int(client.headers[b"retry-after"]) >= 1
    assert service.counted("model_deadlines_missed_total", where="call") == 1
    assert service.counted("model_predictions_total", status="deadline") == 1
    gate.open.set()


async def test_an_error_of_ours_is_told_to_all_of_the_call_as_on_the_long_way(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    service = await start()
    monkeypatch.setattr(OneReading, "contents", fails)
    clients = [service.ask(each)[0] for each in (1, 2)]
    for each in clients:
        await each.answered.wait()
        assert (each.status, json.loads(each.content)) == (500, {"detail": "Internal error"})
    assert caplog.text.count("unexpected error") == 1
    assert service.counted("model_predictions_total", status="error") == 2


async def test_an_error_on_the_short_way_sends_all_the_long_way(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    service = await start()
    monkeypatch.setattr(service.lifecycle.served().batcher, "fits", fails)
    assert service.shortcut.take(Client(), {}, BODY) is None
    assert "the short way failed" in caplog.text
    assert service.in_flight == 0


async def test_an_error_in_a_metric_fails_no_prediction(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    service = await start()
    for broken in ("_predictions", "_distributions", "_batches"):
        monkeypatch.setattr(service.metrics, broken, object())
    assert await service.ask(50)[0].probability() == 0.5


HEAD = b"POST /predict HTTP/1.1\r\nHost: pod\r\n%bContent-Length: %d\r\n\r\n%b"


async def exchange(url: str, sent: Sequence[bytes], answers: int) -> bytes:
    """What a server says to some bytes, sent one after another, until it has answered so many times."""
    host, port = httpx.URL(url).host, httpx.URL(url).port
    reader, writer = await asyncio.open_connection(host, port)
    received = b""
    for part in sent:
        writer.write(part)
        await asyncio.sleep(0.01)
    while received.count(b"HTTP/1.1 ") < answers or not received.endswith(b"}"):
        part = await asyncio.wait_for(reader.read(65536), 20)
        assert part, received
        received += part
    writer.close()
    return received


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each request that was offered to the short way, whether it went it."""
    found: list[bool] = []
    take = Shortcut.take

    def noted(self: Shortcut, *arguments: Any) -> Reading | None:
        reading = take(self, *arguments)
        found.append(reading is not None)
        return reading

    monkeypatch.setattr(Shortcut, "take", noted)
    return found


def request(temperature: float = 85.0, headers: bytes = b"") -> bytes:
    return HEAD % (headers, len(body(temperature)), body(temperature))


async def test_clients_cannot_tell_the_ways_apart(start: Start, taken: list[bool]) -> None:
    service = await start()
    same = b"X-Request-ID: one\r\n"
    async with served(service.app, Connection.within(Bounds(), service.shortcut)) as url:
        short = await exchange(url, [request(headers=same)], 1)
        long = await exchange(url, [request(headers=same + b"X-Request-Timeout: 5\r\n")], 1)
    assert taken == [True, False]
    assert without_date(short) == without_date(long)
    assert b"\r\nx-request-id: one\r\n" in short


def without_date(answer: bytes) -> list[bytes]:
    return [line for line in answer.split(b"\r\n") if not line.startswith(b"date:")]


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets how long a body is waited for."""
    return lambda seconds: monkeypatch.setattr(connections, "FOLLOWS_SECONDS", seconds)


@pytest.mark.parametrize("headers", [b"", b"X-Request-ID: one\r\n"])
async def test_a_body_that_follows_its_head_makes_no_difference(
    headers: bytes, start: Start, taken: list[bool], patience: Callable[[float], None]
) -> None:
    patience(20)
    service = await start()
    whole = request(50, headers)
    end = whole.index(b"\r\n\r\n") + 4
    async with served(service.app, Connection.within(Bounds(), service.shortcut)) as url:
        for pieces in ([whole[:end], whole[end:]], [whole[:10], whole[10 : end + 5], whole[end + 5 :]]):
            assert b'"failure_probability":0.5' in await exchange(url, pieces, 1)
    assert taken == [True, True]


async def test_a_body_that_keeps_us_waiting_goes_the_long_way_and_so_do_no_others(
    start: Start, taken: list[bool], patience: Callable[[float], None]
) -> None:
    patience(0)
    service = await start()
    whole = request(50)
    end = whole.index(b"\r\n\r\n") + 4
    async with served(service.app, Connection.within(Bounds(), service.shortcut)) as url:
        for cut in (end, len(whole) - 5):
            assert b'"failure_probability":0.5' in await exchange(url, [whole[:cut], whole[cut:] + whole], 2)
    assert taken == [], "what is sent ahead of an answer goes as the one before it"


async def test_no_body_is_waited_for_whose_head_asks_for_more(
    start: Start, taken: list[bool], patience: Callable[[float], None]
) -> None:
    patience(20)
    service = await start()
    whole = request(50, b"Expect: 100-continue\r\n")
    end = whole.index(b"\r\n\r\n") + 4
    async with served(service.app, Connection.within(Bounds(), service.shortcut)) as url:
        reader, writer = await asyncio.open_connection(httpx.URL(url).host, httpx.URL(url).port)
        writer.write(whole[:end])
        assert await asyncio.wait_for(reader.readline(), 20) == b"HTTP/1.1 100 Continue\r\n"
        writer.write(whole[end:])
        while not (line := await asyncio.wait_for(reader.readline(), 20)).startswith(b"HTTP/1.1"):
            assert line == b"\r\n"
        assert b" 200 " in line
        writer.close()
    assert taken == []


async def test_no_more_of_a_body_is_waited_for_than_is_read(
    start: Start, taken: list[bool], patience: Callable[[float], None]
) -> None:
    patience(20)
    service = await start(body_limit=LIMIT)
    head = b"POST /predict HTTP/1.1\r\nHost: pod\r\nTransfer-Encoding: chunked\r\n\r\n"
    large = b"%x\r\n%b\r\n" % (LIMIT + 1, b" " * (LIMIT + 1))
    protocol = Connection.within(Bounds(body_bytes=LIMIT), service.shortcut)
    async with served(service.app, protocol) as url:
        assert b" 413 " in await exchange(url, [head, large], 1)
    assert taken == []


async def test_a_body_that_is_no_http_is_refused_while_it_is_waited_for(
    start: Start, patience: Callable[[float], None]
) -> None:
    patience(20)
    service = await start()
    head = b"POST /predict HTTP/1.1\r\nHost: pod\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with served(service.app, Connection.within(Bounds(), service.shortcut)) as url:
        assert b" 400 " in await exchange(url, [head, b"no chunk"], 1)
    assert service.in_flight == 0


async def test_who_leaves_while_a_body_is_waited_for_leaves_nothing(
    start: Start, patience: Callable[[float], None]
) -> None:
    patience(0.02)
    service = await start()
    lost = asyncio.Event()

    class Noted(Connection.within(Bounds(), service.shortcut)):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            lost.set()

    async with served(service.app, Noted) as url:
        _, writer = await asyncio.open_connection(httpx.URL(url).host, httpx.URL(url).port)
        writer.write(request()[:-5])
        await asyncio.sleep(0.001)
        writer.close()
        await lost.wait()
        await asyncio.sleep(0.03)
    assert service.in_flight == 0


async def test_what_is_refused_behind_the_short_way_takes_nothing_from_it(start: Start, taken: list[bool]) -> None:
    service = await start()
    lost: asyncio.Future[None] = asyncio.Future()

    class Noted(Connection.within(Bounds(), service.shortcut)):
        def connection_lost(self, exc: Exception | None) -> None:
            try:
                super().connection_lost(exc)
            except Exception as error:
                lost.set_exception(error)
            else:
                lost.set_result(None)

    async with served(service.app, Noted) as url:
        reader, writer = await asyncio.open_connection(httpx.URL(url).host, httpx.URL(url).port)
        writer.write(request(50) + b"CONNECT a:1 HTTP/1.1\r\n\r\n")
        assert b'"failure_probability":0.5' in await asyncio.wait_for(reader.read(), 20)
        writer.close()
        await lost
    assert taken == [True]


async def test_a_server_that_ends_waits_for_the_body_as_for_any_other(
    start: Start, taken: list[bool], patience: Callable[[float], None]
) -> None:
    patience(20)
    service = await start()
    opened: list[Connection] = []

    class Noted(Connection.within(Bounds(), service.shortcut)):
        def on_headers_complete(self) -> None:
            super().on_headers_complete()
            opened.append(self)

    whole = request(50)
    async with served(service.app, Noted) as url:
        reader, writer = await asyncio.open_connection(httpx.URL(url).host, httpx.URL(url).port)
        writer.write(whole[:-5])
        while not opened:
            await asyncio.sleep(0.001)
        opened[0].shutdown()
        writer.write(whole[-5:])
        assert b'"failure_probability":0.5' in await asyncio.wait_for(reader.read(), 20)
        writer.close()
    assert taken == []


async def test_what_is_sent_ahead_is_answered_in_order_behind_the_short_way(start: Start, taken: list[bool]) -> None:
    service = await start()
    ahead = [request(each) for each in range(1, 31)]
    async with served(service.app, Connection.within(Bounds(), service.shortcut)) as url:
        received = await exchange(url, [b"".join(ahead)], 30)
    found = [json.loads(part[part.index(b"{") : part.index(b"}") + 1]) for part in received.split(b"HTTP/1.1 ")[1:]]
    assert [each["failure_probability"] for each in found] == [each / 100 for each in range(1, 31)]
    assert taken == [True], "those behind it wait, and are no more than what waits"


async def test_what_is_answered_at_once_waits_for_what_was_asked_before_it(start: Start, taken: list[bool]) -> None:
    gate = Gate()
    service = await start(gate)
    async with served(service.app, Connection.within(Bounds(), service.shortcut)) as url:
        both = [request(50) + b"GET /health HTTP/1.1\r\nHost: pod\r\n\r\n"]
        exchanged = asyncio.ensure_future(exchange(url, both, 2))
        while not taken:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.05)
        gate.open.set()
        received = await exchanged
    assert taken == [True]
    assert 0 < received.index(b"failure_probability") < received.index(b"healthy")


async def test_a_gateway_that_is_to_leave_is_told_so(start: Start, taken: list[bool]) -> None:
    service = await start()
    protocol = Connection.within(Bounds(draining=lambda: True), service.shortcut)
    async with served(service.app, protocol) as url:
        assert b"\r\nconnection: close\r\n" in await exchange(url, [request()], 1)
    assert taken == []


async def test_who_leaves_before_the_answer_is_counted_so(start: Start, taken: list[bool]) -> None:
    gate = Gate()
    service = await start(gate)
    async with served(service.app, Connection.within(Bounds(), service.shortcut)) as url:
        _, writer = await asyncio.open_connection(httpx.URL(url).host, httpx.URL(url).port)
        writer.write(request(50))
        while not taken:
            await asyncio.sleep(0.001)
        writer.close()
        while service.counted("model_predictions_total", status="cancelled") != 1:
            await asyncio.sleep(0.001)
        gate.open.set()
    assert service.in_flight == 0


DURATION = re.compile(r"_seconds_(bucket|sum)$")


def figures(service: Service) -> dict[tuple[str, ...], float]:
    """All that is told of the service and its model, but for how long something took."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in service.metrics.registry.collect()
        for sample in family.samples
        if sample.name.startswith(("model_", "service_")) and not DURATION.search(sample.name)
    }


class Moody(Gate):
    """Fails on 13, and answers 14 with NaN."""

    def predict(self, tensors: Tensors) -> Tensors:
        temperature = tensors[INPUT][0, 0]
        if temperature == 13:
            raise ValueError("unlucky")
        if temperature == 14:
            return {OUTPUT: np.array([math.nan])}
        return super().predict(tensors)


LONG = b"X-Request-Timeout: 60\r\n"


@pytest.mark.parametrize(
    ("temperature", "status", "counted"),
    [
        (50, 200, ("model_predictions_total", "success")),
        (13, 500, ("model_predictions_total", "error")),
        (14, 500, ("model_predictions_total", "error")),
        (15, 504, ("model_deadlines_missed_total", "call")),
        (1e9, 422, ("model_predictions_total", "invalid")),
    ],
)
async def test_whichever_way_they_go_the_same_is_counted(
    temperature: float, status: int, counted: tuple[str, str], start: Start
) -> None:
    told: list[dict[tuple[str, ...], float]] = []
    for headers in (b"", LONG):
        model = Moody()
        late = status == 504
        service = await start(model, request_seconds=1 if late else 15)
        if not late:
            model.open.set()
        async with served(service.app, Connection.within(Bounds(), service.shortcut)) as url:
            assert b" %d " % status in await exchange(url, [request(temperature, headers)], 1)
            # The client has its answer before it is counted.
            while service.in_flight:
                await asyncio.sleep(0.001)
            told.append(figures(service))
            model.open.set()
    short, long = told
    assert short == long
    assert short[counted[0], *sorted((counted[1], *LABELS.values()))] == 1
    assert len(short) > 50


async def test_who_leaves_is_counted_the_same_whichever_way_they_went(start: Start) -> None:
    told: list[dict[tuple[str, ...], float]] = []
    for headers in (b"", LONG):
        gate = Gate()
        service = await start(gate)
        async with served(service.app, Connection.within(Bounds(), service.shortcut)) as url:
            _, writer = await asyncio.open_connection(httpx.URL(url).host, httpx.URL(url).port)
            writer.write(request(50, headers))
            while not service.lifecycle.served().batcher.running_for():
                await asyncio.sleep(0.001)
            writer.close()
            while service.in_flight:
                await asyncio.sleep(0.001)
            told.append(figures(service))
            gate.open.set()
    short, long = told
    assert short == long
    assert short["model_predictions_total", *sorted(("cancelled", *LABELS.values()))] == 1
