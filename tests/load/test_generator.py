"""The generator tells what happened, above all when the server doesn't answer."""

import socket
from collections.abc import Iterator

import pytest

from tests import ports
from tests.http_servers import Handler, answering
from tests.load.generator import Plan, run


class Answers(Handler):
    """Answers with the status that the path names."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(int(self.path[1:]))
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


class Leaves(Handler):
    """Closes every connection without an answer."""

    def do_POST(self) -> None:
        self.close_connection = True


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        yield server.getsockname()[1]


def port(url: str) -> int:
    return int(url.rpartition(":")[2])


def test_a_request_is_sent_for_each_that_is_due_or_counted_as_not_offered(silent: int) -> None:
    outcome = run(Plan(port=silent, rate=500, seconds=0.2, connections=10, timeout=1))
    assert (outcome.offered, outcome.not_offered) == (10, 90)
    assert outcome.lost == {"timeout": 10}
    assert outcome.statuses == {}


def test_connections_are_used_again() -> None:
    with answering(Answers) as url:
        outcome = run(Plan(port=port(url), path="/200", connections=1, requests=50))
    assert (outcome.offered, outcome.count(200), outcome.in_time) == (50, 50, 50)
    assert outcome.lost == {}


def test_refusals_that_do_not_tell_when_to_come_back_are_counted() -> None:
    with answering(Answers) as url:
        outcome = run(Plan(port=port(url), path="/429", rate=100, seconds=0.2))
    assert (outcome.count(429), outcome.without_retry_after) == (20, 20)
    assert outcome.in_time == 0


def test_connections_that_are_lost_are_counted() -> None:
    with answering(Leaves) as url:
        outcome = run(Plan(port=port(url), rate=100, seconds=0.2))
    assert outcome.lost == {"connection lost": 20}


def test_connections_that_are_refused_are_counted() -> None:
    assert run(Plan(port=ports.free(), rate=100, seconds=0.2)).lost == {"ConnectionRefusedError": 20}
