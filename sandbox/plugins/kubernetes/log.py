"""Lines for the user, sent through the engine: a plugin's own output is hidden."""

from typing import Protocol

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


class Log(Protocol):
    """Says something about one resource."""

    def status(self, message: str, *, warning: bool = False) -> None:
        """Show what is going on now; the same line twice in a row is shown once."""
        ...

    def warn(self, message: str) -> None:
        """Show a warning that stays."""
        ...


class EngineLog:
    """The log of one resource, or of the plugin when `urn` is empty."""

    def __init__(self, engine: engine_pb2_grpc.EngineStub | None, urn: str = "") -> None:
        self._engine = engine
        self._urn = urn
        self._said: set[str] = set()

    def status(self, message: str, *, warning: bool = False) -> None:
        """Show what is going on now, and only once."""
        if message not in self._said:
            self._said.add(message)
            self._send(message, warning=warning, ephemeral=True)

    def warn(self, message: str) -> None:
        """Show a warning that stays."""
        self._send(message, warning=True, ephemeral=False)

    def _send(self, message: str, *, warning: bool, ephemeral: bool) -> None:
        severity = engine_pb2.WARNING if warning else engine_pb2.INFO
        request = engine_pb2.LogRequest(severity=severity, message=message, urn=self._urn, ephemeral=ephemeral)
        try:
            if self._engine:
                self._engine.Log(request)  # pyright: ignore[reportUnknownMemberType] (the stub has no types)
        except grpc.RpcError:
            pass  # the engine is going away, and nobody reads any more


def connect(address: str) -> engine_pb2_grpc.EngineStub:
    """The engine at `address`."""
    return engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))
