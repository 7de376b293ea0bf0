"""What `make up` has made, looked at from outside."""

import os
import signal
import subprocess
from pathlib import Path

import obstore
import pytest

from sandbox import driver, lifecycle, shell
from sandbox.journey import bundles, journey, questions, stacks
from sandbox.pulumi import Kind
from tests.e2e import elsewhere
from tests.e2e.conftest import Local
from tests.e2e.serving import MODEL, read
from tests.e2e.stored import bucket_of, keys, stored

pytestmark = pytest.mark.e2e


@pytest.mark.usefixtures("no_preview")
def test_neither_refresh_nor_up_finds_anything_to_change(local: Local) -> None:
    for stack in reversed(stacks.existing(local.state)):
        assert stack.refresh() == frozenset()
        assert stack.up() == frozenset()


def test_plain_pulumi_in_the_sandboxs_shell_finds_nothing_to_change(local: Local) -> None:
    exports = shell.exports(
        {"PATH": shell.search_path(local.state), **shell.variables(local.state, local.cluster.access)}
    )
    preview = "pulumi preview --stack=local --expect-no-changes --non-interactive"
    done = subprocess.run(
        ["bash", "-c", f"{exports}\n{preview}"], cwd=stacks.CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "policies" in done.stdout.lower()


def test_the_same_stacks_stand_on_a_cluster_that_exists(local: Local, tmp_path: Path) -> None:
    _, given = elsewhere.reached(local.state, tmp_path)
    try:
        changes = stacks.platform(local.state, given).preview()
    finally:
        stacks.platform(local.state, driver.access(local.state))  # writes its configuration as it was
    # The driver writes a kubeconfig of its own, and that is all that differs.
    assert {change.type for change in changes} <= {"pulumi:providers:kubernetes"}
    assert {change.kind for change in changes} <= {Kind.UPDATE}


def test_golden_readings_give_the_golden_answers_through_the_gateway(local: Local) -> None:
    served = local.serving["models"][MODEL]
    manifest = stored(local.platform["modelStore"], MODEL, served["version"]).manifest
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


def test_nothing_that_was_published_is_lost_when_the_s3_endpoint_is_killed(local: Local) -> None:
    bucket = bucket_of(local.platform["modelStore"])
    held = {key: obstore.get(bucket, key).bytes().to_bytes() for key in keys(bucket)}
    assert {f"{MODEL}/{version}/manifest.json" for version in ("1.0.0", "1.1.0")} <= set(held)
    (endpoint,) = [part.pid for part in lifecycle.current(local.state).status() if part.name == "s3"]
    assert endpoint
    os.kill(endpoint, signal.SIGKILL)
    committed = status_of_the_checkout()

    journey.up(local.state)

    assert status_of_the_checkout() == committed
    assert {key: obstore.get(bucket, key).bytes().to_bytes() for key in keys(bucket)} == held


def test_publishing_the_same_bundle_again_gives_the_same_digest(local: Local) -> None:
    served = local.serving["models"][MODEL]
    bundle = bundles.trained(local.state) / served["version"]
    assert journey.publish(bundle, served["version"], local.platform["modelStore"]) == served["manifest"]


def status_of_the_checkout() -> str:
    """What git sees changed in the checkout."""
    return subprocess.run(
        ["git", "status", "--porcelain"], cwd=stacks.CHECKOUT, capture_output=True, text=True, check=True
    ).stdout
