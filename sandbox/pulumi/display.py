"""Tells people what an update does: a line per resource that is done, and what is under way.

On a terminal that is a live line; in a log, a line now and then.
"""

import time
from types import TracebackType
from typing import Final, Self

from rich.markup import escape

from sandbox.progress import console, duration, under_way
from sandbox.pulumi.events import Diagnostic, Event, Kind, Step, name_of

SIGNS: Final = {Kind.CREATE: "[green]+[/green]", Kind.UPDATE: "[yellow]~[/yellow]", Kind.DELETE: "[red]-[/red]"}
NAMED: Final = 4  # resources under way that the live line names
REPLACED: Final = "[magenta]±[/magenta]"
SHOWN: Final = {"warning": "[yellow]warning:[/yellow] ", "info": "", "info#err": ""}
"""Severities that are shown as they come. Errors are shown once, at the end."""


class Progress:
    """Shows events on the console as they come.

    Args:
        title: what is going on, for the live line.
        planned: whether this is a preview: nothing takes time, and the update will say the same again.
    """

    def __init__(self, title: str, *, planned: bool) -> None:
        self._title = title
        self._planned = planned
        self._start = time.monotonic()
        self._begun: dict[str, float] = {}
        self._said: dict[str, str] = {}
        self._shown = under_way(escape(title), self._under_way)

    def __enter__(self) -> Self:
        self._shown.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._shown.__exit__(kind, error, trace)

    def done(self, changes: int) -> None:
        """Tell that it has ended well."""
        what = f"{changes} change{'s' * (changes != 1)}" if changes else "nothing to change"
        took = duration(time.monotonic() - self._start)
        console.print(f"  [green]✓[/green] {self._title}: {what}, {took}")

    def show(self, event: Event) -> None:
        """Show one event."""
        if self._planned:
            return
        if event.diagnostic_event:
            self._message(event.diagnostic_event)
        elif event.resource_pre_event:
            self._begin(event.resource_pre_event.metadata)
        elif event.res_outputs_event:
            self._end(event.res_outputs_event.metadata, failed=False)
        elif event.res_op_failed_event:
            self._end(event.res_op_failed_event.metadata, failed=True)

    def _begin(self, step: Step) -> None:
        self._begun.setdefault(step.urn, time.monotonic())

    def _end(self, step: Step, *, failed: bool) -> None:
        # A component ends twice: when it is registered, and with its outputs.
        begun = self._begun.pop(step.urn, None)
        self._said.pop(step.urn, None)
        if begun is not None and (step.operation or failed):
            sign = "[red]✗[/red]" if failed else SIGNS.get(Kind(step.op), REPLACED)
            took = duration(time.monotonic() - begun)
            console.print(f"  {sign} {escape(step.type)} {escape(name_of(step.urn))}: {took}")

    def _message(self, message: Diagnostic) -> None:
        text = message.message.strip()
        if not text or message.severity not in SHOWN:
            return
        if message.ephemeral:
            self._said[message.urn] = text.splitlines()[0]
        else:
            console.print(f"    {SHOWN[message.severity]}{escape(text)}")

    def _under_way(self) -> str:
        # The title, what is being done, and for how long.
        urns = list(self._begun)
        names = [f"{name_of(urn)} ({said})" if (said := self._said.get(urn)) else name_of(urn) for urn in urns[:NAMED]]
        more = [f"{len(urns) - NAMED} more"] if len(urns) > NAMED else []
        doing = f": {', '.join([*names, *more])}" if urns else ""
        return escape(f"{self._title}{doing}: {duration(time.monotonic() - self._start)}")
