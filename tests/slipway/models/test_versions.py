from typing import Any

import pytest

from modelstore.manifest import digest
from modelstore.version import Level, Version
from slipway.errors import BadInput, Refused
from slipway.models.versions import change, check_successor, parse
from tests.slipway.models.manifests import DOCUMENT, feature, manifest


@pytest.mark.parametrize("text", ["", "1", "1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "1.0.0\n", "latest"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"is not a model version, like '1\.3\.0'"):
        parse(text)


LOW = {"below": 0.5, "risk_level": "LOW", "recommended_action": "wait"}
HIGH = {"below": None, "risk_level": "HIGH", "recommended_action": "act"}


@pytest.mark.parametrize(
    ("before", "after", "level", "reason"),
    [
        ([], [LOW, HIGH], Level.MAJOR, "the risk levels were none at all and are HIGH, LOW"),
        ([LOW, HIGH], [], Level.MAJOR, "the risk levels were HIGH, LOW and are none at all"),
        ([LOW, HIGH], [HIGH], Level.MAJOR, "the risk levels were HIGH, LOW and are HIGH"),
        ([LOW, HIGH], [LOW, HIGH | {"risk_level": "DIRE"}], Level.MAJOR, "and are DIRE, LOW"),
        ([LOW, HIGH], [LOW | {"below": 0.4}, HIGH], Level.PATCH, "the weights are the same"),
        ([LOW, HIGH], [LOW, HIGH | {"recommended_action": "run"}], Level.PATCH, "the weights are the same"),
    ],
)
def test_other_risk_levels_change_what_callers_get(
    before: list[dict[str, Any]], after: list[dict[str, Any]], level: Level, reason: str
) -> None:
    found = change(manifest(bands=before), manifest(bands=after))
    assert found[0] == level
    assert reason in found[1]


WEIGHTS = {"weights": digest(b"others"), "architecture": digest(b"architecture")}
ARCHITECTURE = {"weights": digest(b"others"), "architecture": digest(b"others")}


@pytest.mark.parametrize(
    ("changes", "level", "reason"),
    [
        ({}, Level.PATCH, "the weights are the same"),
        ({"description": "better words"}, Level.PATCH, "the weights are the same"),
        ({"features": [feature("x1", maximum=20), feature("x2")]}, Level.PATCH, "the weights are the same"),
        ({"fingerprints": WEIGHTS}, Level.MINOR, "the weights changed"),
        ({"fingerprints": ARCHITECTURE}, Level.MAJOR, "the architecture changed"),
        ({"features": [feature("x2"), feature("x1")]}, Level.MAJOR, "the features were x1, x2 and are x2, x1"),
        (
            {"features": [feature("x1", unit="m"), feature("x2")]},
            Level.MAJOR,
            "x1 was float in '1' and is float in 'm'",
        ),
        ({"features": [feature("x1", type="integer"), feature("x2")]}, Level.MAJOR, "is integer in '1'"),
        ({"features": [feature("x1"), feature("x2", maximum=9)]}, Level.MAJOR, "x2 has a narrower range"),
        ({"features": [feature("x1"), feature("x2", minimum=-9)]}, Level.MAJOR, "x2 has a narrower range"),
        ({"output": DOCUMENT["output"] | {"name": "q"}}, Level.MAJOR, "the output was p and is q"),
    ],
)
def test_what_changed_decides_the_level(changes: dict[str, Any], level: Level, reason: str) -> None:
    found = change(manifest(), manifest(**changes))
    assert found[0] == level
    assert reason in found[1]


@pytest.mark.parametrize(
    ("needed", "allowed"),
    [
        (Level.PATCH, {"1.2.4", "2.0.0"}),
        (Level.MINOR, {"1.3.0", "2.0.0"}),
        (Level.MAJOR, {"2.0.0"}),
    ],
)
def test_only_the_version_that_the_change_calls_for_may_follow(needed: Level, allowed: set[str]) -> None:
    for text in ("1.2.4", "1.2.5", "1.3.0", "1.4.0", "1.3.1", "2.0.0", "2.1.0", "3.0.0"):
        if text in allowed:
            check_successor(Version.parse(text), Version(1, 2, 3), needed, "why")
        else:
            following = f"why, which makes it a {needed} version; publish it as {Version(1, 2, 3).next(needed)}"
            with pytest.raises(Refused, match=following):
                check_successor(Version.parse(text), Version(1, 2, 3), needed, "why")
