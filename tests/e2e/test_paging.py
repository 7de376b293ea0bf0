"""Whoever is to be told of an outage is told: from a model that is taken away to a page on somebody's desk.

Of the soak, not of the gate: it changes the platform's stack twice, waits for the kubelet to hand Alertmanager its new
secret, has a model down, and waits until it is told that somebody else can't be told. That takes a quarter of an hour,
while all other tests have to wait. The gate plays the same rules in no time (tests/infra), and looks at whether what
fires arrives at Alertmanager (test_monitoring.py).
"""

import json
import socket
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import yaml

from sandbox.journey import configuration, stacks
from slipway.monitoring.prometheus import Prometheus
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Local
from tests.e2e.serving import NAME, NAMESPACE, Serving
from tests.e2e.test_faults import PODS
from tests.e2e.test_monitoring import now
from tests.figures import recorded
from tests.http_servers import Handler, answering

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

DESK: Final = 8095
DEAF: Final = 8096
PAGED_WITHIN: Final = 120
"""Seconds from an outage to its page."""
PATIENCE: Final = 900.0
"""Seconds for whatever else is waited for; only a hang takes as long."""

_RECEIVERS: Final = "slipway-platform:monitoring.installed.receivers"
_OURS: Final = {"namespace": NAMESPACE, "model": NAME}


@dataclass(frozen=True)
class Told:
    """What somebody was told of an alert.

    Attributes:
        at: when, in seconds of Unix time.
        status: `firing` or `resolved`.
        labels: of the alert.
    """

    at: float
    status: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Desk:
    """Somebody who listens; Alertmanager's messages, alert by alert, in their order."""

    told: list[Told]

    def first(self, alert: str, status: str = "firing", **labels: str) -> Told | None:
        """The first that was told of an alert with these labels."""
        wanted = {"alertname": alert, **labels}
        return next((one for one in self.told if one.status == status and wanted.items() <= one.labels.items()), None)


@contextmanager
def listening(host: str) -> Generator[Desk]:
    """Somebody who listens there until the block ends."""
    desk = Desk([])

    class Takes(Handler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            desk.told.extend(Told(time.time(), one["status"], one["labels"]) for one in message["alerts"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with answering(Takes, host, DESK):
        yield desk


@pytest.fixture
def desk(local: Local) -> Iterator[Desk]:
    """Somebody whom the platform tells, beside another who never answers."""
    host = str(urlsplit(local.cluster.access.store).hostname)  # where pods reach this machine
    platform = stacks.platform(local.state, local.cluster.access)
    ports = {"desk": DESK, "deaf": DEAF}
    receivers: dict[str, Any] = {
        name: {"webhook": {}, "networks": [{"cidr": f"{host}/32", "port": port}], "gets": ["page", "heartbeat"]}
        for name, port in ports.items()
    }
    ways = {f"slipway-receivers:{name}": f"http://{host}:{port}/" for name, port in ports.items()}
    config = configuration.filled(yaml.safe_load(platform.config.read_text()), {_RECEIVERS: receivers, **ways})
    # Who connects to the other is heard by the kernel, and by nobody else.
    with listening(host) as desk, socket.create_server((host, DEAF)):
        try:
            platform.config.write_text(yaml.safe_dump(config))
            platform.up()
            eventually(lambda: desk.first("Watchdog"), bool, PATIENCE)
            yield desk
        finally:
            stacks.platform(local.state, local.cluster.access).up()  # whose configuration is as it was


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    with recorded(request.session, "paging", 0) as found:
        yield found


def test_an_outage_pages_though_another_receiver_does_not_answer(
    desk: Desk, e2e: Serving, cluster: Cluster, prometheus: Prometheus, figures: dict[str, Any]
) -> None:
    e2e.settle()
    ready = f'model:pods_ready:sum{{namespace="{NAMESPACE}",model="{NAME}"}} > 0'
    eventually(lambda: now(prometheus, ready), bool, PATIENCE)

    begun = time.time()
    cluster.kubectl("-n", NAMESPACE, "delete", "rollout", NAME, "--wait=false")
    cluster.kubectl("-n", NAMESPACE, "delete", "pod", f"--selector={PODS}", "--grace-period=0", "--force")
    try:
        page = eventually(lambda: desk.first("ModelDown", **_OURS), bool, PATIENCE)
    finally:
        # As docs/runbooks/ModelDown.md says.
        e2e.stack.refresh()
        e2e.up()
    assert page is not None
    assert page.at > begun
    assert page.labels["severity"] == "page"
    eventually(lambda: desk.first("ModelDown", "resolved", **_OURS), bool, PATIENCE)
    # Whoever is told is told of who is not.
    eventually(lambda: desk.first("NotificationsFail"), bool, PATIENCE)

    figures["from outage to page (s)"] = round(page.at - begun)
    assert figures["from outage to page (s)"] <= PAGED_WITHIN
