"""What the sandbox refuses or can't do: every error, with the one that all of them are."""

from collections.abc import Iterable, Sequence


class SandboxError(Exception):
    """One line for people: what is wrong, with the value, and what to do about it.

    Attributes:
        log: the last lines of the log that shows why, or nothing.
    """

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(message)
        self.log = log


class BuildError(SandboxError):
    """A tool could not be built or fetched; the log has what the program said that builds it."""


class EngineError(SandboxError):
    """A Pulumi command failed, or could not be run as things are.

    Attributes:
        diagnostics: Pulumi's own messages, the first one being the cause; empty when the refusal is ours.
        undecided: URNs of resources of which nobody knows what became of them, because their plugin died.
    """

    def __init__(self, message: str, diagnostics: Sequence[str] = (), undecided: Iterable[str] = ()) -> None:
        super().__init__("\n".join([message, *diagnostics]))
        self.diagnostics = tuple(diagnostics)
        self.undecided = frozenset(undecided)


class StackInUse(EngineError):
    """Another run is at work on the stack: what it needs must stay."""
