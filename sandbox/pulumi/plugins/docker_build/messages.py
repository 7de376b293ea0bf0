"""Lines for people, sent through the engine: a plugin's own output is never shown."""

from collections.abc import Callable
from contextlib import suppress

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


class Messages:
    """The engine's log.

    Args:
        address: where the engine listens.
    """

    def __init__(self, address: str) -> None:
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    def about(self, urn: str) -> Callable[[str, bool], None]:
        """A function that says one line about a resource; `passing` ones are only shown while they last."""

        def say(line: str, passing: bool) -> None:
            request = engine_pb2.LogRequest(severity=engine_pb2.INFO, message=line, urn=urn, ephemeral=passing)
            with suppress(grpc.RpcError):  # the engine is going away, and nobody listens
                self._engine.Log(request)  # pyright: ignore[reportUnknownMemberType] (grpc is untyped)

        return say
