"""What was lost on AWS comes back as docs/guides/aws.md tells, and how long that takes: `make soak`.

The figures land in docs/figures/drills.json. A stack's state is lost in tests/sandbox/pulumi/cloud, where it is in S3.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from modelstore.store_errors import ObjectNotFound
from sandbox.errors import EngineError
from sandbox.journey import questions
from sandbox.pulumi.cli import Cli
from sandbox.pulumi.stack import Stack
from tests.cloud.conftest import Up
from tests.e2e.cluster import eventually
from tests.figures import recorded

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]

BUCKET: Final = "slipway-staging-models-111122223333"
CLUSTER: Final = "slipway-staging"
PODS: Final = "app.kubernetes.io/component=model-server"
LOADED_WITHIN: Final = 300.0  # seconds


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    with recorded(request.session, "drills", 0, ("models deleted (s)", "cluster lost (s)")) as found:
        yield found


def test_all_models_that_were_deleted_come_back(staging: Up, figures: dict[str, Any]) -> None:
    s3, under = staging.account.client("s3"), {"Bucket": BUCKET, "Prefix": "models/"}
    digest = staging.digest("1.0.0")
    for one in s3.list_objects_v2(**under)["Contents"]:
        s3.delete_object(Bucket=BUCKET, Key=one["Key"])
    with pytest.raises(ObjectNotFound):
        staging.digest("1.0.0")
    before = staging.cluster.ready_pods("serving", PODS)
    assert staging.read("version")["model_version"] == "1.0.0"  # pods that have it go on

    begun = time.monotonic()
    for one in s3.list_object_versions(**under)["DeleteMarkers"]:
        s3.delete_object(Bucket=BUCKET, Key=one["Key"], VersionId=one["VersionId"])
    assert staging.digest("1.0.0") == digest
    staging.cluster.kubectl("-n", "serving", "delete", "pod", sorted(before)[0], "--wait=false")
    eventually(lambda: staging.cluster.ready_pods("serving", PODS) - before, bool, LOADED_WITHIN)
    figures["models deleted (s)"] = round(time.monotonic() - begun)


def test_a_cluster_that_was_lost_is_made_anew(staging: Up, figures: dict[str, Any], tmp_path: Path) -> None:
    stacks = (staging.serving, staging.platform)
    lose_cluster(staging, stacks, tmp_path)

    begun = time.monotonic()
    for stack in stacks:
        # It may be away for a moment: so nobody takes what is in it for gone unless they are told.
        with pytest.raises(EngineError, match="unreachable"):
            stack.refresh()
        told = {**stack.signed_in(), "PULUMI_K8S_DELETE_UNREACHABLE": "true"}
        replace(stack, signed_in=told.copy).refresh()
    for stack in reversed(stacks):
        stack.up()
    answers = questions.ask(staging.model["url"], entrance=staging.cloud.entrance, patience=LOADED_WITHIN)
    figures["cluster lost (s)"] = round(time.monotonic() - begun)

    assert all(0 <= answer.prediction["failure_probability"] <= 1 for answer in answers)
    staging.settled()


def lose_cluster(up: Up, stacks: tuple[Stack, ...], folder: Path) -> None:
    """Take the cluster away with all that is in it, and let the stacks know nothing of that.

    There is one Kubernetes here, so what is in it goes by Pulumi, in its order, and the state of before comes back.
    """
    for number, stack in enumerate(stacks):
        file = folder / f"{number}.json"
        cli = Cli(stack.state, stack.project, stack.signed_in)
        file.write_text(cli.run("stack", "export", f"--stack={stack.name}"))
        stack.leave_cluster()
        cli.run("stack", "import", f"--stack={stack.name}", f"--file={file}")
    up.account.client("eks").delete_cluster(name=CLUSTER)
