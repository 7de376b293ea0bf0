"""Semantic versions of models: they compare as their numbers do.

Major: changed signature, features, risk levels or architecture. Minor: the same, retrained. Patch: the same weights.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import TypeAdapter, ValidationError

from modelstore.vocabulary import ModelVersion


class Level(StrEnum):
    """Which of the three numbers goes up."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


class Version(NamedTuple):
    """A model version; versions compare as their numbers do."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `1.3.0`.

        Raises:
            ValueError: it is something else; the message says what a version looks like.
        """
        try:
            TypeAdapter(ModelVersion).validate_python(text)
        except ValidationError as error:
            raise ValueError(f"version {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None
        major, minor, patch = map(int, text.split("."))
        return cls(major, minor, patch)

    def __str__(self) -> str:
        return ".".join(map(str, self))

    def next(self, level: Level) -> "Version":
        """The version that follows when this number goes up."""
        match level:
            case Level.MAJOR:
                return Version(self.major + 1, 0, 0)
            case Level.MINOR:
                return Version(self.major, self.minor + 1, 0)
            case Level.PATCH:
                return Version(self.major, self.minor, self.patch + 1)


def latest(published: Collection[Version]) -> Version | None:
    """The highest version, if there is any."""
    return max(published, default=None)
