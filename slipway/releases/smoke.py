"""Asks a served model what its clients ask, and checks the answers: through the gateway, or wherever it is."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import urllib3

from modelstore import catalog
from modelstore.manifest import Manifest
from slipway.kubeconfig import cause
from slipway.releases.place import Place

TIMEOUT: Final = 10.0
"""Seconds that an answer may take."""

SYNTHETIC: Final = "X-Slipway-Synthetic"
"""Header with the token that keeps our own requests out of the statistics of predictions."""

_OK, _UNPROCESSABLE = 200, 422


class _Wrong(Exception):
    """An answer isn't what it should be."""


@dataclass(frozen=True)
class Check:
    """What was asked, and whether the answer was right.

    Attributes:
        name: in words.
        wrong: what was wrong with it; empty when nothing was.
    """

    name: str
    wrong: str

    def __str__(self) -> str:
        return f"✗ {self.name}: {self.wrong}" if self.wrong else f"✓ {self.name}"


def smoked(
    place: Place, url: str | None = None, token: str | None = None, host: str | None = None
) -> tuple[str, list[Check]]:
    """Ask the model that a stack's file says, and what it was asked at.

    Args:
        place: the model.
        url: where it answers; None for what the stack says.
        token: keeps these requests out of the model's statistics.
        host: that they are for, if not the URL's.

    Raises:
        SlipwayError: file or stack can't be read.
        StoreError: the store can't be asked, or has another model than the file says.
    """
    said = place.file().says(place.model, ["version", "manifest"])
    found = catalog.fetch_manifest(place.store, place.model, said["version"] or "", said["manifest"])
    where: str = url or place.engine.output("models")[place.model]["url"]
    return where, Smoke(where.rstrip("/"), found.manifest, found.digest, token, host).run()


@dataclass
class Smoke:
    """A model at a URL.

    Attributes:
        url: with its route.
        manifest: of what should be served.
        digest: of the manifest.
        token: keeps the requests out of statistics; None where nobody has it.
        host: that the requests are for, if not the URL's.
    """

    url: str
    manifest: Manifest
    digest: str
    token: str | None = None
    host: str | None = None
    _pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False), repr=False)

    def run(self) -> list[Check]:
        """All checks, in order; each tells for itself."""
        checks: list[tuple[str, Callable[[], object]]] = [
            ("it is healthy and has its model", self._health),
            (f"it serves {self.manifest.version}", self._version),
            (f"all {len(self.manifest.golden.inputs)} golden readings are answered as published", self._golden),
            ("a batch is answered as its readings are", self._batch),
            ("a reading without a feature is refused by name", self._missing),
            ("a reading out of range is refused by name", self._out_of_range),
            ("a body that is no JSON is refused", self._no_json),
        ]
        return [Check(name, self._wrong(check)) for name, check in checks]

    def _wrong(self, check: Callable[[], object]) -> str:
        try:
            check()
        except _Wrong as error:
            return str(error)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return f"{self.url} {cause(error, TIMEOUT)}"
        return ""

    def _health(self) -> None:
        if not self._json("GET", "/health").get("model_loaded"):
            raise _Wrong("/health says that no model is loaded")

    def _version(self) -> None:
        served, wanted = self._json("GET", "/version"), {"model_name": self.manifest.name}
        wanted |= {"model_version": self.manifest.version, "manifest": self.digest}
        if wrong := [
            f"{key} {served.get(key)!r}, not {value!r}" for key, value in wanted.items() if served.get(key) != value
        ]:
            raise _Wrong(f"/version says {'; '.join(wrong)}")

    def _golden(self) -> None:
        golden = self.manifest.golden
        for reading, wanted in zip(golden.inputs, golden.outputs, strict=True):
            self._compare(self._json("POST", "/predict", dict(reading)), wanted, f"reading {dict(reading)}")

    def _batch(self) -> None:
        golden = self.manifest.golden
        answers: list[dict[str, Any]] = self._json(
            "POST", "/predict/batch", {"readings": [dict(one) for one in golden.inputs]}
        ).get("predictions", [])
        if len(answers) != len(golden.outputs):
            raise _Wrong(f"{len(golden.outputs)} readings got {len(answers)} predictions")
        for number, (answer, wanted) in enumerate(zip(answers, golden.outputs, strict=True), 1):
            self._compare(answer, wanted, f"reading {number} of the batch")

    def _missing(self) -> None:
        reading = dict(self.manifest.golden.inputs[0])
        name = self.manifest.features[0].name
        reading.pop(name)
        self._refused(reading, name)

    def _out_of_range(self) -> None:
        feature = self.manifest.features[0]
        self._refused({**self.manifest.golden.inputs[0], feature.name: feature.maximum + 1}, feature.name)

    def _no_json(self) -> None:
        status, _ = self._ask("POST", "/predict", b"{")
        if status != _UNPROCESSABLE:
            raise _Wrong(f"it got {status}, not {_UNPROCESSABLE}")

    def _refused(self, reading: Mapping[str, float], name: str) -> None:
        status, content = self._ask("POST", "/predict", json.dumps(reading).encode())
        if status != _UNPROCESSABLE or name.encode() not in content:
            raise _Wrong(
                f"it got {status} {content[:200].decode(errors='replace')}, not {_UNPROCESSABLE} that names {name}"
            )

    def _compare(self, answer: Mapping[str, Any], wanted: float, what: str) -> None:
        golden, name = self.manifest.golden, self.manifest.output.name
        given = answer.get(name)
        if not isinstance(given, (int, float)) or not abs(given - wanted) <= golden.tolerance:
            raise _Wrong(f"{what}: {name} is {given!r}, published was {wanted:g} (tolerance {golden.tolerance:g})")

    def _json(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        status, content = self._ask(method, path, None if body is None else json.dumps(body).encode())
        if status != _OK:
            raise _Wrong(f"{method} {path} got {status} {content[:200].decode(errors='replace')}")
        try:
            found = json.loads(content)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise _Wrong(f"{method} {path} got no JSON object: {content[:200].decode(errors='replace')}")
        return found  # pyright: ignore[reportUnknownVariableType] - parsed JSON

    def _ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        headers = {
            "Content-Type": "application/json",
            **({SYNTHETIC: self.token} if self.token else {}),
            **({"Host": self.host} if self.host else {}),
        }
        answer = self._pool.request(method, f"{self.url}{path}", body=body, headers=headers, timeout=TIMEOUT)
        return answer.status, answer.data
