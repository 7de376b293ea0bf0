"""Clients that are slow, send nonsense or never stop, against a real server."""

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager

import httpx
import pytest

from service.batching import INLINE_SECONDS
from service.settings import Settings
from tests.service import fakes
from tests.service.fakes import READING
from tests.service.processes import SECONDS, Process, running

BODY = json.dumps(READING).encode()
KERNEL = 8_000_000
"""Bytes: more than its buffers take for a connection that isn't read (4 MB on the way out, and some on the way in)."""
REQUEST = b"POST /predict HTTP/1.1\r\nHost: pod\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
CHUNKED = b"POST /predict HTTP/1.1\r\nHost: pod\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server with short deadlines."""
    settings: Settings = fakes.settings(tmp_path_factory.mktemp("impatient"))
    short = {"HEAD_SECONDS": 0.3, "BODY_SECONDS": 0.3, "WRITE_SECONDS": 0.3, "KEEP_ALIVE_SECONDS": 3600}
    with running("tests.service.fake_service", settings, **short, BODY_LIMIT=1000) as process:
        process.wait_until_ready()
        yield process


@pytest.fixture
def connection(impatient: Process) -> Iterator[socket.socket]:
    with impatient.connect() as connection:
        yield connection


def all_of(connection: socket.socket) -> bytes:
    """What the server says until it closes the connection; a server that doesn't fails the test."""
    received = b""
    while part := connection.recv(65536):
        received += part
    return received


@contextmanager
def unread(process: Process) -> Generator[socket.socket]:
    """A connection with little room for answers that nobody reads."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(SECONDS)
        connection.connect(("127.0.0.1", process.port))
        yield connection


def sent_until_hung_up(
    connection: socket.socket, content: bytes, *, most: int, first: bytes = b"", pause: float = 0.0
) -> int:
    """How many bytes of `content`, again and again, a server takes before it hangs up; it has to, before `most`."""
    connection.sendall(first)
    sent = len(first)
    while sent < most:
        try:
            connection.sendall(content)
        except ConnectionError:
            return sent
        sent += len(content)
        time.sleep(pause)
    pytest.fail(f"the server took {sent} bytes")


def counted(process: Process, series: str) -> float:
    found = re.search(rf"^{series} (\S+)$", httpx.get(f"{process.probes}/metrics", timeout=SECONDS).text, re.M)
    assert found, series
    return float(found[1])


def answer(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """One answer of a connection that stays open."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, dict(response.getheaders()), response.read()


@pytest.mark.parametrize(
    "sent",
    [
        b"P",
        b"\r\n",
        b"POST /predict HTTP/1.1\r\n",
        b"POST /predict HTTP/1.1\r\nHost: pod\r\nX-Slow: ",
        b"GET /health HTTP/1.1\r\nHost: pod\r\n\r\nGET /he",
    ],
)
def test_a_head_that_does_not_end_is_not_waited_for(sent: bytes, connection: socket.socket) -> None:
    connection.sendall(sent)
    all_of(connection)


def test_a_connection_that_says_nothing_is_closed_like_an_idle_one(settings: Settings) -> None:
    short = {"KEEP_ALIVE_SECONDS": 1}
    with running("tests.service.fake_service", settings, **short) as process, process.connect() as connection:
        assert all_of(connection) == b""


@pytest.mark.parametrize("first", [REQUEST, b"GET /health HTTP/1.1\r\nHost: pod\r\n\r\n"], ids=["short", "long"])
def test_a_connection_that_is_used_is_not_idle_whichever_way_its_requests_go(first: bytes, settings: Settings) -> None:
    short = {"KEEP_ALIVE_SECONDS": 2}
    with running("tests.service.fake_service", settings, **short) as process:
        process.wait_until_ready()
        with process.connect() as connection:
            for each in (first, *[REQUEST] * 5):  # for longer than it would be kept if it were
                connection.sendall(each)
                assert answer(connection)[0] == 200
                time.sleep(0.5)
            assert all_of(connection) == b"", "and is closed in the end"


