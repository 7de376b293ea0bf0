"""Readings that are taken, readings that are refused, and the answers' texts."""

import json
import math

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.errors import InvalidInput, response_to
from service.schemas import ERRORS_LIMIT, READINGS_LIMIT, Schema
from service.settings import Settings
from tests.service import fakes
from tests.service.fakes import READING

LARGEST = 1.0e300
SCHEMA = Schema.of(fakes.manifest(), LARGEST)
LIMIT: int = Settings.model_fields["body_limit"].default


def body(**changes: object) -> bytes:
    return json.dumps({key: value for key, value in (READING | changes).items() if value is not ...}).encode()


def refused(content: bytes) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(InvalidInput) as caught:
        SCHEMA.reading(content)
    detail = caught.value.detail
    assert not isinstance(detail, str)
    assert json.dumps(detail, allow_nan=False)
    return {tuple(each["loc"]): each["type"] for each in detail}


def test_a_reading_is_given_in_the_manifests_order() -> None:
    shuffled = json.dumps(dict(reversed(READING.items()))).encode()
    assert SCHEMA.reading(shuffled) == (85.0, 2.5, 101.0, 3000.0)


@pytest.mark.parametrize("value", [-40, 200, 0, 1e-300])
def test_numbers_within_the_range_are_taken(value: float) -> None:
    assert SCHEMA.reading(body(temperature=value))[0] == value


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (..., "missing"),
        (None, "float_type"),
        ("85", "float_type"),
        (True, "float_type"),
        ([85], "float_type"),
        (math.nan, "finite_number"),
        (math.inf, "finite_number"),
        (-math.inf, "finite_number"),
        (-40.1, "greater_than_equal"),
        (200.1, "less_than_equal"),
        (1e308, "less_than_equal"),
    ],
)
def test_a_refused_number_is_named(value: object, kind: str) -> None:
    assert refused(body(temperature=value)) == {("body", "temperature"): kind}


def test_a_huge_integer_is_refused() -> None:
    assert set(refused(body(temperature=10**400))) == {("body", "temperature")}
    assert set(refused(body(rpm=10**400))) == {("body", "rpm")}


@pytest.mark.parametrize("value", [1200, 1200.0])
def test_an_integer_feature_takes_a_whole_number(value: float) -> None:
    assert SCHEMA.reading(body(rpm=value))[3] == 1200


@pytest.mark.parametrize("value", [1200.5, "1200", True, None, math.nan, math.inf, -1, 10001])
def test_an_integer_feature_takes_nothing_else(value: object) -> None:
    assert set(refused(body(rpm=value))) == {("body", "rpm")}


def test_an_unknown_field_is_named() -> None:
    assert refused(body(humidity=3)) == {("body", "humidity"): "extra_forbidden"}


def test_as_many_errors_as_a_client_can_read_are_told_one_by_one() -> None:
    unknown = {f"other_{number}": 0 for number in range(ERRORS_LIMIT)}
    assert refused(body(**unknown)) == {("body", name): "extra_forbidden" for name in unknown}
    assert refused(body(**unknown, one_more=0)) == {("body",): "too_many_errors"}


def test_of_too_many_errors_the_first_is_told() -> None:
    with pytest.raises(InvalidInput) as caught:
        SCHEMA.reading(body(temperature="hot", **{f"other_{number}": 0 for number in range(99)}))
    [told] = caught.value.detail
    assert told == {
        "type": "too_many_errors",
        "loc": ["body"],
        "msg": "100 errors; body.temperature: Input should be a valid number",
    }


MANY_FIELDS = [{f"{number:x}": 0 for number in range(count)} for count in (ERRORS_LIMIT - 4, 7000)]
LONG_FIELDS = [{f"{number:02}" + letter * 380: 0 for number in range(ERRORS_LIMIT - 4)} for letter in ("x", "é", "\1")]


@pytest.mark.parametrize("content", [*MANY_FIELDS, *LONG_FIELDS], ids=lambda content: f"{len(content)} fields")
def test_no_body_has_an_answer_of_more_than_a_few_kilobytes(content: dict[str, int]) -> None:
    sent = json.dumps(content, separators=(",", ":")).encode()
    assert len(sent) <= LIMIT
    with pytest.raises(InvalidInput) as caught:
        SCHEMA.reading(sent)
    assert len(response_to(caught.value).body) < 16_000


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"null", b"[]", b"[1,2,3,4]", b'"text"', b"\xff\xfe", b"[" * 10000, b'{"temperature":' * 10000],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_no_reading_at_all_is_refused(content: bytes) -> None:
    assert set(refused(content)) == {("body",)}


