import json
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from sandbox.pulumi import recovery
from sandbox.pulumi.deployment import Deployment, Export
from sandbox.pulumi.plugins.sought import SOUGHT
from sandbox.pulumi.recovery import assumed, identifier

Wire: TypeAlias = dict[str, Any]
PROVIDER = "urn:pulumi:s::p::pulumi:providers:kubernetes::k"


def resource(name: str, **fields: object) -> Wire:
    kind = "kubernetes:core/v1:ConfigMap"
    return {
        "urn": f"urn:pulumi:s::p::{kind}::{name}",
        "type": kind,
        "custom": True,
        "inputs": {"metadata": {"name": name, "namespace": "n"}},
        "provider": f"{PROVIDER}::1234",
        **fields,
    }


def deployment(resources: list[Wire], pending: list[Wire]) -> Deployment:
    return Deployment.model_validate({"resources": resources, "pending_operations": pending})


def creating(created: Wire) -> Wire:
    return {"type": "creating", "resource": created}


def names(repaired: Deployment) -> list[str]:
    return [one.urn.split("::")[-1] for one in repaired.resources]


def test_a_pending_create_is_taken_for_done_and_looked_at() -> None:
    wanted = resource("a")

    repaired, touched = assumed(deployment([], [creating(wanted)]))

    (made,) = repaired.resources
    assert made.id == "n/a"
    assert made.inputs == made.outputs == wanted["inputs"]
    assert touched == {wanted["urn"]}
    assert repaired.pending_operations == []


def test_it_stands_behind_what_it_needs_and_before_what_comes_later() -> None:
    parent = {"urn": "urn:pulumi:s::p::my:index:Component::parent", "type": "my:index:Component"}
    provider = {"urn": PROVIDER, "type": "pulumi:providers:kubernetes", "id": "1234"}
    first, later = resource("first", id="n/first"), resource("later", id="n/later")
    wanted = resource("wanted", parent=parent["urn"], dependencies=[first["urn"]])

    repaired, _ = assumed(deployment([provider, parent, first, later], [creating(wanted)]))

    assert names(repaired) == ["k", "parent", "first", "wanted", "later"]


def test_what_a_replacement_replaces_is_left_to_be_deleted() -> None:
    old = resource("a", id="n/a-old")
    new = resource("a", inputs={"metadata": {"name": "a-new", "namespace": "n"}})

    repaired, _ = assumed(deployment([old], [creating(new)]))

    assert [(one.id, one.delete) for one in repaired.resources] == [("n/a-new", False), ("n/a-old", True)]


def test_what_was_deleted_before_its_replacement_is_not_deleted_again() -> None:
    old = resource("a", id="n/a", pendingReplacement=True)

    repaired, _ = assumed(deployment([old], [creating(resource("a"))]))

    (made,) = repaired.resources
    assert (made.id, made.pending_replacement) == ("n/a", False)


def test_a_create_that_the_state_knows_already_changes_nothing() -> None:
    known = resource("a", id="n/a", outputs={"data": "live"})

    repaired, touched = assumed(deployment([known], [creating(resource("a"))]))

    assert [one.outputs for one in repaired.resources] == [{"data": "live"}]
    assert touched == {known["urn"]}


def test_pending_updates_and_deletes_are_looked_at() -> None:
    known = resource("a", id="n/a")
    pending = [{"type": "updating", "resource": known}, {"type": "deleting", "resource": resource("gone", id="n/gone")}]

    repaired, touched = assumed(deployment([known], pending))

    assert names(repaired) == ["a"]
    assert touched == {known["urn"]}


def test_a_create_without_a_derivable_id_is_forgotten(capsys: pytest.CaptureFixture[str]) -> None:
    image = resource("image", type="docker-build:index:Image", inputs={"tags": ["t"]})

    repaired, touched = assumed(deployment([], [creating(image)]))

    assert repaired.resources == []
    assert touched == set()
    assert image["urn"] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"),
    [
        ("kubernetes:core/v1:ConfigMap", {"metadata": {"name": "a", "namespace": "n"}}, "n/a"),
        ("kubernetes:core/v1:Namespace", {"metadata": {"name": "a"}}, "a"),
        ("kubernetes:core/v1:ConfigMap", {"metadata": {"name": {"4dabf": "secret"}}}, None),
        ("kubernetes:core/v1:ConfigMap", {}, None),
        ("aws:s3/bucket:Bucket", {"bucket": "b"}, SOUGHT),
        ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}, SOUGHT),
        ("pulumi:providers:kubernetes", {"metadata": {"name": "a"}}, None),
    ],
)
def test_the_id_follows_from_the_inputs(kind: str, inputs: Wire, expected: str | None) -> None:
    created = deployment([resource("a", type=kind, inputs=inputs)], []).resources[0]

    assert identifier(created) == expected


def test_everything_that_is_not_understood_passes_through_unchanged() -> None:
    known = resource("a", id="n/a", created="2026-01-01T00:00:00Z", sourcePosition="project:///__main__.py#1")
    export = {
        "version": 3,
        "deployment": {
            "manifest": {"time": "2026-01-01T00:00:00Z", "magic": "m", "version": "v3"},
            "secrets_providers": {"type": "passphrase", "state": {"salt": "v1:x"}},
            "resources": [known],
            "metadata": {},
        },
    }

    assert json.loads(Export.model_validate_json(json.dumps(export)).dump()) == export


def test_notes_that_nobody_can_read_are_none(tmp_path: Path) -> None:
    notes = tmp_path / "notes.json"
    for content in ('["urn:a', "", "{}", "3", '[{"a": 1}]'):
        notes.write_text(content)
        assert recovery.noted(notes) == set()
    notes.write_text('["urn:a"]')
    assert recovery.noted(notes) == {"urn:a"}
    assert recovery.noted(tmp_path / "none") == set()
