from pathlib import Path

import pytest

from sandbox.aws.bodies import CHUNK, Bodies, Content


@pytest.fixture
def bodies(tmp_path: Path) -> Bodies:
    return Bodies(tmp_path)


def test_a_body_is_read_as_it_was_kept_in_whole_in_part_and_in_pieces(bodies: Bodies) -> None:
    wanted = bytes(range(256)) * 4096 + b"rest"
    found = bodies.open(bodies.keep(wanted))
    assert isinstance(found, Content)
    assert found[:] == wanted
    assert found[300:310] == wanted[300:310]
    assert [len(piece) for piece in found] == [CHUNK, 4]
    assert b"".join(found) == wanted


def test_an_empty_body_is_one_too(bodies: Bodies) -> None:
    assert bodies.open(bodies.keep(b"")) == b""


def test_equal_bodies_are_one_file_and_a_copy_writes_none(bodies: Bodies, tmp_path: Path) -> None:
    digest = bodies.keep(b"one")
    bodies.settle(bodies.unsettled())
    assert bodies.keep(b"one") == digest
    assert bodies.keep(bodies.open(digest)) == digest
    assert [file.name for file in tmp_path.iterdir()] == [digest]
    assert bodies.unsettled() == ()


def test_what_was_written_is_unsettled_until_it_is_settled(bodies: Bodies) -> None:
    first, second = bodies.keep(b"first"), bodies.keep(b"second")
    assert set(bodies.unsettled()) == {first, second}
    bodies.settle([first])
    assert bodies.unsettled() == (second,)


def test_only_what_nothing_refers_to_is_swept(bodies: Bodies, tmp_path: Path) -> None:
    used = bodies.keep(b"used")
    bodies.keep(b"unused")
    (tmp_path / ".half.new").write_bytes(b"ha")
    bodies.refer(used, 4)
    bodies.sweep()
    assert [file.name for file in tmp_path.iterdir()] == [used]


def test_a_body_that_is_missing_or_cut_off_is_told(bodies: Bodies, tmp_path: Path) -> None:
    digest = bodies.keep(b"whole")
    bodies.refer(digest, 5)
    assert bodies.lacks() is None
    (tmp_path / digest).write_bytes(b"who")
    assert bodies.lacks() == f"{tmp_path / digest} has 3 bytes instead of 5"
    (tmp_path / digest).unlink()
    assert bodies.lacks() == f"{tmp_path / digest} is missing"
    bodies.forget_referred()
    assert bodies.lacks() is None