def test_a_new_connection_may_be_used_later_than_a_heads_deadline(connection: socket.socket) -> None:
    connection.settimeout(0.6)  # twice the deadline
    with pytest.raises(TimeoutError):
        connection.recv(1)
    connection.settimeout(None)
    connection.sendall(b"GET /health HTTP/1.1\r\nHost: pod\r\nConnection: close\r\n\r\n")
    assert all_of(connection).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "endless",
    [
        b"GET /" + b"a" * 1024,
        b"GET / HTTP/1.1\r\n" + b"a:b\r\n" * 200,
        b"GET / HTTP/1.1\r\nX-Long: " + b"v" * 1024,
        CHUNKED + b"0\r\n" + b"a:b\r\n" * 200,
        CHUNKED + b"0\r\nX-Long: " + b"v" * 1024,
        CHUNKED + b"5;" + b"v" * 1024,
    ],
    ids=["a line", "headers", "a value", "trailers", "a trailer", "a chunk's extension"],
)
def test_a_head_without_an_end_is_cut_off_at_its_limit_and_no_more_of_it_is_read(
    endless: bytes, connection: socket.socket
) -> None:
    connection.sendall(endless + endless[-1000:] * 40)
    assert connection.recv(65536).startswith(b"HTTP/1.1 431")
    sent_until_hung_up(connection, endless[-1000:], most=KERNEL)


def test_a_head_that_is_too_large_is_told_so_in_json(connection: socket.socket) -> None:
    connection.sendall(b"GET / HTTP/1.1\r\nX-Long: " + b"v" * 40_000 + b"\r\n\r\n")
    status, headers, body = answer(connection)
    assert (status, headers["connection"]) == (431, "close")
    assert json.loads(body) == {"detail": "The request's head has more than 32768 bytes or 128 headers"}


def test_a_large_head_within_the_limit_is_read(connection: socket.socket) -> None:
    connection.sendall(b"GET /health HTTP/1.1\r\nX-Long: " + b"v" * 30_000 + b"\r\n\r\n")
    assert answer(connection)[0] == 200


def test_what_comes_behind_a_body_is_no_header_of_its_request(connection: socket.socket) -> None:
    chunk = b"%x\r\n%s\r\n" % (len(BODY), BODY)
    for trailers in (b"", b"X-Request-Timeout: soon\r\n", b"a: b\r\n" * 1000):
        connection.sendall(CHUNKED + chunk + b"0\r\n" + trailers + b"\r\n")
        assert answer(connection)[0] == 200


@pytest.mark.parametrize("head", [b"Content-Length: 500", b"Transfer-Encoding: chunked"])
def test_a_body_that_does_not_end_is_not_waited_for(head: bytes, connection: socket.socket) -> None:
    connection.sendall(b"POST /predict HTTP/1.1\r\nHost: pod\r\n" + head + b"\r\n\r\n")
    assert all_of(connection).startswith(b"HTTP/1.1 408")


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(connection: socket.socket) -> None:
    connection.sendall(b"POST /predict HTTP/1.1\r\nHost: pod\r\nContent-Length: 1001\r\n\r\n")
    assert answer(connection)[0] == 413
    assert connection.recv(1) == b""  # and closed in the end


def test_a_client_that_sends_all_before_it_reads_learns_why_it_was_refused(settings: Settings) -> None:
    with running("tests.service.fake_service", settings, BODY_LIMIT=1000) as process:
        process.wait_until_ready()
        with closing(http.client.HTTPConnection("127.0.0.1", process.port, timeout=SECONDS)) as client:
            client.request("POST", "/predict", b"x" * 20_000_000)
            assert client.getresponse().status == 413


def test_a_body_without_a_length_is_refused_where_it_gets_too_large(connection: socket.socket) -> None:
    connection.sendall(CHUNKED + b"1f4\r\n" + b"x" * 500 + b"\r\n" + b"1f5\r\n" + b"x" * 501 + b"\r\n")
    assert all_of(connection).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n"])
def test_what_is_no_http_is_refused_in_json_that_says_who_refused(sent: bytes, connection: socket.socket) -> None:
    connection.sendall(sent)
    status, headers, body = answer(connection)
    assert (status, json.loads(body)) == (400, {"detail": "This is not an HTTP request"})
    assert headers["x-model-version"] == "1.2.0"
    assert headers["x-request-id"]


@pytest.mark.parametrize("upgrade", [b"websocket", b"h2c"])
def test_who_wants_another_protocol_is_answered_in_this_one(upgrade: bytes, connection: socket.socket) -> None:
    connection.sendall(b"GET /health HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: " + upgrade + b"\r\n\r\n")
    assert answer(connection)[0] == 200


