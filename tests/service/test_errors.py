import json

from service import errors
from service.errors import (
    BodyTimeout,
    BodyTooLarge,
    InvalidInput,
    ModelNotLoaded,
    Overloaded,
    ServingError,
    response_to,
)


def every(error: type[ServingError] = ServingError) -> list[type[ServingError]]:
    return [each for one in error.__subclasses__() for each in (one, *every(one))]


def test_every_error_has_a_place_in_the_tree_with_its_status() -> None:
    lines = (errors.__doc__ or "").splitlines()
    for error in every():
        shown = str(error.status) if error.__base__ is ServingError else ""
        assert any(error.__name__ in line and shown in line for line in lines), error


def test_an_error_after_which_the_body_is_not_read_ends_the_connection() -> None:
    assert {error for error in every() if error.closes} == {BodyTimeout, BodyTooLarge}
    assert response_to(BodyTooLarge("large")).headers["Connection"] == "close"


def test_a_model_that_is_not_loaded_is_told_as_in_the_article() -> None:
    response = response_to(ModelNotLoaded("Model not loaded"))
    assert (response.status_code, json.loads(bytes(response.body))) == (503, {"detail": "Model not loaded"})


def test_a_client_that_should_come_back_is_told_when() -> None:
    assert response_to(Overloaded("full", 7)).headers["Retry-After"] == "7"
    assert "Retry-After" not in response_to(InvalidInput("no number")).headers


def test_field_errors_keep_their_structure() -> None:
    detail: list[errors.FieldError] = [{"type": "missing", "loc": ["body", "rpm"], "msg": "Field required"}]
    assert json.loads(bytes(response_to(InvalidInput(detail)).body)) == {"detail": detail}
