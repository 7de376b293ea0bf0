"""`python -m infra.platform.crds fetch FOLDER`: bring the CRDs that are locked.

Go downloads the modules at the versions of the lock and keeps them in its cache; what is taken from them has to be
what the lock says, wherever it was downloaded from.
"""

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from infra.platform.crds import lock
from infra.platform.crds.lock import CrdsError


def main(arguments: list[str]) -> int:
    """Bring them; returns the process's exit code."""
    match arguments:
        case ["fetch", folder]:
            pass
        case _:
            print("usage: python -m infra.platform.crds fetch FOLDER", file=sys.stderr)
            return 2
    try:
        lock.bring(lock.entries(), Path(folder), lambda entry: _module(entry.module, entry.version))
    except CrdsError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"slipway-platform:crds: {{folder: {Path(folder).resolve()}}}")
    return 0


def _go() -> str:
    """The one on PATH, or the one that our own environment has beside its Python."""
    return shutil.which("go") or str(Path(sys.executable).with_name("go"))


@cache
def _module(path: str, version: str) -> Path:
    try:
        done = subprocess.run(
            [_go(), "mod", "download", "-json", f"{path}@{version}"],
            # Outside of any module, so that none of this folder's go.mod has a say.
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise CrdsError("`go` is not on PATH: install Go, or run this from the environment of `make tools`") from None
    if done.returncode:
        said = " ".join((done.stderr or json.loads(done.stdout or "{}").get("Error", "")).split())
        raise CrdsError(f"{path} {version} can't be downloaded: {said}")
    return Path(json.loads(done.stdout)["Dir"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
