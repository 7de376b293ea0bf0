"""Quantities in the API server's form."""

import pytest

from sandbox.plugins.kubernetes.quantity import canonical


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1000m", "1"),
        ("1500m", "1500m"),
        ("0.5", "500m"),
        ("1000", "1k"),
        ("1024Mi", "1Gi"),
        ("2048Ki", "2Mi"),
        ("1.5Gi", "1536Mi"),
        ("0.5Mi", "512Ki"),
        ("512Mi", "512Mi"),
        ("100Ki", "100Ki"),
        ("0.5Ki", "512"),
        ("0.0005Ki", "512m"),
        ("1e3", "1e3"),
        ("0", "0"),
        ("64Mi", "64Mi"),
        (2, "2"),
        (0.25, "250m"),
    ],
)
def test_a_quantity_is_kept_in_its_canonical_form(written: object, kept: str) -> None:
    assert canonical(written) == kept


@pytest.mark.parametrize("value", ["many", True, None, "5 apples", {}])
def test_what_is_no_quantity_stays(value: object) -> None:
    assert canonical(value) is value
