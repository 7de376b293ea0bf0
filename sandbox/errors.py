"""What the sandbox refuses or can't do."""


class SandboxError(Exception):
    """One line for people: what is wrong, with the value, and what to do about it.

    Attributes:
        log: the last lines of the log that shows why, or nothing.
    """

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(message)
        self.log = log
