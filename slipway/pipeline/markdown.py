"""Text of others in Markdown: it shows as it is, mentions nobody, links nowhere, and has a bounded length."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

LINE: Final = 160
"""Characters of a name or a path that are shown."""


def code(text: str, limit: int = LINE) -> str:
    """A text as code within a line, in tables too."""
    line = " ".join(text.split())
    shown = line if len(line) <= limit else f"{line[: limit - 1]}…"
    # A pipe ends a cell even in code, unless it is escaped; a backtick would end the code.
    fence = "`" * (_longest(shown) + 1)
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{space}{shown.replace('|', chr(92) + '|')}{space}{fence}" if shown else ""


def block(lines: Iterable[str], limit: int) -> str:
    """Lines as they are, of at most so many characters together."""
    text = "\n".join(lines)
    shown = text if len(text) <= limit else f"{text[:limit].rstrip()}\n… the log has all of it"
    fence = "`" * max(3, _longest(shown) + 1)
    return f"{fence}text\n{shown}\n{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown already."""
    lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines)


def folded(title: str, body: str, *, open_: bool = False) -> str:
    """A body that is shown when its title is clicked on; the title is Markdown without links."""
    # The empty lines make GitHub read what is inside as Markdown.
    return f"<details{' open' if open_ else ''}><summary>{_html(title)}</summary>\n\n{body}\n\n</details>"


def _html(title: str) -> str:
    # Within the summary's line nothing is read as Markdown.
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escaped)


def _longest(text: str) -> int:
    """The longest run of backticks."""
    return max((len(found) for found in re.findall("`+", text)), default=0)
