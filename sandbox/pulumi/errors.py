"""What goes wrong with Pulumi, as one exception that a command line can print."""

from collections.abc import Sequence


class EngineError(Exception):
    """A Pulumi command failed, or could not be run as things are.

    Attributes:
        diagnostics: Pulumi's own messages, the first one being the cause; empty when the refusal is ours.
    """

    def __init__(self, message: str, diagnostics: Sequence[str] = ()) -> None:
        super().__init__("\n".join([message, *diagnostics]))
        self.diagnostics = tuple(diagnostics)


class StackInUse(EngineError):
    """Another run is at work on the stack: what it needs must stay."""
