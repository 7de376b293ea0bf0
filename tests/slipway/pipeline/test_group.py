"""`slipway pipeline …`, as a shell would call it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from modelstore.history import Event
from slipway.cli import app
from slipway.pipeline import group
from slipway.promotion.environment import Environment, Named
from slipway.releases import shown
from slipway.releases.place import Options, Place
from slipway.releases.shown import Shown
from slipway.releases.smoke import Check
from slipway.releases.stack_file import StackFile
from tests.imagestore.registry import Fake, serving
from tests.slipway.pipeline.repository import Repository
from tests.slipway.releases.world import MODEL, World

CARD = "models/tiny_model/card.yaml"
Call = Callable[..., Result]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found = Repository(tmp_path / "prod")
    found.commit(".gitignore", "store\nPulumi.test.yaml\npublished.json\n")
    found.commit(CARD, "1")
    return found


@pytest.fixture
def prod(repository: Repository) -> World:
    return World(repository.folder)


@pytest.fixture
def call(prod: World, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The program, where the stack `prod` is the world of these tests."""

    def every(options: Options) -> list[Place]:
        return [prod.place()]

    def find(named: Named, variables: object = None, *, images: bool = True) -> Environment:
        return Environment("prod", StackFile.read(prod.file), "", prod.store)

    monkeypatch.setattr(Place, "every", every)
    monkeypatch.setattr(Environment, "find", find)
    monkeypatch.setattr(shown, "EVERY", 0.0)

    def looked(place: Place) -> Shown:
        return prod.shown()

    def invoke(name: str, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["pipeline", name, "-s", "prod", "-C", str(prod.folder), *arguments])

    monkeypatch.setattr(group, "_shown", looked)
    return invoke


def published(prod: World, version: str, name: str = MODEL) -> Path:
    file = prod.folder / "published.json"
    file.write_text(json.dumps({"models": {name: {"version": version, "manifest": prod.digest(version)}}}))
    return file


def test_what_was_published_is_released(call: Call, prod: World) -> None:
    done = call("release", "--published", str(published(prod, "1.1.0")))
    assert (done.exit_code, prod.serving) == (0, "1.1.0")
    assert done.stdout == f"{MODEL}: test serves what was wanted\n"
    assert f"$ slipway release {MODEL} --model 1.1.0 --manifest {prod.digest('1.1.0')} -s test" in done.stderr


def test_what_the_stack_doesn_t_serve_is_not_released(call: Call, prod: World) -> None:
    done = call("release", "--published", str(published(prod, "1.1.0", "pump")))
    assert "pump is published, and" in done.stderr
    assert prod.serving == "1.0.0"


def test_an_abort_ends_with_three(call: Call, prod: World) -> None:
    prod.serve("1.0.0")
    prod.outcome = "bad"
    done = call("release", "--published", str(published(prod, "1.1.0")))
    assert done.exit_code == 3
    assert done.stderr.splitlines()[-1].startswith("slipway: 1.1.0 was aborted: errors 0.05 above 0.01")


def test_what_staging_has_proven_is_copied_and_released(
    prod: World, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "staging").mkdir()
    staging = World(tmp_path / "staging")
    with serving(Fake()) as here, serving(Fake()) as there:
        image = str(here.add(b"service"))
        staging.file.write_text(staging.file.read_text().replace("digest: 127.0.0.1:1", f"digest: {image} # was 127"))
        staging.serve("1.1.0")

        def find(named: Named, variables: object = None, *, images: bool = True) -> Environment:
            world, registry = (staging, here.host) if named.stack == "staging" else (prod, there.host)
            return Environment(named.stack or "", StackFile.read(world.file), registry, world.store)

        monkeypatch.setattr(Environment, "find", find)
        done = call("release", "--from", "staging")
    assert (done.exit_code, prod.serving) == (0, "1.1.0")
    copied = f"{there.host}/slipway/service@{image.partition('@')[2]}"
    assert (prod.said["image"], prod.said["manifest"]) == (copied, staging.digest("1.1.0"))
    assert StackFile.read(prod.file).config["slipway:image"]["digest"] == copied
    assert f"$ slipway copy {MODEL} -s staging --to test" in done.stderr


def test_the_gate_tells_what_is_in_the_way(call: Call, prod: World, repository: Repository) -> None:
    prod.write(Event.PROMOTED, "1.0.0", commit=repository.checkout.head())
    assert call("check").stdout == f"{MODEL} may be released in prod\n"
    bad = repository.commit(CARD, "2")
    prod.write(Event.ABORTED, "1.1.0", commit=bad, reason="slow")
    done = call("check")
    assert (done.exit_code, f"what led to it is still here: {bad[:12]}" in done.stderr) == (1, True)


def test_a_revert_is_made_and_described(call: Call, prod: World, repository: Repository, tmp_path: Path) -> None:
    prod.write(Event.PROMOTED, "1.0.0", commit=repository.checkout.head())
    nothing = call("revert")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert f"{MODEL}: there is nothing to revert in prod" in nothing.stderr
    bad = repository.commit(CARD, "2")
    prod.write(Event.ABORTED, "1.1.0", commit=bad, reason="slow")
    body = tmp_path / "body.md"
    told = json.loads(call("revert", "--body", str(body)).stdout)
    assert told == {"branch": f"revert-{bad[:12]}", "title": f"Revert {MODEL} 1.1.0: slow", "commits": [bad]}
    assert "`tiny_model 1.1.0` was aborted in `prod`" in body.read_text()
    assert repository.read(CARD) == "1"


def test_models_are_asked_what_their_clients_ask(call: Call, prod: World, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = [Check("it is healthy", "")]

    def smoked(place: Place, url: str | None, token: str | None) -> tuple[str, list[Check]]:
        assert (url, token) == (None, "t0ken")
        return "http://gateway/tiny-model", checks

    monkeypatch.setattr(group, "smoked", smoked)
    well = call("smoke", "--token", "t0ken")
    assert (well.exit_code, well.stdout) == (0, "✓ it is healthy\n")
    checks.append(Check("it serves 1.1.0", "/version says 1.0.0"))
    ill = call("smoke", "--token", "t0ken")
    assert (ill.exit_code, ill.stdout) == (1, "✓ it is healthy\n✗ it serves 1.1.0: /version says 1.0.0\n")
    assert "1 checks failed: http://gateway/tiny-model: it serves 1.1.0: /version says 1.0.0" in ill.stderr


def test_what_is_served_is_written_down(call: Call, prod: World, repository: Repository) -> None:
    repository.commit("Pulumi.prod.yaml", prod.file.read_text())
    assert call("record").stdout == "git says already what is served\n"
    (repository.folder / "Pulumi.prod.yaml").write_text(prod.file.read_text().replace("1.0.0", "1.1.0"))
    done = call("record")
    assert done.stdout == f"written down in {repository.checkout.head()[:12]}\n"
    assert repository.git("log", "-1", "--format=%s") == "release: tiny_model 1.1.0"


def test_models_of_the_repository_are_judged_and_published(call: Call, prod: World, tmp_path: Path) -> None:
    out = tmp_path / "published.json"
    done = call("publish", "--models", str(tmp_path / "none"), "--out", str(out))
    assert (done.exit_code, json.loads(out.read_bytes())) == (0, {"models": {}})
    assert call("validate", "--models", str(tmp_path / "none")).exit_code == 0


@pytest.mark.parametrize("name", ["validate", "publish", "check", "release", "smoke", "revert", "record", "comment"])
def test_each_step_says_what_it_does(name: str) -> None:
    assert CliRunner().invoke(app, ["pipeline", name, "--help"]).exit_code == 0
