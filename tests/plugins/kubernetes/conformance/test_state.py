"""The state has the official plugin's shape, so that nothing that reads it can tell the difference."""

import json
import re
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
OF_ITS_OWN = re.compile(
    r"__fieldManager|clusterIPs?(\[0\])?|metadata\.generation|controller-uid|kubernetes\.io/revision"
)
"""Ends of paths whose values belong to one cluster, or to how often an object was changed before."""
SECRETS = ("hunter2", "aHVudGVyMg", "hunter3", "aHVudGVyMw")


def _values(value: Any, names: Mapping[str, str], path: str = "") -> dict[str, Any]:
    """Values by path; `names` are patterns of what is called otherwise in every stack, with a common name."""
    found: dict[str, Any] = {}
    if is_map(value) and value:
        for key, item in value.items():
            below = f"{path}.{key}" if path else key
            found |= {below: "…"} if key in VOLATILE else _values(item, names, below)
    elif is_list(value) and value:
        for index, item in enumerate(value):
            found |= _values(item, names, f"{path}[{index}]")
    elif OF_ITS_OWN.search(path):
        found[path] = "…"
    elif isinstance(value, str):
        found[path] = next((common for name, common in names.items() if re.fullmatch(name, value)), value)
    else:
        found[path] = value
    return found


@pytest.mark.parametrize("name", RECORDED)
def test_a_resource_is_recorded_as_by_the_official_plugin(together: Mapping[str, Any], image: str, name: str) -> None:
    resources = together["state"]["resources"]
    ours = next(each for each in resources if each["urn"].endswith(f"::sample.{name}"))
    recorded = RECORDED[name]
    theirs = {"sample": "namespace", "localhost/py:1": "image", "auto-config-[0-9a-f]{8}": "auto-config"}
    called = {"conformance-together-sample": "namespace", re.escape(image): "image"}
    called |= {rf"sample\.{pattern}": common for pattern, common in theirs.items() if common == "auto-config"}
    for part in ("inputs", "outputs"):
        assert _values(ours[part], called) == _values(recorded[part], theirs), part
    parts = [_values(each["id"].split("/"), names) for each, names in ((ours, called), (recorded, theirs))]
    assert parts[0] == parts[1]
    assert ours.get("additionalSecretOutputs") == recorded.get("additionalSecretOutputs")


@pytest.mark.parametrize("moment", ["created", "changed", "refreshed", "seen"])
def test_a_secret_is_nowhere_in_the_clear(together: Mapping[str, Any], moment: str) -> None:
    text = together["texts"][moment]
    assert [secret for secret in SECRETS if secret in text] == []
    assert "team" in text
