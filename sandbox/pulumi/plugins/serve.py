"""Serves one plugin to the engine that started it, and ends with it.

The engine reads the port as the first line of standard output. It ends plugins with SIGINT; when it is
killed instead, a plugin would stay as an orphan, so this process watches its parent.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent import futures
from types import FrameType
from typing import Final, TypeVar

import grpc

WORKERS: Final = 64  # the engine calls in parallel, and an awaiting create holds its thread for minutes
MESSAGE_LIMIT: Final = 400 * 1024 * 1024  # bytes; the engine's own limit
PARENT_POLL: Final = 0.5  # seconds
PARENT_VARIABLE: Final = "SLIPWAY_ENGINE_PROCESS"  # the process id of the engine, from the launcher
GRACE: Final = 1.0  # seconds that calls under way are given after the end was asked for

Servicer = TypeVar("Servicer")


def serve(servicer: Servicer, register: Callable[[Servicer, grpc.Server], None]) -> None:
    """Run `servicer` until the engine interrupts us or is gone.

    Args:
        servicer: the implementation of one of the plugin services.
        register: the generated `add_..._to_server` function of that service.
    """
    # No lock: a signal that comes while the main thread holds it to wait would have its handler wait for ever.
    asked, ask = os.pipe()

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        os.write(ask, b"!")

    # Before the engine knows the port, so that it cannot interrupt a process that does not expect it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupted)
    # Importing a plugin takes seconds, in which the engine may have been killed: the launcher knows who it was.
    parent = int(os.environ.pop(PARENT_VARIABLE, os.getppid()))
    threading.Thread(target=_watch, args=(parent, ask), daemon=True).start()

    server = grpc.server(
        futures.ThreadPoolExecutor(WORKERS),
        options=[
            ("grpc.max_receive_message_length", MESSAGE_LIMIT),
            ("grpc.max_send_message_length", MESSAGE_LIMIT),
        ],
    )
    register(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    os.read(asked, 1)
    server.stop(grace=GRACE).wait()
    # Threads that still wait for a cluster would hold the interpreter open for minutes.
    os._exit(0)


def _watch(parent: int, ask: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_POLL)
    os.write(ask, b"!")
