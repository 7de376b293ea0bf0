"""What takes long to make is made once for its content."""

import sys
from pathlib import Path

import pytest

from benchmarks import cache
from benchmarks.errors import BenchmarkError
from tests.infra.stacks import CHECKOUT


def test_it_is_made_once_for_its_content_and_never_found_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLIPWAY_STATE", str(tmp_path))
    made: list[Path] = []

    def make(folder: Path) -> None:
        assert list(folder.iterdir()) == []
        (folder / "half").touch()
        made.append(folder)
        if len(made) == 1:
            raise BenchmarkError("killed")

    with pytest.raises(BenchmarkError):
        cache.made("tool", b"1", make)
    first = cache.made("tool", b"1", make)
    assert cache.made("tool", b"1", make) == first
    assert cache.made("tool", b"2", make) != first
    assert len(made) == 3
    assert first.parent == tmp_path / "benchmarks"


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(BenchmarkError, match="for a reason"):
        cache.run([sys.executable, "-c", "raise SystemExit('for a reason')"])


@pytest.mark.parametrize(
    "folder", sorted(path for path in cache.PEERS.iterdir() if path.is_dir()), ids=lambda it: it.name
)
def test_every_peer_pins_what_it_asks_for_and_all_that_comes_with_it(folder: Path) -> None:
    asked = [line.split("#")[0].strip() for line in (folder / "requirements.txt").read_text().splitlines()]
    locked = (folder / "lock.txt").read_text().splitlines()
    assert {line.split("[")[0] + "==" + line.split("==")[1] if "[" in line else line for line in asked} <= set(locked)
    assert all("==" in line for line in locked)


def test_the_floor_and_the_plain_app_run_on_the_services_own_versions() -> None:
    ours = (CHECKOUT / "pyproject.toml").read_text()
    for line in (cache.PEERS / "fastapi" / "requirements.txt").read_text().splitlines():
        assert f'"{line}' in ours
