"""Shows how a release goes: on a terminal a live view, elsewhere a line whenever something is new."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from slipway.releases.cluster import Forbidden, Unreachable
from slipway.releases.observed import Metric, Observed, Pods

EVERY: Final = 1.0
"""Seconds between two looks."""

_UNWELL: Final = ("Failed", "Error", "Inconclusive")
_WHOLE: Final = 4
_WIDE: Final = 24  # characters of the bar


@dataclass
class Shown:
    """Looks at a release every now and then, and shows what is new.

    Attributes:
        look: looks once.
        console: where it is shown.
        every: seconds between two looks.
        seen: the last look, None before the first and where there is no release.
        then: told of each look.
    """

    look: Callable[[], Observed | None]
    console: Console
    every: float = EVERY
    seen: Observed | None = None
    then: Callable[[Observed | None], object] = lambda _: None
    _live: Live | None = None
    _last: str = ""
    _next: float = field(default=0.0)

    def tick(self) -> None:
        """Look and show, if it is time."""
        if time.monotonic() < self._next:
            return
        self.now()
        self._next = time.monotonic() + self.every

    def now(self) -> Observed | None:
        """Look and show; what can't be read now is told, and looked at again next time."""
        try:
            self.seen = self.look()
            self.then(self.seen)
            text = line(self.seen)
        except (Unreachable, Forbidden) as error:
            text = str(error)
        if self._live is not None and self.seen is not None:
            self._live.update(view(self.seen, text), refresh=True)
        elif text != self._last:
            self.say(text)
        self._last = text
        return self.seen

    def say(self, text: str) -> None:
        """Tell something that stays on the screen."""
        self.console.print(f"{datetime.now():%H:%M:%S} {text}", markup=False, soft_wrap=True)

    @contextmanager
    def shown(self) -> Generator["Shown"]:
        """Keep the view on the terminal until the block ends, where there is one."""
        if not self.console.is_terminal:
            yield self
            return
        with Live(console=self.console, transient=True, auto_refresh=False) as live:
            self._live = live
            try:
                yield self
            finally:
                self._live = None


def line(seen: Observed | None) -> str:
    """One look in one line."""
    if seen is None:
        return "nothing is served yet"
    parts = [seen.judgement.text]
    if seen.canary is not None:
        parts.append(f"{_share(seen, seen.canary)} to {_pods(seen.canary)}")
    if seen.stable is not None:
        parts.append(f"{_share(seen, seen.stable)} to {_pods(seen.stable)}")
    parts += [f"{metric.name} {metric.phase.lower()}{_said(metric)}" for metric in _judged(seen)]
    return ", ".join(parts)


def view(seen: Observed, note: str = "") -> RenderableType:
    """One look as a table for a terminal.

    Args:
        seen: the look.
        note: shown instead of its own line, for instance that the cluster doesn't answer.
    """
    releases = Table(box=None, pad_edge=False)
    for column in ("", "version", "release", "pods ready", "share", ""):
        releases.add_column(column)
    for role, pods in (("canary", seen.canary), ("stable", seen.stable)):
        if pods is not None:
            share = _percent(seen, pods)
            bar = "█" * round(share / 100 * _WIDE)
            ready = f"{pods.ready} of {pods.wanted}"
            releases.add_row(role, pods.template.version, pods.template.release, ready, f"{share} %", bar)
    parts: list[RenderableType] = [Text(seen.judgement.text, style="bold"), releases]
    if judged := list(_judged(seen)):
        metrics = Table(box=None, pad_edge=False)
        for column in ("metric", "", "measured", "last"):
            metrics.add_column(column)
        for metric in judged:
            metrics.add_row(metric.name, metric.phase, str(metric.measured), escape(measured(metric)))
        parts.append(metrics)
    if note and note != line(seen):
        parts.append(Text(note, style="yellow"))
    return Group(*parts)


def wait(shown: Shown, seconds: float | None, ended: Callable[[Observed | None], bool]) -> Observed | None:
    """Show until it has ended or the time is over; returns the last look.

    Raises:
        SlipwayError: the cluster could not be read even once.
    """
    give_up = None if seconds is None else time.monotonic() + seconds
    with shown.shown():
        shown.seen = shown.look()
        while True:
            seen = shown.now()
            if ended(seen) or (give_up is not None and time.monotonic() >= give_up):
                return seen
            time.sleep(shown.every)


def _pods(pods: Pods) -> str:
    return f"{pods.template.version} ({pods.ready} of {pods.wanted} pods ready)"


def _percent(seen: Observed, pods: Pods) -> int:
    return seen.weight if pods is seen.canary else 100 - seen.weight


def _share(seen: Observed, pods: Pods) -> str:
    return f"{_percent(seen, pods)} %"


def _said(metric: Metric) -> str:
    value = measured(metric)
    return f" ({value})" if value else ""


def measured(metric: Metric) -> str:
    """What was measured last, for people: an analysis has four numbers, of which the first is a percentage."""
    if metric.phase in _UNWELL and metric.message:
        return metric.message
    try:
        numbers = [float(one) for one in metric.value.strip("[]").split(",")]
    except ValueError:
        return metric.value or metric.message
    if len(numbers) != _WHOLE:
        return metric.value
    value, limit, canary, stable = numbers
    against = 0.0 if value <= 0 else value  # better than the other one is no more than that
    return f"{against:.3g} of {limit:.3g} that abort: canary {canary:.3g}, stable {stable:.3g}"


def _judged(seen: Observed) -> Iterator[Metric]:
    """The metrics of the last AnalysisRun."""
    if seen.analyses:
        yield from seen.analyses[-1].metrics
