"""The program as it runs: it tells why it does not work, works when the API server does, and acts."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import ports
from tests.sandbox.eks.conftest import Server
from tests.sandbox.eks.test_balancers import service


@pytest.fixture
def port() -> int:
    return ports.free()


@pytest.fixture
def running(server: Server, port: int, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    file = tmp_path / "kubeconfig"
    where = {"cluster": {"server": server.api.server}}
    file.write_text(json.dumps({"clusters": [where], "users": [{"user": {}}]}))
    command = [sys.executable, "-m", "sandbox.eks", "--kubeconfig", str(file), "--balancer", "10.0.0.3"]
    options = ["--volumes", str(tmp_path / "volumes"), "--node", "sandbox", "--listen", f"127.0.0.1:{port}"]
    with subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL) as process:
        yield process
        process.kill()


def ready(port: int) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError as error:
        return 0, str(error)
    finally:
        connection.close()


@pytest.mark.usefixtures("running")
def test_it_is_ready_once_everything_is_known_and_gives_load_balancers(server: Server, port: int) -> None:
    server.items = [service()]
    deadline = time.monotonic() + 60
    while ready(port) != (200, "") or not server.asked:
        assert time.monotonic() < deadline, ready(port)
        time.sleep(0.05)
    assert server.asked[0][1] == "/api/v1/namespaces/gateway/services/traefik/status"
