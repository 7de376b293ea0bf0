import json
import os
from pathlib import Path

import pytest

from slipway.errors import BadInput, Refused
from slipway.releases.place import Options, Place
from tests.slipway.releases.test_cluster import kubeconfig
from tests.slipway.releases.world import World

STORE = {
    "url": "s3://models/models",
    "region": "eu-central-1",
    "environment": {"AWS_ENDPOINT_URL": "http://s3:1", "AWS_ALLOW_HTTP": "true"},
}


@pytest.fixture
def options(world: World, monkeypatch: pytest.MonkeyPatch) -> Options:
    """A project with a stack, and a `pulumi` that knows one output."""
    (world.folder / "Pulumi.yaml").write_text("name: slipway\nruntime: python\n")
    program = world.folder / "bin/pulumi"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        "  *--show-name*) echo test ;;\n"
        f"  *'output modelStore'*slipway-platform/local*) echo '{json.dumps(STORE)}' ;;\n"
        "  *) echo 'error: no such thing' >&2; exit 1 ;;\n"
        "esac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return Options(folder=world.folder, kubeconfig=kubeconfig(world.folder, "http://127.0.0.1:1"))


def changed(options: Options, **values: object) -> Options:
    return Options(**{**vars(options), **values})  # pyright: ignore[reportArgumentType] - of its own fields


def test_all_of_it_follows_from_the_folder(options: Options, world: World) -> None:
    place = Place.find(options, None)
    assert (place.project, place.stack, place.path) == ("slipway", "test", world.file)
    assert (place.namespace, place.model, place.rollout) == ("serving", "tiny_model", "tiny-model")
    assert place.cluster.server == "http://127.0.0.1:1"


def test_a_stack_may_have_several_models(options: Options, world: World) -> None:
    world.file.write_text(world.file.read_text() + "    pump: {version: 1.0.0, route: /pump}\n")
    assert [(one.model, one.stack) for one in Place.every(options)] == [("tiny_model", "test"), ("pump", "test")]
    with pytest.raises(BadInput, match=r"which model\? .* has tiny_model, pump: name one"):
        Place.find(options, None)


def test_the_models_are_where_the_platform_says_and_the_ledger_beside_them(options: Options) -> None:
    place = Place.find(options, "tiny_model")
    assert place.store.url == "s3://models/models"
    assert place.store.environment == {**STORE["environment"], "AWS_REGION": "eu-central-1"}  # pyright: ignore[reportGeneralTypeIssues] - a dict
    assert place.ledger.store.url == "s3://models/releases"
    assert place.ledger.store.environment == place.store.environment


def test_or_where_somebody_says(options: Options, world: World) -> None:
    place = Place.find(changed(options, store=world.store.url), None)
    assert place.store.url == world.store.url
    assert place.history().entries == ()


def test_a_platform_that_isnt_up_is_told(options: Options, world: World) -> None:
    world.file.write_text(world.file.read_text().replace("slipway-platform/local", "slipway-platform/none"))
    with pytest.raises(
        Refused, match=r"slipway:platform = 'organization/slipway-platform/none' doesn't say where .*--store"
    ):
        assert Place.find(options, None).store


def test_a_stack_has_its_file_where_pulumi_has_it(options: Options, world: World) -> None:
    (world.folder / "Pulumi.yaml").write_text("name: slipway\nruntime: python\nstackConfigDir: stacks\n")
    (world.folder / "stacks").mkdir()
    world.file.rename(world.folder / "stacks/Pulumi.prod.yaml")
    place = Place.find(changed(options, stack="organization/slipway/prod"), None)
    assert (place.path, place.stack) == (world.folder / "stacks/Pulumi.prod.yaml", "prod")
    named = Place.find(changed(options, file=place.path, stack="test"), None)
    assert (named.path, named.stack) == (place.path, "test")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no Pulumi project; name its folder with --cwd"),
        ("[", "is no Pulumi project"),
        ("{}", "is no Pulumi project: it has no name"),
    ],
)
def test_a_folder_without_a_project_is_told(content: str | None, message: str, options: Options, world: World) -> None:
    path: Path = world.folder / "Pulumi.yaml"
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(BadInput, match=message):
        Place.find(options, None)
