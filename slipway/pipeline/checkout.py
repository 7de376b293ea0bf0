"""The checkout that a pipeline works in, by git's own commands."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from slipway.errors import SlipwayError

MADE_FROM: Final = (
    "Dockerfile",
    "Pulumi.prod.yaml",
    "Pulumi.staging.yaml",
    "Pulumi.yaml",
    "imagestore",
    "infra",
    "models",
    "modelstore",
    "panels",
    "policies",
    "service",
    "uv.lock",
)
"""What a release is made from: a change of one of them begins one, and after an abort it is what has to be reverted."""

RECORDED: Final = "Recorded-by: slipway"
"""Trailer of commits that only write down what was released: they are no cause of anything."""

_REVERTS: Final = "This reverts commit "
"""What git writes into the message of a revert, with the commit behind it."""

_AUTHOR: Final = ("-c", "user.name=slipway", "-c", "user.email=slipway@localhost")


class GitFailed(SlipwayError):
    """A command of git's failed."""


@dataclass(frozen=True)
class Checkout:
    """A folder of a git repository."""

    folder: Path

    def head(self) -> str:
        """The commit that is checked out; raises GitFailed."""
        return self.run("rev-parse", "HEAD")

    def place(self) -> list[str]:
        """How `git switch` comes back to what is checked out now; raises GitFailed."""
        name = self.run("rev-parse", "--abbrev-ref", "HEAD")
        return ["--detach", self.head()] if name == "HEAD" else [name]

    def contains(self, commit: str) -> bool:
        """Whether a commit is among those that led to what is checked out.

        Raises:
            GitFailed: the clone doesn't have it.
        """
        known = self._git("cat-file", "-e", f"{commit}^{{commit}}").returncode == 0
        if not known and self.run("rev-parse", "--is-shallow-repository") == "true":
            raise GitFailed(f"commit {commit[:12]} isn't in this clone, which has no whole history: fetch all of it")
        return known and self._git("merge-base", "--is-ancestor", commit, "HEAD").returncode == 0

    def causes(self, after: str | None, until: str) -> list[str]:
        """The commits that changed what a release is made from, newest first.

        Args:
            after: the commit of the release before it, which isn't among them; None where nobody knows.
            until: the commit of the release, which is.
        """
        if after is None or not self.contains(after):
            return [until]
        first = ("rev-list", "--first-parent", f"--grep={RECORDED}", "--invert-grep", f"{after}..{until}", "--")
        return self.run(*first, *MADE_FROM).split() or [until]

    def reverted(self, commit: str) -> bool:
        """Whether what a commit changed is as it was before: somebody says that they reverted it, or it just is so."""
        said = self.run("log", "--format=%H", "--fixed-strings", f"--grep={_REVERTS}{commit}", f"{commit}..HEAD")
        if any(not self.reverted(one) for one in said.split()):
            return True
        before = f"{commit}^"
        if self._git("cat-file", "-e", before).returncode != 0:  # the very first commit
            return False
        paths = [one for one in self.run("diff", "--name-only", "-z", before, commit).split("\0") if one]
        return self._git("diff", "--quiet", before, "HEAD", "--", *paths).returncode == 0

    def reverts(self, commit: str) -> list[str]:
        """The commits that a commit says it takes back; of a merge, what all that it brings says."""
        said = self._git("log", "--no-merges", "-z", "--format=%B", f"{commit}^..{commit}").stdout.split("\0")
        found = [re.findall(rf"{_REVERTS}([0-9a-f]{{40}})", one) for one in said if one.strip()]
        return list(chain.from_iterable(found)) if all(found) else []

    def run(self, *arguments: str) -> str:
        """What git prints; raises GitFailed."""
        done = self._git(*arguments)
        if done.returncode != 0:
            raise GitFailed(f"`git {arguments[0]}` failed: {' '.join(done.stderr.split()) or done.stdout.strip()}")
        return done.stdout.strip()

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command: Sequence[str] = ("git", "-C", str(self.folder), *_AUTHOR, *arguments)
        try:
            return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        except OSError as error:
            raise GitFailed(f"git can't be run: {error.strerror}") from None
