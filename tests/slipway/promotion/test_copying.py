import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from imagestore.repository import Repository
from modelstore.catalog import fetch_manifest
from modelstore.history import Event
from slipway.cli import app
from slipway.errors import Refused
from slipway.promotion import copying
from slipway.promotion.environment import Environment, Named
from tests.slipway.promotion.conftest import MODEL, Two


@pytest.fixture(autouse=True)
def environments(two: Two, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Named, object]]:
    asked: list[tuple[Named, object]] = []

    def find(named: Named, variables: object = None) -> Environment:
        asked.append((named, variables))
        return two.target if named.stack == "prod" else two.source

    monkeypatch.setattr(Environment, "find", find)
    return asked


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["copy", "-s", "staging", "--to", "prod", *arguments])


def test_image_and_model_have_the_same_digests_afterwards(two: Two) -> None:
    told = json.loads(call("--json").stdout)
    assert (told["model"], told["version"]) == (MODEL, "1.0.0")
    entry = fetch_manifest(two.prod.store, MODEL, "1.0.0", told["manifest"])
    assert entry.content == fetch_manifest(two.staging.store, MODEL, "1.0.0").content
    where, _, digest = told["image"].partition("@")
    assert (where, digest) == (f"{two.there.host}/live/slipway/service", two.image.partition("@")[2])
    there = Repository(two.there.host, "live/slipway/service").manifest(digest)
    assert there.content == Repository(two.here.host, "slipway/service").manifest(digest).content
    assert told["copied"]["layers"] == 3


def test_it_says_what_comes_next(two: Two) -> None:
    done = call()
    image = f"{two.there.host}/live/slipway/service@{two.image.partition('@')[2]}"
    assert done.stdout.splitlines()[-1] == (
        f"to release it: slipway release {MODEL} --model 1.0.0 --manifest {two.staging.digest('1.0.0')} "
        f"--image {image} -s prod"
    )
    assert "and 3 layers, " in done.stdout
    assert "and 0 layers, 0 bytes" in call().stdout


def test_what_staging_doesn_t_call_healthy_stays_there(two: Two) -> None:
    two.staging.write(Event.RELEASED, "1.1.0", two.image)
    two.staging.write(Event.ABORTED, "1.1.0", two.image, reason="errors 0.05 above 0.01")
    failed = call("--model", "1.1.0")
    assert failed.exit_code == 1
    assert failed.stderr.startswith(f"slipway: staging's ledger doesn't call {MODEL} 1.1.0 healthy: it was aborted at")
    assert (two.there.asked, two.prod.store.sizes(MODEL)) == ([], {})


def test_a_dry_run_copies_nothing(two: Two) -> None:
    done = call("--dry-run")
    assert done.exit_code == 0
    assert f"{MODEL} 1.0.0 ({two.staging.digest('1.0.0')}) would be copied to {two.prod.store.url}\n" in done.stdout
    assert f"its image would be {two.there.host}/live/slipway/service@" in done.stdout
    assert json.loads(call("--dry-run", "--json").stdout)["manifest"] == two.staging.digest("1.0.0")
    assert (two.there.asked, two.prod.store.sizes(MODEL)) == ([], {})


def test_a_stack_without_the_model_gets_nothing(two: Two) -> None:
    two.prod.file.write_text(two.prod.file.read_text().replace("tiny_model:", "other_model:"))
    assert f"has no model '{MODEL}': add it there" in call().stderr
    assert two.there.asked == []


def test_an_image_without_a_digest_can_t_be_copied(two: Two) -> None:
    two.staging.write(Event.ROLLED_BACK, "1.1.0", "service:latest")
    with pytest.raises(Refused, match="names an image that can't be copied: 'service:latest' is no image by digest"):
        copying.planned(two.source, two.target, MODEL, None)


def test_a_stack_isn_t_copied_to_itself(two: Two) -> None:
    failed = CliRunner().invoke(app, ["copy", "-s", "prod", "--to", "prod"])
    assert (failed.exit_code, "--stack and --to are both prod" in failed.stderr) == (2, True)


def test_both_ends_are_named(
    environments: list[tuple[Named, object]], two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FROM_AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("FROM_NOWHERE", "x")
    call("-C", "x", "--config-file", "s", "--to-config-file", "p", "--store", "s3://s", "--to-store", "s3://p",
         "--registry", "r", "--to-registry", "q")  # fmt: skip
    assert environments == [
        (Named(Path("x"), "staging", Path("s"), "s3://s", "r"), {"AWS_ACCESS_KEY_ID": "AKIA"}),
        (Named(Path("x"), "prod", Path("p"), "s3://p", "q"), None),
    ]


def test_a_registry_that_doesn_t_answer_ends_it_in_one_line(two: Two) -> None:
    two.there.fail = {"POST": 403}
    failed = call()
    assert failed.exit_code == 1
    assert failed.stderr.splitlines()[-1].startswith(
        f"slipway: {two.there.host}/live/slipway/service: POST blobs/uploads/"
    )
