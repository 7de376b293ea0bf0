"""Any tabular TensorFlow model is served without a line of code."""

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.local import journey, questions
from sandbox.local.configuration import CHECKOUT
from service.manifest import Manifest
from tests.e2e.cluster import Cluster
from tests.e2e.conftest import Local
from tests.e2e.serving import MODEL, NAMESPACE, Serving
from tests.e2e.test_main_job import stored_manifest

pytestmark = pytest.mark.e2e

EXAMPLE = CHECKOUT / "examples" / "building_load"
OTHER = "building_load"


def test_a_second_model_from_a_plain_keras_script_is_served_beside_the_first(
    released: Serving, local: Local, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / OTHER
    subprocess.run([sys.executable, str(EXAMPLE / "train.py"), str(bundle)], check=True, cwd=tmp_path)
    (bundle / "card.yaml").write_text((EXAMPLE / "card.yaml").read_text())
    digest = journey.publish(bundle, "1.0.0", local.platform["modelStore"])
    manifest: Manifest = stored_manifest(local, OTHER, "1.0.0", monkeypatch)

    first = released.base["config"]["slipway:models"][MODEL]
    other = first | {"version": "1.0.0", "manifest": digest, "route": "/e2e/building-load"}
    released.configure("1.0.0", building_load=other)
    released.stack.up()
    answers = questions.ask(f"{released.gateway}/e2e/building-load", manifest.golden.inputs)
    for answer, wanted in zip(answers, manifest.golden.outputs, strict=True):
        assert answer.prediction == {manifest.output.name: pytest.approx(wanted, abs=manifest.golden.tolerance)}
    assert released.served()["model_version"] == "1.0.0"

    released.release("1.0.0")
    assert "building-load" not in cluster.kubectl("get", "deployments,rollouts,services", "-n", NAMESPACE)
