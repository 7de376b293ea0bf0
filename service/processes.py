"""A pod of several processes, as the article starts four: one port for predictions, one for probes, one drain.

Each process has the model, a queue and an admission of its own, and takes connections from the one socket, so that none
is lost that nobody has taken yet. The process that starts them answers probes and Prometheus for all, and serves
nothing itself. Where one of them ends unasked, all end: a pod is replaced as a whole, so that Kubernetes counts its
restart, alerts tell of it and a canary's judges see it.
"""

import logging
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import FrameType
from typing import Final

from fastapi import FastAPI

from service import identity, listening
from service.lifecycle import Lifecycle
from service.listening import Sockets
from service.model import LoadModel
from service.monitoring import monitored
from service.routes.metrics import metrics_route
from service.routes.together import together_routes
from service.server import serve
from service.settings import Settings
from service.sums import Source, registry_of

INHERITED: Final = "SLIPWAY_INHERITED"
"""Variable that makes a process one of several: the file descriptors of its two sockets, and of a pipe that is closed
when the one that has started it is gone."""

LOOPBACK: Final = "127.0.0.1"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Worker:
    """One of the processes."""

    process: "subprocess.Popen[bytes]"
    source: Source


def run(settings: Settings, load: LoadModel, command: Sequence[str]) -> int:
    """Serve until SIGTERM, in this process or in as many as the settings say.

    Args:
        settings: what to serve and under which limits.
        load: turns verified files into a model.
        command: what this process was started with, for more of them.

    Returns:
        The exit code: 0, or 1 where a process ended unasked.

    Raises:
        SystemExit: an address cannot be listened on; the log says why.
    """
    if (inherited := os.environ.pop(INHERITED, None)) is not None:
        predictions, monitoring, parent = map(int, inherited.split(","))
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
        serve(settings, load, Sockets.inherited(predictions, monitoring))
        return 0
    if settings.processes == 1:
        serve(settings, load, Sockets(None, listening.at(settings, "MONITORING_PORT")))
        return 0
    return _together(settings, command)


def _end_with(parent: int) -> None:
    """Drain and end when the process is gone that has started this one, which holds the other end of the pipe."""
    os.read(parent, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _together(settings: Settings, command: Sequence[str]) -> int:
    """Start the processes, answer probes for them, and end with them."""
    with ExitStack() as stack:
        predictions = stack.enter_context(listening.at(settings, "LISTEN_PORT"))
        monitoring = stack.enter_context(listening.at(settings, "MONITORING_PORT"))
        alive, ours = os.pipe()
        stack.callback(os.close, ours)  # and whoever still runs ends, whatever happened here
        workers = [_started(number, predictions, alive, command) for number in range(1, settings.processes + 1)]
        os.close(alive)
        app = FastAPI(openapi_url=None)
        sources, lifecycle = [worker.source for worker in workers], Lifecycle()
        app.include_router(together_routes(sources, lifecycle))
        registry = registry_of(sources, version=settings.model_version, release=settings.release)
        app.include_router(metrics_route(registry))
        host, port = predictions.getsockname()[:2]
        predictions.close()  # it is the others'
        _log.info("running on http://%s:%d, in %d processes", host, port, len(workers))
        with monitored(app, monitoring, identity.headers(settings)):
            return _ended(workers, lifecycle)


def _started(number: int, predictions: listening.Socket, alive: int, command: Sequence[str]) -> Worker:
    with listening.on(LOOPBACK, 0) as monitoring:
        given = (predictions.fileno(), monitoring.fileno(), alive)
        process = subprocess.Popen(
            command,
            env=os.environ | {INHERITED: ",".join(map(str, given))},
            pass_fds=given,
            start_new_session=True,  # signals come from here alone, also those of a terminal
        )
        return Worker(process, Source(number, monitoring.getsockname()[1]))


def _ended(workers: Sequence[Worker], lifecycle: Lifecycle) -> int:
    """Hand on signals until all processes have ended."""

    def tell(number: int) -> None:
        for worker in workers:
            worker.process.send_signal(number)

    def hand_on(number: int, _: FrameType | None) -> None:
        lifecycle.drain()
        tell(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, hand_on)
    left = {worker.process.pid: worker for worker in workers}
    code = 0
    while left:
        pid, status = os.wait()
        if (worker := left.pop(pid, None)) is None:
            continue  # as the first process of a container this one is the parent of whoever lost theirs
        worker.process.returncode = os.waitstatus_to_exitcode(status)
        if not lifecycle.draining:
            lifecycle.drain()
            code = 1
            _log.error(
                "a process ended, so all of them do",
                extra={"number": worker.source.number, "exit_code": worker.process.returncode},
            )
            tell(signal.SIGTERM)
    return code
