"""Property paths as Pulumi writes them: `spec.ports[0].port`, `metadata.annotations["pulumi.com/skipAwait"]`."""

import re
from typing import Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys of maps and indices of lists, from the outside in."""

_NEEDS_QUOTES: Final = re.compile(r'[.\[\]"]')
_PART: Final = re.compile(r'\.?(?:\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.\[\]"]+))')


def text(path: Path) -> str:
    """The path as Pulumi writes it."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part}]"
        elif not part or _NEEDS_QUOTES.search(part):
            escaped = part.replace('"', '\\"')
            written += f'["{escaped}"]'
        else:
            written += f".{part}" if written else part
    return written


def parse(written: str) -> Path:
    """The path that `written` means.

    Raises:
        ValueError: it isn't a path.
    """
    parts: list[str | int] = []
    position = 0
    while position < len(written):
        found = _PART.match(written, position)
        if not found:
            raise ValueError(f"{written!r} is not a property path; write it like spec.ports[0].port")
        quoted, index, plain = found.groups()
        if index is not None:
            parts.append(index if index == "*" else int(index))
        else:
            parts.append(plain if quoted is None else quoted.replace('\\"', '"'))
        position = found.end()
    return tuple(parts)


def covers(pattern: Path, path: Path) -> bool:
    """Whether `path` is `pattern` or lies below it; `*` in the pattern stands for any key or index."""
    return len(pattern) <= len(path) and all(one in ("*", other) for one, other in zip(pattern, path, strict=False))
