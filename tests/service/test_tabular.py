import numpy as np
import pytest

from modelstore.manifest import Manifest
from service.model import ModelRefused, TensorSpec
from service.tabular import Tabular
from tests.service import fakes
from tests.service.fakes import FakeModel

NAMES = list(fakes.READING)
ROWS = fakes.rows([85, 2.5, 101, 3000], [10, 0, 0, 0])


def spec(dtype: str, *row: int | None) -> TensorSpec:
    return TensorSpec(np.dtype(dtype), row)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("row", "names"),
    [((4,), ["x"]), ((None,), ["x"]), ((), NAMES), ((1,), NAMES[::-1])],
    ids=["one tensor", "an open one", "a tensor per feature", "a column per feature"],
)
def test_readings_become_tensors_and_back(dtype: str, row: tuple[int | None, ...], names: list[str]) -> None:
    tabular = Tabular.of(fakes.manifest(), {name: spec(dtype, *row) for name in names})
    tensors = tabular.tensors(ROWS)
    assert set(tensors) == set(names)
    assert {str(tensor.dtype) for tensor in tensors.values()} == {dtype}
    assert {tensor.ndim for tensor in tensors.values()} == {1 + len(row)}
    np.testing.assert_array_equal(tabular.rows(tensors), ROWS)


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"x": spec("float32", 3)}, r"takes x: float32 \(n, 3\); wanted is one tensor with 4 columns"),
        ({"x": spec("int64", 4)}, "'x' is int64"),
        ({name: spec("float32") for name in [*NAMES[:3], "speed"]}, "each of .*'rpm'"),
        ({name: spec("float32", 1, 1) for name in NAMES}, r"or \(n, 1\) for each of"),
        ({"x": spec("float32", 2, 2)}, r"float32 \(n, 2, 2\)"),
    ],
)
def test_tensors_that_are_no_table_are_refused(inputs: dict[str, TensorSpec], reason: str) -> None:
    with pytest.raises(ModelRefused, match=reason):
        Tabular.of(fakes.manifest(), inputs)


def test_the_narrowest_input_decides_what_a_number_may_be() -> None:
    inputs = {name: spec("float64") for name in NAMES} | {"rpm": spec("float32")}
    assert Tabular.of(fakes.manifest(), inputs).largest() == float(np.finfo(np.float32).max)


@pytest.mark.parametrize("shape", [(2,), (2, 1)])
def test_an_answer_is_one_number_per_row(shape: tuple[int, ...]) -> None:
    published: Manifest = fakes.manifest()
    tabular = Tabular.of(published, FakeModel().inputs)
    answers = tabular.answers({fakes.OUTPUT: np.zeros(shape, np.float32)}, 2)
    assert (answers.shape, answers.dtype) == ((2,), np.float64)


def test_more_or_fewer_numbers_than_rows_are_refused() -> None:
    tabular = Tabular.of(fakes.manifest(), FakeModel().inputs)
    with pytest.raises(ModelRefused, match=r"shape \(2, 2\) for 2 rows"):
        tabular.answers({fakes.OUTPUT: np.zeros((2, 2))}, 2)
