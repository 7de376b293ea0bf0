"""Workspaces of Prometheus: their key, which moto drops."""

from typing import Any

from sandbox.aws.calls import Call
from sandbox.aws.handlers import after
from sandbox.aws.services import records


@after("amp", "CreateWorkspace")
def keep(call: Call, told: dict[str, Any]) -> None:
    """Keep the key."""
    if key := call.parameters.get("kmsKeyArn"):
        records(call.backend.workspaces[told["workspaceId"]], "kept")["kmsKeyArn"] = key
        told["kmsKeyArn"] = key


@after("amp", "DescribeWorkspace")
def tell(call: Call, told: dict[str, Any]) -> None:
    """Tell it."""
    told["workspace"].update(records(call.backend.workspaces[told["workspace"]["workspaceId"]], "kept"))
