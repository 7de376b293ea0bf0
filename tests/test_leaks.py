"""What is looked for is found, however it was written down."""

import base64
import gzip
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests import leaks

SECRET = 'a "word" of some length/+'  # noqa: S105 (nobody's)


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_it_is_found_in_base64_wherever_it_stands(before: str) -> None:
    encoded = base64.b64encode(f"{before}{SECRET} and more".encode())
    with pytest.raises(AssertionError, match="here"):
        leaks.nowhere([SECRET], [("here", encoded)])


@pytest.mark.parametrize("told", [SECRET, json.dumps({"of": SECRET}), quote(SECRET, safe=""), SECRET.encode().hex()])
def test_it_is_found_plain_quoted_and_in_hexadecimal_digits(told: str) -> None:
    with pytest.raises(AssertionError, match="here"):
        leaks.nowhere([SECRET], [("there", b"nothing"), ("here", f"it is {told}.".encode())])


def test_it_is_found_in_files_compressed_ones_too(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("nothing")
    assert leaks.nowhere([SECRET], leaks.files(tmp_path)) == 1
    (tmp_path / "packed").write_bytes(gzip.compress(SECRET.encode()))
    with pytest.raises(AssertionError, match="packed"):
        leaks.nowhere([SECRET], leaks.files(tmp_path))
