"""Brings components to the state in which they should be: started, restarted when their files changed, waited for."""

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from sandbox.errors import SandboxError
from sandbox.kubernetes import namespace, processes
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout

GRACE: Final = 10.0  # seconds for a component to end by itself
PATIENCE: Final = 120.0  # seconds for a component to work; on the reference machine the slowest needs 15
SETTLES_WITHIN: Final = 60.0
"""Seconds until a component that ran before we came and does not work is replaced: it may only be busy, but it may also
hang."""
POLL: Final = 0.2
STARTS: Final = 3
"""How often a component may be started: on a busy machine an API server whose first tasks time out ends itself, and
whoever runs one is expected to start it again."""
LOG_LINES: Final = 12


def bring_up(layout: Layout, components: Sequence[Component]) -> None:
    """Start the components that do not run as they should, and return when all work.

    Raises:
        SandboxError: one ended again and again, or does not work in time.
    """
    starts = Counter(component.name for component in components if ensure(layout, component))
    settled = time.monotonic() + SETTLES_WITHIN
    for component in components:

        def probe(component: Component = component) -> str | None:
            trouble = component.probe()
            if not trouble:
                return None
            if processes.component(layout.cluster, component.name) is None:
                if starts[component.name] >= STARTS:
                    raise failure(component.name, "ended", layout.log_of(component.name))
            elif starts[component.name] or time.monotonic() < settled:
                return trouble
            starts[component.name] += 1
            _replace(layout, component)
            return trouble

        until(component.name, probe, partial(layout.log_of, component.name))


def ensure(layout: Layout, component: Component) -> bool:
    """Start `component` unless it runs with its present configuration.

    Returns:
        Whether a process was started.

    Raises:
        SandboxError: it ended at once.
    """
    running = processes.component(layout.cluster, component.name)
    if running is not None and running.key == component.key:
        return False
    _replace(layout, component)
    return True


def _replace(layout: Layout, component: Component) -> None:
    running = processes.component(layout.cluster, component.name)
    if running is not None:
        processes.end(layout.cluster, [running], grace=GRACE)
    component.write()
    inside = namespace.command(layout) if component.in_node else []
    started = processes.start(
        layout.cluster,
        component.name,
        [*inside, str(component.program), *component.arguments],
        key=component.key,
        log=layout.log_of(component.name),
        path=[layout.state.bin],
    )
    if started is None:
        raise failure(component.name, "ended", layout.log_of(component.name))


def until(name: str, probe: Callable[[], str | None], log: Callable[[], Path]) -> None:
    """Ask `probe` until it has no complaint.

    Args:
        name: what is waited for.
        probe: returns the reason why it does not work yet, or None.
        log: finds the file that is to show why it does not.

    Raises:
        SandboxError: the last complaint, when patience ends.
    """
    deadline = time.monotonic() + PATIENCE
    while trouble := probe():
        if time.monotonic() > deadline:
            raise failure(name, f"does not work after {PATIENCE:.0f} s ({trouble})", log())
        time.sleep(POLL)


def failure(name: str, what: str, log: Path) -> SandboxError:
    """The error about a component, with the end of its log."""
    return SandboxError(
        f"{name} {what}: see `python -m sandbox logs {name}`; run `python -m sandbox up` again once the cause is gone",
        tail(log, LOG_LINES),
    )


def tail(file: Path, lines: int) -> str:
    """The last lines of a file, or nothing if there is none."""
    try:
        with file.open(errors="replace") as content:
            return "".join(deque(content, lines)).rstrip()
    except FileNotFoundError:
        return ""
