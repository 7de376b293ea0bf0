"""The servers around the applications: one process, uvloop and httptools, with our drain and our bounds."""

import logging
import resource
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import uvicorn
from prometheus_client import CollectorRegistry, disable_created_metrics

from service import garbage, identity
from service.app import create_app
from service.connections import Bounds, Connection
from service.draining import DrainingServer
from service.heartbeat import Heartbeat
from service.lifecycle import Lifecycle
from service.listening import Sockets
from service.metrics import Metrics, Refusal
from service.model import LoadModel
from service.monitoring import CONNECTIONS, create_monitoring, monitored
from service.predictions import Predictions
from service.settings import Settings
from service.shortcut import Shortcut
from service.traces import Traces

OTHER_FILES: Final = 64
"""File descriptors for all that is no connection: the model's files, the log, the loops' own."""

SWITCH_SECONDS: Final = 0.0005
"""After so long a busy loop lets the model's thread go on, which waits for that several times in each call. With
Python's own 0.005 a call of half a millisecond takes ten where thousands of requests a second arrive."""

_log = logging.getLogger(__name__)


def serve(settings: Settings, load: LoadModel, sockets: Sockets) -> None:
    """Serve until SIGTERM, then drain and return.

    Args:
        settings: what to serve and under which limits.
        load: turns verified files into a model.
        sockets: to listen on.

    Raises:
        SystemExit: an address cannot be listened on; the log says why.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    disable_created_metrics()  # a second series per counter, which nothing reads
    lifecycle, heartbeat = Lifecycle(), Heartbeat()
    metrics = Metrics(
        CollectorRegistry(), lambda: lifecycle.phase, version=settings.model_version, release=settings.release
    )
    bounds = Bounds(
        head_bytes=settings.head_bytes,
        head_seconds=settings.head_seconds,
        body_bytes=settings.body_limit,
        write_seconds=settings.write_seconds,
        connections=_connections(settings.connection_limit),
        draining=lambda: lifecycle.draining,
        refused=lambda reason: metrics.refused(Refusal(reason)),
    )
    headers = identity.headers(settings)
    with (
        traced(settings, metrics) as traces,
        monitored(create_monitoring(lifecycle, heartbeat, metrics), sockets.monitoring, headers),
    ):
        app = create_app(settings, lifecycle, heartbeat, garbage.settled(load), metrics, traces)
        protocol = Connection.within(bounds, short_way(settings, lifecycle, metrics, traces))
        config = _config(app, settings, protocol, headers)
        server = DrainingServer(config, lifecycle, settings.drain_seconds)
        server.run(None if sockets.predictions is None else [sockets.predictions])


def short_way(settings: Settings, lifecycle: Lifecycle, metrics: Metrics, traces: Traces | None) -> Shortcut | None:
    """The short way; None where more is told of a request than that it was answered, which only the long one does."""
    if traces is not None or _log.isEnabledFor(logging.DEBUG):
        return None
    return Shortcut(lifecycle, metrics, seconds=settings.request_seconds, body_limit=settings.body_limit)


@contextmanager
def traced(settings: Settings, metrics: Metrics) -> Generator[Traces | None]:
    """Traces of predictions for as long as this context lasts; None where no collector is named."""
    if settings.traces_endpoint is None:
        yield None
        return
    # It takes memory and time that whoever traces nothing keeps.
    from service.tracing.spans import Spans

    spans = Spans(settings.traces_endpoint, settings, metrics)
    try:
        yield spans
    finally:
        spans.close()


def _config(
    app: Predictions, settings: Settings, protocol: type[Connection], headers: list[tuple[str, str]]
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.listen_host,
        port=settings.listen_port,
        loop="uvloop",
        http=protocol,
        ws="none",
        lifespan="on",
        log_config=None,  # `logs` has configured them
        access_log=False,
        server_header=False,
        proxy_headers=False,
        headers=headers,
        # No `limit_concurrency`: it would count idle connections. See `connections` and `admission`.
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.finish_seconds,
    )


def _connections(wanted: int) -> int:
    """As many connections as there may be files; a container often begins with room for 1,024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + CONNECTIONS + OTHER_FILES
    resource.setrlimit(resource.RLIMIT_NOFILE, (most if most != resource.RLIM_INFINITY else needed, most))
    if most == resource.RLIM_INFINITY or needed <= most:
        return wanted
    _log.warning("CONNECTION_LIMIT=%d is lowered: this process may have %d files", wanted, most)
    return most - CONNECTIONS - OTHER_FILES
