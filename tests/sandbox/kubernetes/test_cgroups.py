"""The group of all pods, in hierarchies of both versions."""

import os
from pathlib import Path

import pytest

from sandbox.kubernetes import cgroups


@pytest.mark.parametrize(("setting", "made", "kubelets"), [("cpu.shares", "1024", 1024), ("cpu.weight", "100", 100)])
def test_pods_weigh_more_than_a_process_of_the_machine(
    setting: str, made: str, kubelets: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cgroups, "ROOT", tmp_path)
    monkeypatch.setattr(cgroups, "hierarchies", lambda: [tmp_path])
    group = tmp_path / "pods"
    group.mkdir()
    (group / setting).write_text(made)  # as the kernel does
    cgroups.make("pods")
    assert int((group / setting).read_text()) > kubelets * (os.cpu_count() or 1)
