"""What `make up` promises, looked at from outside."""

import os
import signal

import pytest
import yaml

from sandbox import lifecycle
from sandbox.local import bundles, journey, questions, stacks
from service.manifest import Manifest
from service.store import Store
from tests.e2e.conftest import Local
from tests.e2e.serving import MODEL, read

pytestmark = pytest.mark.e2e


def test_a_second_up_changes_nothing(local: Local) -> None:
    for stack in reversed(stacks.existing(local.state)):
        assert stack.up() == frozenset()


def test_neither_a_preview_nor_one_after_a_refresh_proposes_anything(local: Local) -> None:
    for stack in stacks.existing(local.state):
        stack.preview(expect_no_changes=True)
        assert stack.refresh() == frozenset()
        stack.preview(expect_no_changes=True)


def test_golden_readings_give_the_golden_answers_through_the_gateway(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = local.serving["models"][MODEL]
    manifest = stored_manifest(local, MODEL, served["version"], monkeypatch)
    answers = questions.ask(served["url"], manifest.golden.inputs)
    for answer, wanted in zip(answers, manifest.golden.outputs, strict=True):
        assert answer.prediction[manifest.output.name] == pytest.approx(wanted, abs=manifest.golden.tolerance)


def test_the_gateway_tells_the_version_and_the_digest_that_the_stack_says(local: Local) -> None:
    served = local.serving["models"][MODEL]
    assert read(f"{served['url']}/version") == {
        "model_name": MODEL,
        "model_version": served["version"],
        "manifest": served["manifest"],
        "release": served["release"],
    }
    assert read(f"{served['url']}/health") == {"status": "healthy", "model_loaded": True}


def test_the_checkout_stays_as_it_was_committed(local: Local) -> None:
    committed = yaml.safe_load((stacks.CHECKOUT / "Pulumi.local.yaml").read_text())
    assert "manifest" not in committed["config"]["slipway:models"][MODEL]
    assert local.serving["models"][MODEL]["manifest"].startswith("sha256:")


def test_up_makes_again_what_a_restarted_s3_endpoint_has_forgotten(local: Local) -> None:
    parts = {part.name: part.pid for part in lifecycle.current(local.state).status()}
    endpoint = parts["s3"]
    assert endpoint
    os.kill(endpoint, signal.SIGKILL)
    journey.up(local.state)
    served = local.serving["models"][MODEL]
    assert questions.ask(served["url"])
    bundle = bundles.trained(local.state) / served["version"]
    assert journey.publish(bundle, served["version"], local.platform["modelStore"]) == served["manifest"]


def test_publishing_the_same_bundle_again_gives_the_same_digest(local: Local) -> None:
    served = local.serving["models"][MODEL]
    bundle = bundles.trained(local.state) / served["version"]
    assert journey.publish(bundle, served["version"], local.platform["modelStore"]) == served["manifest"]


def stored_manifest(local: Local, name: str, version: str, monkeypatch: pytest.MonkeyPatch) -> Manifest:
    store = local.platform["modelStore"]
    for variable, value in {**store["environment"], "AWS_REGION": store["region"]}.items():
        monkeypatch.setenv(variable, value)
    return Manifest.from_bytes(Store.open(store["url"]).read(f"{name}/{version}/manifest.json", 2**20))
