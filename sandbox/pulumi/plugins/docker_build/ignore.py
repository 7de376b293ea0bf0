"""`.dockerignore`: which files of a folder belong to the build context.

The rules are those of Docker's own matcher (github.com/moby/patternmatcher): the last pattern that matches a path,
or a folder above it, decides; `!` takes back; `*` stays within a folder, `**` doesn't.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Self

_WILD: Final = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True)
class Pattern:
    """One line."""

    text: str
    excludes: bool
    expression: re.Pattern[str]

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a line that is neither empty nor a comment."""
        excludes = not line.startswith("!")
        text = os.path.normpath(line.removeprefix("!").strip()).lstrip("/")
        return cls(text, excludes, re.compile(_expression(text)))

    def matches(self, path: PurePosixPath) -> bool:
        """Whether it speaks of `path` or of a folder above it."""
        return any(self.expression.fullmatch(str(one)) for one in (path, *path.parents) if one.name)

    def may_match_below(self, folder: PurePosixPath) -> bool:
        """Whether it could speak of something inside `folder`."""
        if "**" in self.text:
            return True
        mine, theirs = self.text.split("/"), folder.parts
        return all(re.fullmatch(_expression(one), part) for one, part in zip(mine, theirs, strict=False))


def patterns(context: Path, dockerfile: Path | None) -> tuple[Path | None, list[Pattern]]:
    """The ignore file that counts, and its patterns: the Dockerfile's own one before the context's."""
    own = [] if dockerfile is None else [dockerfile.with_name(f"{dockerfile.name}.dockerignore")]
    for file in (*own, context / ".dockerignore"):
        if file.is_file():
            lines = (line.strip() for line in file.read_text().splitlines())
            return file, [Pattern.parse(line) for line in lines if line and not line.startswith("#")]
    return None, []


def members(context: Path, rules: list[Pattern]) -> Iterator[PurePosixPath]:
    """Everything in `context` that isn't ignored, folders as well, in a fixed order, relative to it."""
    yield from _below(context, PurePosixPath(), rules)


def _below(context: Path, folder: PurePosixPath, rules: list[Pattern]) -> Iterator[PurePosixPath]:
    for entry in sorted(os.scandir(context / folder), key=lambda entry: entry.name):
        path = folder / entry.name
        ignored = _ignored(path, rules)
        if not ignored:
            yield path
        if not entry.is_dir(follow_symlinks=False):
            continue
        if not ignored or any(not rule.excludes and rule.may_match_below(path) for rule in rules):
            yield from _below(context, path, rules)


def _ignored(path: PurePosixPath, rules: list[Pattern]) -> bool:
    return next((rule.excludes for rule in reversed(rules) if rule.matches(path)), False)


def _expression(text: str) -> str:
    pieces = re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?|\[[^\]]*\])", text)
    return "".join(piece if piece.startswith("[") else _WILD.get(piece, re.escape(piece)) for piece in pieces)
