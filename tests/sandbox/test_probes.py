"""Probes tell why something does not work."""

import os
import socket
import struct
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox import probes
from tests.http_servers import Handler, answering


@contextmanager
def server(status: int) -> Generator[str]:
    class Answers(Handler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"[-]etcd failed:\n reason withheld")

    with answering(Answers) as url:
        yield url


def test_success_is_no_trouble() -> None:
    with server(200) as url:
        assert probes.answers(f"{url}/healthz") is None


def test_a_failure_is_told_in_one_line_with_what_the_server_said() -> None:
    with server(500) as url:
        assert probes.answers(f"{url}/readyz") == f"{url}/readyz answers 500: [-]etcd failed: reason withheld"


def test_a_server_that_refuses_still_speaks_http() -> None:
    with server(403) as url:
        assert probes.speaks_http(url) is None
        assert probes.answers(url) is not None


def test_nobody_there_is_told_with_the_address() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert "refused" in str(probes.answers(url))


def test_a_socket_is_reached_however_long_its_path_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("one.sock")
        listener.listen()
        assert probes.accepts(folder / "one.sock") is None
    assert "No such file" in str(probes.accepts(folder / "two.sock"))


@pytest.mark.parametrize(("code", "records", "known"), [(0, 1, True), (3, 0, False), (0, 0, False)])
def test_a_name_is_known_when_a_record_comes_back(
    monkeypatch: pytest.MonkeyPatch, code: int, records: int, known: bool
) -> None:
    queries: list[bytes] = []

    class Server:
        def __init__(self, *_: object) -> None: ...
        def __enter__(self) -> "Server":
            return self

        def __exit__(self, *_: object) -> None: ...
        def settimeout(self, _: float) -> None: ...
        def connect(self, _: tuple[str, int]) -> None: ...
        def send(self, query: bytes) -> None:
            queries.append(query)

        def recv(self, _: int) -> bytes:
            return queries[0][:2] + struct.pack(">HHHHH", 0x8180 | code, 1, records, 0, 0)

    monkeypatch.setattr(socket, "socket", Server)

    trouble = probes.resolves("10.96.0.10", "kubernetes.default.svc.cluster.local")

    assert (trouble is None) is known
    assert b"\x0akubernetes\x07default\x03svc\x07cluster\x05local\x00" in queries[0]


def test_asking_a_socket_again_and_again_keeps_nothing_open(tmp_path: Path) -> None:
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        assert probes.accepts(tmp_path / "nobody.sock") is not None
    assert len(os.listdir("/proc/self/fd")) == len(before)
