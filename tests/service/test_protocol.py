"""Clients that are slow or send nonsense, against a real server."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from service.settings import Settings
from tests.service.fakes import READING
from tests.service.processes import Process, running


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server with short deadlines."""
    from tests.service import fakes

    settings: Settings = fakes.settings(tmp_path_factory.mktemp("impatient"))
    short = {"HEAD_SECONDS": 0.3, "BODY_SECONDS": 0.3, "KEEP_ALIVE_SECONDS": 3600, "BODY_LIMIT": 1000}
    with running("tests.service.fake_service", settings, **short) as process:
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


@pytest.mark.parametrize(
    "sent",
    [
        b"P",
        b"\r\n",
        b"POST /predict HTTP/1.1\r\n",
        b"POST /predict HTTP/1.1\r\nHost: pod\r\nX-Slow: ",
        b"GET /livez HTTP/1.1\r\nHost: pod\r\n\r\nGET /li",
    ],
)
def test_a_head_that_does_not_end_is_not_waited_for(sent: bytes, connection: socket.socket) -> None:
    connection.sendall(sent)
    all_of(connection)


def test_a_connection_that_says_nothing_is_closed_like_an_idle_one(settings: Settings) -> None:
    short = {"KEEP_ALIVE_SECONDS": 1}
    with running("tests.service.fake_service", settings, **short) as process, process.connect() as connection:
        assert all_of(connection) == b""


def test_a_new_connection_may_be_used_later_than_a_heads_deadline(connection: socket.socket) -> None:
    connection.settimeout(0.6)  # twice the deadline
    with pytest.raises(TimeoutError):
        connection.recv(1)
    connection.settimeout(None)
    connection.sendall(b"GET /livez HTTP/1.1\r\nHost: pod\r\nConnection: close\r\n\r\n")
    assert all_of(connection).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("head", [b"Content-Length: 500", b"Transfer-Encoding: chunked"])
def test_a_body_that_does_not_end_is_not_waited_for(head: bytes, connection: socket.socket) -> None:
    connection.sendall(b"POST /predict HTTP/1.1\r\nHost: pod\r\n" + head + b"\r\n\r\n")
    assert all_of(connection).startswith(b"HTTP/1.1 408")


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(connection: socket.socket) -> None:
    connection.sendall(b"POST /predict HTTP/1.1\r\nHost: pod\r\nContent-Length: 1001\r\n\r\n")
    assert all_of(connection).startswith(b"HTTP/1.1 413")


def test_a_body_without_a_length_is_refused_where_it_gets_too_large(connection: socket.socket) -> None:
    head = b"POST /predict HTTP/1.1\r\nHost: pod\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.sendall(head + b"1f4\r\n" + b"x" * 500 + b"\r\n" + b"1f5\r\n" + b"x" * 501 + b"\r\n")
    assert all_of(connection).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n"])
def test_what_is_no_http_is_refused(sent: bytes, connection: socket.socket) -> None:
    connection.sendall(sent)
    assert all_of(connection).startswith(b"HTTP/1.1 400")


def test_others_are_answered_meanwhile(impatient: Process) -> None:
    slow = [impatient.connect() for _ in range(50)]
    for each in slow:
        each.sendall(b"POST /predict HTTP/1.1\r\nHost: pod\r\nContent-Length: 500\r\n\r\n{")
    with httpx.Client(base_url=impatient.url) as client:
        assert [client.post("/predict", json=READING).status_code for _ in range(20)] == [200] * 20
    for each in slow:
        assert all_of(each).startswith(b"HTTP/1.1 408")
        each.close()
