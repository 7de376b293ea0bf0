"""What people see of an update where there is no terminal."""

import re
import time

import pytest

from sandbox import progress
from sandbox.pulumi.display import Progress
from sandbox.pulumi.events import Event

STEP = {"op": "create", "urn": "urn:pulumi:s::p::batch/v1:Job::verify", "type": "kubernetes:batch/v1:Job"}
BEGUN = Event.model_validate({"resourcePreEvent": {"metadata": STEP}})
SAID = Event.model_validate(
    {"diagnosticEvent": {"urn": STEP["urn"], "message": "10 % of the traffic", "severity": "info", "ephemeral": True}}
)
ENDED = Event.model_validate({"resOutputsEvent": {"metadata": STEP}})
PATIENCE = 30  # seconds


def test_a_log_tells_now_and_then_what_is_under_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "HEARTBEAT", 0.02)
    shown, deadline = "", time.monotonic() + PATIENCE

    with Progress("up slipway/local", planned=False) as told:
        told.show(BEGUN)
        told.show(SAID)
        while not re.search(r"… up slipway/local: verify \(10 % of the traffic\): \d+ s", shown):
            assert time.monotonic() < deadline, shown
            shown += capsys.readouterr().err
        told.show(ENDED)
    last = capsys.readouterr().err
    time.sleep(0.1)

    assert re.search(r"\+ kubernetes:batch/v1:Job verify: \d+ s", last)
    assert capsys.readouterr().err == ""
