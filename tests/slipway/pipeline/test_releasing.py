"""Releases of a pipeline, in a world and a repository of the tests' own."""

from pathlib import Path

import pytest

from modelstore.history import Event
from slipway.errors import BadInput, Refused
from slipway.pipeline.releasing import Wanted, release
from slipway.releases.changing import Aborted
from slipway.releases.pulumi import PulumiFailed
from tests.slipway.pipeline.repository import Repository
from tests.slipway.releases.world import OTHER_IMAGE, FakeEngine, World


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found = Repository(tmp_path / "world")
    found.commit("models/tiny_model/card.yaml", "1")
    return found


@pytest.fixture
def world(repository: Repository) -> World:
    """1.0.0 serves, released from the commit that is checked out."""
    found = World(repository.folder)
    repository.commit(".gitignore", "store\nPulumi.test.yaml\n")
    run(found, repository, Wanted())
    found.log.clear()
    return found


def run(world: World, repository: Repository, wanted: Wanted) -> None:
    release(world.place(), wanted, repository.checkout, lambda _: world.shown())


def wanted(world: World, version: str, **more: object) -> Wanted:
    return Wanted(version, world.digest(version), **more)  # pyright: ignore[reportArgumentType]


def commit(world: World) -> object:
    return world.said.get("commit")


def test_a_release_is_previewed_before_anything_is_changed(world: World, repository: Repository) -> None:
    run(world, repository, wanted(world, "1.1.0"))
    assert world.log[:2] == ["preview 1.1.0", "up 1.1.0"]
    assert (world.serving, world.said["version"]) == ("1.1.0", "1.1.0")


def test_a_violation_changes_nothing(world: World, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    def preview(self: FakeEngine, configuration: bytes, *, refresh: bool = False) -> object:
        raise PulumiFailed("`pulumi preview` of test", ["no digest (policy require-image-digest)"])

    monkeypatch.setattr(FakeEngine, "preview", preview)
    before = world.file.read_bytes()
    with pytest.raises(PulumiFailed, match="require-image-digest"):
        run(world, repository, wanted(world, "1.1.0"))
    assert (world.file.read_bytes(), world.log, world.events[-1]) == (before, [], ("promoted", "1.0.0"))


def test_the_commit_is_remembered(world: World, repository: Repository) -> None:
    head = repository.checkout.head()
    run(world, repository, wanted(world, "1.1.0"))
    assert commit(world) == head


def test_code_alone_is_released_with_its_commit(world: World, repository: Repository) -> None:
    head = repository.commit("service/app.py", "new")
    world.settings = "new code"
    run(world, repository, Wanted())
    assert world.events[-2:] == [("released", "1.0.0"), ("promoted", "1.0.0")]
    assert (commit(world), world.log) == (head, ["preview 1.0.0", "up 1.0.0"])


def test_what_serves_already_is_only_brought_up(world: World, repository: Repository) -> None:
    before = world.events
    run(world, repository, wanted(world, "1.0.0"))
    assert (world.events, world.log) == (before, ["preview 1.0.0", "up 1.0.0"])


def test_an_image_by_digest_is_released(world: World, repository: Repository) -> None:
    run(world, repository, wanted(world, "1.1.0", image=OTHER_IMAGE))
    assert (world.said["image"], world.serving) == (OTHER_IMAGE, "1.1.0")


def test_an_abort_ends_it_and_nothing_more_is_released_until_it_is_reverted(
    world: World, repository: Repository
) -> None:
    bad = repository.commit("models/tiny_model/card.yaml", "2")
    world.outcome = "bad"
    with pytest.raises(Aborted, match=r"1.1.0 was aborted: errors 0.05 above 0.01; the stack's file is put back"):
        run(world, repository, wanted(world, "1.1.0"))
    assert (world.serving, world.said["version"]) == ("1.0.0", "1.0.0")
    world.outcome = "good"
    repository.commit("service/app.py", "another change")
    world.settings = "another change"
    world.log.clear()
    for attempt in (wanted(world, "1.2.0"), Wanted()):
        with pytest.raises(Refused, match=f"what led to it is still here: {bad[:12]}; revert it"):
            run(world, repository, attempt)
    assert world.log == []
    repository.git("revert", "--no-edit", bad)
    run(world, repository, wanted(world, "1.2.0"))
    assert world.serving == "1.2.0"


def test_an_abort_of_code_is_over_when_its_revert_is_brought_up(world: World, repository: Repository) -> None:
    bad = repository.commit("service/app.py", "bad")
    world.settings, world.outcome = "bad code", "bad"
    with pytest.raises(Aborted):
        run(world, repository, Wanted())
    assert world.serving == "1.0.0"
    repository.git("revert", "--no-edit", bad)
    world.settings, world.outcome = "", "good"
    run(world, repository, Wanted())
    assert world.serving == "1.0.0"


def test_what_was_aborted_is_tried_again_on_purpose(world: World, repository: Repository) -> None:
    repository.commit("models/tiny_model/card.yaml", "2")
    world.outcome = "bad"
    with pytest.raises(Aborted):
        run(world, repository, wanted(world, "1.1.0"))
    world.outcome = "good"
    run(world, repository, wanted(world, "1.1.0", again=True))
    assert (world.serving, world.said["attempt"]) == ("1.1.0", 2)
    assert world.events[-1] == ("promoted", "1.1.0")


def test_again_is_no_wrong_word_where_nothing_was_aborted(world: World, repository: Repository) -> None:
    run(world, repository, wanted(world, "1.1.0", again=True))
    assert (world.serving, "attempt" in world.said) == ("1.1.0", False)


def test_two_at_once_are_one_and_a_refusal(world: World, repository: Repository) -> None:
    world.say("1.1.0")
    world.write(Event.RELEASED, "1.1.0")
    world.begin("1.1.0")
    for attempt in (wanted(world, "1.2.0"), Wanted()):
        with pytest.raises(Refused, match="is being released"):
            run(world, repository, attempt)
    assert world.log == []


def test_a_runner_that_died_in_the_middle_is_no_matter_for_the_next_one(world: World, repository: Repository) -> None:
    world.outcome = "dies"
    with pytest.raises(Exception, match="the release goes on in the cluster"):
        run(world, repository, wanted(world, "1.1.0"))
    world.pass_()  # the cluster decides by itself
    world.outcome = "good"
    run(world, repository, wanted(world, "1.1.0"))
    assert (world.serving, world.events[-1]) == ("1.1.0", ("promoted", "1.1.0"))


def test_a_version_that_is_something_else_in_the_store_is_refused(world: World, repository: Repository) -> None:
    with pytest.raises(BadInput, match="use that, or leave it out"):
        run(world, repository, Wanted("1.1.0", world.digest("1.2.0")))
    assert world.log == []
