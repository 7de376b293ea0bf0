"""A server with a fake model, on a core of its own; and its probes, asked as Kubernetes and Prometheus do."""

import http.client
import os
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tests import ports
from tests.background import Background
from tests.load import machine
from tests.load.fake_models import VARIABLE, Fake
from tests.service import fakes
from tests.service.processes import SECONDS, Process, running

EVERY: Final = 0.5  # seconds between two probes of a kind

LIMITS: Final = {"/livez": 5.0, "/readyz": 2.0, "/metrics": 10.0}
"""Seconds after which the pod's probes, and Prometheus, have given up."""

PATIENT: Final = dict.fromkeys(LIMITS, float(SECONDS))
"""For tests that run beside others, on a machine that has no time to spare."""


@dataclass(frozen=True)
class Server:
    """A server that is ready; ports are on loopback."""

    process: Process
    port: int
    monitoring: int

    @property
    def pid(self) -> int:
        return self.process.popen.pid

    def footprint(self) -> machine.Footprint:
        return machine.Footprint.of(self.pid)

    def runs(self) -> bool:
        return self.process.popen.poll() is None


@contextmanager
def serving(folder: Path, fake: Fake, **variables: object) -> Generator[Server]:
    """Run the service with a fake model until the block ends; `variables` are its settings."""
    monitoring = ports.free()
    variables = {VARIABLE: fake.json(), "MONITORING_PORT": monitoring} | variables
    with running("tests.load.fake_models", fakes.settings(folder), **variables) as process:
        os.sched_setaffinity(process.popen.pid, machine.SERVER)  # threads to come have the same
        server = Server(process, process.port, monitoring)
        end = time.monotonic() + SECONDS
        while not answers(server.monitoring, "/readyz", SECONDS):
            assert time.monotonic() < end, "".join(process.lines)
            time.sleep(0.05)
        yield server


def answers(port: int, path: str, seconds: float) -> bool:
    """Whether a probe, on a connection of its own, is answered with 200 in time."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return answer.status == 200 and time.monotonic() - begun <= seconds


@dataclass
class Probed:
    """How a probe fared; seconds."""

    asked: int = 0
    failed: int = 0
    slowest: float = 0.0


class Probes(Background):
    """Asks every probe of a server until the block ends, each from a thread of its own."""

    def __init__(self, server: Server, limits: Mapping[str, float] = LIMITS) -> None:
        super().__init__(*(partial(self._ask, path) for path in limits))
        self.found: Final = {path: Probed() for path in limits}
        self._server: Final = server
        self._limits: Final = limits

    @property
    def failed(self) -> dict[str, int]:
        return {path: probed.failed for path, probed in self.found.items() if probed.failed}

    def _ask(self, path: str) -> None:
        probed = self.found[path]
        while not self.over.is_set():
            begun = time.monotonic()
            probed.failed += not answers(self._server.monitoring, path, self._limits[path])
            probed.asked += 1
            took = time.monotonic() - begun
            probed.slowest = max(probed.slowest, took)
            self.over.wait(max(0.0, EVERY - took))
