import copy
import hashlib
from pathlib import Path

import pulumi
import pytest
import yaml

from infra.platform.crds import definitions
from infra.shared.metadata import FIELD_MANAGER, PART_OF
from tests.infra import stacks
from tests.infra.values import Object, whole_numbers

TWO = "kind: A\n---\nkind: B\noperators: [=, '!=']\n---\n"
TOOLS = ("tool", "other")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tool").mkdir()
    (tmp_path / "tool/crds.yaml").write_text(TWO)
    return tmp_path


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "crds.lock.yaml"
    entry = {
        "file": "tool/crds.yaml",
        "tool": "tool",
        "module": "example.org/tool",
        "version": "v1.2.3",
        "source": "crds.yaml",
        "sha256": hashlib.sha256(TWO.encode()).hexdigest(),
    }
    path.write_text(yaml.safe_dump({"crds": [entry]}))
    return path


def test_every_document_of_every_locked_file_is_read(folder: Path, lock: Path) -> None:
    assert definitions.read(folder, TOOLS, lock) == [{"kind": "A"}, {"kind": "B", "operators": ["=", "!="]}]


def test_nothing_is_read_of_tools_that_are_not_wanted(folder: Path, lock: Path) -> None:
    assert definitions.read(folder, ("other",), lock) == []


def test_a_changed_file_is_refused_before_anything_is_declared(folder: Path, lock: Path) -> None:
    (folder / "tool/crds.yaml").write_text("kind: C\n")
    with pytest.raises(
        pulumi.RunError,
        match=r"crds\.folder: .*crds\.yaml has SHA-256 .*, the lock of example\.org/tool v1\.2\.3 wants .*crds fetch",
    ):
        definitions.read(folder, TOOLS, lock)


def test_a_missing_file_is_named_with_the_remedy(folder: Path, lock: Path) -> None:
    (folder / "tool/crds.yaml").unlink()
    with pytest.raises(
        pulumi.RunError, match=rf"crds\.folder: .*crds\.yaml can't be read .*crds fetch {folder}` brings it"
    ):
        definitions.read(folder, TOOLS, lock)


def test_a_definition_is_declared_as_upstream_wrote_it_without_its_prose_and_marked_as_ours() -> None:
    declared = whole_numbers(stacks.platform().one("CustomResourceDefinition"))
    metadata: Object = declared["metadata"]
    assert metadata.pop("labels") == PART_OF
    assert metadata["annotations"].pop(FIELD_MANAGER)
    assert declared == stacks.DEFINITION


@pytest.mark.parametrize("protect", [True, False])
def test_definitions_outlive_a_stack_that_says_so_and_all_objects_of_their_kind_with_them(protect: bool) -> None:
    config: Object = stacks.platform_configuration() | {"slipway-platform:protect": protect}
    assert stacks.platform_with(config).resource("CustomResourceDefinition").request.protect is protect


def test_what_is_no_prose_stays() -> None:
    fields: Object = {
        "description": {"type": "string", "description": "What it is for."},
        "rules": {"type": "array", "items": {"description": "One.", "enum": ["description"]}},
        "contact": {"type": "object", "default": {"description": "nobody"}},
    }
    described: Object = copy.deepcopy(stacks.DEFINITION)
    (version,) = described["spec"]["versions"]
    version["schema"] = {"openAPIV3Schema": {"description": "A widget.", "properties": fields}}

    declared = stacks.platform_with(stacks.platform_configuration(), [described]).one("CustomResourceDefinition")
    (version,) = declared["spec"]["versions"]
    assert version["schema"] == {
        "openAPIV3Schema": {
            "properties": {
                "description": {"type": "string"},
                "rules": {"type": "array", "items": {"enum": ["description"]}},
                "contact": {"type": "object", "default": {"description": "nobody"}},
            }
        }
    }
