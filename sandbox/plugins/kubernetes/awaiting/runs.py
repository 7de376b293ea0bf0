"""Pods and Jobs: what runs once, and may fail for good."""

from typing import Final

from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.awaiting.awaiter import Awaiter, State, condition, holds, live_when, said
from sandbox.plugins.kubernetes.awaiting.pods import complaints, complaints_of, is_ready, pods_with
from sandbox.plugins.kubernetes.objects import Object, at, entries, identifier, name_of


def _pod(_api: Api, live: Object) -> State:
    return State.FAILED if at(live, "status", "phase") == "Failed" else live_when(is_ready(live))


def _job(_api: Api, live: Object) -> State:
    return State.FAILED if holds(live, "Failed") else live_when(holds(live, "Complete"))


def _job_reasons(api: Api, live: Object) -> list[str]:
    lines = complaints(api, _pods(api, live))
    return [*lines, said(condition(live, "Failed"))] if holds(live, "Failed") else lines


def _job_notes(api: Api, live: Object) -> list[str]:
    if not holds(live, "Complete"):
        return []
    return [
        f'[Pod {identifier(pod)}]: container "{status["name"]}" completed with exit code 0'
        for pod in _pods(api, live)
        for status in entries(pod, "status", "containerStatuses")
        if at(status, "state", "terminated", "exitCode") == 0
    ]


def _pods(api: Api, live: Object) -> list[Object]:
    return pods_with(api, live, f"batch.kubernetes.io/job-name={name_of(live)}")


POD: Final = Awaiter(_pod, complaints_of)
JOB: Final = Awaiter(_job, _job_reasons, _job_notes)
