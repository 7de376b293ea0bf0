"""The plugin as a process: how it starts, and that nothing is left of it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2_grpc

PATIENCE: Final = 60  # seconds
# An engine in three lines: starts the plugin, says its process id and passes its port on.
ENGINE: Final = """
import subprocess, sys, time
plugin = subprocess.Popen([sys.executable, "-m", "sandbox.plugins.kubernetes", "127.0.0.1:1"], stdout=subprocess.PIPE)
print(plugin.pid, plugin.stdout.readline().decode().strip(), flush=True)
time.sleep(1000)
"""


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def gone(pid: int) -> bool:
    """Whether the process has ended; one that nobody has waited for yet has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_the_plugin_says_its_port_and_ends_with_its_engine() -> None:
    with subprocess.Popen([sys.executable, "-c", ENGINE], stdout=subprocess.PIPE, text=True) as engine:
        assert engine.stdout
        pid, port = map(int, engine.stdout.readline().split())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub: Any = provider_pb2_grpc.ResourceProviderStub(channel)
            assert stub.GetPluginInfo(empty_pb2.Empty(), timeout=PATIENCE).version
        engine.kill()
    wait_until(lambda: gone(pid))


def test_an_interrupt_ends_the_plugin_quietly() -> None:
    command = [sys.executable, "-m", "sandbox.plugins.kubernetes", "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as plugin:
        assert plugin.stdout
        assert plugin.stdout.readline().strip().isdigit()
        os.kill(plugin.pid, signal.SIGINT)
        rest, errors = plugin.communicate(timeout=PATIENCE)
    assert (plugin.returncode, rest, errors) == (0, "", "")
