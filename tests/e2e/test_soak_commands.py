"""What people type about releases, rightly and wrongly, on the cluster: `make soak`."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Final

import httpx
import pytest
import yaml

from infra.serving import pins
from sandbox import driver, shell
from sandbox.journey import bundles, journey
from sandbox.journey.configuration import CHECKOUT
from slipway.errors import BadInput
from slipway.monitoring.prometheus import Prometheus
from slipway.releases.changing import Aborted
from slipway.releases.commands import DIFFER
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Local, Turn, begun
from tests.e2e.load import Load
from tests.e2e.serving import MODEL, NAME, NAMESPACE, Serving
from tests.e2e.stored import bucket_of, keys
from tests.e2e.test_judged import agreed, ending, ledger, well
from tests.e2e.test_monitoring import now, value
from tests.e2e.test_release import at_ten_percent, canary_share

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600), pytest.mark.usefixtures("no_preview")]

RATE: Final = 20.0  # requests per second
PATIENCE: Final = 300.0
"""Seconds for whatever is waited for; only a hang takes as long."""
KEY: Final = "a-key-of-the-tests-that-nobody-guesses"
NOTHING: Final = "sha256:" + "0" * 64
NOWHERE: Final = f"127.0.0.1:5050/slipway/service@{NOTHING}"


@pytest.mark.parametrize(
    ("command", "options", "code", "says"),
    [
        ("release", (), BadInput.exit_code, "nothing to release: say --model VERSION, --image REF or --again"),
        ("release", ("--model=9.9.9",), BadInput.exit_code, f"{MODEL} 9.9.9 is not published in "),
        ("release", ("--model=1.1.0", f"--manifest={NOTHING}"), BadInput.exit_code, f"--manifest {NOTHING}, but "),
        ("release", (f"--image={NOWHERE}",), BadInput.exit_code, "is not in its registry: push it, or name another"),
        ("release", ("--model=1.0.0", "--again"), BadInput.exit_code, "--again, but"),
        ("release", ("--model=1.1.0", "--store=s3://nowhere"), 1, "nowhere"),
        ("release", ("--model=1.1.0", "--kubeconfig=/nowhere"), BadInput.exit_code, "/nowhere"),
        ("rollback", ("--to=9.9.9",), BadInput.exit_code, "--to 9.9.9 is no healthy release to go back to"),
        ("rollback", ("--steps=99",), BadInput.exit_code, "there is no way back of 99 step(s)"),
        ("rollback", ("--steps=1", "--to=1.0.0"), BadInput.exit_code, "--to and --steps: give one of them"),
        ("abort", (), 1, "no release is under way"),
        ("promote", (), 1, "no release is under way"),
        ("report", ("--release=9.9.9",), BadInput.exit_code, "9.9.9"),
        ("smoke", ("--url=http://127.0.0.1:9",), 1, "7 of 7 checks"),
    ],
)
def test_what_is_typed_wrongly_is_told_in_one_line_before_anything_changes(
    e2e: Serving, local: Local, cluster: Cluster, command: str, options: tuple[str, ...], code: int, says: str
) -> None:
    e2e.settle()
    well(e2e.slipway("reconcile"))  # what is due in the ledger is written before any wish is looked at
    before = standing(e2e, local, cluster)
    done = e2e.slipway(command, *options)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert standing(e2e, local, cluster) == before


def standing(serving: Serving, local: Local, cluster: Cluster) -> tuple[bytes, int, int]:
    """The stack's file, and how often ledger and Rollout were written."""
    rollout = cluster.rollout(NAMESPACE, NAME)["metadata"]["generation"]
    return serving.stack.config.read_bytes(), len(ledger(local)), rollout


def test_what_would_be_done_is_told_and_not_done(judged: Turn, local: Local, cluster: Cluster) -> None:
    serving = judged.serving
    before = standing(serving, local, cluster)
    told = serving.slipway("release", f"--model={judged.new}", "--dry-run", "--json")
    well(told)
    assert json.loads(told.stdout)["values"]["version"] == judged.new
    assert {(one["op"], one["type"].rpartition(":")[2]) for one in json.loads(told.stdout)["changes"]} >= {
        ("update", "Deployment")
    }
    assert standing(serving, local, cluster) == before
    well(serving.slipway("release", f"--model={judged.new}"))
    before = standing(serving, local, cluster)
    told = serving.slipway("rollback", "--dry-run", "--json")
    well(told)
    assert json.loads(told.stdout)["values"]["version"] == judged.old
    assert standing(serving, local, cluster) == before
    assert agreed(serving) == judged.new


def test_a_person_may_end_a_release_either_way(judged: Turn, local: Local, cluster: Cluster) -> None:
    serving = judged.serving
    with Load(f"{serving.url}/predict", RATE) as load:
        with ending(serving, Aborted.exit_code, "release", f"--model={judged.new}"):
            at_ten_percent(cluster)
            again = serving.slipway("release", f"--model={judged.new}")
            assert again.returncode == 1
            assert "is being released" in again.stderr
            watched = serving.slipway("watch", "--duration=2", "--json")
            well(watched)
            assert json.loads(watched.stdout.splitlines()[0])["underWay"]
            well(serving.slipway("abort", "--reason=on purpose"))
        assert agreed(serving) == judged.old
        assert ledger(local)[-1].reason.endswith(": on purpose")
        refused = serving.slipway("release", f"--model={judged.new}")
        assert refused.returncode == 1
        assert "on purpose" in refused.stderr
        with ending(serving, 0, "release", "--again", f"--model={judged.new}"):
            at_ten_percent(cluster)
            well(serving.slipway("promote"))
    assert agreed(serving) == judged.new
    assert load.tally.lost == {}
    assert [one.event for one in ledger(local)][-4:] == ["released", "aborted", "released", "promoted"]


