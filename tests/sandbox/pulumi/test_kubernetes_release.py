"""The kubernetes plugin that the toolchain builds is of the same release as the SDK that programs are written with."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import grpc
import pulumi_kubernetes
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox.pulumi import installation
from sandbox.pulumi.plugins.serve import MESSAGE_LIMIT
from sandbox.state import State
from tests.installed import installed

pytestmark = pytest.mark.engine

PACKAGE: Final = "pulumi-kubernetes"
# What the SDK writes by hand or leaves to other languages: overlays, not kinds of Kubernetes.
OVERLAYS: Final = ("apiextensions.k8s.io:", "helm.sh", "kustomize", "yaml")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    return installed(tmp_path_factory.mktemp("state"))


@pytest.fixture
def process(state: State) -> Iterator[subprocess.Popen[str]]:
    launcher = installation.place(state, "kubernetes")
    with subprocess.Popen([launcher], stdout=subprocess.PIPE, text=True) as running:
        yield running
        running.kill()


@pytest.fixture
def plugin(process: subprocess.Popen[str]) -> Iterator[Any]:
    assert process.stdout is not None
    options = [("grpc.max_receive_message_length", MESSAGE_LIMIT)]
    with grpc.insecure_channel(f"127.0.0.1:{process.stdout.readline().strip()}", options) as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)


def kinds_of_the_sdk() -> set[str]:
    """The tokens of all resources in the SDK's generated sources."""
    sources = Path(pulumi_kubernetes.__file__).parent.rglob("*.py")
    found = (re.findall(r"__init__\(\s*'(kubernetes:[^']+)',", source.read_text()) for source in sources)
    return {token for tokens in found for token in tokens}


def of_kubernetes(token: str) -> bool:
    return not token.removeprefix("kubernetes:").startswith(OVERLAYS)


def test_the_plugin_tells_the_sdks_version_and_knows_its_kinds(plugin: Any) -> None:
    assert plugin.GetPluginInfo(empty_pb2.Empty()).version == version(PACKAGE)

    schema = json.loads(plugin.GetSchema(provider_pb2.GetSchemaRequest()).schema)

    assert schema["version"] == version(PACKAGE)
    kinds = {token for token in schema["resources"] if of_kubernetes(token)}
    assert len(kinds) > 100
    assert kinds == {token for token in kinds_of_the_sdk() if of_kubernetes(token)}


def test_the_plugin_keeps_temporary_files_in_a_memory_of_its_own(process: subprocess.Popen[str], state: State) -> None:
    assert process.stdout is not None
    process.stdout.readline()  # it is the plugin now, and not the launcher

    environment = Path(f"/proc/{process.pid}/environ").read_text().split("\0")
    (folder,) = [line.removeprefix("TMPDIR=") for line in environment if line.startswith("TMPDIR=")]

    mounts = Path(f"/proc/{process.pid}/mounts").read_text().splitlines()
    assert any(line.split()[1:3] == [folder, "tmpfs"] for line in mounts)
    assert folder not in Path("/proc/self/mounts").read_text()
    assert os.readlink(f"/proc/{process.pid}/exe") == str(state.bin / "pulumi-resource-kubernetes")


def test_the_plugin_ends_with_its_engine(state: State) -> None:
    # The shell stands for the engine: it says which process the plugin has become, and is killed.
    engine = subprocess.Popen(
        ["sh", "-c", '"$1" & echo $!; wait', "sh", str(installation.place(state, "kubernetes"))],
        stdout=subprocess.PIPE,
        text=True,
    )
    with engine:
        assert engine.stdout is not None
        plugin = Path("/proc", engine.stdout.readline().strip())
        engine.stdout.readline()  # its port: it serves
        handle = os.pidfd_open(int(plugin.name))
        engine.kill()
    try:
        os.waitid(os.P_PIDFD, handle, os.WEXITED)
    except ChildProcessError:  # it is not ours to wait for, so look until it is gone
        while plugin.exists():
            pass
    finally:
        os.close(handle)
