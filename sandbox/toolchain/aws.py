"""Installs the sandbox's AWS as a program of its own, so that it outlives the checkout that it came from."""

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
SOURCES: Final = (ROOT / "sandbox" / "__init__.py", *sorted((ROOT / "sandbox" / "aws").rglob("*.py")))
NEEDS: Final = "moto[s3,server]"


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
        # Python runs a folder by this name, and looks for packages in it first.
        _copy(ROOT / "sandbox" / "aws" / "__main__.py", folder / "__main__.py")
        for package in packages:
            for file in package.files or ():
                if ".." not in file.parts:  # scripts, which are not in the folder of packages
                    _copy(Path(str(file.locate())), folder / file)
        # Compiles it too, which would otherwise fall to its first start.
        commands.run(command(folder, "--help"), "the installed AWS server")


def command(folder: Path, *arguments: str) -> list[str]:
    """The command line of the server in `folder`: isolated, so no variable or package of the user gets in."""
    return [str(PROGRAM), "-I", str(folder), *arguments]


def _folder(state: State) -> Path:
    return state.tools / "aws"


def key() -> str:
    """The content key of what this checkout would install."""
    records = [f"{one.name} {one.version} {_record(one)}" for one in _packages()]
    names = [str(source.relative_to(ROOT)) for source in SOURCES]
    return store.key(sys.version, str(PROGRAM), *sorted(records), *names, *SOURCES)


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