def test_what_somebody_wrote_into_the_file_meanwhile_stays(judged: Turn, cluster: Cluster) -> None:
    serving = judged.serving
    with ending(serving, Aborted.exit_code, "release", f"--model={judged.new}"):
        at_ten_percent(cluster)
        config = yaml.safe_load(serving.stack.config.read_text())
        config["config"]["slipway:models"][MODEL]["scaling"]["maxReplicas"] = 5
        serving.stack.config.write_text(f"# by hand\n{yaml.safe_dump(config)}")
        well(serving.slipway("abort"))
    content = serving.stack.config.read_text()
    served = yaml.safe_load(content)["config"]["slipway:models"][MODEL]
    assert (served["version"], served["scaling"]["maxReplicas"]) == (judged.old, 5)
    assert content.startswith("# by hand\n")
    assert agreed(serving) == judged.old


def test_what_a_dead_runner_left_is_put_right(judged: Turn, cluster: Cluster) -> None:
    serving = judged.serving
    stack, state = serving.stack, serving.stack.state
    variables = {**os.environ, **shell.variables(state, driver.access(state)), "PATH": shell.search_path(state)}
    where = (f"--stack={stack.name}", f"--config-file={stack.config}", f"--cwd={CHECKOUT}")
    release = [sys.executable, "-m", "slipway", "release", MODEL, f"--model={judged.new}", *where]
    with subprocess.Popen(release, env=variables, start_new_session=True) as runner:
        at_ten_percent(cluster)
        os.killpg(runner.pid, signal.SIGKILL)
    eventually(lambda: cluster.rollout(NAMESPACE, NAME)["status"]["phase"], lambda said: said == "Healthy", PATIENCE)
    assert serving.slipway("status").returncode == DIFFER
    well(serving.slipway("reconcile", "--dry-run"))
    assert serving.slipway("status").returncode == DIFFER
    well(serving.slipway("reconcile"))
    assert agreed(serving) == judged.new


@pytest.fixture
def major(local: Local) -> Iterator[str]:
    """A major version that is published."""
    model_store = local.platform["modelStore"]
    journey.publish(bundles.trained(local.state) / "1.1.0", "2.0.0", model_store)
    yield "2.0.0"
    bucket = bucket_of(model_store)
    bucket.delete(keys(bucket, f"{MODEL}/2.0.0"))


def test_a_major_version_is_no_canary(judged: Turn, local: Local, cluster: Cluster, major: str) -> None:
    before = standing(judged.serving, local, cluster)
    done = judged.serving.slipway("release", f"--model={major}")
    assert done.returncode == 1
    assert f"is a new major version beside {judged.old}" in done.stderr
    assert standing(judged.serving, local, cluster) == before
    assert judged.serving.served()["model_version"] == judged.old


def test_who_has_the_key_chooses_and_nobody_else(e2e: Serving, local: Local, cluster: Cluster) -> None:
    e2e.base["config"][f"{pins.SECRETS}:{MODEL}"] = KEY
    try:
        turn = begun(e2e, local, e2e.judged())
        with ending(e2e, Aborted.exit_code, "release", f"--model={turn.new}"):
            at_ten_percent(cluster)
            time.sleep(2)  # until all of the gateway knows
            assert chosen(e2e, "canary", KEY) == {turn.new: 30}
            assert chosen(e2e, "stable", KEY) == {turn.old: 30}
            assert set(chosen(e2e, "canary", f"{KEY}-not")) == {turn.new, turn.old}
            well(e2e.slipway("abort"))
    finally:
        del e2e.base["config"][f"{pins.SECRETS}:{MODEL}"]
        e2e.release(e2e.served()["model_version"])


def chosen(serving: Serving, version: str, key: str) -> Counter[str]:
    """Who answers to those that want a version."""
    headers = {"X-Slipway-Version": version, "X-Slipway-Key": key}
    return Counter(httpx.get(f"{serving.url}/version", headers=headers).json()["model_version"] for _ in range(30))


def test_copies_of_requests_go_to_a_canary_that_answers_nobody(
    e2e: Serving, local: Local, cluster: Cluster, prometheus: Prometheus
) -> None:
    turn = begun(e2e, local, e2e.judged(mirror={"percent": 50, "seconds": 40}))
    of = f'namespace="{NAMESPACE}",model="{NAME}",model_version="{turn.new}"'
    copied = f"sum(model_prediction_latency_seconds_count{{{of}}})"
    try:
        with Load(f"{e2e.url}/predict", RATE) as load:
            with ending(e2e, 0, "release", f"--model={turn.new}"):
                found = eventually(
                    lambda: now(prometheus, copied), lambda some: bool(some and value(some[0])), PATIENCE
                )
                assert canary_share(cluster) == 0
                assert turn.new not in load.tally.versions
            assert load.tally.lost == {}
        assert value(found[0]) > 0
        assert agreed(e2e) == turn.new
    finally:
        e2e.release(e2e.served()["model_version"])
