"""Tables of the documentation's pages, for tests that hold them to what they are of."""

from pathlib import Path
from typing import Final

GUIDES: Final = Path(__file__).parents[1] / "docs/guides"


def table(page: str, heading: str) -> list[dict[str, str]]:
    """The rows of the first table below a heading of a guide, by their columns' names."""
    _, found, below = (GUIDES / page).read_text().partition(f"\n{heading}\n")
    assert found, f"{page} has no {heading!r}"
    lines = below.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = [lines[start]]
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(line)
    names, *others = ([cell.strip() for cell in row.strip("|").split("|")] for row in rows)
    return [dict(zip(names, each, strict=True)) for each in others]


def quoted(cell: str) -> list[str]:
    """What stands in backticks in a cell."""
    return cell.split("`")[1::2]
