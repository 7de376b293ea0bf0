"""Which packages an image holds, read from the image itself: what its layers leave, whatever was meant to be there.

Debian's and Python's are known by the files that their installers leave. A layer is read once, from its beginning to
its end; of all files only these are kept.
"""

import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from typing import BinaryIO, Final
from urllib.parse import quote

from imagestore.reference import Reference
from imagestore.repository import Manifest, Repository
from slipway.errors import Refused

_KEPT: Final = re.compile(r"(usr/lib|etc)/os-release|var/lib/dpkg/status(\.d/[^/]+)?|(.+/)?[^/]+\.dist-info/METADATA")
_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of one of these files."""

_WHITEOUT: Final = ".wh."
_OPAQUE: Final = ".wh..wh..opq"


@dataclass(frozen=True, order=True)
class Package:
    """A package in an image.

    Attributes:
        kind: `deb` or `pypi`.
        name: as its index has it.
        version: of it.
        url: its package URL.
        licence: an SPDX expression, where it says one.
    """

    kind: str
    name: str
    version: str
    url: str
    licence: str = ""


def packages(image: Reference, say: Callable[[str], object]) -> list[Package]:
    """The packages in an image, sorted; of a list of images, in any of them.

    Raises:
        Refused: a layer can't be read.
        ImageError: the registry can't be asked, or the image isn't what its digest says.
    """
    repository = Repository(image.registry, image.repository)
    found: set[Package] = set()
    for manifest in _images(repository, repository.manifest(image.digest)):
        found.update(_packages(_files(repository, manifest, say)))
    return sorted(found)


def _images(repository: Repository, manifest: Manifest) -> Iterator[Manifest]:
    if not manifest.images:
        yield manifest
        return
    for one in manifest.document["manifests"]:
        # Attestations of the builder stand in the list as well, for a machine that doesn't exist.
        if one.get("platform", {}).get("os") != "unknown":
            yield repository.manifest(one["digest"])


def _files(repository: Repository, manifest: Manifest, say: Callable[[str], object]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for blob in manifest.blobs[1:]:
        say(f"reading {blob.digest[:19]} ({blob.size:,} bytes)")
        with repository.opened(blob) as layer:
            try:
                _unpack(layer, files)
            except tarfile.TarError:
                raise Refused(
                    f"{repository}@{blob.digest} ({blob.kind}) can't be read: only tar, plain or by gzip, bzip2 or xz"
                ) from None
    return files


def _unpack(layer: BinaryIO, files: dict[str, bytes]) -> None:
    """Put what is kept of a layer over what is there already."""
    new: dict[str, bytes] = {}
    gone: list[str] = []
    with tarfile.open(fileobj=layer, mode="r|*") as tar:
        for member in tar:
            path = member.name.removeprefix("./").removeprefix("/")
            folder, _, name = path.rpartition("/")
            if name.startswith(_WHITEOUT):
                gone.append(folder if name == _OPAQUE else f"{folder}/{name.removeprefix(_WHITEOUT)}".lstrip("/"))
            elif _KEPT.fullmatch(path) and member.isfile() and member.size <= _LIMIT:
                content = tar.extractfile(member)
                new[path] = content.read() if content else b""
            elif not member.isdir():
                files.pop(path, None)
    # What a layer takes away is of the layers below it, wherever in it that is said.
    for path in [one for one in files if any(one == each or one.startswith(f"{each}/") for each in gone)]:
        del files[path]
    files.update(new)


def _packages(files: Mapping[str, bytes]) -> Iterator[Package]:
    release = _release(files)
    for path, content in files.items():
        text = content.decode(errors="replace")
        if path.startswith("var/lib/dpkg/"):
            yield from _debian(text, release)
        elif path.endswith("/METADATA"):
            headers = HeaderParser().parsestr(text)
            name, version = headers.get("Name", ""), headers.get("Version", "")
            if name and version:
                simple = re.sub(r"[-_.]+", "-", name).lower()
                url = f"pkg:pypi/{quote(simple)}@{quote(version, safe='')}"
                yield Package("pypi", simple, version, url, headers.get("License-Expression", ""))


def _debian(text: str, release: Mapping[str, str]) -> Iterator[Package]:
    vendor, distro = release.get("ID", "debian"), f"{release.get('ID', 'debian')}-{release.get('VERSION_ID', '')}"
    for stanza in text.split("\n\n"):
        said = HeaderParser().parsestr(stanza)
        name, version, architecture = (said.get(key, "") for key in ("Package", "Version", "Architecture"))
        # In `status.d` there is no state: what is there is installed.
        if name and version and said.get("Status", "install ok installed").endswith(" installed"):
            query = f"arch={quote(architecture)}&distro={quote(distro.rstrip('-'))}"
            yield Package("deb", name, version, f"pkg:deb/{vendor}/{quote(name)}@{quote(version, safe='')}?{query}")


def _release(files: Mapping[str, bytes]) -> dict[str, str]:
    text = files.get("usr/lib/os-release") or files.get("etc/os-release") or b""
    pairs = (line.partition("=") for line in text.decode(errors="replace").splitlines() if "=" in line)
    return {key: value.strip().strip("'\"") for key, _, value in pairs}