@given(st.binary(max_size=200) | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_no_body_causes_anything_but_a_refusal(content: bytes | str) -> None:
    refused(content.encode() if isinstance(content, str) else content)


@given(st.fixed_dictionaries({name: st.floats() | st.integers() | st.text() for name in READING}))
def test_what_is_taken_is_finite_and_within_the_ranges(reading: dict[str, object]) -> None:
    try:
        values = SCHEMA.reading(json.dumps(reading).encode())
    except InvalidInput:
        return
    for feature, value in zip(fakes.manifest().features, values, strict=True):
        assert feature.minimum <= value <= feature.maximum


@pytest.mark.parametrize(
    ("value", "risk", "action"),
    [
        (0.0, "LOW", "Continue normal operation"),
        (math.nextafter(0.3, 0), "LOW", "Continue normal operation"),
        (0.3, "MEDIUM", "Schedule inspection within 48 hours"),
        (math.nextafter(0.7, 0), "MEDIUM", "Schedule inspection within 48 hours"),
        (0.7, "HIGH", "Immediate maintenance required"),
        (1.0, "HIGH", "Immediate maintenance required"),
    ],
)
def test_an_answer_has_the_articles_bands(value: float, risk: str, action: str) -> None:
    answer = {"failure_probability": value, "risk_level": risk, "recommended_action": action}
    assert SCHEMA.answer(value) == answer
    SCHEMA.response.model_validate(answer)


def test_a_model_without_bands_answers_its_number_only() -> None:
    schema = Schema.of(fakes.manifest(bands=[]), LARGEST)
    assert schema.answer(0.5) == {"failure_probability": 0.5}
    assert list(schema.response.model_json_schema()["properties"]) == ["failure_probability"]


@pytest.mark.parametrize("name", ["copy", "json", "schema", "model_config", "model_fields", "self", "class"])
def test_a_feature_may_have_any_name(name: str) -> None:
    feature = {"name": name, "unit": "1", "description": "d", "minimum": 0, "maximum": 1, "quantiles": [0, 1]}
    golden = {"inputs": [{name: 0.5}], "outputs": [0.5], "tolerance": 1}
    schema = Schema.of(fakes.manifest(features=[feature], golden=golden), LARGEST)
    assert schema.reading(json.dumps({name: 0.5}).encode()) == (0.5,)


def test_a_number_that_the_models_tensors_cannot_hold_is_out_of_range() -> None:
    float32 = 3.4028234663852886e38
    feature = {"name": "x", "unit": "1", "description": "d", "minimum": -1e300, "maximum": 1e300, "quantiles": [0, 1]}
    golden = {"inputs": [{"x": 0.5}], "outputs": [0.5], "tolerance": 1}
    schema = Schema.of(fakes.manifest(features=[feature], golden=golden), float32)
    assert schema.reading(b'{"x": 3e38}') == (3e38,)
    for number in (b"1e39", b"-1e39"):
        with pytest.raises(InvalidInput):
            schema.reading(b'{"x": %s}' % number)


def test_readings_are_given_in_their_order() -> None:
    content = json.dumps({"readings": [READING, READING | {"temperature": 1}]}).encode()
    assert SCHEMA.readings(content) == [(85.0, 2.5, 101.0, 3000.0), (1, 2.5, 101.0, 3000.0)]


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"readings": []}, ("body", "readings")),
        ({"readings": [READING] * (READINGS_LIMIT + 1)}, ("body", "readings")),
        ({"readings": {"0": READING}}, ("body", "readings")),
        ({"readings": [READING], "other": 1}, ("body", "other")),
        ({"readings": [READING, [85, 2.5, 101, 3000]]}, ("body", "readings", 1)),
        ({"readings": [READING, READING | {"rpm": "fast"}]}, ("body", "readings", 1, "rpm")),
        ({"readings": [READING, {"temperature": 85.0}]}, ("body", "readings", 1, "vibration")),
        ([READING], ("body",)),
    ],
    ids=str,
)
def test_of_several_readings_the_refused_one_is_named(document: object, where: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidInput) as caught:
        SCHEMA.readings(json.dumps(document).encode())
    first = caught.value.detail[0]
    assert not isinstance(first, str)
    assert tuple(first["loc"]) == where


@given(
    st.fixed_dictionaries(
        {name: st.floats() | st.integers() | st.booleans() | st.text(max_size=3) | st.none() for name in READING},
        optional={"other": st.integers()},
    )
)
def test_the_quick_look_and_the_thorough_one_agree(reading: dict[str, object]) -> None:
    content = json.dumps(reading).encode()
    try:
        thorough = [float(value) for _, value in SCHEMA.request.model_validate_json(content)]
    except ValidationError:
        with pytest.raises(InvalidInput):
            SCHEMA.reading(content)
    else:
        assert list(SCHEMA.reading(content)) == thorough


@given(values=st.lists(st.floats() | st.sampled_from([0.0, 0.3, 0.7, 1.0, 1e-7, 5e-324]), min_size=1, max_size=8))
@pytest.mark.parametrize("bands", [fakes.BANDS, []], ids=["with bands", "without"])
def test_answers_that_are_made_together_are_those_that_are_made_alone(
    bands: list[dict[str, object]], values: list[float]
) -> None:
    schema = Schema.of(fakes.manifest(bands=bands), LARGEST)
    alone = [orjson.dumps(schema.answer(value)) if math.isfinite(value) else None for value in values]
    assert schema.contents(np.array(values, dtype=np.float64)) == alone
