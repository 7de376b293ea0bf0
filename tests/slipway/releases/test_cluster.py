import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.verify.api_server import ApiRefused, ApiUnavailable
from slipway.errors import BadInput, SlipwayError
from slipway.releases.cluster import Absent, Cluster, Forbidden, Unreachable
from tests.http_servers import Handler, answering

ASKED: list[tuple[str, str, str, Any]] = []
SAID: dict[str, tuple[int, bytes]] = {}


class ApiServer(Handler):
    """An API server that answers as the test says."""

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.headers.get("Content-Type", "")
        ASKED.append((self.command, self.path, f"{self.headers['Authorization']} {kind}", json.loads(body or "null")))
        status, content = SAID.get(self.command, (200, b"{}"))
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_PATCH = do_GET


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    ASKED.clear()
    SAID.clear()
    with answering(ApiServer) as url:
        yield Cluster.of(kubeconfig(tmp_path, url))


def kubeconfig(folder: Path, url: str) -> Path:
    path = folder / "kubeconfig"
    named = {
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": {"token": "secret"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
    }
    path.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "Config", "current-context": "x", **named}))
    return path


def test_objects_are_read_with_the_kubeconfigs_token(cluster: Cluster) -> None:
    SAID["GET"] = 200, b'{"items": [{"kind": "Pod"}]}'
    assert cluster.list("api/v1", "serving", "pods", "a=b,c=d") == [{"kind": "Pod"}]
    assert cluster.get("apis/apps/v1", "serving", "deployments", "pump") == {"items": [{"kind": "Pod"}]}
    (method, path, headers, _), (_, other, *_) = ASKED
    assert (method, headers.split()[:2]) == ("GET", ["Bearer", "secret"])
    assert path == "/api/v1/namespaces/serving/pods?labelSelector=a%3Db%2Cc%3Dd"
    assert other == "/apis/apps/v1/namespaces/serving/deployments/pump"


def test_of_a_status_only_what_is_said_changes(cluster: Cluster) -> None:
    cluster.patch_status("apis/argoproj.io/v1alpha1", "serving", "rollouts", "pump", {"abort": True})
    [(method, path, headers, body)] = ASKED
    assert (method, body) == ("PATCH", {"status": {"abort": True}})
    assert path.endswith("/rollouts/pump/status")
    assert headers == "Bearer secret application/merge-patch+json"


@pytest.mark.parametrize(
    ("status", "kind", "theirs", "remedy"),
    [
        (401, Forbidden, ApiRefused, "use a kubeconfig that may, by --kubeconfig or KUBECONFIG"),
        (403, Forbidden, ApiRefused, "use a kubeconfig that may, by --kubeconfig or KUBECONFIG"),
        (404, Absent, ApiRefused, "no such pump"),
        (500, Unreachable, ApiUnavailable, "no such pump"),
    ],
)
def test_a_refusal_says_what_and_where(
    status: int, kind: type[SlipwayError], theirs: type[Exception], remedy: str, cluster: Cluster
) -> None:
    SAID["GET"] = status, b'{"message": "no such pump"}'
    with pytest.raises(kind, match=r"GET /api/v1/namespaces/n/pods/pump at http://127.*no such pump") as told:
        cluster.get("api/v1", "n", "pods", "pump")
    assert isinstance(told.value, theirs)
    assert remedy in str(told.value)


def test_what_is_no_api_server_is_told(cluster: Cluster) -> None:
    SAID["GET"] = 200, b"<html>"
    with pytest.raises(Unreachable, match="but not as an API server does: is it one"):
        cluster.get("api/v1", "n", "pods", "pump")
    SAID["GET"] = 403, b"<html>"
    with pytest.raises(Forbidden, match="status 403"):
        cluster.get("api/v1", "n", "pods", "pump")


def test_nobody_there_is_told(tmp_path: Path) -> None:
    gone = Cluster.of(kubeconfig(tmp_path, "http://127.0.0.1:1"))
    with pytest.raises(Unreachable, match=r"the API server http://127.0.0.1:1 can't be reached \(.*refused\)"):
        gone.get("api/v1", "n", "pods", "pump")
    with pytest.raises(BadInput, match=r"name another with --kubeconfig or KUBECONFIG$"):
        Cluster.of(tmp_path / "nowhere")
