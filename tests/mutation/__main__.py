"""`python -m tests.mutation`: break lines at random, one at a time, and see whether the tests notice.

Each is broken in a copy of what is committed. The tests of its part are run, then types and lint, then the part's tests
on the sandbox, until one fails. What survives names a test that is missing. `make mutation` writes
docs/figures/mutation.json, which docs/evidence.md quotes.
"""

import argparse
import json
import os
import platform
import random
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from rich.console import Console
from rich.table import Table

from sandbox.progress import duration
from tests.infra.stacks import CHECKOUT
from tests.mutation.breaks import breaks
from tests.mutation.parts import PARTS, sources
from tests.mutation.trial import Broken, Copy, Verdict

FIGURES: Final = CHECKOUT / "docs" / "figures" / "mutation.json"
COPIES: Final = 2  # at once


def draw(part: str, count: int, seed: int) -> list[Broken]:
    """Draw lines of a part, each as likely as the others, and one way to break each."""
    chosen = random.Random(f"{seed} {part}")  # noqa: S311 (a seed, so that a trial can be repeated)
    ways: dict[tuple[Path, int], list[Broken]] = {}
    for path in sources(part):
        for change in breaks(path.read_text()):
            broken = Broken(part, path.relative_to(CHECKOUT), change)
            ways.setdefault((path, change.line), []).append(broken)
    lines = chosen.sample(sorted(ways), min(count, len(ways)))
    return [chosen.choice(ways[line]) for line in lines]


def run(lines: list[Broken], folder: Path, console: Console) -> list[Verdict]:
    """Try each out, `COPIES` at a time, and tell what came of it."""
    copies: SimpleQueue[Copy] = SimpleQueue()
    for number in range(COPIES):
        copies.put(Copy(folder / f"copy{number}"))

    def verdict(broken: Broken) -> Verdict:
        begun = time.monotonic()
        copy = copies.get()
        try:
            found = copy.try_out(broken)
        finally:
            copies.put(copy)
        style = "bold red" if found is Verdict.SURVIVED else "green"
        console.print(f"[{style}]{found}[/{style}] noticed, after {duration(time.monotonic() - begun)}:", end=" ")
        console.print(str(broken), markup=False)
        return found

    with ThreadPoolExecutor(COPIES) as workers:
        return list(workers.map(verdict, lines))


def main() -> int:
    """Read the command line, break the lines, and show what noticed them."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="which lines are drawn (default: %(default)s)")
    parser.add_argument("--lines", type=int, default=4, help="lines of each part (default: %(default)s)")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this one; may be given again")
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    parts = arguments.part or list(PARTS)
    lines = [broken for part in parts for broken in draw(part, arguments.lines, arguments.seed)]
    console.print(f"{len(lines)} lines of {len(parts)} parts, seed {arguments.seed}, {COPIES} at a time")
    with tempfile.TemporaryDirectory(prefix="slipway-mutation-") as folder:
        verdicts = run(lines, Path(folder), console)

    noticed = {part: Counter[Verdict]() for part in parts}
    for broken, verdict in zip(lines, verdicts, strict=True):
        noticed[broken.part][verdict] += 1
    table = Table("part", *Verdict, title="what noticed a broken line first")
    for part, counted in noticed.items():
        table.add_row(part, *(str(counted[verdict]) for verdict in Verdict))
    console.print(table)
    if arguments.json:
        figures = {
            "date": time.strftime("%Y-%m-%d"),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            "seed": arguments.seed,
            "lines": {
                part: {str(verdict): counted[verdict] for verdict in Verdict} for part, counted in noticed.items()
            },
            "survived": [
                str(broken) for broken, verdict in zip(lines, verdicts, strict=True) if verdict is Verdict.SURVIVED
            ],
        }
        arguments.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    return 1 if Verdict.SURVIVED in verdicts else 0


if __name__ == "__main__":
    raise SystemExit(main())
