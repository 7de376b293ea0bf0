"""What happened to a served model, release after release, and what follows from it for the next one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum, unique
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from modelstore.vocabulary import Digest, ModelName, ModelVersion


@unique
class Event(StrEnum):
    """What can happen to a release."""

    RELEASED = "released"
    """The cluster began to try it."""
    PROMOTED = "promoted"
    """It passed, and serves everyone."""
    ABORTED = "aborted"
    """It was taken off, and what served before serves on."""
    ROLLED_BACK = "rolled_back"
    """It had passed before, and serves everyone again, at once."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Served(_Part):
    """A release that served, or none of ours where its id isn't known."""

    release: str | None = Field(description="its id")
    version: ModelVersion | None


class Figure(_Part):
    """A measured quantity that a release was judged by; null where there is none, or no finite number."""

    value: float | None = Field(description="what was judged")
    limit: float | None = Field(default=None, description="what it was held against")
    canary: float | None = Field(default=None, description="the new version's own")
    stable: float | None = Field(default=None, description="that of the version beside it")


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


class Happened(_Part):
    """Something that happened to a release; `Entry` is the same once it is remembered."""

    event: Event
    at: Annotated[AwareDatetime, AfterValidator(_utc)]
    release: str = Field(min_length=1, description="id of the release")
    attempt: int = Field(ge=1, description="which try of it")
    version: ModelVersion
    manifest: Digest
    image: str = Field(min_length=1, description="the service's image by digest")
    commit: str | None = Field(default=None, description="what the release was made from, if its stack says so")
    previous: Served | None = Field(default=None, description="what served before it; null where nothing did")
    reason: str = Field(default="", description="why, in one line")
    figures: dict[str, Figure] = Field(default_factory=dict[str, Figure], description="by the metric's name")


class Entry(Happened):
    """An entry of a ledger."""

    schema_version: Literal[1] = 1
    number: int = Field(ge=1, description="1 for the first, without gaps")
    namespace: str
    model: ModelName


@dataclass(frozen=True)
class History:
    """All that happened to one model, oldest first."""

    entries: tuple[Entry, ...] = ()

    @property
    def serving(self) -> Entry | None:
        """The entry since which its release serves everyone."""
        return next((one for one in reversed(self.entries) if one.event in (Event.PROMOTED, Event.ROLLED_BACK)), None)

    @property
    def under_way(self) -> Entry | None:
        """The entry of a release whose end nobody has written yet."""
        last = self.entries[-1] if self.entries else None
        return last if last is not None and last.event is Event.RELEASED else None

    @property
    def healthy(self) -> dict[str, Entry]:
        """Releases that are a way back, by their ids, the one that served last at the end.

        That is each that was promoted, and since then neither aborted nor left by a rollback.
        """
        found: dict[str, Entry] = {}
        for one in self.entries:
            match one.event:
                case Event.RELEASED:
                    continue
                case Event.ABORTED:
                    found.pop(one.release, None)
                case Event.PROMOTED | Event.ROLLED_BACK:
                    if one.event is Event.ROLLED_BACK and one.previous is not None and one.previous.release:
                        found.pop(one.previous.release, None)
                    found.pop(one.release, None)
                    found[one.release] = one
        return found

    @property
    def ways_back(self) -> list[Entry]:
        """Healthy releases beside the one that serves, the last one first."""
        now = self.serving
        return [one for one in reversed(self.healthy.values()) if now is None or one.release != now.release]

    def arrival(self, release: str) -> Event | None:
        """What it is called when a release serves everyone; None when it has served everyone already.

        One that served, and was begun or aborted again since, is of a stack that was destroyed and made anew.
        """
        now = self.serving
        if now is not None and now.release == release:
            last = next(one for one in reversed(self.entries) if one.release == release)
            return None if last is now else Event.PROMOTED
        return Event.ROLLED_BACK if release in self.healthy else Event.PROMOTED

    def previous(self, release: str, attempt: int) -> Served | None:
        """What served before this try of a release, as far as it is written; None when nothing did."""
        begun = self.written(Event.RELEASED, release, attempt)
        if begun is not None and begun.previous is not None:
            return begun.previous
        now = self.serving
        return None if now is None or now.release == release else Served(release=now.release, version=now.version)

    def aborts(self, release: str) -> list[Entry]:
        """All aborts of a release, oldest first."""
        return [one for one in self.entries if one.event is Event.ABORTED and one.release == release]

    def written(self, event: Event, release: str, attempt: int) -> Entry | None:
        """The entry that says this already.

        A release may come again after others, so only what is at the end counts: entries of this very try.
        """
        return next((one for one in self._try(release, attempt) if one.event is event), None)

    def aborted(self, release: str) -> Entry | None:
        """The abort that a release ended with when it was tried last; None when that try had no such end."""
        last = next((one for one in reversed(self.entries) if one.release == release), None)
        return last if last is not None and last.event is Event.ABORTED else None

    def _try(self, release: str, attempt: int) -> Iterator[Entry]:
        for one in reversed(self.entries):
            if (one.release, one.attempt) != (release, attempt):
                return
            yield one
