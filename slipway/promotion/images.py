"""An image from one registry to another, with what is said of it there: signatures, attestations, part lists."""

from collections.abc import Callable
from dataclasses import dataclass

from imagestore.reference import Reference
from imagestore.repository import Manifest, Repository
from imagestore.signature import ABOUT, about

Announce = Callable[[str], object]


@dataclass(frozen=True)
class Copied:
    """What came of a copy.

    Attributes:
        image: where it is now.
        blobs: parts that weren't there before.
        bytes: of these.
    """

    image: Reference
    blobs: int
    bytes: int


def copy(image: Reference, target: Reference, announce: Announce) -> Copied:
    """Copy an image; what is there already isn't sent again, so a run that was killed is gone on with.

    Args:
        image: what to copy.
        target: where to: the same digest.
        announce: told what is being done.

    Raises:
        ImageError: a registry can't be asked, or the image isn't what its digest says.
    """
    source, there = Repository(image.registry, image.repository), Repository(target.registry, target.repository)
    blobs, size = _copy(source, there, source.manifest(image.digest), announce)
    # So that nothing which tidies up takes it for one that nobody names.
    tag = f"proven-{image.digest.partition(':')[2][:12]}"
    manifest = there.manifest(image.digest)
    if there.tagged(tag) is None:
        there.push(manifest, tag)
    for kind in ABOUT:
        said = source.tagged(about(image.digest, kind))
        if said is not None and _differs(there.tagged(about(image.digest, kind)), said):
            more, bigger = _copy(source, there, said, announce)
            there.push(said, about(image.digest, kind))
            blobs, size = blobs + more, size + bigger
    return Copied(target, blobs, size)


def _copy(source: Repository, target: Repository, manifest: Manifest, announce: Announce) -> tuple[int, int]:
    blobs = size = 0
    if target.tagged(manifest.digest) is not None:  # and so all that it names
        return blobs, size
    for digest in manifest.images:
        more, bigger = _copy(source, target, source.manifest(digest), announce)
        blobs, size = blobs + more, size + bigger
    for blob in manifest.blobs:
        announce(f"{target}: {blob.digest[:19]} ({blob.size:,} bytes)")
        if target.take(blob, source):
            blobs, size = blobs + 1, size + blob.size
    # Last, so that an image is there when its manifest is.
    target.push(manifest, manifest.digest)
    return blobs, size


def _differs(there: Manifest | None, said: Manifest) -> bool:
    return there is None or there.digest != said.digest
