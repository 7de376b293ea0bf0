"""A new version is judged by what it does, by nobody but the cluster, and the way back takes no time."""

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Final

import pytest

from modelstore.history import Entry
from slipway.releases.changing import Aborted
from tests.e2e import faulty_service
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Local, Turn
from tests.e2e.derived import derived
from tests.e2e.load import Load
from tests.e2e.serving import MODEL, NAMESPACE, Serving, near
from tests.e2e.stored import remembered
from tests.e2e.test_release import TENTH, canary_share, events, in_background

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("no_preview"), pytest.mark.timeout(1800)]

RATE: Final = 40.0  # requests per second
ALL: Final = 100  # percent: the canary's share in the bake time


def test_a_good_release_reaches_everyone_and_the_way_back_is_a_command(judged: Turn, local: Local) -> None:
    with Load(f"{judged.serving.url}/predict", RATE) as load:
        well(judged.serving.slipway("release", f"--model={judged.new}"))
        assert agreed(judged.serving) == judged.new
        assert judged.serving.up() == frozenset()
        well(judged.serving.slipway("rollback"))
    assert load.tally.lost == {}
    assert set(load.tally.versions) == {judged.old, judged.new}
    assert agreed(judged.serving) == judged.old
    assert events(local, judged.new) == ["released 1", "promoted 1"]
    assert events(local, judged.old)[-1] == "rolled_back 1"
    (promoted,) = (one for one in ledger(local) if (one.event, one.version) == ("promoted", judged.new))
    assert {"evidence", "errors", "p99", "shift"} <= promoted.figures.keys()


def test_a_release_that_answers_wrongly_is_aborted_and_everybody_is_told_why(
    judged: Turn, local: Local, tmp_path: Path
) -> None:
    bad = derived(local.serving["image"], Path(faulty_service.__file__), {"FAULT": "wrong"})
    right = {judged.old: near(judged.serving.answers())}
    with Load(f"{judged.serving.url}/predict", RATE, right=right) as load:
        told = judged.serving.slipway("release", f"--image={bad}")
    assert told.returncode == Aborted.exit_code, told.stderr
    # Only what it was given to answer is wrong, and nothing was left without an answer.
    assert all(why.startswith("200") for why in load.tally.lost), load.tally.lost
    assert load.tally.lost.total() <= 2 * TENTH / 100 * load.tally.sent
    assert agreed(judged.serving) == judged.old

    last = ledger(local)[-1]
    assert (last.event, last.image) == ("aborted", bad)
    assert "golden reading" in last.reason
    assert " ".join(last.reason.split()) in told.stderr
    page = tmp_path / "report.html"
    well(judged.serving.slipway("report", f"--out={page}"))
    assert json.dumps(last.reason, ensure_ascii=False).replace("<", r"\u003c") in page.read_text()


@pytest.mark.soak
def test_a_rollback_in_the_bake_time_gives_everyone_the_old_version(
    judged: Turn, local: Local, cluster: Cluster
) -> None:
    with (
        Load(f"{judged.serving.url}/predict", RATE) as load,
        ending(judged.serving, Aborted.exit_code, "release", f"--model={judged.new}"),
    ):
        eventually(lambda: canary_share(cluster), lambda share: share == ALL, 300)
        well(judged.serving.slipway("rollback"))
    assert load.tally.lost == {}
    assert set(load.tally.versions) == {judged.old, judged.new}
    assert agreed(judged.serving) == judged.old
    assert events(local, judged.new) == ["released 1", "aborted 1"]
    assert f"rolled back to {judged.old}" in ledger(local)[-1].reason


def well(done: CompletedProcess[str]) -> None:
    """Make sure that a command went well."""
    assert done.returncode == 0, done.stderr


@contextmanager
def ending(serving: Serving, code: int, command: str, *options: str) -> Generator[None]:
    """Run `slipway COMMAND` beside the block, until both have ended; it has to end with this exit code."""
    done: list[CompletedProcess[str]] = []
    with in_background(lambda: done.append(serving.slipway(command, *options))):
        yield
    assert done[0].returncode == code, done[0].stderr


def agreed(serving: Serving) -> str:
    """The version that stack file, state, cluster and ledger agree to be served, with nothing under way."""

    def status() -> dict[str, Any]:
        done = serving.slipway("status", "--json")
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    # What the autoscaler has just changed is for a moment something that the controller hasn't seen.
    found = eventually(status, lambda one: not one["cluster"]["underWay"], 60)
    said = [found["file"], found["state"], found["cluster"]["stable"], found["ledger"]["serving"]]
    (version,) = {one["version"] for one in said}
    assert serving.served()["model_version"] == version
    return version


def ledger(local: Local) -> Sequence[Entry]:
    """What the ledger says of the model in this turn."""
    return remembered(local.platform["modelStore"], NAMESPACE, MODEL).entries
