"""The contract between who publishes a model and who serves it."""

import json

import pytest
from pydantic import ValidationError

from modelstore.manifest import FeatureType, Input, Manifest, digest
from service.schemas import Schema
from tests.service import fakes

OUTPUT = {"name": "failure_probability", "meaning": "of a failure", "tensor": "probability"}


def document() -> dict[str, object]:
    return fakes.manifest().model_dump(mode="json")


def test_a_manifest_is_stored_and_read_as_the_same_bytes() -> None:
    content = fakes.manifest().to_bytes()
    assert Manifest.from_bytes(content) == fakes.manifest()
    assert Manifest.from_bytes(content).to_bytes() == content


def test_a_manifest_of_before_held_out_data_had_a_digest_is_written_as_it_was() -> None:
    content = fakes.manifest().to_bytes()
    assert "sha256" not in json.loads(content)["evaluation"]
    told = Manifest.model_validate(document() | {"evaluation": {"rows": 1, "sha256": digest(b""), "metrics": {}}})
    assert Manifest.from_bytes(told.to_bytes()).evaluation.sha256 == digest(b"")


def test_a_digest_is_the_sha256_of_the_bytes() -> None:
    assert digest(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("version", "v1.2", "is not a model version, like '1.3.0'"),
        ("name", "../other", "is not a model name"),
        ("files", [{"path": "../../etc/passwd", "sha256": digest(b""), "size": 0}], "is not a path inside the model"),
        ("files", [{"path": "a", "sha256": "md5:0", "size": 0}], "is not a digest"),
        ("files", [], "at least 1 item"),
        ("format", "pickle", "Input should be 'saved_model'"),
        ("surprise", 1, "Extra inputs are not permitted"),
        ("golden", {"inputs": [{"temperature": 1}], "outputs": [1], "tolerance": 1}, "golden input has"),
        ("golden", {"inputs": [fakes.READING], "outputs": [1, 2], "tolerance": 1}, "1 golden inputs, but 2 outputs"),
        ("output", OUTPUT | {"name": "risk_level"}, "'risk_level' is the name of a field that bands add"),
        ("bands", [fakes.BANDS[2] | {"recommended_action": ""}], "at least 1 character"),
        ("bands", [fakes.BANDS[0]], "only the last"),
        ("bands", fakes.BANDS[1::-1] + fakes.BANDS[2:], "bands must ascend"),
    ],
)
def test_what_could_not_be_served_or_trusted_is_refused(key: str, value: object, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Manifest.model_validate(document() | {key: value})


def ranged(minimum: float, maximum: float, kind: FeatureType = FeatureType.INTEGER) -> Input:
    return Input(name="rpm", type=kind, unit="r/min", description="", minimum=minimum, maximum=maximum)


@pytest.mark.parametrize(
    ("minimum", "maximum", "named"),
    [(0.5, 3, "minimum 0.5"), (0, 1e30, r"maximum 1e\+30"), (0, 2.0**53 + 2, "maximum"), (-1e18, 0, "minimum")],
)
def test_an_integers_range_ends_at_integers(minimum: float, maximum: float, named: str) -> None:
    with pytest.raises(ValidationError, match=rf"rpm: {named}.* of an integer is no whole number.*say `type: float`"):
        ranged(minimum, maximum)
    assert ranged(minimum, maximum, FeatureType.FLOAT).maximum == maximum


def test_the_widest_range_of_an_integer_can_be_served() -> None:
    feature = ranged(-(2.0**53), 2.0**53).model_dump(mode="json") | {"quantiles": [0, 1]}
    golden = {"inputs": [{"rpm": 1}], "outputs": [1], "tolerance": 1}
    schema = Schema.of(Manifest.model_validate(document() | {"features": [feature], "golden": golden}), 2.0**60)
    assert schema.reading(b'{"rpm": 9007199254740992}') == (2**53,)
