"""What probes and Prometheus ask, on a port and in a thread of its own: it answers however busy predictions are.

Not on the port of the predictions, so no gateway can hand it to the world.
"""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from typing import Final

import uvicorn
from fastapi import FastAPI

from service.connections import Bounds, Connection
from service.heartbeat import Heartbeat
from service.lifecycle import Lifecycle
from service.listening import Socket
from service.metrics import Metrics
from service.routes.health import health_route
from service.routes.metrics import metrics_route
from service.routes.probes import probe_routes

CONNECTIONS: Final = 64
"""Two nodes' kubelets and two Prometheus servers need a dozen."""

END_SECONDS: Final = 5.0
"""How long its thread may take to end with the process."""

_log = logging.getLogger(__name__)


def create_monitoring(lifecycle: Lifecycle, heartbeat: Heartbeat, metrics: Metrics) -> FastAPI:
    """The application that answers probes and Prometheus; its API is not part of the documented one."""
    app = FastAPI(openapi_url=None)
    app.include_router(probe_routes(lifecycle, heartbeat))
    app.include_router(health_route(lifecycle))
    app.include_router(metrics_route(metrics.registry))
    return app


@contextmanager
def monitored(app: FastAPI, listening: Socket, headers: list[tuple[str, str]]) -> Generator[None]:
    """Serve `app` on a socket, which is closed at the end, in a thread for as long as this context lasts."""
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=Connection.within(replace(Bounds(), connections=CONNECTIONS)),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        headers=headers,
    )
    with listening:
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([listening],), name="monitoring", daemon=True)
        thread.start()
        _log.info("probes and metrics are answered", extra={"port": listening.getsockname()[1]})
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(END_SECONDS)
