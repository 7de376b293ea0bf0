"""`python -m tools.mutation`: break lines at random, one at a time, and see whether the tests notice.

Each is broken in a copy of what is committed. The tests of its part are run, then types and lint, then the part's tests
on the sandbox, which must be up, until one fails. A line that nothing notices lacks a test, or makes no difference.
"""

import argparse
import json
import os
import platform
import random
import tempfile
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from sandbox.progress import duration, step
from tests.infra.stacks import CHECKOUT
from tools.mutation.breaks import breaks
from tools.mutation.parts import PARTS, sources
from tools.mutation.trial import Broken, Copy, Verdict

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

    @contextmanager
    def copy() -> Generator[Copy]:
        taken = copies.get()
        try:
            yield taken
        finally:
            copies.put(taken)

    def prove(stage: Verdict, part: str) -> None:
        with copy() as taken:
            taken.prove(stage, part)

    def verdict(broken: Broken) -> Verdict:
        begun = time.monotonic()
        with copy() as taken:
            found = taken.try_out(broken)
        style = "red" if found is Verdict.SURVIVED else "green"
        console.print(Text.assemble((f"{found} noticed ({duration(time.monotonic() - begun)}): ", style), str(broken)))
        return found

    with step("make copies of the checkout"):
        for number in range(COPIES):
            copies.put(Copy(folder / f"copy{number}"))
    parts = {PARTS[broken.part]: broken.part for broken in lines}.values()  # one of those with the same tests
    proofs = [(stage, part) for part in parts for stage in (Verdict.UNIT, Verdict.CLUSTER)]
    proofs.append((Verdict.CHECKS, lines[0].part))  # they are the same for all
    with ThreadPoolExecutor(COPIES) as workers:
        with step("see that everything passes while nothing is broken", 480):
            list(workers.map(prove, *zip(*proofs, strict=True)))
        return list(workers.map(verdict, lines))


def counts(lines: list[Broken], verdicts: list[Verdict]) -> dict[str, dict[str, int]]:
    """How many lines of each part were noticed by what."""
    found = {broken.part: dict.fromkeys(map(str, Verdict), 0) for broken in lines}
    for broken, verdict in zip(lines, verdicts, strict=True):
        found[broken.part][verdict] += 1
    return found


def shown(found: dict[str, dict[str, int]]) -> Table:
    """The same as a table."""
    table = Table(Column("part", no_wrap=True), *Verdict, title="what noticed a broken line first")
    for part, counted in found.items():
        table.add_row(part, *map(str, counted.values()))
    return table


def main() -> int:
    """Read the command line, break the lines, and show what noticed them."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="which lines are drawn (default: %(default)s)")
    parser.add_argument("--lines", type=int, default=4, help="lines of each part (default: %(default)s)")
    which = f"only lines of this part, which may be given again: {', '.join(PARTS)}"
    parser.add_argument("--part", choices=PARTS, metavar="PART", action="append", help=which)
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    parts: list[str] = arguments.part or list(PARTS)
    lines = [broken for part in parts for broken in draw(part, arguments.lines, arguments.seed)]
    console.print(f"{len(lines)} lines of {len(parts)} parts, seed {arguments.seed}, {COPIES} at a time")
    with tempfile.TemporaryDirectory(prefix="slipway-mutation-") as folder:
        verdicts = run(lines, Path(folder), console)
    found = counts(lines, verdicts)
    console.print(shown(found))
    survived = [str(broken) for broken, verdict in zip(lines, verdicts, strict=True) if verdict is Verdict.SURVIVED]
    if arguments.json:
        figures = {
            "date": time.strftime("%Y-%m-%d"),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            "seed": arguments.seed,
            "lines": found,
            "survived": survived,
        }
        arguments.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    return 1 if survived else 0


if __name__ == "__main__":
    raise SystemExit(main())
