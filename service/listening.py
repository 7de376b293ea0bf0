"""The sockets that the service listens on."""

import logging
import socket
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias

from service.settings import Settings

Socket: TypeAlias = socket.socket

BACKLOG: int = 2048
"""Connections that nobody has taken yet; as many as uvicorn has."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sockets:
    """What a process listens on.

    Attributes:
        predictions: None where uvicorn opens it by the settings.
        monitoring: for probes and metrics.
    """

    predictions: Socket | None
    monitoring: Socket

    @classmethod
    def inherited(cls, predictions: int, monitoring: int) -> Self:
        """Those that the process which started this one has opened, by their file descriptors."""
        return cls(socket.socket(fileno=predictions), socket.socket(fileno=monitoring))


def at(settings: Settings, variable: Literal["LISTEN_PORT", "MONITORING_PORT"]) -> Socket:
    """Listen on the port that a variable says.

    Raises:
        SystemExit: that can't be done; the log says why.
    """
    port = settings.listen_port if variable == "LISTEN_PORT" else settings.monitoring_port
    try:
        return on(settings.listen_host, port)
    except OSError as error:
        _log.error("%s=%d cannot be listened on: %s", variable, port, error)
        raise SystemExit(1) from error


def on(host: str, port: int) -> Socket:
    """Listen on an address.

    Raises:
        OSError: that can't be done.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)
