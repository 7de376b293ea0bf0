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
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox.plugins import wire

PATIENCE: Final = 60  # seconds
COMMAND: Final = ("-m", "sandbox.plugins", "sandbox.plugins.kubernetes", "127.0.0.1:1")
# An engine in three lines: starts the plugin, says its process id and passes its port on.
ENGINE: Final = f"""
import subprocess, sys, time
plugin = subprocess.Popen([sys.executable, *{COMMAND}], stdout=subprocess.PIPE)
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
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, *COMMAND], stdout=pipe, stderr=pipe, text=True) as plugin:
        assert plugin.stdout
        assert plugin.stdout.readline().strip().isdigit()
        os.kill(plugin.pid, signal.SIGINT)
        rest, errors = plugin.communicate(timeout=PATIENCE)
    assert (plugin.returncode, rest, errors) == (0, "", "")


def test_a_property_may_be_nested_as_deeply_as_the_schema_of_a_custom_resource() -> None:
    nested: Any = "leaf"
    for _ in range(100):
        nested = {"properties": nested}
    with subprocess.Popen([sys.executable, *COMMAND], stdout=subprocess.PIPE, text=True) as plugin:
        assert plugin.stdout
        with grpc.insecure_channel(f"127.0.0.1:{int(plugin.stdout.readline())}") as channel:
            stub: Any = provider_pb2_grpc.ResourceProviderStub(channel)
            answer = stub.CheckConfig(provider_pb2.CheckRequest(news=wire.encode({"deep": nested})), timeout=PATIENCE)
        plugin.terminate()
    assert wire.decode(answer.inputs) == {"deep": nested}
