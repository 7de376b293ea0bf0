"""Creations whose answer never arrived, against an API server that a test makes up."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from sandbox.plugins.kubernetes import create, read
from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.creations import Creations
from sandbox.plugins.kubernetes.errors import Refused, Unreachable
from sandbox.plugins.kubernetes.log import EngineLog
from sandbox.plugins.kubernetes.session import InitFailed, Resource, Session
from sandbox.plugins.kubernetes.settings import Settings
from tests.plugins.kubernetes.fake_api import BROKEN_OFF, FakeApi, managers, refused

URN = "urn:pulumi:test::tests::kubernetes:core/v1:ConfigMap::settings"
RESOURCE = Resource(URN, EngineLog(None))
PATCH = Resource(URN.replace("ConfigMap", "ConfigMapPatch"), EngineLog(None))
FOREIGN = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "settings", "namespace": "n", "uid": "2", "managedFields": [{"manager": "pulumi-kubernetes"}]},
    "data": {"k": "theirs"},
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create, "PAUSES", (0.0, 0.0))


def session(api: FakeApi, folder: Path) -> Session:
    """A provider of its own, as after a restart, with the memory in `folder`."""
    return Session(cast("Api", api), Settings.model_validate({}), Creations(folder))


def config_map(value: str = "1") -> dict[str, Any]:
    metadata = {"name": "settings", "namespace": "n"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"k": value}}


def broken_off(api: FakeApi, folder: Path, *, resource: Resource = RESOURCE) -> None:
    """A creation that is done, of which the plugin never hears."""
    api.after = [BROKEN_OFF]
    api.instead = []
    with pytest.raises(Unreachable):
        only_once(session(api, folder), resource)


def only_once(once: Session, resource: Resource) -> None:
    once.cancelled.set()  # no second attempt
    create.run(once, resource, config_map())


def test_a_creation_goes_on_when_the_connection_broke_off_behind_it(tmp_path: Path) -> None:
    api = FakeApi()
    api.after = [BROKEN_OFF]

    identity, state = create.run(session(api, tmp_path), RESOURCE, config_map())

    assert identity == "n/settings"
    assert list(managers(api.objects["settings"])) == [state["__fieldManager"]]


def test_a_creation_that_was_never_answered_is_gone_on_with(tmp_path: Path) -> None:
    api = FakeApi()
    broken_off(api, tmp_path)

    identity, state = create.run(session(api, tmp_path), RESOURCE, config_map())

    assert (identity, state["metadata"]["uid"]) == ("n/settings", "1")
    assert state["__fieldManager"] in managers(api.objects["settings"])
    assert [method for method, _ in api.calls] == ["create", "create"]


def test_one_whose_inputs_have_changed_since_is_brought_to_them(tmp_path: Path) -> None:
    api = FakeApi()
    broken_off(api, tmp_path)

    _, state = create.run(session(api, tmp_path), RESOURCE, config_map("2"))

    assert api.objects["settings"]["data"] == state["data"] == {"k": "2"}


def test_inputs_that_changed_there_and_back_are_not_trusted_to_be_what_was_made(tmp_path: Path) -> None:
    api = FakeApi()
    broken_off(api, tmp_path)
    api.instead = [BROKEN_OFF]
    changed = session(api, tmp_path)
    changed.cancelled.set()
    with pytest.raises(Unreachable):
        create.run(changed, RESOURCE, config_map("2"))
    api.objects["settings"]["data"] = {"k": "2"}  # it got there all the same

    create.run(session(api, tmp_path), RESOURCE, config_map())

    assert api.objects["settings"]["data"] == {"k": "1"}


def test_what_cannot_be_brought_to_changed_inputs_is_recorded_as_it_is(tmp_path: Path) -> None:
    api = FakeApi()
    broken_off(api, tmp_path)
    api.instead = [refused(409, "AlreadyExists"), refused(422, "Invalid")]

    with pytest.raises(InitFailed, match="that is Invalid") as failure:
        create.run(session(api, tmp_path), RESOURCE, config_map("2"))

    assert failure.value.state["data"] == {"k": "1"}


@pytest.mark.parametrize("content", ["", "{}", '{"manager": "pulumi-kubernetes-1", "inputs": "a"}', "[1]"])
def test_a_memory_that_cannot_be_read_adopts_nothing(tmp_path: Path, content: str) -> None:
    api = FakeApi()
    broken_off(api, tmp_path)
    (memory,) = tmp_path.iterdir()
    memory.write_text(content)
    with pytest.raises(Refused, match="already exists"):
        create.run(session(api, tmp_path), RESOURCE, config_map())


def test_an_object_of_somebody_else_is_refused_even_if_it_has_our_name(tmp_path: Path) -> None:
    api = FakeApi(FOREIGN)

    for _ in range(2):
        with pytest.raises(Refused, match=r"already exists in the cluster\. This can happen when"):
            create.run(session(api, tmp_path), RESOURCE, config_map())

    assert api.objects == {"settings": FOREIGN}


def test_an_object_that_the_engine_knows_of_is_not_created_a_second_time(tmp_path: Path) -> None:
    api = FakeApi()
    create.run(session(api, tmp_path), RESOURCE, config_map())

    with pytest.raises(Refused, match="already exists"):
        create.run(session(api, tmp_path), RESOURCE, config_map())


def test_an_error_of_the_server_itself_may_have_made_the_object(tmp_path: Path) -> None:
    api = FakeApi()
    api.after = [refused(504, "Timeout")]
    with pytest.raises(Refused, match="that is Timeout"):
        create.run(session(api, tmp_path), RESOURCE, config_map())

    identity, _ = create.run(session(api, tmp_path), RESOURCE, config_map())

    assert identity == "n/settings"


def test_a_patch_that_was_never_answered_keeps_its_manager(tmp_path: Path) -> None:
    api = FakeApi(FOREIGN)
    broken_off(api, tmp_path, resource=PATCH)

    create.run(session(api, tmp_path), PATCH, config_map())

    assert len({manager for _, manager in api.calls}) == 1


def test_a_preview_allows_for_a_namespace_that_is_yet_to_come(tmp_path: Path) -> None:
    api = FakeApi()
    api.instead = [refused(404, "NotFound", details={"kind": "namespaces"})]

    assert create.preview(session(api, tmp_path), RESOURCE, config_map()) == config_map()


def test_a_preview_allows_for_nothing_else_that_is_missing_or_of_a_namespace(tmp_path: Path) -> None:
    api = FakeApi()
    for error in (refused(404, "NotFound"), refused(422, "Invalid", details={"kind": "namespaces"})):
        api.instead = [error]
        with pytest.raises(Refused, match="was not successfully created"):
            create.preview(session(api, tmp_path), RESOURCE, config_map())


def interrupted(api: FakeApi, folder: Path) -> tuple[Any, Any] | None:
    """What a refresh reads of a creation in which the engine was killed: it has the inputs and nothing else."""
    return read.run(session(api, folder), RESOURCE, "n/settings", config_map(), config_map())


@pytest.mark.parametrize("answered", [True, False])
def test_an_interrupted_creation_is_adopted_if_the_object_is_ours(tmp_path: Path, answered: bool) -> None:
    api = FakeApi()
    if answered:
        create.run(session(api, tmp_path), RESOURCE, config_map())
    else:
        broken_off(api, tmp_path)

    adopted = interrupted(api, tmp_path)

    assert adopted
    assert adopted[0]["__fieldManager"] in managers(api.objects["settings"])


def test_an_interrupted_creation_never_adopts_the_object_of_somebody_else(tmp_path: Path) -> None:
    api = FakeApi()
    broken_off(api, tmp_path)
    assert interrupted(FakeApi(FOREIGN), tmp_path) is None
    assert interrupted(FakeApi(FOREIGN), tmp_path / "never begun") is None
    assert interrupted(FakeApi(), tmp_path) is None


BARE: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "n"}}


def test_an_object_of_which_nobody_manages_a_field_is_ours_if_it_came_after_we_asked(tmp_path: Path) -> None:
    api = FakeApi()
    broken_off(api, tmp_path)
    api.objects["settings"]["metadata"] |= {"managedFields": [], "creationTimestamp": stamp(0)}
    assert interrupted(api, tmp_path)
    identity, _ = create.run(session(api, tmp_path), RESOURCE, config_map())
    assert identity == "n/settings"


def test_one_that_was_there_before_is_somebody_elses(tmp_path: Path) -> None:
    foreign = {**BARE, "metadata": {**BARE["metadata"], "uid": "2", "creationTimestamp": stamp(-60)}}
    api = FakeApi(foreign)
    with pytest.raises(Refused, match="already exists"):
        create.run(session(api, tmp_path), RESOURCE, BARE)
    Creations(tmp_path).begin(URN, "n/settings", BARE)
    assert interrupted(api, tmp_path) is None


def stamp(seconds: float) -> str:
    """A time as the API server writes it, so many seconds from now."""
    return f"{datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


def test_an_object_is_forgotten_when_it_is_deleted(tmp_path: Path) -> None:
    creations = Creations(tmp_path)
    creation = creations.begin(URN, "n/settings", config_map())
    assert creations.find(URN, "n/settings") == creation
    assert creations.find(URN, "n/other") is None
    creations.forget(URN, "n/settings")
    assert creations.find(URN, "n/settings") is None
    assert list(tmp_path.iterdir()) == []


def test_two_creations_never_have_a_manager_in_common(tmp_path: Path) -> None:
    creations = Creations(tmp_path)
    first = creations.begin(URN, "n/settings", config_map())
    creations.answer(URN, "n/settings", first)
    second = creations.begin(URN, "n/settings", config_map())
    assert first.manager != second.manager
    assert first.inputs == second.inputs
