"""The page about the evidence says what was measured, and names tests that exist."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from tests.e2e.test_soak import KILLS
from tests.infra.stacks import CHECKOUT
from tools.mutation.trial import Verdict

PAGE: Final = CHECKOUT / "docs" / "evidence.md"
FOLDER: Final = CHECKOUT / "docs" / "figures"
FIGURES: Final[dict[str, Any]] = json.loads((FOLDER / "soak.json").read_text())
MUTATION: Final[dict[str, Any]] = json.loads((FOLDER / "mutation.json").read_text())
STORE: Final[dict[str, Any]] = json.loads((FOLDER / "store.json").read_text())
KILLED: Final[dict[str, Any]] = FIGURES["kills"]


def times(verb: str) -> str:
    """When the engine was killed, as the page says it."""
    return ", ".join(f"{seconds:g}" for seconds in sorted(KILLED["after (s)"][verb]))


def under_load(what: str, key: str) -> str:
    """The row of what was done under load; it is there, and empty, before it is measured."""
    found: dict[str, float] | None = FIGURES.get(key)
    if found is None:
        return f"| {what} | not measured yet |"
    return (
        f"| {found['times']} {what}, under {found['requests/s']:g} requests/s | {found['requests']} requests, "
        f"{found['on fresh connections']} of them on fresh connections; {found['lost']} lost |"
    )


@pytest.mark.parametrize(
    "said",
    [
        f"Measured on {FIGURES['date']} ({FIGURES['machine']}), with seed {FIGURES['seed']}:",
        f"| engine killed with signal 9 in `destroy`, after {times('destroy')} s; in `up`, after {times('up')} s | "
        f"{KILLED['converged']} of {KILLS} converged |",
        under_load("releases, one after another", "releases"),
        under_load("pods taken away by the autoscaler, two at a time", "scaled down"),
        under_load("pods evicted, one at a time as their budget allows", "evicted"),
        "| both stacks brought up, previewed and destroyed through the driver `kubeconfig` | "
        f"{FIGURES['existing cluster: up, preview, destroy (s)']} s, nothing left |",
        "| platform, models and serving made again after all was destroyed | "
        f"{FIGURES['platform, models and serving made again (s)']} s |",
    ],
)
def test_it_says_what_the_soak_measured(said: str) -> None:
    assert said in PAGE.read_text()


def test_it_says_what_a_full_store_costs() -> None:
    assert f"the full one took {STORE['ratio']} times as long" in " ".join(PAGE.read_text().split())


def test_it_says_which_broken_lines_were_noticed() -> None:
    parts: dict[str, dict[str, int]] = MUTATION["lines"]
    noticed = Counter[str]()
    for part in parts.values():
        noticed.update(part)
    said = " ".join(PAGE.read_text().split())
    assert (
        f"Measured on {MUTATION['date']} ({MUTATION['machine']}), with seed {MUTATION['seed']}: "
        f"of {noticed.total()} lines in {len(parts)} parts, unit tests noticed {noticed[Verdict.UNIT]}, types and lint "
        f"{noticed[Verdict.CHECKS]}, tests on the sandbox {noticed[Verdict.CLUSTER]}, and nothing "
        f"{noticed[Verdict.SURVIVED]}"
    ) in said
    for survivor in MUTATION["survived"]:
        assert f"`{survivor.partition(': ')[0]}`" in said


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)]+)\)", PAGE.read_text()))
def test_what_it_names_is_there(link: str) -> None:
    assert (PAGE.parent / Path(link)).is_file()
