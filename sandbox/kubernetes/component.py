"""What a component of the sandbox is: a program with its files, and how it tells that it works."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox import files


@dataclass(frozen=True, kw_only=True)
class Component:
    """A program that the sandbox runs.

    Attributes:
        name: of the process, its log, its addresses and its row in `status`.
        program: its executable file.
        arguments: of the program.
        settings: the files that it reads at its start, with their contents.
        certificates: further files that it reads at its start.
        probe: returns why it does not work yet, or None.
        in_node: whether it runs in the node's mount namespace.
    """

    name: str
    program: Path
    arguments: tuple[str, ...]
    settings: Mapping[Path, str] = field(default_factory=dict[Path, str])
    certificates: tuple[Path, ...] = ()
    probe: Callable[[], str | None]
    in_node: bool = False

    @property
    def key(self) -> str:
        """Changes whenever a running process would have to be replaced."""
        program = self.program.resolve().stat()
        sha = hashlib.sha256(
            repr((self.arguments, sorted(self.settings.items()), program.st_size, program.st_mtime_ns)).encode()
        )
        for file in self.certificates:
            sha.update(hashlib.sha256(file.read_bytes()).digest())
        return sha.hexdigest()[:16]

    def write(self) -> None:
        """Write its settings."""
        for file, content in self.settings.items():
            files.write(file, content)
