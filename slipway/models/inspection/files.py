"""The files of a SavedModel: which may be there, how many and how large. Knows no TensorFlow."""

import re
import shutil
from pathlib import Path
from typing import Final

from slipway.errors import Refused
from slipway.models.inspection.limits import MEBIBYTE

MAX_FILES: Final = 100
MAX_BYTES: Final = 1024 * MEBIBYTE

_SERVED: Final = re.compile(r"saved_model\.pb|variables/variables\.(index|data-\d{5}-of-\d{5})")

_LEFT_OUT: Final = {
    "fingerprint.pb": "a random id",
    "keras_metadata.pb": "how Keras 2 would rebuild the model, which serving never does",
}


def take_in(source: Path, target: Path) -> None:
    """Copy what is served of a SavedModel to `target`, so that nothing changes it while it is judged.

    Raises:
        Refused: there is a file that has no place in a SavedModel, a link, too many files or too many bytes.
    """
    taken: list[Path] = []
    size = 0
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise Refused(f"{path}: links and special files are not allowed in a model; put the file itself there")
        if path.is_dir() or name in _LEFT_OUT:
            continue
        if not _SERVED.fullmatch(name):
            hint = "; a model must work without files of its own" if name.startswith("assets") else ""
            raise Refused(f"{path}: this file has no place in a SavedModel{hint}")
        taken.append(path)
        size += path.stat().st_size
        if len(taken) > MAX_FILES or size > MAX_BYTES:
            raise Refused(f"{source}: more than {MAX_FILES} files or {MAX_BYTES // MEBIBYTE} MiB")
    for path in taken:
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
