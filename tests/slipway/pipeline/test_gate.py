import dataclasses
from pathlib import Path

import pytest

from modelstore.history import Event, History
from slipway.errors import Refused
from slipway.pipeline import gate
from tests.slipway.pipeline.repository import Repository
from tests.slipway.releases.world import IMAGE, OTHER_IMAGE, World


@dataclasses.dataclass
class Story:
    """A repository and a ledger that were used together."""

    repository: Repository
    world: World

    @property
    def history(self) -> History:
        return self.world.ledger.read()

    def check(self) -> None:
        gate.check("pump", "prod", self.history, self.repository.checkout)

    def write(self, event: Event, version: str, commit: str | None, reason: str = "", image: str = IMAGE) -> None:
        self.world.write(event, version, image, commit=commit, reason=reason)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """1.0.0 was released from a commit, and 1.1.0 was aborted, of the one after it."""
    found = Story(Repository(tmp_path / "here"), World(tmp_path / "world"))
    found.write(Event.PROMOTED, "1.0.0", found.repository.commit("models/pump/card.yaml", "1"))
    bad = found.repository.commit("models/pump/card.yaml", "2")
    found.write(Event.RELEASED, "1.1.0", bad)
    found.write(Event.ABORTED, "1.1.0", bad, "errors 0.05 above 0.01")
    return found


def bad(story: Story) -> str:
    [found] = gate.suspects(story.history, story.repository.checkout)
    return found


def test_nothing_is_released_until_the_revert_is_in(story: Story) -> None:
    commit = bad(story)
    with pytest.raises(Refused) as refused:
        story.check()
    assert str(refused.value) == (
        "pump 1.1.0 was aborted in prod at 2026-11-29 12:03 UTC (errors 0.05 above 0.01), and what led to it is still "
        f"here: {commit[:12]}; revert it (`slipway pipeline revert -s prod`), or release it once more on purpose with "
        "--again"
    )
    story.repository.commit("service/app.py", "an unrelated change")
    with pytest.raises(Refused):
        story.check()
    story.repository.git("revert", "--no-edit", commit)
    story.check()


def test_everything_since_the_last_release_is_suspected(story: Story) -> None:
    first = bad(story)
    second = story.repository.commit("service/app.py", "new")
    story.repository.commit("docs/x.md", "words")
    head = story.repository.commit("README.md", "words")
    story.write(Event.RELEASED, "1.2.0", head)
    story.write(Event.ABORTED, "1.2.0", head)
    assert gate.suspects(story.history, story.repository.checkout) == [second, first]
    story.repository.git("revert", "--no-edit", second)
    with pytest.raises(Refused, match=f"still here: {first[:12]};"):
        story.check()


def test_after_a_rollback_what_was_left_is_reverted_first(story: Story) -> None:
    story.repository.git("revert", "--no-edit", bad(story))
    good = story.repository.commit("models/pump/card.yaml", "3")
    story.write(Event.PROMOTED, "1.2.0", good)
    story.check()
    story.write(Event.ROLLED_BACK, "1.0.0", story.history.entries[0].commit, "slow")
    with pytest.raises(Refused, match=r"pump 1.2.0 was rolled back in prod at .* \(slow\)"):
        story.check()


def test_a_rollback_leaves_what_was_aborted_on_top_of_it_as_well(story: Story) -> None:
    story.repository.git("switch", "--quiet", "--create", "revert")
    story.repository.git("revert", "--no-edit", bad(story))
    story.repository.git("switch", "--quiet", "main")
    story.repository.git("merge", "--quiet", "--no-ff", "--no-edit", "revert")
    left = story.repository.commit("models/pump/card.yaml", "3")
    story.write(Event.PROMOTED, "1.2.0", left)
    tried = story.repository.commit("service/app.py", "new")
    story.write(Event.ABORTED, "1.2.0", tried, image=OTHER_IMAGE)
    story.write(Event.ROLLED_BACK, "1.0.0", story.history.entries[0].commit)
    assert gate.suspects(story.history, story.repository.checkout) == [tried, left]
    story.repository.git("revert", "--no-edit", left)
    with pytest.raises(Refused, match=f"still here: {tried[:12]};"):
        story.check()


def test_a_revert_that_is_taken_back_brings_what_it_reverted_again(story: Story) -> None:
    commit = bad(story)
    story.repository.git("revert", "--no-edit", commit)
    story.check()
    story.repository.git("revert", "--no-edit", "HEAD")
    assert bad(story) == commit


def test_what_was_released_since_is_no_matter(story: Story) -> None:
    story.write(Event.PROMOTED, "1.2.0", story.repository.commit("models/pump/card.yaml", "3"))
    story.check()


def test_a_release_of_another_branch_says_nothing_of_this_one(story: Story) -> None:
    story.write(Event.RELEASED, "1.2.0", "0" * 40)
    story.write(Event.ABORTED, "1.2.0", "0" * 40)
    story.check()


def test_a_release_of_no_commit_blocks_nobody(story: Story) -> None:
    story.write(Event.ABORTED, "1.2.0", None)
    story.check()


def test_an_empty_ledger_blocks_nobody(story: Story) -> None:
    gate.check("pump", "prod", History(), story.repository.checkout)
