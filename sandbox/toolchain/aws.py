"""Installs the sandbox's AWS as programs of their own, so that they outlive the checkout that they came from."""

import os
import shutil
import sys
from contextlib import suppress
from functools import partial
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from sandbox.errors import BuildError
from sandbox.progress import step
from sandbox.state import State
from sandbox.toolchain import commands, store

PROGRAM: Final = Path(sys.executable).resolve()
"""The Python that this environment was made from. It runs the installed folder, and outlives the environment."""
ROOT: Final = Path(__file__).parent.parent.parent
SOURCES: Final = (
    ROOT / "sandbox" / "__init__.py",
    *sorted(file for part in ("aws", "eks") for file in (ROOT / "sandbox" / part).rglob("*.py")),
)
NEEDS: Final = "moto[s3,server]"
SERVER: Final = "sandbox.aws"
"""The program that answers AWS's calls."""
AUTO_MODE: Final = "sandbox.eks"
"""The one that does in a cluster what EKS does there."""
# Python runs a folder by its file `__main__.py`, and looks for packages in it first.
_LAUNCHER: Final = "import runpy, sys\n\nrunpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)\n"


def install(state: State) -> Path:
    """Copy the server and the packages that it needs into a folder that Python runs, unless that is there.

    The packages are those of this environment, which uv has made from uv.lock and checked against its hashes.

    Returns:
        The folder.

    Raises:
        BuildError: what was copied does not run.
    """
    return store.produce(_folder(state), key(), partial(_fill, _packages()), runs_from)


def installed(state: State) -> Path:
    """The folder that `install` made.

    Raises:
        BuildError: it was not made, or from another checkout.
    """
    found = _folder(state) / key()
    if not found.exists():
        raise BuildError("the AWS of this checkout isn't installed: run `make setup`")
    return found


def runs_from(folder: Path) -> bool:
    """Whether a server runs from `folder`: it loads modules when it needs them, so they stay until `up` replaces it."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            if os.fsencode(folder) in (process / "cmdline").read_bytes().split(b"\0"):
                return True
    return False


def _fill(packages: list[Distribution], folder: Path) -> None:
    with step("install the AWS server", 20):
        for source in SOURCES:
            _copy(source, folder / source.relative_to(ROOT))
        (folder / "__main__.py").write_text(_LAUNCHER)
        for package in packages:
            for file in package.files or ():
                if ".." not in file.parts:  # scripts, which are not in the folder of packages
                    _copy(Path(str(file.locate())), folder / file)
        # Compiles them too, which would otherwise fall to their first start.
        for program in (SERVER, AUTO_MODE):
            commands.run(command(folder, program, "--help"), f"the installed {program}")


def command(folder: Path, program: str, *arguments: str) -> list[str]:
    """The command line of a program in `folder`: isolated, so no variable or package of the user gets in."""
    return [str(PROGRAM), "-I", str(folder), program, *arguments]


def _folder(state: State) -> Path:
    return state.tools / "aws"


def key() -> str:
    """The content key of what this checkout would install."""
    records = [f"{one.name} {one.version} {_record(one)}" for one in _packages()]
    names = [str(source.relative_to(ROOT)) for source in SOURCES]
    return store.key(sys.version, str(PROGRAM), _LAUNCHER, *sorted(records), *names, *SOURCES)


def _record(package: Distribution) -> str:
    # The hash of each of its files, without its scripts: they name this environment, and are not copied.
    lines = (package.read_text("RECORD") or "").splitlines()
    return "\n".join(line for line in lines if not line.startswith("../"))


def _packages() -> list[Distribution]:
    """The packages that the server needs, moto included, as this environment has them."""
    found: dict[str, Distribution] = {}
    seen: set[str] = set()
    waiting = [Requirement(NEEDS)]
    while waiting:
        wanted = waiting.pop()
        if str(wanted) in seen:
            continue
        seen.add(str(wanted))
        package = distribution(wanted.name)
        found[package.name] = package
        extras = {"", *wanted.extras}
        needs = [Requirement(text) for text in package.requires or ()]
        waiting += [
            one for one in needs if not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in extras)
        ]
    return list(found.values())


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
