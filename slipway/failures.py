"""Where errors become one line and an exit code, for all commands."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

import typer

from imagestore.errors import ImageError
from modelstore.store_errors import StoreError
from slipway.errors import SlipwayError


@contextmanager
def failures_in_one_line() -> Generator[None]:
    """End the program with one line on standard error when something is refused, absent or unreachable."""
    try:
        yield
    except SlipwayError as error:
        _fail(str(error), error.exit_code)
    except (StoreError, ImageError) as error:
        _fail(str(error), 1)
    except BrokenPipeError:
        raise  # nobody reads any more; the caller ends quietly
    except OSError as error:  # a full disk, a file that cannot be read
        what = f"{error.filename}: " if error.filename else ""
        _fail(f"{what}{error.strerror or error}; put that right and call again", 1)


def _fail(message: str, code: int) -> None:
    print(f"slipway: {' '.join(message.split())}", file=sys.stderr)
    raise typer.Exit(code)
