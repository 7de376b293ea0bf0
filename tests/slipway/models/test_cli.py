"""The commands, as a shell would call them."""

import errno
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from slipway.cli import app
from slipway.models.bundle import Bundle
from tests.slipway.models.conftest import MakeBundle, fake_model

pytestmark = pytest.mark.usefixtures("play_models")


@pytest.fixture
def bundle(make_bundle: MakeBundle, tmp_path: Path) -> Bundle:
    return make_bundle(fake_model(tmp_path / "saved_model"))


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"file://{tmp_path}/store"


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["model", *arguments])


def test_the_help_teaches_the_path_of_a_model() -> None:
    text = CliRunner().invoke(app, ["--help"]).output
    for word in ("validate", "publish", "Pulumi.<stack>.yaml", "pulumi up", "MODEL_STORE", "Exit codes"):
        assert word in text


def test_publishing_prints_what_to_put_into_the_stack(bundle: Bundle, tmp_path: Path, store: str) -> None:
    done = call("publish", str(tmp_path), "--version", "1.0.0", "--store", store, "--json")
    digest = json.loads(done.stdout)["digest"]
    again = call("publish", str(tmp_path), "--version", "1.0.0", "--store", store)
    assert (done.exit_code, again.exit_code) == (0, 0)
    assert f"tiny_model 1.0.0 was published already, from the same files: {digest}" in again.stdout
    assert f"  slipway:models:\n    tiny_model:\n      version: 1.0.0\n      manifest: {digest}\n" in again.stdout


def test_lists_and_details_come_as_tables_and_as_json(bundle: Bundle, tmp_path: Path, store: str) -> None:
    published = json.loads(call("publish", str(tmp_path), "--version", "1.0.0", "--store", store, "--json").stdout)
    listed = json.loads(call("list", "--store", store, "--json").stdout)
    assert {key: published[key] for key in listed[0]} == listed[0]
    assert published["new"]
    assert ["holdout.csv" in note for note in published["notes"]] == [True]
    shown = json.loads(call("show", "tiny_model", "--store", store, "--json").stdout)
    assert (shown["digest"], shown["name"]) == (published["digest"], "tiny_model")
    assert published["digest"] in call("list", "--store", store).stdout
    table = call("show", "tiny_model", "1.0.0", "--store", store).stdout
    for word in ("tiny_model 1.0.0", "x1", "-10 to 10", "roc_auc", "Golden answers", "below 0.5", published["digest"]):
        assert word in table


def test_what_who_publishes_should_know_stands_in_the_report(bundle: Bundle, tmp_path: Path, store: str) -> None:
    told = "16 rows of holdout.csv can be read by whoever"
    assert told in call("publish", str(tmp_path), "--version", "1.0.0", "--store", store).stdout
    card = tmp_path / "card.yaml"
    card.write_text(card.read_text().replace("sigmoid of", "logistic function of"))
    compared = call("validate", str(tmp_path), "--store", store)
    assert told in compared.stdout
    assert "compared with 1.0.0 on the same 300 rows: roc_auc 0." in compared.stdout
    assert len(json.loads(call("validate", str(tmp_path), "--store", store, "--json").stdout)["notes"]) == 2


def test_the_store_may_come_from_the_environment(
    bundle: Bundle, tmp_path: Path, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_STORE", store)
    assert call("publish", str(tmp_path), "--version", "1.0.0").exit_code == 0
    assert call("list").stdout.count("tiny_model") == 1
    assert call("validate", str(tmp_path)).exit_code == 0


def test_an_empty_store_says_how_to_begin(tmp_path: Path) -> None:
    assert "no models yet: slipway model publish --help" in call("list", "--store", f"file://{tmp_path}").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["validate", "/nowhere"], 2, "slipway: /nowhere: no model; give the folder of a SavedModel"),
        (["list", "--store", "ftp://x"], 1, "slipway: 'ftp://x' is not a model store, like s3://bucket/models"),
        (["list", "--store", "file:///nowhere"], 1, "slipway: file:///nowhere: there is no such folder"),
        (["show", "other", "--store", "STORE"], 2, "has no model 'other'; it has tiny_model"),
        (["show", "tiny_model", "3.0.0", "--store", "STORE"], 2, "tiny_model 3.0.0 is not published in"),
        (["publish", "DIR", "--version", "1.5.0", "--store", "STORE"], 1, "publish it as 1.0.1"),
    ],
)
def test_a_failure_is_one_line_on_standard_error(
    arguments: list[str], code: int, message: str, bundle: Bundle, tmp_path: Path, store: str
) -> None:
    assert call("publish", str(tmp_path), "--version", "1.0.0", "--store", store).exit_code == 0
    named = {"STORE": store, "DIR": str(tmp_path)}
    failed = call(*(named.get(argument, argument) for argument in arguments))
    assert failed.exit_code == code
    [line] = [line for line in failed.stderr.splitlines() if not line.endswith("…")]
    assert message in line
    assert failed.stdout == ""


def test_a_full_disk_is_one_line_too(bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))

    monkeypatch.setattr(shutil, "copyfile", full)
    failed = call("validate", str(tmp_path))
    assert failed.exit_code == 1
    assert "saved_model.pb: No space left on device; put that right and call again" in failed.stderr.splitlines()[-1]


def test_a_folder_that_cannot_be_written_is_one_line_too(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    failed = call("validate", str(tmp_path))
    assert failed.exit_code == 1
    assert re.fullmatch(r"slipway: /nowhere/slipway-\w+: No such file or directory; .*", failed.stderr.splitlines()[-1])
