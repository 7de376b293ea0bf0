"""`python -m tools.image_contents IMAGE`: write docs/image.md, which says what the service's image holds.

Every file counts for the Python package that it belongs to, for our code, or for the base; what a later layer takes
away again is counted as gone, and weighs on those who pull the image all the same.
"""

import gzip
import json
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

from imagestore.errors import ImageError
from imagestore.reference import Reference
from imagestore.repository import Blob, Repository

PAGE: Final = Path(__file__).parents[1] / "docs" / "image.md"
MIB: Final = 1024 * 1024
LEAST: Final = MIB
"""Bytes; what holds less is added up."""

_SITE: Final = ("opt", "venv", "lib")
_WHITEOUT: Final = ".wh."


@dataclass(frozen=True)
class Layer:
    """One layer: what pulling it takes, and what each part of the image has in it; bytes."""

    pulled: int
    parts: Counter[str]


def part(path: PurePosixPath) -> str:
    """Who a file belongs to."""
    names = path.parts
    if names[:3] == _SITE and "site-packages" in names:
        package = names[names.index("site-packages") + 1]
        return package.partition("-")[0].removesuffix(".py").removesuffix(".libs").partition(".cpython")[0]
    if names[:1] == ("app",):
        return "Slipway's own code"
    return "virtual environment" if names[:2] == ("opt", "venv") else "base image"


def layers(image: Reference) -> Iterator[Layer]:
    """The image's layers, the first one first.

    Raises:
        ImageError: the registry can't be asked.
    """
    repository = Repository(image.registry, image.repository)
    _, *blobs = repository.manifest(image.digest).blobs
    for blob in blobs:
        with repository.opened(blob) as file:
            yield Layer(blob.size, parts(_unpacked(file, blob)))


def _unpacked(file: IO[bytes], blob: Blob) -> IO[bytes]:
    return cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if blob.kind.endswith("gzip") else file


def parts(file: IO[bytes]) -> Counter[str]:
    """Bytes of each part in an unpacked layer."""
    found: Counter[str] = Counter()
    with tarfile.open(fileobj=file, mode="r|") as archive:
        for entry in archive:
            path = PurePosixPath(entry.name)
            if entry.isfile() and not path.name.startswith(_WHITEOUT):
                found[part(path)] += entry.size
    return found


def page(found: list[Layer]) -> str:
    """The page."""
    total: Counter[str] = sum((layer.parts for layer in found), Counter[str]())
    small = {name for name, size in total.items() if size < LEAST}
    rows = [(name, size) for name, size in total.most_common() if name not in small]
    rows.append((f"{len(small)} others, each less than 1 MiB", sum(total[name] for name in small)))
    pulled = sum(layer.pulled for layer in found)
    lines = [
        "# What the image holds",
        "",
        f"Written by `python -m tools.image_contents IMAGE`: {total.total() / MIB:,.0f} MiB in {len(found)} layers, of "
        f"which a node pulls {pulled / MIB:,.0f} MiB; a release of our own code alone pulls {_code(found) / MIB:.2f}.",
        "",
        "| what | MiB | share |",
        "|---|--:|--:|",
        *(f"| {name} | {size / MIB:,.1f} | {size / total.total():.1%} |" for name, size in rows),
        "",
        "TensorFlow is the CPU's build, without its headers for compilers (240 MB); there is no Keras, no pip and no "
        "model. Most of it is one library, of which 190 MB are names of symbols for debuggers: `strip` would take them "
        "away, and isn't in the base.",
    ]
    return "\n".join(lines) + "\n"


def _code(found: list[Layer]) -> int:
    return sum(layer.pulled for layer in found if set(layer.parts) == {"Slipway's own code"})


def main() -> int:
    """Write the page; returns the exit code."""
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):  # noqa: PLR2004 (the program and the image)
        print(__doc__, file=sys.stderr)
        return 2
    try:
        found = list(layers(Reference.parse(sys.argv[1])))
    except (ImageError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    PAGE.write_text(page(found))
    print(json.dumps({"page": str(PAGE), "layers": len(found)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
