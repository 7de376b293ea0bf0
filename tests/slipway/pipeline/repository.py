"""A repository of git's own, with the commits that a test wants."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from slipway.pipeline.checkout import Checkout

_WHO = ("-c", "user.name=somebody", "-c", "user.email=somebody@localhost", "-c", "init.defaultBranch=main")


@dataclass
class Repository:
    """A repository on the branch `main`."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet")

    @property
    def checkout(self) -> Checkout:
        return Checkout(self.folder)

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.folder), *_WHO, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, path: str, content: str, message: str = "a change") -> str:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", f"--message={message}")
        return self.git("rev-parse", "HEAD")

    def read(self, path: str) -> str:
        return (self.folder / path).read_text()
