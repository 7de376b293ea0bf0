"""The library's errors become ours, in one line that names the object."""

import pytest
from obstore import exceptions

from modelstore.store_errors import (
    AccessDenied,
    ObjectExists,
    ObjectNotFound,
    PermanentStoreError,
    StoreError,
    StoreMisconfigured,
    StoreUnavailable,
    translated,
)


@pytest.mark.parametrize(
    ("raised", "kind", "line"),
    [
        (FileNotFoundError("long"), ObjectNotFound, "s3://b/a: not found"),
        (exceptions.AlreadyExistsError("long"), ObjectExists, "s3://b/a: exists already"),
        (exceptions.PermissionDeniedError("x"), AccessDenied, "s3://b/a: access denied; check the credentials"),
        (exceptions.UnauthenticatedError("x"), AccessDenied, "s3://b/a: access denied"),
        (exceptions.InvalidPathError("bad part\nmore"), StoreMisconfigured, r"s3://b/a: bad part$"),
        (exceptions.GenericError("timed out\nat that"), StoreUnavailable, r"s3://b/a: timed out$"),
        (exceptions.GenericError("status code: 404 Not Found"), ObjectNotFound, "s3://b/a: not found"),
        (OSError("broken pipe"), StoreUnavailable, "s3://b/a: broken pipe"),
    ],
)
def test_each_is_told_as_what_it_means(raised: Exception, kind: type[StoreError], line: str) -> None:
    with pytest.raises(kind, match=f"^{line}") as caught, translated("s3://b/a"):
        raise raised
    assert caught.value.__cause__ is raised
    assert "\n" not in str(caught.value)


def test_only_what_is_unavailable_may_help_to_try_again() -> None:
    permanent = {kind for kind in StoreError.__subclasses__() if kind is not StoreUnavailable}
    assert permanent == {PermanentStoreError}
