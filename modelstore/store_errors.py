"""What can go wrong with a store of model files; each message is one line that names the object.

The kinds of failure:

    StoreError
    ├── StoreUnavailable      transient: unreachable, timed out, throttled, 5xx; trying again may help
    └── PermanentStoreError   the same call fails again until somebody changes something
        ├── ObjectNotFound
        ├── ObjectExists
        ├── AccessDenied
        ├── StoreMisconfigured
        ├── DigestMismatch    what is stored is not what the manifest, or the stack, says
        ├── SignatureRefused  it has no signature of the key that is asked for, or one of something else
        ├── UnreadableManifest  it is, but this release cannot read it
        └── UnreadableLedger  an entry of a ledger is missing, or is not one
"""

from collections.abc import Generator
from contextlib import contextmanager

from obstore import exceptions


class StoreError(Exception):
    """The store could not do what was asked; the message is one line that names the object."""


class StoreUnavailable(StoreError):
    """The store could not be reached or could not answer; trying again may help."""


class PermanentStoreError(StoreError):
    """Trying again gives the same answer until somebody changes something."""


class ObjectNotFound(PermanentStoreError):
    """There is no such object, or no such bucket."""


class ObjectExists(PermanentStoreError):
    """The object is there already, and is never overwritten."""


class AccessDenied(PermanentStoreError):
    """The credentials are missing, wrong, or lack the right."""


class StoreMisconfigured(PermanentStoreError):
    """The URL or a setting of the environment cannot work."""


class DigestMismatch(PermanentStoreError):
    """The bytes are not those that were published."""


class SignatureRefused(PermanentStoreError):
    """The model has no signature of the key that is asked for, or one of something else."""


class UnreadableManifest(PermanentStoreError):
    """The manifest is the one that was published, and this release of ours cannot read it: no attempt will help."""


class UnreadableLedger(PermanentStoreError):
    """A ledger lacks an entry before its last, or has one that this release of ours cannot read."""


@contextmanager
def translated(what: str) -> Generator[None]:
    """Turn the library's errors into ours, which name `what` in one line."""
    try:
        yield
    except FileNotFoundError as error:
        raise ObjectNotFound(f"{what}: not found") from error
    except exceptions.AlreadyExistsError as error:
        raise ObjectExists(f"{what}: exists already") from error
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
        raise AccessDenied(f"{what}: access denied; check the credentials and their rights") from error
    except (exceptions.InvalidPathError, exceptions.UnknownConfigurationKeyError, ValueError) as error:
        raise StoreMisconfigured(f"{what}: {_first_line(error)}") from error
    except (exceptions.BaseError, OSError) as error:
        if "status code: 404" in _first_line(error):  # so the library tells of a list in an absent bucket
            raise ObjectNotFound(f"{what}: not found") from error
        raise StoreUnavailable(f"{what}: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
