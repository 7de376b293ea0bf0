"""How the sandbox shows itself to people."""

import time
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from sandbox.driver import Access, Part


def parts(found: Sequence[Part]) -> Table:
    """Every part in a row; what is wrong with one follows in `remarks`."""
    rows = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("component", "works", "pid", "address", "since"):
        rows.add_column(heading, no_wrap=True, overflow="ignore")
    for part in found:
        rows.add_row(
            part.name,
            Text("yes", style="green") if part.trouble is None else Text("no", style="red"),
            str(part.pid or ""),
            part.address,
            "" if part.since is None else time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(part.since)),
        )
    return rows


def remarks(found: Sequence[Part]) -> list[Text]:
    """What does not work and why, and what people should know beside the table."""
    troubles = [Text(f"{part.name}: {part.trouble}", style="red") for part in found if part.trouble]
    return troubles + [Text(f"{part.name}: {part.note}", style="dim") for part in found if part.note]


def access(given: Access) -> Table:
    """How the sandbox is reached."""
    rows = Table(box=None, pad_edge=False, show_header=False)
    for name, value in (
        ("kubeconfig", str(given.kubeconfig)),
        ("registry", given.registry),
        ("S3 endpoint", given.store),
        ("gateway", f"{given.gateway} (once the platform is up)"),
        ("in a shell", 'eval "$(python -m sandbox env)"'),
    ):
        rows.add_row(Text(name, style="bold"), Text(value))
    return rows
