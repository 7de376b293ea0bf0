"""The server around the application: one process, uvloop and httptools, with our drain and our deadlines."""

import uvicorn
from prometheus_client import CollectorRegistry, disable_created_metrics

from service.app import create_app
from service.draining import DrainingServer
from service.lifecycle import Lifecycle
from service.metrics import Metrics
from service.model import LoadModel
from service.protocol import DeadlineProtocol
from service.settings import Settings


def serve(settings: Settings, load: LoadModel) -> None:
    """Serve until SIGTERM, then drain and return.

    Args:
        settings: what to serve and under which limits.
        load: turns verified files into a model.

    Raises:
        SystemExit: the address cannot be listened on; uvicorn has logged why.
    """
    disable_created_metrics()  # a second series per counter, which nothing reads
    lifecycle = Lifecycle()
    metrics = Metrics(CollectorRegistry(), settings.model_version)
    config = uvicorn.Config(
        create_app(settings, lifecycle, load, metrics),
        host=settings.listen_host,
        port=settings.listen_port,
        loop="uvloop",
        http=DeadlineProtocol,
        ws="none",
        lifespan="on",
        log_config=None,  # `logs` has configured them
        access_log=False,
        server_header=False,
        proxy_headers=False,
        # No `limit_concurrency`: it would count idle connections and refuse the probes. See `inference`.
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.finish_seconds,
    )
    DrainingServer(config, lifecycle, settings.drain_seconds).run()
