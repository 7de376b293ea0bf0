"""The ledger of a served model: numbered entries in the store, each made once and never changed.

It is beside the models: for those of `s3://BUCKET/models`, in `s3://BUCKET/releases/NAMESPACE/MODEL/`. Two who write at
the same time make two entries, and two who write the same make one.
"""

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Self

from pydantic import ValidationError

from modelstore.history import Entry, Happened, History
from modelstore.store import Store
from modelstore.store_errors import ObjectExists, UnreadableLedger

FOLDER: Final = "releases"
"""Beside the folder of the models."""

ENTRY_LIMIT: Final = 256 * 1024
"""Bytes; an entry with a long reason and dozens of figures stays far below."""

_AT_ONCE: Final = 8
"""Entries that are asked for at the same time."""


@dataclass(frozen=True)
class Ledger:
    """The ledger of one model in one namespace."""

    store: Store
    namespace: str
    model: str

    @classmethod
    def of(
        cls,
        models: str,
        namespace: str,
        model: str,
        *,
        create: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """The ledger beside the models of a store; nothing is sent to it yet.

        Args:
            models: URL of the models' store, like `s3://bucket/models`.
            namespace: where the model is served.
            model: its name.
            create: make the folder of a `file://` store when it is absent.
            environment: variables that count before this process's own.

        Raises:
            StoreError: as `Store.open`.
        """
        return cls(Store.open(beside(models), create=create, environment=environment), namespace, model)

    def read(self) -> History:
        """All entries.

        Raises:
            UnreadableLedger: one is missing, is not one, or is another's.
            StoreError: the store can't be read now.
        """
        numbers = self._numbers()
        if numbers != list(range(1, len(numbers) + 1)):
            missing = next(number for number, found in enumerate(numbers, 1) if number != found)
            raise UnreadableLedger(f"{self.store.url}/{self._path(missing)} is missing, and later entries are there")
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return History(tuple(pool.map(self._read, numbers)))

    def append(self, happened: Happened) -> Entry:
        """Remember what happened; what is the ledger's end already is not written again.

        Raises:
            UnreadableLedger: as `read`.
            StoreError: the store can't be read or written now. What happened may have been written all the same.
        """
        while True:
            history = self.read()
            if (already := history.written(happened.event, happened.release, happened.attempt)) is not None:
                return already
            number = len(history.entries) + 1
            entry = Entry(number=number, namespace=self.namespace, model=self.model, **dict(happened))
            try:
                self.store.create(self._path(number), (entry.model_dump_json(indent=1) + "\n").encode())
            except ObjectExists:
                continue  # somebody else's, or our own whose answer was lost
            return entry

    def _numbers(self) -> list[int]:
        return sorted(_numbers(self.store.sizes(f"{self.namespace}/{self.model}")))

    def _path(self, number: int) -> str:
        return f"{self.namespace}/{self.model}/{number:08}.json"

    def _read(self, number: int) -> Entry:
        path = self._path(number)
        try:
            entry = Entry.model_validate_json(self.store.read(path, ENTRY_LIMIT))
        except ValidationError as error:
            first = error.errors()[0]
            where, why = ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")
            raise UnreadableLedger(f"{self.store.url}/{path} is not an entry: {where}: {why}") from error
        if (entry.namespace, entry.model, entry.number) != (self.namespace, self.model, number):
            raise UnreadableLedger(
                f"{self.store.url}/{path} is entry {entry.number} of {entry.model} in {entry.namespace}"
            )
        return entry


def beside(models: str) -> str:
    """URL of the ledgers that belong to the models at a URL."""
    scheme, _, path = models.rstrip("/").partition("://")
    bucket, *folders = path.split("/")
    return f"{scheme}://{'/'.join([bucket, *folders[:-1], FOLDER])}"


def _numbers(paths: Mapping[str, int]) -> Iterator[int]:
    for path in paths:
        if found := re.fullmatch(r"(\d{8})\.json", path.rsplit("/", 1)[-1]):  # other files are not ours
            yield int(found[1])