def test_a_refused_request_leaves_its_connection_usable(settings: Settings) -> None:
    """The rest of the body is no head: neither its bytes nor its time are counted as one."""
    module, loading = "tests.service.fake_service", {"HEAD_SECONDS": 2, "LOAD_SECONDS": 3600}
    with running(module, settings, **loading) as process, process.connect() as connection:
        for _ in range(2):
            connection.sendall(b"POST /predict HTTP/1.1\r\nContent-Length: 60000\r\n\r\n" + b"x" * 20_000)
            assert answer(connection)[0] == 503
            connection.sendall(b"x" * 40_000)
            time.sleep(2.5)  # longer than a head may take


def test_requests_sent_ahead_are_answered_in_order(connection: socket.socket) -> None:
    ahead = [REQUEST.replace(b"85.0", b"%d.0" % (10 + each)) for each in range(50)]
    connection.sendall(b"".join(ahead))
    received = b""
    while received.count(b"failure_probability") < 50:
        received += connection.recv(65536)
    found = re.findall(rb'"failure_probability":([0-9.]+)', received)
    assert [float(each) for each in found] == [(10 + each) / 100 for each in range(50)]


def test_a_reader_that_does_not_read_is_hung_up_on(impatient: Process) -> None:
    asked = b"GET /openapi.json HTTP/1.1\r\nHost: pod\r\n\r\n" * 50
    with unread(impatient) as connection:
        sent_until_hung_up(connection, asked, most=10_000_000, pause=0.02)


def test_what_is_sent_ahead_is_not_read_before_it_can_be_answered(settings: Settings) -> None:
    """80 MB of requests were once taken into memory while 300 were answered."""
    with running("tests.service.fake_service", settings, WRITE_SECONDS=2) as process:
        process.wait_until_ready()
        with unread(process) as connection:
            sent_until_hung_up(connection, REQUEST * 100, most=KERNEL)


def test_many_requests_sent_ahead_are_all_answered(settings: Settings) -> None:
    count = 5000
    with running("tests.service.fake_service", settings) as process:
        process.wait_until_ready()
        with process.connect() as connection:
            sender = threading.Thread(target=lambda: connection.sendall(REQUEST * count))
            sender.start()
            found, rest = 0, b""
            while found < count:
                part = connection.recv(1 << 20)
                assert part, f"{found} of {count} were answered"
                *whole, rest = (rest + part).split(b"HTTP/1.1 200")
                found += len(whole) if rest or whole else 0
                if found == count - 1 and rest.endswith(b"}"):
                    break
            sender.join()


def test_a_client_that_leaves_is_counted_as_one_that_left(settings: Settings) -> None:
    with running(
        "tests.service.fake_service", settings, GOLDEN_SECONDS=2 * INLINE_SECONDS, PREDICT_SECONDS=30
    ) as process:
        process.wait_until_ready()
        with process.connect() as connection:
            connection.sendall(REQUEST.replace(b"85.0", b"40.0"))
            deadline = time.monotonic() + SECONDS
            while counted(process, r"service_requests_in_flight\{.*\}") == 0:
                assert time.monotonic() < deadline
        while counted(process, r'model_predictions_total\{.*status="cancelled"\}') == 0:
            assert time.monotonic() < deadline
        assert counted(process, r'model_predictions_total\{.*status="success"\}') == 0


def test_there_are_no_more_connections_than_the_limit(settings: Settings) -> None:
    with running("tests.service.fake_service", settings, CONNECTION_LIMIT=5) as process:
        process.wait_until_ready()
        held = [process.connect() for _ in range(5)]
        for each in held:  # each is known to the server, not only to the kernel
            each.sendall(b"GET /health HTTP/1.1\r\n\r\n")
            assert answer(each)[0] == 200
        with process.connect() as one_more:
            status, headers, body = answer(one_more)
        assert (status, json.loads(body)) == (503, {"detail": "There are 5 connections already"})
        assert int(headers["retry-after"]) >= 1
        assert counted(process, r'service_refusals_total\{.*reason="connections".*\}') == 1
        held.pop().close()
        deadline = time.monotonic() + SECONDS
        while httpx.get(f"{process.url}/health", timeout=SECONDS).status_code != 200:
            assert time.monotonic() < deadline
        for each in held:
            each.close()


def test_others_are_answered_meanwhile(impatient: Process) -> None:
    slow = [impatient.connect() for _ in range(50)]
    for each in slow:
        each.sendall(b"POST /predict HTTP/1.1\r\nHost: pod\r\nContent-Length: 500\r\n\r\n{")
    with httpx.Client(base_url=impatient.url, timeout=SECONDS) as client:
        assert [client.post("/predict", json=READING).status_code for _ in range(20)] == [200] * 20
    for each in slow:
        assert all_of(each).startswith(b"HTTP/1.1 408")
        each.close()
