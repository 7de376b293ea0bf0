"""Too little disk is refused before anything is changed, and what is there already counts."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from unittest.mock import Mock

import pytest

from sandbox import driver, space
from sandbox.driver import Access, DriverName
from sandbox.errors import SandboxError
from sandbox.state import State

CHECKOUT = Path(__file__).parents[2]


class Usage(NamedTuple):
    free: int


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets how much is free, in GiB."""

    def set_to(gib: float) -> None:
        monkeypatch.setattr(shutil, "disk_usage", Mock(return_value=Usage(free=int(gib * 2**30))))

    return set_to


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "state")


def built(state: State) -> None:
    state.bin.mkdir(parents=True)
    (state.bin / "traefik").touch()


def test_a_first_run_needs_more_than_a_later_one(state: State, free: Callable[[float], None]) -> None:
    free(20)
    with pytest.raises(SandboxError, match=r"20\.0 GiB free and 40\.0 are needed: free some, or set SLIPWAY_STATE"):
        space.check(state)
    assert not state.root.exists()

    built(state)
    space.check(state)


def test_what_an_earlier_run_has_fetched_counts(
    state: State, free: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    free(20)
    monkeypatch.setattr(space, "used", Mock(return_value=19.5))
    with pytest.raises(SandboxError, match=r"20\.0 GiB free and 20\.5 are needed"):
        space.check(state)

    monkeypatch.setattr(space, "used", Mock(return_value=20))
    space.check(state)


def test_a_sandbox_that_is_there_may_be_repaired_on_a_full_disk(state: State, free: Callable[[float], None]) -> None:
    free(0)
    built(state)
    with pytest.raises(SandboxError, match="GiB free"):
        space.check(state)

    access = Access(
        driver=DriverName.EMBEDDED, kubeconfig=state.kubeconfig, identifier="u", registry="", store="", gateway=""
    )
    driver.record(state, access)
    space.check(state)


def test_a_file_counts_once_however_many_names_it_has(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(os.urandom(2**20))
    before = space.used(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "two").hardlink_to(tmp_path / "one")

    assert space.used(tmp_path) == before
    assert before * 2**30 == pytest.approx(2**20, rel=0.01)
