"""The addresses that the service listens on."""

import socket
from pathlib import Path

import pytest

from service import listening
from service.listening import Sockets
from tests.service import fakes


@pytest.mark.parametrize("variable", ["LISTEN_PORT", "MONITORING_PORT"])
def test_a_port_that_is_taken_is_named(variable: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = fakes.settings(tmp_path, listen_host="127.0.0.1", **{variable.lower(): port})
        with pytest.raises(SystemExit):
            listening.at(settings, "LISTEN_PORT" if variable == "LISTEN_PORT" else "MONITORING_PORT")
    assert f"{variable}={port} cannot be listened on" in caplog.text


def test_sockets_are_handed_on_by_their_descriptors() -> None:
    with listening.on("127.0.0.1", 0) as predictions, listening.on("127.0.0.1", 0) as monitoring:
        copies = (predictions.dup(), monitoring.dup())
        inherited = Sockets.inherited(*(each.detach() for each in copies))
        assert inherited.predictions
        with inherited.predictions as first, inherited.monitoring as second:
            assert first.getsockname() == predictions.getsockname()
            assert second.getsockname() == monitoring.getsockname()
