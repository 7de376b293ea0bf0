"""Where everything is kept."""

from pathlib import Path

import pytest

from sandbox import state


def test_without_a_setting_it_is_in_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLIPWAY_STATE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    assert state.default().root == tmp_path / ".cache" / "slipway"


@pytest.mark.parametrize(("variable", "below"), [("SLIPWAY_STATE", ""), ("XDG_CACHE_HOME", "slipway")])
def test_a_link_is_followed_so_the_same_folder_is_always_the_same_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, below: str
) -> None:
    monkeypatch.delenv("SLIPWAY_STATE", raising=False)
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    monkeypatch.setenv(variable, str(tmp_path / "link"))

    assert state.default().root == tmp_path / "disk" / below
