import pytest

from infra.quantity import Quantity


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("1000m", "1"),
        ("150m", "150m"),
        ("0.5", "500m"),
        ("2", "2"),
        ("4000", "4k"),
        ("2048Mi", "2Gi"),
        ("1600Mi", "1600Mi"),
        ("0.5Gi", "512Mi"),
        ("128M", "128M"),
        ("5000k", "5M"),
        ("3000M", "3G"),
        ("2048Ki", "2Mi"),
        ("1024Gi", "1Ti"),
        ("0", "0"),
        (2, "2"),
    ],
)
def test_a_quantity_is_written_as_the_api_server_writes_it(written: object, canonical: str) -> None:
    assert str(Quantity.parse(written)) == canonical


@pytest.mark.parametrize("wrong", ["", "lots", "-1", "1Xi", "1 Gi", "1e3", None])
def test_what_is_no_quantity_is_refused_with_an_example(wrong: object) -> None:
    with pytest.raises(ValueError, match="is no quantity, like '150m'"):
        Quantity.parse(wrong)


def test_quantities_multiply_and_add_exactly() -> None:
    assert str(Quantity.parse("150m") * 12 + Quantity.parse("100m")) == "1900m"
    assert str(Quantity.parse("1200Mi") * 12) == "14400Mi"


def test_quantities_compare_across_units() -> None:
    assert Quantity.parse("1600Mi") < Quantity.parse("2Gi")
    assert Quantity.parse("1") > Quantity.parse("999m")
