"""The answers that were published with a model, and whether it still gives them."""

import numpy as np

from modelstore.manifest import Manifest
from service.costs import Costs
from service.model import Model, ModelRefused, Tensors
from service.tabular import Rows, Tabular


def readings(manifest: Manifest) -> Rows:
    """The golden readings."""
    names = [feature.name for feature in manifest.features]
    return np.array([[reading[name] for name in names] for reading in manifest.golden.inputs], dtype=np.float64)


def sample(manifest: Manifest, tabular: Tabular) -> Tensors:
    """One reading that the model answers."""
    return tabular.tensors(readings(manifest)[:1])


def check(model: Model, manifest: Manifest, tabular: Tabular, costs: Costs) -> None:
    """Ask the golden readings in calls of every size that requests will come in.

    Raises:
        ModelRefused: an answer differs by more than the manifest's tolerance.
    """
    rows, golden = readings(manifest), manifest.golden
    for size in costs.sizes:
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            padded = np.concatenate([part, np.repeat(part[:1], size - len(part), axis=0)])
            answers = tabular.ask(model, padded)[: len(part)]
            for index, answer in enumerate(answers.tolist(), start):
                if not abs(answer - golden.outputs[index]) <= golden.tolerance:  # so written, NaN is refused too
                    raise ModelRefused(
                        f"golden reading {dict(golden.inputs[index])}: the model answers {answer} in a call of {size}, "
                        f"published was {golden.outputs[index]} (tolerance {golden.tolerance})"
                    )
