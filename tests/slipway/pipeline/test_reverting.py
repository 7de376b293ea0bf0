from pathlib import Path

import pytest

from modelstore.history import Event, Figure
from slipway.pipeline import gate
from slipway.pipeline.checkout import GitFailed
from slipway.pipeline.reverting import Revert, revert
from tests.slipway.pipeline.repository import Repository
from tests.slipway.releases.world import World

CARD = "models/pump/card.yaml"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "world")


@pytest.fixture
def repository(tmp_path: Path, world: World) -> Repository:
    found = Repository(tmp_path / "here")
    world.write(Event.PROMOTED, "1.0.0", commit=found.commit(CARD, "1"))
    return found


def aborted(world: World, commit: str, reason: str = "errors 0.05 above 0.01") -> None:
    world.write(Event.RELEASED, "1.1.0", commit=commit)
    world.write(
        Event.ABORTED, "1.1.0", commit=commit, reason=reason, figures={"errors": Figure(value=0.05, limit=0.01)}
    )


def made(world: World, repository: Repository) -> Revert | None:
    return revert("prod", world.ledger.read(), repository.checkout)


def test_a_branch_takes_back_what_led_to_it(world: World, repository: Repository) -> None:
    first = repository.commit(CARD, "2")
    second = repository.commit("service/app.py", "new")
    aborted(world, second)
    found = made(world, repository)
    assert found is not None
    assert (found.branch, found.commits) == (f"revert-{second[:12]}", (second, first))
    assert repository.git("rev-parse", "--abbrev-ref", "HEAD") == found.branch
    assert repository.read(CARD) == "1"
    assert not (repository.folder / "service/app.py").exists()
    assert repository.git("rev-parse", "main") == second
    gate.check("pump", "prod", world.ledger.read(), repository.checkout)


def test_a_merge_is_taken_back_as_one(world: World, repository: Repository) -> None:
    repository.git("switch", "--quiet", "--create", "feature")
    repository.commit(CARD, "2")
    repository.commit(CARD, "3")
    repository.git("switch", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "--no-edit", "feature")
    merge = repository.checkout.head()
    aborted(world, merge)
    found = made(world, repository)
    assert found is not None
    assert (found.commits, repository.read(CARD)) == ((merge,), "1")


def test_the_pull_request_says_why(world: World, repository: Repository) -> None:
    commit = repository.commit(CARD, "2")
    aborted(world, commit, "```\n@everyone " + "x" * 100)
    found = made(world, repository)
    assert found is not None
    assert found.title.startswith("Revert tiny_model 1.1.0: ``` @everyone xxx")
    assert len(found.title) < 100
    assert "`tiny_model 1.1.0` was aborted in `prod` at 2026-11-29 12:03 UTC." in found.body
    assert "````text\n```\n@everyone" in found.body
    assert "errors: 0.05 (limit 0.01)" in found.body
    assert f"- {commit}\n" in found.body


def test_there_may_be_nothing_to_take_back(world: World, repository: Repository) -> None:
    assert made(world, repository) is None
    commit = repository.commit(CARD, "2")
    aborted(world, commit)
    repository.git("revert", "--no-edit", commit)
    assert made(world, repository) is None
    assert repository.git("rev-parse", "--abbrev-ref", "HEAD") == "main"


@pytest.mark.parametrize("detached", [True, False])
def test_what_can_t_be_taken_back_is_left_to_people(world: World, repository: Repository, detached: bool) -> None:
    commit = repository.commit(CARD, "2")
    aborted(world, commit)
    head = repository.commit(CARD, "3")
    if detached:
        repository.git("switch", "--quiet", "--detach")
    with pytest.raises(GitFailed, match=f"{commit[:12]} can't be reverted by itself .* revert it by hand; until then"):
        made(world, repository)
    assert repository.read(CARD) == "3"
    assert repository.checkout.head() == head
    assert repository.git("status", "--porcelain") == ""
    assert repository.git("rev-parse", "--abbrev-ref", "HEAD") == ("HEAD" if detached else "main")


def test_what_is_not_committed_is_never_lost(world: World, repository: Repository) -> None:
    repository.commit("README.md", "committed")
    commit = repository.commit(CARD, "2")
    aborted(world, commit)
    (repository.folder / CARD).write_text("edited")
    with pytest.raises(GitFailed, match=r"can't be reverted by itself \(`git revert` failed: .*local changes"):
        made(world, repository)
    assert repository.read(CARD) == "edited"
    assert repository.git("rev-parse", "--abbrev-ref", "HEAD") == "main"
    repository.git("checkout", "--", CARD)
    (repository.folder / "README.md").write_text("edited")
    assert made(world, repository) is not None
    assert (repository.read(CARD), repository.read("README.md")) == ("1", "edited")


def test_it_may_be_made_again(world: World, repository: Repository) -> None:
    aborted(world, repository.commit(CARD, "2"))
    first = made(world, repository)
    repository.git("switch", "--quiet", "main")
    assert made(world, repository) == first
