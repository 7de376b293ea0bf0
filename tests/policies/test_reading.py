"""Rules see what they always saw, read once."""

from types import CodeType
from typing import Any, Final

import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi_policy import policy as sdk
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from policies import reading

_SDK: Final[Any] = sdk
_SECRET: Final = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "open"}


@pytest.fixture
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in reading.REPLACED:
        monkeypatch.setattr(sdk, name, getattr(sdk, name))  # as it was, afterwards
    reading.once()


def message(**properties: Any) -> Struct:
    found = Struct()
    found.update(properties)
    return found


def seen(given: Struct) -> Any:
    """What a rule sees of a resource: the SDK's own words (Analyze, AnalyzeStack)."""
    return _SDK.unknown_checking_proxy(_SDK.deserialize_properties(_SDK.json_format.MessageToDict(given)))


@pytest.mark.parametrize("verb", ["Analyze", "AnalyzeStack"])
def test_the_sdk_reads_by_what_is_replaced(verb: str) -> None:
    code: CodeType = getattr(_SDK._PolicyAnalyzerServicer, verb).__code__
    assert {*reading.REPLACED, "MessageToDict"} <= set(code.co_names)


@pytest.mark.usefixtures("read_once")
def test_the_same_properties_are_read_once_and_others_apart() -> None:
    first = seen(message(spec={"replicas": 1}))
    assert seen(message(spec={"replicas": 1})) is first
    assert seen(message(spec={"replicas": 2}))["spec"]["replicas"] == 2
    assert first["spec"]["replicas"] == 1


@pytest.mark.usefixtures("read_once")
def test_a_rule_sees_what_is_inside_of_a_secret_and_hears_of_what_is_not_known() -> None:
    found = seen(message(data=_SECRET, name=UNKNOWN_STRING_VALUE))
    assert found["data"] == "open"
    with pytest.raises(UnknownValueError):
        found["name"]


@pytest.mark.usefixtures("read_once")
def test_who_changes_what_was_read_changes_it_for_nobody_else() -> None:
    config = _SDK.json_format.MessageToDict(message(level=1, more=2))
    del config["level"]
    mended = _SDK.deserialize_properties(_SDK.json_format.MessageToDict(message(level=1, more=2)), True)
    mended["level"] = 3
    assert seen(message(level=1, more=2))["level"] == 1
