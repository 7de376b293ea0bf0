import numpy as np
import pytest

from service.model import TensorSpec, count


def test_rows_are_counted_along_the_first_axis() -> None:
    assert count({"a": np.zeros((3, 2)), "b": np.zeros(3)}) == 3


@pytest.mark.parametrize(
    ("row", "text"), [((), "float32 (n)"), ((4,), "float32 (n, 4)"), ((None, 2), "float32 (n, ?, 2)")]
)
def test_a_spec_is_shown_as_people_write_it(row: tuple[int | None, ...], text: str) -> None:
    assert str(TensorSpec(np.dtype(np.float32), row)) == text
