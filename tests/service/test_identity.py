import pytest

from service import identity
from service.settings import Settings


def test_new_ids_differ_and_are_as_long_as_a_uuid() -> None:
    ids = {identity.new_request_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(each) for each in ids} == {32}


def test_a_given_id_is_kept() -> None:
    assert identity.request_id(b"trace-1.a:b/c") == b"trace-1.a:b/c"


@pytest.mark.parametrize("given", [None, b"", b"a b", b"x" * 129, b'quote"', "é".encode(), b"a\nb"])
def test_an_id_that_could_forge_a_log_line_is_replaced(given: bytes | None) -> None:
    assert identity.request_id(given) != given
    assert len(identity.request_id(given)) == 32


def test_answers_say_whose_they_are(settings: Settings) -> None:
    assert dict(identity.headers(settings)) == {
        "X-Model-Version": settings.model_version,
        "X-Model-Manifest": settings.model_manifest,
        "X-Slipway-Release": settings.release,
    }
