"""Products by content: what was built from the same inputs is not built again."""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from sandbox import files


def key(*inputs: str | bytes | Path) -> str:
    """The content key of a product: 16 hexadecimal digits over all `inputs` (files by their bytes)."""
    sha = hashlib.sha256()
    for item in inputs:
        content = item.read_bytes() if isinstance(item, Path) else item.encode() if isinstance(item, str) else item
        sha.update(len(content).to_bytes(8, "big") + content)
    return sha.hexdigest()[:16]


def produce(
    folder: Path,
    content_key: str,
    build: Callable[[Path], None],
    in_use: Callable[[Path], bool] = lambda _: False,
) -> Path:
    """The product with `content_key`, built first if it isn't there.

    Args:
        folder: where the versions of this product are kept, one folder a key.
        content_key: from `key`.
        build: fills the empty folder that it is given; when it raises or the process dies, no product exists.
        in_use: whether a product still serves somebody.

    Returns:
        The product's folder. Versions under other keys that aren't in use are removed once the new one is complete.
    """
    product = folder / content_key
    if not product.exists():
        unfinished = folder / f".unfinished-{content_key}"
        files.remove(unfinished)
        unfinished.mkdir(parents=True)
        build(unfinished)
        unfinished.rename(product)
    for other in folder.iterdir():
        if other != product and not in_use(other):
            files.remove(other)
    return product


def link(programs: Iterable[Path], folder: Path) -> None:
    """Give each program a hard link in `folder`, replacing an older one in a single step.

    Hard links, because the Pulumi CLI looks for its language hosts beside its own resolved path.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for program in programs:
        target = folder / program.name
        if target.exists() and target.samefile(program):
            continue
        fresh = folder / f".{program.name}.new"
        fresh.unlink(missing_ok=True)
        os.link(program, fresh)
        fresh.rename(target)
