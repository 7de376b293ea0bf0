"""A build ends with the plugin, whatever ends the plugin, and leaves nothing that the next one doesn't tidy up."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import grpc
import pytest

from sandbox.pulumi.plugins.docker_build import registry as api
from sandbox.pulumi.plugins.docker_build.builder import Builder
from sandbox.pulumi.plugins.docker_build.reference import Reference

pytestmark = pytest.mark.engine
IMAGE = "docker-build:index:Image"


def test_cancel_ends_a_build(plugin: Any, storage: Any, inputs: Any, endless: Any, gone: Any) -> None:
    from google.protobuf import empty_pb2

    failed: list[Any] = []

    def create() -> None:
        with pytest.raises(grpc.RpcError) as error:
            plugin.create(IMAGE, "service", inputs)
        failed.append(error.value)

    thread = threading.Thread(target=create)
    thread.start()
    assert endless.wait(60)
    plugin.stub.Cancel(empty_pb2.Empty())
    thread.join(60)

    assert "the build failed in STEP 3/3" in failed[0].details()
    assert gone(str(storage / "root"))


def test_a_killed_plugin_takes_its_build_along(tmp_path: Any, inputs: Any, endless: Any, gone: Any) -> None:
    state = tmp_path / "state"
    program = tmp_path / "plugin.py"
    program.write_text(
        "import json, sys\n"
        "from pathlib import Path\n"
        "from sandbox.pulumi.plugins.docker_build.builder import Builder\n"
        "from sandbox.pulumi.plugins.docker_build.published import publish\n"
        "Builder(Path(sys.argv[1]))\n"
        "publish(json.loads(sys.argv[2]), 'hash', Builder(Path(sys.argv[1])), lambda line, passing: None)\n"
    )
    checked = {
        **inputs,
        "dockerfile": {"location": inputs["context"]["location"] + "/Dockerfile"},
        "noCache": False,
        "pull": False,
    }
    plugin = subprocess.Popen([sys.executable, str(program), str(state), json.dumps(checked)])
    assert endless.wait(60)

    plugin.send_signal(signal.SIGKILL)
    plugin.wait()

    assert gone(str(state))
    assert str(state) not in Path("/proc/self/mountinfo").read_text()
    assert api.tags(Reference.parse(inputs["tags"][0]).repository) == []
    assert any((state / "passing").iterdir())

    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY hello /hello\n")
    builder = Builder(state)
    builder.build(checked, Reference.parse(inputs["tags"][0]).repository, lambda line, passing: None)
    assert list((state / "passing").iterdir()) == []
    assert json.loads((state / "root" / "overlay-containers" / "containers.json").read_text()) == []
