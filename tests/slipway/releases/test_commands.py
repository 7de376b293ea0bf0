"""The commands, as a shell would call them."""

import json
import re
from collections.abc import Callable

import pytest
from click.testing import Result
from typer.testing import CliRunner

from modelstore.history import Event
from slipway.cli import app
from slipway.releases import images, shown
from slipway.releases.commands import COMMANDS
from slipway.releases.place import Options, Place
from slipway.releases.pulumi import Change
from tests.slipway.releases.world import World, release_id

Call = Callable[..., Result]


def found(world: World) -> Callable[[Options, str | None], Place]:
    return lambda options, model: world.place()


@pytest.fixture
def call(served: World, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The program, in the world of these tests."""
    monkeypatch.setattr(Place, "find", found(served))
    monkeypatch.setattr(images, "there", bool)
    monkeypatch.setattr(shown, "EVERY", 0.0)
    return lambda *arguments: CliRunner().invoke(app, [*arguments])


@pytest.mark.parametrize("command", [one.__name__ for one in COMMANDS])
def test_each_command_says_what_it_does_and_takes_the_same_options(command: str) -> None:
    text = re.sub(r"\s+", " ", CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).output)
    for word in ("--stack", "-s", "--cwd", "--config-file", "--kubeconfig", "--store", "[MODEL]"):
        assert word in text
    assert command in CliRunner().invoke(app, ["--help"]).output


def test_options_come_to_the_place(served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Options, str | None]] = []

    def find(options: Options, model: str | None) -> Place:
        asked.append((options, model))
        return served.place()

    monkeypatch.setattr(Place, "find", find)
    given = [
        "status",
        "pump",
        "-s",
        "prod",
        "-C",
        "/x",
        "--config-file",
        "f.yaml",
        "--kubeconfig",
        "k",
        "--store",
        "s3://b",
    ]
    CliRunner().invoke(app, given)
    CliRunner().invoke(app, ["status"], env={"PULUMI_OPTION_CONFIG_FILE": "shell.yaml", "MODEL_STORE": "file:///m"})
    (options, model), (other, nobody) = asked
    assert ([*map(str, vars(options).values())], model) == (["/x", "prod", "f.yaml", "k", "s3://b"], "pump")
    assert ([*map(str, vars(other).values())], nobody) == ([".", "None", "shell.yaml", "None", "file:///m"], None)


def test_a_release_tells_how_it_went(call: Call, served: World) -> None:
    done = call("release", "--model", "1.1.0")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == "tiny_model: Healthy, 100 % to 1.1.0 (2 of 2 pods ready)\n"
    told = json.loads(call("release", "--model", "1.2.0", "--json").stdout)
    assert (told["agrees"], told["cluster"]["stable"]["version"]) == (True, "1.2.0")


def test_an_aborted_release_ends_with_three_and_its_reason(call: Call, served: World) -> None:
    served.outcome = "bad"
    failed = call("release", "--model", "1.1.0")
    assert failed.exit_code == 3
    last = failed.stderr.splitlines()[-1]
    assert last.startswith("slipway: 1.1.0 was aborted: errors 0.05 above 0.01; the stack's file is put back")
    assert failed.stdout == ""


def test_a_dry_run_tells_and_changes_nothing(call: Call, served: World) -> None:
    before = served.file.read_bytes()
    done = call("release", "--model", "1.1.0", "--dry-run")
    assert done.exit_code == 0
    assert f"would say of tiny_model: version: 1.1.0, manifest: {served.digest('1.1.0')}" in done.stdout
    assert "`pulumi up` would change update kubernetes:apps/v1:Deployment tiny-model, replace" in done.stdout
    told = json.loads(call("release", "--model", "1.1.0", "--dry-run", "--json").stdout)
    assert told["values"]["version"] == "1.1.0"
    assert [one["name"] for one in told["changes"]] == ["tiny-model", "tiny-model-verify"]
    assert (served.file.read_bytes(), served.log) == (before, ["preview 1.1.0", "preview 1.1.0"])
    assert served.events[-1] == ("promoted", "1.0.0")


def test_a_dry_run_of_a_rollback_refuses_what_the_rollback_would(call: Call, served: World) -> None:
    served.serve("1.1.0")
    assert "would say of tiny_model: version: 1.0.0" in call("rollback", "--dry-run").stdout
    served.extra = [Change("create", "kubernetes:core/v1:ConfigMap", "more", {})]
    failed = call("rollback", "--dry-run")
    assert failed.exit_code == 1
    assert "more than the release of tiny_model: create kubernetes:core/v1:ConfigMap more" in failed.stderr
    assert call("rollback", "--dry-run", "--allow-changes").exit_code == 0
    assert served.serving == "1.1.0"


def test_a_dry_run_of_a_reconciliation_says_what_is_to_be_done(call: Call, served: World) -> None:
    served.say("1.1.0")
    served.write(Event.RELEASED, "1.1.0")
    served.begin("1.1.0")
    served.abort()
    served.write(Event.ABORTED, "1.1.0")
    assert "would say of tiny_model: version: 1.0.0" in call("reconcile", "--dry-run").stdout
    assert served.said["version"] == "1.1.0"
    assert call("reconcile").exit_code == 0
    assert served.said["version"] == "1.0.0"
    assert "would say of tiny_model: what it says now" in call("reconcile", "--dry-run").stdout


def test_a_rollback_goes_back(call: Call, served: World) -> None:
    served.serve("1.1.0")
    assert "100 % to 1.0.0" in call("rollback").stdout
    both = call("rollback", "--to", "1.0.0", "--steps", "2")
    assert (both.exit_code, both.stderr) == (2, "slipway: --to and --steps: give one of them\n")


def test_the_status_is_for_people_machines_and_checks(call: Call, served: World) -> None:
    done = call("status")
    assert done.exit_code == 0
    for word in ("tiny_model in serving, stack test", "Healthy", "1.0.0", "100 %", "last: 2026-11-29"):
        assert word in done.stdout
    assert json.loads(call("status", "--json").stdout)["agrees"]
    served.say("1.1.0")
    differs = call("status")
    assert differs.exit_code == 4
    assert "differs: the file says 1.1.0" in differs.stdout
    assert json.loads(call("status", "--json").stdout)["differences"]


def test_watching_ends_with_what_became_of_it(call: Call, served: World) -> None:
    assert call("watch").stdout == "Healthy, 100 % to 1.0.0 (2 of 2 pods ready)\n"
    served.begin("1.1.0")
    under_way = call("watch", "--duration", "0")
    assert under_way.exit_code == 0
    [document] = call("watch", "--duration", "0", "--json").stdout.splitlines()
    assert json.loads(document)["underWay"]
    served.abort()
    served.write(Event.ABORTED, "1.1.0", reason="errors 0.05 above 0.01")
    aborted = call("watch")
    assert aborted.exit_code == 3
    assert aborted.stderr.splitlines()[-1] == "slipway: 1.1.0 was aborted: errors 0.05 above 0.01"
    served.begin("1.2.0")
    served.status.update(phase="Degraded", message="InvalidSpec: no such template")
    assert call("watch").exit_code == 1


def test_a_release_is_promoted_and_aborted_by_hand(call: Call, served: World) -> None:
    served.begin("1.1.0")
    assert call("promote").stdout == "1.1.0 serves everyone\n"
    served.say("1.2.0")
    served.begin("1.2.0")
    done = call("abort", "--reason", "a hunch")
    assert done.exit_code == 0
    assert "1.2.0 is aborted" in done.stdout
    assert "still says 1.2.0: `slipway reconcile` puts it back" in done.stdout
    assert re.fullmatch(r"aborted by \S+: a hunch", served.ledger.read().entries[-1].reason)
    nothing = call("abort")
    assert (nothing.exit_code, nothing.stdout) == (1, "")


def test_the_ledger_is_a_table_and_a_document(call: Call, served: World) -> None:
    served.write(Event.ABORTED, "1.1.0", reason="errors 0.05 above 0.01", commit="0123456789abcdef" * 2)
    rows = call("history").stdout.splitlines()
    assert [row.split()[2] for row in rows[1:]] == ["released", "promoted", "aborted"]
    assert "yes" in rows[2]
    assert "0123456789ab " in rows[3]
    assert "errors 0.05 above 0.01" in rows[3]
    told = json.loads(call("history", "--json").stdout)
    assert [one["event"] for one in told] == ["released", "promoted", "aborted"]
    assert told[1]["release"] == release_id("1.0.0")


def test_smoke_asks_where_the_stack_has_it(call: Call, served: World) -> None:
    served.state["url"] = "http://127.0.0.1:1"
    failed = call("smoke")
    assert failed.exit_code == 1
    assert failed.stdout.count("✗") == 7
    assert failed.stderr == "slipway: 7 of 7 checks of http://127.0.0.1:1 failed\n"
    told = json.loads(call("smoke", "--json", "--url", "http://127.0.0.1:2/").stdout)
    assert (told["passed"], told["url"]) == (False, "http://127.0.0.1:2/")


def test_what_cant_be_reached_is_one_line(call: Call, served: World) -> None:
    served.reachable = False
    for command in ("status", "watch", "promote", "abort", "rollback", "reconcile"):
        failed = call(command)
        assert failed.exit_code == 1
        assert failed.stderr == "slipway: the API server https://cluster can't be reached\n"


def test_without_entries_the_ledger_says_how_to_begin(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Place, "find", found(world))
    assert CliRunner().invoke(app, ["history"]).stdout == (
        "tiny_model in serving was never released: slipway release --help\n"
    )
    assert CliRunner().invoke(app, ["status"]).exit_code == 4


def test_who_stops_looking_stops_no_release(call: Call, served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Place) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Place, "look", interrupted)
    done = call("watch")
    assert done.exit_code == 130
    assert done.stderr == "\nslipway: stopped looking; what is under way in the cluster goes on\n"
