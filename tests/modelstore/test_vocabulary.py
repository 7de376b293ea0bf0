"""What a name, a version, a digest or a path may be, wherever somebody writes it."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from modelstore.vocabulary import Digest, ModelName, ModelVersion, OutputName, RelativePath

HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Digest, f"sha256:{HEX}"),
        (ModelName, "maintenance_predictor"),
        (ModelName, "a" * 40),
        (ModelVersion, "0.0.0"),
        (ModelVersion, "10.200.123456789"),
        (OutputName, "failure_probability"),
        (RelativePath, "variables/variables.index"),
    ],
)
def test_what_is_written_so_is_taken_as_it_is(kind: Any, value: str) -> None:
    assert TypeAdapter[str](kind).validate_python(value) == value


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (Digest, HEX, "is not a digest, like 'sha256:'"),
        (Digest, f"sha256:{HEX.upper()}", "is not a digest"),
        (Digest, f"sha256:{HEX}\n", "is not a digest"),
        (ModelName, "../other", "is not a model name, like 'maintenance_predictor'"),
        (ModelName, "a" * 41, "40 characters at most"),
        (ModelName, "two__words", "is not a model name"),
        (ModelVersion, "v1.2", "is not a model version, like '1.3.0'"),
        (ModelVersion, "1.02.0", "is not a model version"),
        (ModelVersion, "1.٣.0", "is not a model version"),
        (ModelVersion, "1.1234567890.0", "9 digits at most in each number"),
        (ModelVersion, "1" * 5000, r"'1{40}…' is not a model version"),
        (OutputName, "risk_level", "is the name of a field that bands add"),
        (OutputName, "recommended_action", "is the name of a field that bands add"),
        (RelativePath, "/etc/passwd", "is not a path inside the model"),
        (RelativePath, "a/../b", "is not a path inside the model"),
        (RelativePath, "a//b", "is not a path inside the model"),
        (RelativePath, "a\\b", "is not a path inside the model"),
    ],
)
def test_what_is_not_is_refused_with_an_example(kind: Any, value: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        TypeAdapter[str](kind).validate_python(value)
