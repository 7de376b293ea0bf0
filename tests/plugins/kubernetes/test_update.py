"""Updates that a controller comes between, against an API server that a test makes up."""

import threading
from pathlib import Path
from typing import Any, cast

import pytest

from sandbox.plugins.kubernetes import create, update
from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.creations import Creations
from sandbox.plugins.kubernetes.log import EngineLog
from sandbox.plugins.kubernetes.session import InitFailed, Resource, Session
from sandbox.plugins.kubernetes.settings import Settings
from tests.plugins.kubernetes.fake_api import OUTDATED, FakeApi, refused

FIELD_CONFLICT = refused(409, "Conflict", details={"causes": [{"reason": "FieldManagerConflict"}]})
SKIPPED = {"pulumi.com/skipAwait": "true"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(update, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(create, "PAUSES", (0.0, 0.0))


def made(folder: Path, kind: str, api: FakeApi) -> tuple[Session, Resource, dict[str, Any], dict[str, Any]]:
    """An object that was created: the provider, the resource, its state and its inputs."""
    session = Session(cast("Api", api), Settings.model_validate({}), Creations(folder), cancelled=threading.Event())
    group = "apiextensions.k8s.io/v1" if kind == "CustomResourceDefinition" else "v1"
    resource = Resource(f"urn:pulumi:test::tests::kubernetes:{group}:{kind}::one", EngineLog(None))
    inputs = {"apiVersion": group, "kind": kind, "metadata": {"name": "one", "annotations": SKIPPED}}
    _, state = create.run(session, resource, inputs)
    return session, resource, state, inputs


@pytest.mark.parametrize(("kind", "method"), [("CustomResourceDefinition", "replace"), ("ConfigMap", "patch")])
def test_an_object_that_was_written_meanwhile_is_read_again(tmp_path: Path, kind: str, method: str) -> None:
    api = FakeApi()
    session, resource, state, inputs = made(tmp_path, kind, api)
    api.instead = [OUTDATED, OUTDATED, OUTDATED]

    state = update.run(session, resource, state, {**inputs, "data": {"k": "2"}}, (), preview=False)

    assert state["data"] == {"k": "2"}
    assert [called for called, _ in api.calls].count(method) == 4


def test_one_that_is_written_without_end_is_given_up(tmp_path: Path) -> None:
    api = FakeApi()
    session, resource, state, inputs = made(tmp_path, "CustomResourceDefinition", api)
    api.instead = [OUTDATED] * 9

    with pytest.raises(InitFailed, match="the object has been modified"):
        update.run(session, resource, state, {**inputs, "data": {}}, (), preview=False)

    assert len(api.instead) == 5


def test_a_field_of_somebody_else_is_not_tried_again(tmp_path: Path) -> None:
    api = FakeApi()
    session, resource, state, inputs = made(tmp_path, "ConfigMap", api)
    update.run(session, resource, state, inputs, (), preview=False)
    api.instead, api.calls = [FIELD_CONFLICT], []

    with pytest.raises(InitFailed, match="server-side apply field conflict detected"):
        update.run(session, resource, state, inputs, (), preview=False)

    assert [method for method, _ in api.calls] == ["apply"]


def test_a_creation_that_a_quota_came_between_is_tried_again(tmp_path: Path) -> None:
    api = FakeApi()
    api.instead = [OUTDATED]

    made(tmp_path, "ConfigMap", api)

    assert [method for method, _ in api.calls] == ["create", "create"]
