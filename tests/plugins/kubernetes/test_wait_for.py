"""`pulumi.com/waitFor`."""

from typing import Any, cast

import pytest

from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.awaiting.awaiter import State
from sandbox.plugins.kubernetes.awaiting.wait_for import awaiter
from sandbox.plugins.kubernetes.errors import Refused

NO_API = cast("Api", None)
LIVE: dict[str, Any] = {
    "metadata": {"annotations": {"a.b/c": "yes"}},
    "status": {
        "phase": "Running",
        "ready": 2,
        "conditions": [
            {"type": "Ready", "status": "True"},
            {"type": "Synced", "status": "False", "message": "no peer"},
        ],
    },
}


@pytest.mark.parametrize(
    "annotation",
    [
        "jsonpath={.status.phase}=Running",
        "jsonpath={.status.phase}",
        "jsonpath={.status.ready}=2",
        "jsonpath={.status.conditions[0].type}=Ready",
        'jsonpath={.status.conditions[?(@.type=="Ready")].status}=True',
        "jsonpath={.status.conditions[*].type}=Synced",
        "jsonpath={.metadata.annotations['a.b/c']}=yes",
        "jsonpath={.metadata.annotations.a\\.b/c}=yes",
        "condition=Ready",
        "condition=Synced=False",
        '["condition=Ready", "jsonpath={.status.phase}=Running"]',
    ],
)
def test_this_holds(annotation: str) -> None:
    assert awaiter(annotation).state(NO_API, LIVE) is State.LIVE


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        ("jsonpath={.status.phase}=Healthy", ".status.phase is Running, waiting for Healthy"),
        ("jsonpath={.status.url}", ".status.url is not set, waiting for a value"),
        ("condition=Synced", "condition Synced is not True: no peer"),
        ("condition=Gone", "condition Gone is not True: the condition isn't set"),
        ('["condition=Ready", "condition=Synced"]', "condition Synced is not True: no peer"),
    ],
)
def test_this_does_not_hold_and_says_why(annotation: str, reason: str) -> None:
    chosen = awaiter(annotation)
    assert chosen.state(NO_API, LIVE) is State.PENDING
    assert chosen.reasons(NO_API, LIVE) == [reason]


@pytest.mark.parametrize(
    "annotation",
    [
        "ready",
        "condition=",
        "jsonpath=status",
        "jsonpath={.a[?(@.b>1)]}",
        "[condition=Ready]",
        "[]",
        "[1]",
        '["condition=Ready"',
        '["condition=Ready", "ready"]',
    ],
)
def test_what_is_not_understood_is_refused(annotation: str) -> None:
    with pytest.raises(Refused, match=r"pulumi\.com/waitFor: "):
        awaiter(annotation)
