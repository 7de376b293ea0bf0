import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from slipway.errors import Refused
from slipway.models.inspection.graph import check_graph

SIGNATURE = "serving_default"


@pytest.mark.parametrize("name", ["good", "deeper", "columns", "constants", "mixing"])
def test_a_model_that_only_computes_passes(name: str, zoo: Path) -> None:
    graph = check_graph(zoo / name, SIGNATURE)
    assert graph.outputs == ("p",)
    assert {"MatMul", "Sigmoid"} <= set(graph.operations)
    assert "SaveV2" not in graph.operations, "the saver's operations are not the model's"


def test_what_serving_computes_is_listed_as_often_as_it_stands_there(zoo: Path) -> None:
    good, repeated, constants = (check_graph(zoo / name, SIGNATURE) for name in ("good", "repeated", "constants"))
    assert good.operations.count("Sigmoid") == 1, "neither the trace beside the signature nor the saver counts"
    assert repeated.operations.count("Sigmoid") == 2
    assert [len(graph.constants) for graph in (good, repeated, constants)] == [0, 0, 1]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("reads", r"operation ReadFile .* is not allowed: it reads files"),
        ("writes", r"operation WriteFile .* is not allowed: it writes files"),
        ("writes_in_a_branch", r"operation WriteFile \(.* in function cond_true"),
        ("prints", r"operation (StringFormat|PrintV2) .* is not allowed"),
        ("runs_python", r"operation EagerPyFunc .* is not allowed: it runs Python"),
        ("saves", r"operation SaveV2 \(.* in function __inference_saves.* is not allowed: it writes files"),
        ("asset", r"the model needs the file 'vocabulary\.txt'; put its content into variables"),
    ],
)
def test_a_model_that_does_more_is_refused(name: str, reason: str, zoo: Path) -> None:
    with pytest.raises(Refused, match=reason):
        check_graph(zoo / name, SIGNATURE)
    assert not (zoo / "proof").exists()


@pytest.mark.parametrize(
    ("name", "operation", "where"),
    [
        ("turns", "AssignAddVariableOp", "function __inference_turns"),
        ("turns_in_a_branch", "AssignVariableOp", "function cond_true"),
        ("fills_its_table", "LookupTableImportV2", "function __inference_fills"),
    ],
)
def test_a_model_whose_calls_change_something_is_refused(name: str, operation: str, where: str, zoo: Path) -> None:
    reason = rf"operation {operation} \(\S+ in {where}\w+\) .* it changes what later calls answer"
    with pytest.raises(Refused, match=reason):
        check_graph(zoo / name, SIGNATURE)


@pytest.mark.parametrize("name", ["looks_up", "trainable"])
def test_what_is_changed_where_no_call_comes_is_let_be(name: str, zoo: Path) -> None:
    assert check_graph(zoo / name, SIGNATURE).outputs == ("p",)


def edited(model: Path, folder: Path, edit: Callable[[Any], None]) -> Path:
    """A copy whose only graph is changed."""
    from tensorflow.core.protobuf import saved_model_pb2 as untyped

    saved: Any = getattr(untyped, "SavedModel")()  # noqa: B009 protocol buffers have no types
    shutil.copytree(model, folder)
    saved.ParseFromString((folder / "saved_model.pb").read_bytes())
    edit(saved.meta_graphs[0])
    (folder / "saved_model.pb").write_bytes(saved.SerializeToString())
    return folder


def test_what_the_loader_calls_is_looked_at_whatever_the_graph_calls(zoo: Path, tmp_path: Path) -> None:
    def forge(meta: Any) -> None:
        """Have the graph's signature call a function that changes nothing."""
        for node in meta.graph_def.node:
            if node.op == "StatefulPartitionedCall" and "signature_wrapper" in node.attr["f"].func.name:
                node.attr["f"].func.name = "harmless"
        harmless = meta.graph_def.library.function.add()
        harmless.CopyFrom(next(f for f in meta.graph_def.library.function if "signature_wrapper" in f.signature.name))
        harmless.signature.name = "harmless"
        del harmless.node_def[:]

    with pytest.raises(Refused, match="AssignAddVariableOp"):
        check_graph(edited(zoo / "turns", tmp_path / "forged", forge), SIGNATURE)


def test_what_tensorflow_may_call_instead_is_looked_at_too(zoo: Path, tmp_path: Path) -> None:
    def forge(meta: Any) -> None:
        """Call the function that trains another implementation of the one that answers."""
        for function in meta.graph_def.library.function:
            if "signature_wrapper" in function.signature.name or "AssignSub" in str(function.node_def):
                function.attr["api_implements"].s = b"answer"

    with pytest.raises(Refused, match="AssignSubVariableOp"):
        check_graph(edited(zoo / "trainable", tmp_path / "forged", forge), SIGNATURE)


def test_a_missing_signature_is_named(zoo: Path) -> None:
    with pytest.raises(Refused, match="no signature 'predict'; there are: serving_default"):
        check_graph(zoo / "good", "predict")


@pytest.mark.parametrize("damage", [b"", b"\xff" * 100, b"not a model"])
def test_a_damaged_graph_is_refused(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(damage)
    with pytest.raises(Refused, match=r"saved_model\.pb"):
        check_graph(tmp_path, SIGNATURE)


def test_a_truncated_graph_is_refused(zoo: Path, tmp_path: Path) -> None:
    shutil.copytree(zoo / "good", tmp_path / "model")
    content = (tmp_path / "model" / "saved_model.pb").read_bytes()
    (tmp_path / "model" / "saved_model.pb").write_bytes(content[: len(content) // 2])
    with pytest.raises(Refused, match=r"saved_model\.pb"):
        check_graph(tmp_path / "model", SIGNATURE)
