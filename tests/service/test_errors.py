import json

import pytest

from service import errors
from service.errors import HEADERS, STATUS, InvalidInput, ModelNotLoaded, Overloaded, ServingError, response_to


def test_every_error_has_a_status_and_a_place_in_the_tree() -> None:
    assert set(ServingError.__subclasses__()) == set(STATUS)
    for error, status in STATUS.items():
        assert any(error.__name__ in line and str(status) in line for line in (errors.__doc__ or "").splitlines()), (
            error
        )


def test_headers_belong_to_errors_that_exist() -> None:
    assert set(HEADERS) <= set(STATUS)


def test_a_model_that_is_not_loaded_is_told_as_in_the_article() -> None:
    response = response_to(ModelNotLoaded())
    assert (response.status_code, json.loads(bytes(response.body))) == (503, {"detail": "Model not loaded"})


@pytest.mark.parametrize("error", [Overloaded("full"), ModelNotLoaded()])
def test_a_client_that_should_come_back_is_told_when(error: ServingError) -> None:
    assert int(response_to(error).headers["Retry-After"]) >= 1


def test_field_errors_keep_their_structure() -> None:
    detail: list[errors.FieldError] = [{"type": "missing", "loc": ["body", "rpm"], "msg": "Field required"}]
    assert json.loads(bytes(response_to(InvalidInput(detail)).body)) == {"detail": detail}
