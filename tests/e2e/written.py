"""Files that say something else for a while."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written(path: Path, content: str) -> Generator[None]:
    """A file with other content, and afterwards with what it had."""
    before = path.read_text()
    path.write_text(content)
    try:
        yield
    finally:
        path.write_text(before)
