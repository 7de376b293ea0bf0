"""Commands of which nothing is left, however they end and however we do: no process of theirs, and no mount.

They get a PID namespace and a mount namespace of their own: when this process dies, the kernel ends every process in
the one, also those that commands have started, and drops every mount in the other.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

BLOB_CACHE: Final = Path("/var/lib/containers/cache")
"""Where buildah caches what it knows of blobs; no setting changes it, and all that is ours goes below one folder."""

_NAMESPACES: Final = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"),
)
_ENTER: Final = (
    'while [ "$1" != -- ]; do mkdir -p "$2" && mount --bind "$1" "$2" || exit; shift 2; done; shift; exec "$@"'
)


def command(argv: Sequence[str], binds: Mapping[Path, Path] | None = None) -> list[str]:
    """The command line that runs `argv` confined.

    Args:
        argv: program and arguments.
        binds: from folders to the places where the command is to see them instead of what is there.
    """
    pairs = [str(path) for pair in (binds or {}).items() for path in pair]
    return [*_NAMESPACES, "sh", "-c", _ENTER, "sh", *pairs, "--", *argv]
