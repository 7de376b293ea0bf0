"""A described sandbox: everything that would run, with nothing written or started."""

from pathlib import Path

import pytest

from sandbox.kubernetes import preflight, startup
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout
from sandbox.state import State


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(State(tmp_path))


@pytest.fixture
def described(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> dict[str, Component]:
    def program(name: str) -> Path:
        return Path("/usr/bin") / name

    monkeypatch.setattr(preflight, "program", program)
    wanted = startup.describe(layout, "registry.k8s.io/pause:3.10@sha256:" + "0" * 64, Path("/tools/aws/one"))
    return {component.name: component for component in wanted.all()}
