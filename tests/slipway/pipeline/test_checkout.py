import subprocess
from pathlib import Path

import pytest

from slipway.pipeline.checkout import RECORDED, Checkout, GitFailed
from tests.slipway.pipeline.repository import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found = Repository(tmp_path / "here")
    found.commit("models/pump/card.yaml", "1", "the first")
    return found


def test_what_a_release_is_made_from_is_what_causes_it(repository: Repository) -> None:
    first = repository.checkout.head()
    model = repository.commit("models/pump/card.yaml", "2")
    repository.commit("docs/x.md", "words")
    code = repository.commit("service/app.py", "code")
    repository.commit("Pulumi.prod.yaml", "written down", f"release: pump\n\n{RECORDED}")
    last = repository.commit("README.md", "words")
    assert repository.checkout.causes(first, last) == [code, model]
    assert repository.checkout.causes(None, last) == [last]
    assert repository.checkout.causes(last, last) == [last]


def test_a_commit_that_is_elsewhere_is_not_contained(repository: Repository) -> None:
    first = repository.checkout.head()
    repository.git("switch", "--quiet", "--create", "other")
    other = repository.commit("models/x", "1")
    repository.git("switch", "--quiet", "main")
    assert repository.checkout.contains(first)
    assert not repository.checkout.contains(other)
    assert not repository.checkout.contains("0" * 40)


def test_a_clone_without_history_can_t_tell(repository: Repository, tmp_path: Path) -> None:
    first = repository.checkout.head()
    repository.commit("models/x", "1")
    clone = tmp_path / "clone"
    command = ["git", "clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(clone)]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(GitFailed, match="has no whole history: fetch all of it"):
        Checkout(clone).contains(first)


def test_a_revert_is_known_by_its_words(repository: Repository) -> None:
    bad = repository.commit("models/pump/card.yaml", "2")
    assert not repository.checkout.reverted(bad)
    repository.commit("models/pump/card.yaml", "3", f"back\n\nThis reverts commit {bad}.")
    assert repository.checkout.reverted(bad)


def test_a_revert_is_known_by_what_it_does(repository: Repository) -> None:
    bad = repository.commit("models/pump/card.yaml", "2")
    repository.commit("models/pump/other.yaml", "1")
    assert not repository.checkout.reverted(bad)
    repository.commit("models/pump/card.yaml", "1")
    assert repository.checkout.reverted(bad)


def test_the_very_first_commit_is_not_reverted_by_itself(repository: Repository) -> None:
    assert not repository.checkout.reverted(repository.checkout.head())


def test_what_git_says_is_told_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(GitFailed, match="`git rev-parse` failed: fatal: not a git repository"):
        Checkout(tmp_path).head()
