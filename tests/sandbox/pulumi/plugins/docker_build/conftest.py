"""A registry of the tests' own, and the plugin with a storage of its own."""

import json
import os
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.pulumi.plugins.docker_build.builder import Builder
from sandbox.pulumi.plugins.docker_build.provider import DockerBuild
from tests import ports
from tests.http_servers import Handler, answering


@pytest.fixture(scope="session")
def registry_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the registry keeps its blobs."""
    return tmp_path_factory.mktemp("registry") / "data"


@pytest.fixture(scope="session")
def registry(registry_data: Path) -> Iterator[str]:
    """Host and port of Debian's registry, on this machine only."""
    folder = registry_data.parent
    address = f"127.0.0.1:{ports.free()}"
    settings = folder / "settings.json"
    settings.write_text(
        json.dumps(
            {
                "version": "0.1",
                "log": {"level": "error", "accesslog": {"disabled": True}},
                "storage": {"filesystem": {"rootdirectory": str(registry_data)}, "delete": {"enabled": True}},
                "http": {"addr": address},
            }
        )
    )
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(["docker-registry", "serve", str(settings)], stdout=log, stderr=subprocess.STDOUT)
    try:
        _until_it_answers(f"http://{address}/v2/", process)
        yield address
    finally:
        process.terminate()
        process.wait()


def _until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while process.poll() is None:
        try:
            opener.open(url).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{url}: its registry ended with {process.returncode}")


class Said:
    """What people would read."""

    def __init__(self) -> None:
        self.lasting: list[str] = []
        self.passing: list[str] = []

    def about(self, urn: str) -> Any:
        def say(line: str, passing: bool) -> None:
            (self.passing if passing else self.lasting).append(line)

        return say


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared, as the layers of earlier builds are shared outside of tests."""
    return tmp_path_factory.mktemp("builds")


@pytest.fixture
def builder(storage: Path) -> Builder:
    return Builder(storage)


@pytest.fixture
def plugin(serve_plugin: Any, builder: Builder, said: Said) -> Any:
    plugin = serve_plugin(DockerBuild(builder, said))
    plugin.configure({})
    return plugin


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A build context that needs no base image."""
    (tmp_path / "hello").write_text(f"hello from {tmp_path}")
    (tmp_path / "Dockerfile").write_text(
        "FROM scratch\n"
        "ARG COLOUR=none\n"
        "LABEL colour=${COLOUR}\n"
        "COPY hello /hello\n"
        'HEALTHCHECK --interval=5s CMD ["/hello", "--alive"]\n'
        'CMD ["/hello"]\n'
    )
    return tmp_path


@pytest.fixture
def repository(registry: str, request: pytest.FixtureRequest) -> str:
    """A repository that no other test uses."""
    return f"{registry}/tests/{request.node.name.partition('[')[0]}"


@pytest.fixture
def inputs(folder: Path, repository: str) -> dict[str, Any]:
    """An image as a serving program declares it."""
    return {
        "push": True,
        "buildOnPreview": False,
        "context": {"location": str(folder)},
        "tags": [f"{repository}:local"],
        "platforms": ["linux/amd64"],
    }


@pytest.fixture
def slow_file() -> Iterator[tuple[str, threading.Event]]:
    """The URL of a file that never comes to its end."""
    asked, over = threading.Event(), threading.Event()

    class Slow(Handler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            asked.set()
            over.wait()

    with answering(Slow) as url:
        yield f"{url}/slow", asked
        over.set()


@pytest.fixture
def endless(folder: Path, slow_file: tuple[str, threading.Event]) -> threading.Event:
    """A context whose build doesn't end, and how to know that it has begun."""
    url, asked = slow_file
    (folder / "Dockerfile").write_text(f"FROM scratch\nCOPY hello /hello\nADD {url} /slow\n")
    return asked


def _processes_of(text: str) -> list[str]:
    found: list[str] = []
    for entry in os.listdir("/proc"):
        try:
            command = Path(f"/proc/{entry}/cmdline").read_text() if entry.isdigit() else ""
        except OSError:
            continue
        if text in command and int(entry) != os.getpid():
            found.append(command)
    return found


@pytest.fixture
def gone() -> Callable[[str], bool]:
    """Waits until no process is left that has a text in its command line."""
    return _gone


def _gone(text: str) -> bool:
    for _ in range(200):
        if not _processes_of(text):
            return True
        time.sleep(0.05)
    return False
