"""Commands that are cut short."""

from pathlib import Path

import pytest

from sandbox.pulumi.plugins.docker_build.process import CommandError, Processes


def test_nothing_begins_behind_a_cancellation(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    processes.kill()

    with pytest.raises(CommandError, match="it was cancelled"):
        processes.run(["touch", str(tmp_path / "begun")], {}, print)

    assert not (tmp_path / "begun").exists()
