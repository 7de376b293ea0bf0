"""The commands, as a shell would call them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from slipway.cli import app
from slipway.releases.pulumi import Engine, Ran
from tests.slipway.pipeline.engine import problem, ran, released, violation

Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The program in a project, whose engine says what is given."""
    (tmp_path / "Pulumi.yaml").write_text("name: slipway\n")

    def run(answer: Ran, *arguments: str, looked: bool = False) -> Result:
        def tried(self: Engine, file: Path | None, *, refresh: bool = False) -> Ran:
            assert (file, refresh) == (None, looked)
            return answer

        monkeypatch.setattr(Engine, "tried", tried)

        def found(folder: Path, stack: str) -> Engine:
            return Engine("pulumi", folder, stack)

        monkeypatch.setattr(Engine, "find", found)
        return CliRunner().invoke(app, ["preview", "-C", str(tmp_path), "-s", "organization/slipway/prod", *arguments])

    return run


def test_a_preview_is_shown_and_kept(call: Call, tmp_path: Path) -> None:
    out = tmp_path / "plans/prod.json"
    done = call(ran(*released("1.0.0", "1.1.0")), "--out", str(out))
    assert done.exit_code == 0
    assert "| 📦 | `slipway/prod` | **release** `tiny_model` 1.0.0 → 1.1.0 |" in done.stdout
    assert json.loads(out.read_bytes())["stack"] == "slipway/prod"


def test_a_violation_ends_with_one_and_is_kept_all_the_same(call: Call, tmp_path: Path) -> None:
    out = tmp_path / "prod.json"
    done = call(ran(violation(), code=1), "--out", str(out))
    assert done.exit_code == 1
    assert done.stderr == (
        "slipway: slipway/prod would be refused: tiny-model: container 'x' has no digest "
        "(policy require-image-digest)\n"
    )
    assert json.loads(out.read_bytes())["verdict"] == "refused"


def test_a_failure_ends_with_one_and_its_reason(call: Call) -> None:
    done = call(ran(problem("no such version"), code=1))
    assert (done.exit_code, done.stderr) == (1, "slipway: slipway/prod would fail: no such version\n")
    assert "| ❌ | `slipway/prod` | **fail** |" in done.stdout


def test_drift_has_an_exit_code_of_its_own(call: Call) -> None:
    assert call(ran(), "--drift", looked=True).exit_code == 0
    done = call(ran(*released("1.0.0", "1.1.0")), "--drift", looked=True)
    assert (done.exit_code, done.stderr) == (4, "slipway: slipway/prod has drifted: see above\n")


def test_a_comment_shows_several(call: Call, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.json" for name in ("a", "b")]
    call(ran(), "--out", str(files[0]))
    call(ran(violation(), code=1), "--out", str(files[1]))
    done = CliRunner().invoke(app, ["pipeline", "comment", "--head", "abc", *map(str, files)])
    assert done.exit_code == 1
    assert done.stdout.startswith("<!-- slipway-preview -->\n### What `pulumi up` would do at `abc`\n")
    assert done.stdout.count("`slipway/prod` |") == 2
    assert "slipway/prod would not go through: see the comment" in done.stderr
    well = CliRunner().invoke(app, ["pipeline", "comment", str(files[0])])
    assert well.exit_code == 0


def test_an_issue_is_written_where_there_is_drift(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    call(ran(*released("1.0.0", "1.1.0")), "--out", str(file))
    done = CliRunner().invoke(app, ["pipeline", "comment", "--drift", str(file)])
    assert (done.exit_code, done.stdout.startswith("<!-- slipway-drift -->")) == (4, True)
    call(ran(), "--out", str(file))
    assert CliRunner().invoke(app, ["pipeline", "comment", "--drift", str(file)]).exit_code == 0


def test_a_night_in_which_no_stack_could_be_looked_at_is_told(call: Call, tmp_path: Path) -> None:
    command = ["pipeline", "comment", "--drift", "--told", str(tmp_path / "plans")]
    assert "could not be looked at" in CliRunner().invoke(app, command).stdout
    (tmp_path / "plans").mkdir()
    call(ran(*released("1.0.0", "1.1.0")), "--out", str(tmp_path / "plans/prod.json"))
    assert "`slipway/prod` |" in CliRunner().invoke(app, command).stdout


@pytest.mark.parametrize("content", [None, "{}", "no json"])
def test_what_is_no_plan_is_wrong_input(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    if content is not None:
        file.write_text(content)
    done = CliRunner().invoke(app, ["pipeline", "comment", str(file)])
    assert (done.exit_code, f"slipway: {file}" in done.stderr) == (2, True)
