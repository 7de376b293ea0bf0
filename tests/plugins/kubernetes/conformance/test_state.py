"""The state has the official plugin's shape, so that nothing that reads it can tell the difference."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.plugins.kubernetes.objects import is_list, is_map

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]

RECORDED = {
    resource["name"]: resource
    for resource in json.loads((Path(__file__).parent / "recorded" / "state.json").read_text())
}
VOLATILE = {"managedFields", "status", "creationTimestamp", "resourceVersion", "uid"}
"""What no two runs, or no two moments, have in common."""


def _keys(value: Any, path: str = "") -> set[str]:
    """Paths of all keys; items of lists count as one."""
    if is_map(value):
        found: set[str] = set()
        for key, item in value.items():
            below = f"{path}.{key}" if path else key
            found |= {below} | (set() if key in VOLATILE else _keys(item, below))
        return found
    if is_list(value):
        return {key for item in value for key in _keys(item, f"{path}[]")}
    return set()


@pytest.mark.parametrize("name", RECORDED)
def test_a_resource_is_recorded_in_the_official_shape(together: Mapping[str, Any], name: str) -> None:
    resources = together["state"]["resources"]
    ours = next(each for each in resources if each["urn"].endswith(f"::sample.{name}"))
    recorded = RECORDED[name]
    for part in ("inputs", "outputs"):
        assert _keys(ours[part]) == _keys(recorded[part]), part
    assert ours["id"].partition("/")[2].split("-")[0] == recorded["id"].partition("/")[2].split("-")[0].replace(
        "auto", "sample.auto"
    )
    assert ours.get("additionalSecretOutputs") == recorded.get("additionalSecretOutputs")


def test_a_secret_is_nowhere_in_the_clear(together: Mapping[str, Any]) -> None:
    assert "hunter2" not in together["state"]["text"]
    assert "aHVudGVyMg" not in together["state"]["text"]
    assert "team" in together["state"]["text"]
