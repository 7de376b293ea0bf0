"""Of the state there is always a whole one, and nothing begins empty in silence."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.aws import snapshots
from sandbox.aws.errors import AwsError
from sandbox.aws.snapshots import UNREADABLE, Snapshots

DAMAGES: dict[str, Callable[[Path], object]] = {
    "absent": lambda file: file.unlink(),
    "empty": lambda file: file.write_bytes(b""),
    "truncated": lambda file: file.write_bytes(file.read_bytes()[:-1]),
    "of another kind": lambda file: file.write_bytes(b'["snapshot"]\nx'),
    "changed": lambda file: file.write_bytes(file.read_bytes()[:-1] + b"?"),
}


@pytest.fixture
def kept(tmp_path: Path) -> Snapshots:
    """With two snapshots, `first` and `second`."""
    kept = Snapshots(tmp_path)
    assert not kept.exists
    kept.write(b"first")
    kept.write(b"second")
    return kept


def read(kept: Snapshots, refuses: str = "") -> list[bytes]:
    used: list[bytes] = []

    def use(content: bytes) -> str | None:
        if content.decode() == refuses:
            return "a body is missing"
        used.append(content)
        return None

    kept.read(use)
    return used


def test_the_newest_serves_and_the_one_before_is_kept(kept: Snapshots, capsys: pytest.CaptureFixture[str]) -> None:
    assert kept.exists
    assert read(kept) == [b"second"]
    assert kept.before() == b"first"
    assert not capsys.readouterr().err


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_when_the_newest_can_not_be_read_the_one_before_serves_with_a_word(
    kept: Snapshots, tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: Callable[[Path], object]
) -> None:
    damage(tmp_path / "snapshot")
    assert read(kept) == [b"first"]
    said = capsys.readouterr().err
    assert said.startswith(f"warning: {tmp_path / 'snapshot'} can't be read")
    assert said.endswith("the snapshot before it serves, and the last change is lost\n")
    assert said.count("\n") == 1
    # What could not be read never takes the place of what can.
    kept.write(b"third")
    assert read(kept) == [b"third"]
    assert kept.before() == b"first"


def test_what_could_not_be_read_is_kept_to_be_looked_at(kept: Snapshots, tmp_path: Path) -> None:
    DAMAGES["truncated"](tmp_path / "snapshot")
    read(kept)
    assert (tmp_path / UNREADABLE).read_bytes().endswith(b"\nsecon")


def test_a_snapshot_whose_bodies_are_gone_gives_way_to_the_one_before(
    kept: Snapshots, capsys: pytest.CaptureFixture[str]
) -> None:
    assert read(kept, refuses="second") == [b"first"]
    assert "can't be used (a body is missing)" in capsys.readouterr().err


def test_a_pickle_that_can_not_be_read_gives_way_too(kept: Snapshots) -> None:
    used: list[bytes] = []

    def use(content: bytes) -> None:
        if content == b"second":
            raise ModuleNotFoundError("no module of that name")
        used.append(content)

    kept.read(use)
    assert used == [b"first"]


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_when_none_can_be_read_it_is_refused_and_nothing_is_changed(
    kept: Snapshots, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    for name in ("snapshot", "snapshot.before"):
        damage(tmp_path / name)
    found = {file: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(AwsError) as refused:
        read(kept)
    said = str(refused.value)
    assert f"{tmp_path / 'snapshot'} can't be read" in said
    assert f"{tmp_path / 'snapshot.before'} can't be read" in said
    assert "make down" in said
    assert "\n" not in said
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == found


@pytest.mark.parametrize(
    ("other", "said"), [({"moto": "5.0.0"}, "moto 5.0.0, and this is"), ({"layout": 99}, "layout 99 by")]
)
def test_one_that_another_version_wrote_is_refused_even_if_there_is_one_before(
    kept: Snapshots, tmp_path: Path, other: dict[str, object], said: str
) -> None:
    file = tmp_path / "snapshot"
    head, _, content = file.read_bytes().partition(b"\n")
    file.write_bytes(json.dumps(json.loads(head) | other).encode() + b"\n" + content)
    with pytest.raises(AwsError, match=said) as refused:
        read(kept)
    assert snapshots.REMOVE in str(refused.value)


@pytest.mark.parametrize("left", [".snapshot.new", "snapshot.before"])
def test_a_kill_at_any_step_of_a_write_leaves_the_newest_that_was_whole(
    kept: Snapshots, tmp_path: Path, left: str
) -> None:
    # After the new file, and after the link to the old one.
    (tmp_path / left).unlink(missing_ok=True)
    (tmp_path / left).write_bytes((tmp_path / "snapshot").read_bytes()[: 9 if left.startswith(".") else None])
    assert read(kept) == [b"second"]
    kept.write(b"third")
    assert read(kept) == [b"third"]
