"""The SavedModel's signature as a model; few tests, since TensorFlow takes seconds to import."""

import itertools
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelstore.manifest import Manifest
from service.model import ModelRefused
from service.tabular import Tabular
from service.tensorflow_model import configure, load_saved_model
from tests.service import fakes
from tests.service.conftest import Save

Specs = dict[str, tuple[list[int | None], str]]

NAMES = list(fakes.READING)
ROWS = fakes.rows([85, 2.5, 101, 3000], [10, 0, 0, 0])


def load(folder: Path, manifest: Manifest | None = None) -> Any:
    return load_saved_model(folder, manifest or fakes.manifest())


@pytest.mark.parametrize(
    ("specs", "row"),
    [({"x": ([None, 4], "float32")}, (4,)), ({name: ([None], "float64") for name in NAMES}, ())],
    ids=["one tensor", "a tensor per feature"],
)
def test_a_signature_is_asked_with_its_tensors(specs: Specs, row: tuple[int, ...], save: Save) -> None:
    model = load(save(specs))
    assert {name: (str(spec.dtype), spec.row) for name, spec in model.inputs.items()} == {
        name: (dtype, row) for name, (_, dtype) in specs.items()
    }
    assert model.row_limit is None
    tabular = Tabular.of(fakes.manifest(), model.inputs)
    for rows in (ROWS, ROWS[:1]):
        np.testing.assert_allclose(tabular.ask(model, rows), rows[:, 0] / 100)


def test_each_input_and_output_is_taken_by_its_name(tf: Any, tmp_path: Path) -> None:
    """Whatever the order in which the model's own code has them, and what its variables are."""
    module = tf.Module()
    module.weights = {name: tf.Variable(10.0**-place, dtype="float64") for place, name in enumerate(NAMES)}

    def call(**given: Any) -> dict[str, Any]:
        total = tf.add_n([given[name] * module.weights[name] for name in NAMES])
        return {"zeros": 0.0 * total, "probability": total, "another": total + 1.0}

    specs = {name: tf.TensorSpec([None], "float64", name=name) for name in reversed(NAMES)}
    function = tf.function(call).get_concrete_function(**specs)
    tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": function})
    model = load(tmp_path)
    answers = Tabular.of(fakes.manifest(), model.inputs).ask(model, ROWS)
    np.testing.assert_allclose(answers, ROWS @ [1.0, 0.1, 0.01, 0.001])


def test_a_signature_with_room_for_one_row_says_so(save: Save) -> None:
    model = load(save({"x": ([1, 4], "float32")}))
    assert model.row_limit == 1
    assert Tabular.of(fakes.manifest(), model.inputs).ask(model, ROWS[:1]) == [0.85]


REFUSED: list[tuple[Specs, str]] = [
    ({"x": ([3, 4], "float32")}, r"'x' has the shape \(3, 4\); its first dimension must be open \(None\), or 1"),
    ({"x": ([], "float32")}, r"'x' has the shape \(\)"),
    (
        {name: ([None if name == "temperature" else 1], "float32") for name in NAMES},
        r"\['pressure', 'rpm', 'vibration'\] take one row, and \['temperature'\] any number",
    ),
]


@pytest.mark.parametrize(("specs", "reason"), REFUSED)
def test_a_signature_that_takes_no_rows_is_refused(specs: Specs, reason: str, save: Save) -> None:
    first = next(iter(specs))
    folder = save(specs, lambda tensors: tensors[first])
    with pytest.raises(ModelRefused, match=reason):
        load(folder)


@pytest.mark.usefixtures("tf")
def test_what_fails_for_the_moment_is_not_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tf: Any) -> None:
    moments: list[Exception] = [
        OSError(24, "Too many open files"),
        tf.errors.ResourceExhaustedError(None, None, "full"),
    ]
    for error in moments:

        def fail(_: str, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(tf.saved_model, "load", fail)
        with pytest.raises(OSError, match="could not load the model now"):
            load(tmp_path)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_reading_gets_the_same_bits_whatever_else_is_in_a_call_of_the_size(
    dtype: str, tf: Any, tmp_path: Path
) -> None:
    random = np.random.default_rng(7)
    module = tf.Module()
    sizes = [4, 33, 17, 1]
    module.weights = [tf.Variable(random.normal(size=size), dtype=dtype) for size in itertools.pairwise(sizes)]

    def call(x: Any) -> dict[str, Any]:
        for weights in module.weights:
            x = tf.tanh(x @ weights)
        return {"probability": x}

    function = tf.function(call).get_concrete_function(x=tf.TensorSpec([None, 4], dtype, name="x"))
    tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": function})
    model = load(tmp_path)
    for size in (1, 2, 8, 64):
        reading = random.normal(size=4)
        answers: set[bytes] = set()
        for _ in range(20):
            rows, place = random.normal(size=(size, 4)).astype(dtype), int(random.integers(size))
            rows[place] = reading
            answers.add(model.predict({"x": rows})["probability"][place].tobytes())
        assert len(answers) == 1, size


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
