"""The SavedModel's signature as a model; few tests, since TensorFlow takes seconds to import."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelstore.manifest import Manifest
from service.model import ModelRefused
from service.tensorflow_model import configure, load_saved_model
from tests.service import fakes
from tests.service.conftest import Save, Tensors

NAMES = list(fakes.READING)
ROWS = fakes.rows([85, 2.5, 101, 3000], [10, 0, 0, 0])


def load(folder: Path, manifest: Manifest | None = None) -> Any:
    return load_saved_model(folder, manifest or fakes.manifest())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "shapes",
    [{"x": [None, 4]}, {name: [None] for name in NAMES}, {name: [None, 1] for name in reversed(NAMES)}],
    ids=["one tensor", "a tensor per feature", "a column per feature"],
)
def test_a_signature_is_fed_as_it_wants(dtype: str, shapes: dict[str, list[int | None]], save: Save) -> None:
    model = load(save({name: (shape, dtype) for name, shape in shapes.items()}))
    for rows in (ROWS, ROWS[:1]):
        answers = model.predict(rows)
        assert (answers.shape, answers.dtype) == ((len(rows),), np.float64)
        np.testing.assert_allclose(answers, rows[:, 0] / 100)


@pytest.mark.parametrize(
    ("specs", "reason"),
    [
        ({"x": ([None, 3], "float32")}, r"one tensor of shape \(None, 4\)"),
        ({"x": ([1, 4], "float32")}, "first dimension must be open"),
        ({"x": ([None, 4], "int64")}, "'x' is int64"),
        ({name: ([None], "float32") for name in [*NAMES[:3], "speed"]}, "each of .*'rpm'"),
        ({name: ([None, 1, 1], "float32") for name in NAMES}, r"or \(None, 1\) for each of"),
    ],
)
def test_a_signature_that_cannot_be_fed_is_refused(specs: Any, reason: str, save: Save) -> None:
    first = next(iter(specs))

    def answer(tensors: Tensors) -> Any:
        return tensors[first]

    folder = save(specs, answer)
    with pytest.raises(ModelRefused, match=reason):
        load(folder)


def test_more_than_one_number_per_row_is_refused(save: Save) -> None:
    def answer(tensors: Tensors) -> Any:
        return tensors["x"][:, :2]

    model = load(save({"x": ([None, 4], "float64")}, answer))
    with pytest.raises(ModelRefused, match=r"shape \(2, 2\) for 2 rows"):
        model.predict(ROWS)


def test_what_the_manifest_names_must_be_there(save: Save) -> None:
    folder = save({"x": ([None, 4], "float64")})
    with pytest.raises(ModelRefused, match=r"no signature 'other'; there are \['serving_default'\]"):
        load(folder, fakes.manifest(signature="other"))
    output = {"name": "failure_probability", "meaning": "m", "tensor": "other"}
    with pytest.raises(ModelRefused, match=r"no output 'other'; there are \['probability'\]"):
        load(folder, fakes.manifest(output=output))


@pytest.mark.usefixtures("tf")
def test_files_that_are_no_saved_model_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="no SavedModel"):
        load(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(b"graph")
    with pytest.raises(ModelRefused, match="no SavedModel"):
        load(tmp_path)


def test_the_process_is_told_how_many_threads_it_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "TF_CPP_MIN_LOG_LEVEL", "TF_USE_LEGACY_KERAS"):
        monkeypatch.setenv(name, "to be restored")
    configure(3)
    assert os.environ["TF_NUM_INTRAOP_THREADS"] == os.environ["TF_NUM_INTEROP_THREADS"] == "3"
