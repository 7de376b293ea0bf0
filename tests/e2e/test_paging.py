"""Whoever is to be told of an outage is told: from a model that is taken away, or a disk that is full, to a page on
somebody's desk.

Of the soak, not of the gate: it changes the platform's stack twice, waits for the kubelet to hand Alertmanager its new
secret, has a model down, and waits until it is told that somebody else can't be told. That takes a quarter of an hour,
while all other tests have to wait, and a full disk as long again. The gate plays the same rules in no time
(tests/infra), and looks at whether what fires arrives at Alertmanager (test_monitoring.py).
"""

import json
import socket
import stat
import subprocess
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import yaml

from infra.platform.monitoring import prometheus as own
from sandbox.journey import configuration, stacks
from sandbox.kubernetes import namespace
from sandbox.kubernetes.layout import Layout
from slipway.monitoring.prometheus import Prometheus
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Local
from tests.e2e.containers import kill
from tests.e2e.serving import NAME, NAMESPACE, Serving
from tests.e2e.test_faults import PODS
from tests.e2e.test_monitoring import now, running
from tests.figures import recorded
from tests.http_servers import Handler, answering

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

DESK: Final = 8095
DEAF: Final = 8096
PAGED_WITHIN: Final = 120
"""Seconds from an outage to its page."""
STALE: Final = 300
"""Seconds after its last sample in which Prometheus takes a series to be there (`--query.lookback-delta`)."""
BLIND_WITHIN: Final = STALE + PAGED_WITHIN
"""Seconds from a full disk to its page."""
DISK: Final = 64 * 2**20
"""Bytes that Prometheus starts on."""
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

    def first(
        self, alert: str, status: str = "firing", *, since: float = 0.0, labels: Mapping[str, str] | None = None
    ) -> Told | None:
        """The first that was told of an alert with these labels, since a moment of Unix time."""
        wanted = {"alertname": alert, **(labels or {})}
        found = (one for one in self.told if one.at >= since and one.status == status)
        return next((one for one in found if wanted.items() <= one.labels.items()), None)


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


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    with recorded(request.session, "paging", 0) as found:
        yield found


def test_an_outage_pages_though_another_receiver_does_not_answer(
    desk: Desk, e2e: Serving, cluster: Cluster, prometheus: Prometheus, figures: dict[str, Any]
) -> None:
    e2e.settle()
    of = f'namespace="{NAMESPACE}",model="{NAME}"'
    calm = f'model:pods_ready:sum{{{of}}} > 0 unless on (model) ALERTS{{alertname="ModelDown",{of}}}'
    eventually(lambda: now(prometheus, calm), bool, PATIENCE)
    # A stack of that name which went within the hour has left one, and until its end is told there is no other page.
    if (earlier := desk.first("ModelDown", labels=_OURS)) is not None:
        eventually(lambda: desk.first("ModelDown", "resolved", since=earlier.at, labels=_OURS), bool, PATIENCE)

    begun = time.time()
    cluster.kubectl("-n", NAMESPACE, "delete", "rollout", NAME, "--wait=false")
    cluster.kubectl("-n", NAMESPACE, "delete", "pod", f"--selector={PODS}", "--grace-period=0", "--force")
    try:
        page = eventually(lambda: desk.first("ModelDown", since=begun, labels=_OURS), bool, PATIENCE)
    finally:
        # As docs/runbooks/ModelDown.md says.
        e2e.stack.refresh()
        e2e.up()
    assert page is not None
    assert page.labels["severity"] == "page"
    eventually(lambda: desk.first("ModelDown", "resolved", since=page.at, labels=_OURS), bool, PATIENCE)
    # Whoever is told is told of who is not.
    eventually(lambda: desk.first("NotificationsFail"), bool, PATIENCE)

    figures["from outage to page (s)"] = round(page.at - begun)
    assert figures["from outage to page (s)"] <= PAGED_WITHIN


def test_a_full_disk_of_prometheus_pages_and_is_over_once_there_is_room(
    desk: Desk, local: Local, cluster: Cluster, prometheus: Prometheus, figures: dict[str, Any]
) -> None:
    (pod,) = cluster.pods("monitoring", f"app.kubernetes.io/name={own.NAME}")
    volumes = Path("/var/lib/kubelet/pods", pod["metadata"]["uid"], "volumes/kubernetes.io~empty-dir")
    layout = Layout(local.state)
    (folder,) = (volumes / found.name for found in namespace.place(layout, volumes).glob("prometheus-*-db"))
    known = f"last_over_time(prometheus_build_info[{PAGED_WITHIN}s])"
    before = time.time()
    assert prometheus.now(known, before)

    with small(layout, folder):
        begun = time.time()
        kill(running(cluster, own.NAME)["containerID"])
        eventually(lambda: now(prometheus, f"timestamp(prometheus_build_info) > {begun}"), bool, PATIENCE)
        fill(layout, folder)
        full = time.time()
        page = eventually(lambda: desk.first("PrometheusBlind", since=full), bool, PATIENCE)
        # Where no page gets out, whoever listens for the sign of life hears none.
        eventually(lambda: desk.first("Watchdog", "resolved", since=full), bool, PATIENCE)
    back = time.time()
    kill(running(cluster, own.NAME)["containerID"])
    eventually(lambda: desk.first("PrometheusBlind", "resolved", since=back), bool, PATIENCE)
    eventually(lambda: desk.first("Watchdog", since=back), bool, PATIENCE)
    assert prometheus.now(known, before), "what was recorded before is lost"

    assert page is not None
    assert page.labels["severity"] == "page"
    figures["from a full disk to page (s)"] = round(page.at - full)
    assert figures["from a full disk to page (s)"] <= BLIND_WITHIN


@contextmanager
def small(layout: Layout, folder: Path) -> Generator[None]:
    """A disk of `DISK` bytes in the place of the node's folder, for containers that start from now on."""
    found = namespace.place(layout, folder).stat()
    options = f"size={DISK},mode={stat.S_IMODE(found.st_mode):o},uid={found.st_uid},gid={found.st_gid}"
    on_node(layout, "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))
    try:
        yield
    finally:
        on_node(layout, "umount", str(folder))


def fill(layout: Layout, folder: Path) -> None:
    """Leave no byte of a disk."""
    with pytest.raises(subprocess.CalledProcessError) as full:
        on_node(layout, "dd", "if=/dev/zero", f"of={folder / 'filler'}", "bs=4k")
    assert "No space left on device" in full.value.stderr


def on_node(layout: Layout, *command: str) -> None:
    """Run a command where the node's folders are."""
    subprocess.run([*namespace.command(layout), *command], capture_output=True, text=True, check=True)
