"""Stands between the engine and a policy pack until the pack knows which stack it judges.

The policy SDK reads project, stack and configuration from its environment, but the engine tells them by a
call (`ConfigureStack`) after the pack has started. So the engine talks to this proxy: the pack is started
when the call has come, and every other call is passed on to it unread.
"""

import json
from collections.abc import Callable
from concurrent import futures
from typing import Any, Final

import grpc
from pulumi.runtime.proto import analyzer_pb2

from sandbox.pulumi.plugins.serve import GRACE, MESSAGE_LIMIT

OPTIONS: Final = [
    ("grpc.max_receive_message_length", MESSAGE_LIMIT),
    ("grpc.max_send_message_length", MESSAGE_LIMIT),
]
EMPTY: Final = b""  # an empty message on the wire


class PolicyProxy(grpc.GenericRpcHandler):
    """An analyzer service on a port of its own, backed by a policy pack that starts later."""

    def __init__(self) -> None:
        self.environment: futures.Future[dict[str, str]] = futures.Future()
        self._pack: futures.Future[grpc.Channel] = futures.Future()
        self._server = grpc.server(futures.ThreadPoolExecutor(16), options=OPTIONS)
        self._server.add_generic_rpc_handlers((self,))
        self.port: int = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    def attach(self, port: int) -> None:
        """Pass calls on to the pack that listens at `port`."""
        self._pack.set_result(grpc.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS))

    def close(self, reason: str) -> None:
        """Answer no more; calls that still wait for the pack fail with `reason`."""
        if not self._pack.done():
            self._pack.set_exception(RuntimeError(reason))
        self._server.stop(grace=GRACE)  # what fails now has to be answered yet

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> "grpc.RpcMethodHandler[bytes, bytes]":  # generic in its stubs only
        """The handler for one call; without serializers, messages are bytes."""
        method: str = handler_call_details.method
        match method.rpartition("/")[2]:
            case "Handshake":
                return grpc.unary_unary_rpc_method_handler(lambda *_: EMPTY)
            case "ConfigureStack":
                return grpc.unary_unary_rpc_method_handler(self._configure)
            case _:
                return grpc.unary_unary_rpc_method_handler(self._forward(method))

    def _configure(self, request: bytes, _context: grpc.ServicerContext) -> bytes:
        self._start_with(environment(analyzer_pb2.AnalyzerStackConfigureRequest.FromString(request)))
        return EMPTY

    def _start_with(self, variables: dict[str, str]) -> None:
        if not self.environment.done():
            self.environment.set_result(variables)

    def _forward(self, method: str) -> Callable[[bytes, grpc.ServicerContext], bytes]:
        def forward(request: bytes, context: grpc.ServicerContext) -> bytes:
            # `pulumi policy publish` asks about a pack without any stack.
            self._start_with({})
            try:
                call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self._pack.result().unary_unary(method)
                return call(request)
            except RuntimeError as error:
                context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
            except grpc.RpcError as error:
                ended: Any = error  # an RpcError that a call raises is also a `grpc.Call`
                context.abort(ended.code(), ended.details())
            raise AssertionError("abort raises")

        return forward


def environment(request: analyzer_pb2.AnalyzerStackConfigureRequest) -> dict[str, str]:
    """The variables from which the policy SDK learns about the stack."""
    return {
        "PULUMI_PROJECT": request.project,
        "PULUMI_STACK": request.stack,
        "PULUMI_ORGANIZATION": request.organization,
        "PULUMI_DRY_RUN": "true" if request.dry_run else "false",
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
    }
