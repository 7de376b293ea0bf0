from pathlib import Path

import numpy as np
import pytest

from modelstore.manifest import FeatureType, Input, digest
from slipway.errors import BadInput
from slipway.models.tables import Table, quantiles, read_table, seen_lines

FEATURES = (
    Input(name="x", unit="m", description="", minimum=0, maximum=10),
    Input(name="n", unit="1", description="", minimum=0, maximum=10, type=FeatureType.INTEGER),
)


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode())
    return path


def test_columns_come_in_the_order_of_the_card(tmp_path: Path) -> None:
    path = table(tmp_path, "y,n,other,x\n1,2,ignored,3.5\n0,4,,5\n")
    read = read_table(path, FEATURES, "y")
    assert (read.rows, read.labels, read.column(1)) == (((3.5, 2.0), (5.0, 4.0)), (1.0, 0.0), [2.0, 4.0])
    assert read.sha256 == digest(path.read_bytes())


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\x0b", "\x0c", "\x1e"])
def test_only_the_ends_of_lines_end_rows(mark: str, tmp_path: Path) -> None:
    path = table(tmp_path, f'note,x,n,y\r\na{mark}b,1,1,0\r\n"two\r\nlines",2,2,1\r\n')
    read = read_table(path, FEATURES, "y")
    assert (read.rows, read.lines) == (((1, 1), (2, 2)), (2, 4))


def test_columns_that_are_ignored_may_repeat(tmp_path: Path) -> None:
    assert read_table(table(tmp_path, "a,x,n,a,y\n0,1,1,0,0\n"), FEATURES, "y").labels == (0,)


def test_training_data_needs_no_label(tmp_path: Path) -> None:
    assert read_table(table(tmp_path, "x,n\n1,1\n"), FEATURES, "y", needs_label=False).labels == ()
    assert read_table(table(tmp_path, "x,n,y\n1,1,2\n"), FEATURES, "y", needs_label=False).labels == (2,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y\n1,1\n", "no column 'n'; the columns are x, y"),
        ("x,n,y\n", "0 rows; it must have 1 to 1000000"),
        ("", "no column 'x'"),
        ("x,n,y\n1,1,1\nmany,1,1\n", "line 3: x = 'many' is not a finite number"),
        ("x,n,y\nnan,1,1\n", "line 2: x = 'nan' is not a finite number"),
        ("x,n,y\n1,1,inf\n", "line 2: y = 'inf' is not a finite number"),
        ("x,n,y\n1,1\n", "line 2: y = None is not a finite number"),
        ("x,n,x,y\n1,1,2,1\n", "2 columns 'x'; leave one of them"),
        ("x,n,y,y\n1,1,2,1\n", "2 columns 'y'; leave one of them"),
        ("x,n,y\n11,1,1\n", "line 2: x = 11 m is outside of the card's range 0 to 10; widen"),
        ("x,n,y\n1,1.5,1\n", r"line 2: n = 1\.5, but the card says it is an integer"),
    ],
)
def test_what_does_not_fit_is_named(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=message):
        read_table(table(tmp_path, text), FEATURES, "y")


def test_an_absent_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"table\.csv: there is no such table"):
        read_table(tmp_path / "table.csv", FEATURES, "y")


def test_what_is_no_text_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_bytes(b"\x80\x00\xff")
    with pytest.raises(BadInput, match="not a CSV file"):
        read_table(tmp_path / "table.csv", FEATURES, "y")


@pytest.mark.parametrize("count", [1, 2, 20, 21, 1000])
def test_quantiles_are_those_of_numpy(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    assert quantiles(values.tolist()) == pytest.approx(np.quantile(values, np.linspace(0, 1, 21)), rel=1e-5)


def test_a_row_is_seen_when_all_of_it_is(tmp_path: Path) -> None:
    def read(text: str) -> Table:
        return read_table(table(tmp_path, text), FEATURES, "y", needs_label=False)

    training = read("x,n,y\n1,1,0\n2,2,0\n3,3,0\n")
    assert seen_lines(read("n,x,y\n1,1,1\n\n2,2,0\n3,1,0\n"), training) == [4]
    assert seen_lines(read("x,n\n1,1\n5,5\n"), training) == [2], "without labels, the readings are all there is"
    assert seen_lines(read("x,n,y\n1,1,0\n1,1,0\n2,2,0\n"), training) == [4], "what repeats anyway is no sign"
