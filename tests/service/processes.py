"""A service in a process of its own, on a port of loopback that the kernel chooses."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import httpx
import pytest

from service.settings import Settings
from tests.service.fakes import environment

SECONDS = 120
"""How long a test waits for anything before it gives up; nothing is asserted about durations."""

_ADDRESS = re.compile(r"running on http://127\.0\.0\.1:(\d+)")


@dataclass
class Process:
    """A running service; its log lines come in as they are written."""

    popen: "subprocess.Popen[str]"
    lines: list[str] = field(default_factory=list[str])
    _new: "SimpleQueue[str | None]" = field(default_factory=SimpleQueue)

    def read(self) -> None:
        assert self.popen.stderr is not None
        for line in self.popen.stderr:
            self._new.put(line)
        self._new.put(None)

    def line(self, matches: Callable[[str], object]) -> str:
        """The first line of the log that matches; waits for it."""
        for line in self.lines:
            if matches(line):
                return line
        while True:
            try:
                line = self._new.get(timeout=SECONDS)
            except Empty:
                line = None
            if line is None:
                pytest.fail("no such line in the log:\n" + "".join(self.lines))
            self.lines.append(line)
            if matches(line):
                return line

    def message(self, text: str) -> dict[str, Any]:
        """The first log record whose message begins with `text`; waits for it."""
        return json.loads(self.line(lambda line: f'"message":"{text}' in line))

    @property
    def port(self) -> int:
        found = _ADDRESS.search(self.line(_ADDRESS.search))
        assert found
        return int(found[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def probes(self) -> str:
        """Where its probes and metrics are."""
        return f"http://127.0.0.1:{self.message('probes and metrics')['port']}"

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + SECONDS
        while httpx.get(f"{self.probes}/readyz", timeout=SECONDS).status_code != 200:
            assert time.monotonic() < deadline, "".join(self.lines)
            time.sleep(0.05)

    def terminate(self) -> None:
        self.popen.send_signal(signal.SIGTERM)

    def exit_code(self) -> int:
        return self.popen.wait(SECONDS)


@contextmanager
def running(module: str, settings: Settings, **variables: object) -> Generator[Process]:
    """Run `python -m module` with these settings; it is killed at the end if it is still there."""
    root = Path(__file__).parents[2]
    ours = {"LISTEN_HOST": "127.0.0.1", "LISTEN_PORT": "0", "MONITORING_PORT": "0"}
    extra = ours | {name: str(value) for name, value in variables.items()}
    with subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=root,
        env=os.environ | environment(settings) | extra,
        stderr=subprocess.PIPE,
        text=True,
    ) as popen:
        process = Process(popen)
        reader = Thread(target=process.read)
        reader.start()
        try:
            yield process
        finally:
            popen.kill()
            reader.join()
