"""Objects are sent to the place that the API server has for their kind."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest
import yaml

from sandbox.api import Api
from sandbox.kubernetes import addons, pki
from sandbox.kubernetes.layout import Layout
from sandbox.state import State
from tests.http_servers import Handler, answering
from tests.sandbox.kubernetes.test_addons import IMAGES

EVERYWHERE = {"APIService", "CustomResourceDefinition", "MutatingWebhookConfiguration"}


@pytest.fixture
def sent() -> dict[str, str]:
    """The kinds of the objects that were sent, by where to."""
    return {}


@pytest.fixture
def kubeconfig(sent: dict[str, str], tmp_path: Path) -> Generator[Path]:
    """Of a server that takes everything."""

    class Takes(Handler):
        def do_PATCH(self) -> None:
            sent[self.path] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["kind"]
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

    with answering(Takes) as url:
        clusters = [{"name": "c", "cluster": {"server": url}}]
        contexts = [{"name": "x", "context": {"cluster": "c"}}]
        file = tmp_path / "kubeconfig"
        file.write_text(yaml.safe_dump({"clusters": clusters, "contexts": contexts, "current-context": "x"}))
        yield file


def test_every_object_of_the_add_ons_has_its_place(kubeconfig: Path, sent: dict[str, str], tmp_path: Path) -> None:
    pools = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "n"}}
    manifests = addons.manifests(IMAGES, pki.make(Layout(State(tmp_path / "state"))), pools)
    api = Api(kubeconfig)
    for manifest in manifests:
        api.apply(manifest)
    api.close()

    places = {path.partition("?")[0]: kind for path, kind in sent.items()}
    assert len(places) == len(manifests)
    for place, kind in places.items():
        assert place.split("/")[-2] == f"{kind.lower()}s"
        everywhere = kind.startswith("Cluster") or kind in EVERYWHERE
        assert ("/namespaces/kube-system/" in place) is not everywhere
    assert all("fieldValidation=Strict" in path for path in sent)
