"""The child's main task: check a SavedModel, load it with the service's own loader, and ask it."""

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from modelstore.manifest import FeatureType, Manifest
from service.model import Model, ModelRefused, TensorSpec
from service.tabular import Tabular
from service.tensorflow_model import load_saved_model
from slipway.errors import Refused
from slipway.models.inspection.fingerprints import fingerprints
from slipway.models.inspection.graph import Graph, check_graph
from slipway.models.inspection.messages import Answers, Ask

BATCH: Final = 1024

FLOAT32_INTEGERS: Final = 2**24
"""Up to this magnitude a float32 holds every integer exactly; above, it rounds to even numbers and worse."""

SINGLY: Final = 16
"""So many rows are also asked one by one: answers must not depend on what else is in the batch."""

_CALL: Final = re.compile(r"^\{\{function_node __wrapped__.*?\}\} | \[Op:\w+\] name: $")
"""Where TensorFlow names the operation by which the model is called, which says nothing of the model."""


def ask(task: Ask) -> Answers:
    """Answer all rows.

    Raises:
        Refused: a check failed, or the model cannot be loaded or fed.
    """
    import tensorflow

    tf: Any = tensorflow
    graph = check_graph(task.folder, task.manifest.signature)
    tensor = _tensor(task.manifest, graph)
    manifest = task.manifest.model_copy(update={"output": task.manifest.output.model_copy(update={"tensor": tensor})})
    try:
        model = load_saved_model(task.folder, manifest)
        tabular = Tabular.of(manifest, model.inputs)
        _check_integers(manifest, model.inputs)
        outputs = _answers(model, tabular, task.rows, model.row_limit or BATCH)
        singly = _answers(model, tabular, task.rows[:SINGLY], 1)
    except ModelRefused as error:
        raise Refused(f"the model cannot be served: {error}") from error
    except tf.errors.OpError as error:
        raise Refused(f"the model fails on the held-out data: {_first_line(str(error.message))}") from error
    return Answers(tensor=tensor, outputs=outputs, singly=singly, fingerprints=fingerprints(task.folder, graph))


def _first_line(message: str) -> str:
    """What went wrong; before it come the places where each node was defined, which a SavedModel doesn't keep."""
    return _CALL.sub("", message.rpartition("<stack traces unavailable>\n")[2].splitlines()[0])


def _tensor(manifest: Manifest, graph: Graph) -> str:
    if manifest.output.tensor:
        return manifest.output.tensor
    if len(graph.outputs) != 1:
        raise Refused(
            f"the signature has the outputs {', '.join(graph.outputs)}; name one in output.tensor of the card"
        )
    return graph.outputs[0]


def _check_integers(manifest: Manifest, inputs: Mapping[str, TensorSpec]) -> None:
    """Refuse integers that the model would get as other ones."""
    for feature in manifest.features:
        tensor = feature.name if feature.name in inputs else next(iter(inputs))
        largest = max(feature.minimum, feature.maximum, key=abs)
        wide = feature.type is FeatureType.INTEGER and abs(largest) > FLOAT32_INTEGERS
        if wide and inputs[tensor].dtype.name == "float32":
            raise Refused(
                f"{feature.name} is an integer up to {largest:.0f}, and the model's input {tensor!r} is float32, which "
                f"rounds integers beyond {FLOAT32_INTEGERS}; make that input float64, or narrow the card's range"
            )


def _answers(model: Model, tabular: Tabular, rows: tuple[tuple[float, ...], ...], size: int) -> tuple[float, ...]:
    table = np.array(rows, dtype=np.float64)
    parts = [tabular.ask(model, table[start : start + size]) for start in range(0, len(table), size)]
    return tuple(np.concatenate(parts).tolist())
