"""A repository of a registry, by the API that all registries have (OCI distribution).

Everything is asked for by its digest and checked against it, so it is no matter who stands between. A registry on this
machine is spoken to in plain HTTP, any other in TLS.
"""

import hashlib
import ipaddress
import json
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final, cast
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3

from imagestore.credentials import credential
from imagestore.errors import ImageDiffers, ImageNotFound, RegistryDenied, RegistryRefused, RegistryUnavailable

MANIFEST_LIMIT: Final = 4 * 1024 * 1024
"""Bytes, as registries have it themselves."""

INDEXES: Final = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
"""Manifests of manifests, one for each kind of machine."""

IMAGE: Final = "application/vnd.oci.image.manifest.v1+json"
_KINDS: Final = (*INDEXES, IMAGE, "application/vnd.docker.distribution.manifest.v2+json")

_CHUNK: Final = 1024 * 1024
_TIMEOUT: Final = urllib3.Timeout(connect=5, read=120)
# What only asks is asked again; what writes isn't, because its body may be half gone.
_RETRIES: Final = urllib3.Retry(
    total=3, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504), raise_on_status=False, redirect=5
)
_ASKING: Final = ("GET", "HEAD")
_CREATED, _UNKNOWN, _FORBIDDEN, _ABSENT, _BUSY, _BROKEN = 201, 401, 403, 404, 429, 500
_WELL: Final = range(200, 300)


@dataclass(frozen=True)
class Manifest:
    """What an image, or a list of images, consists of.

    Attributes:
        content: exactly as the registry has it.
        kind: its media type.
    """

    content: bytes
    kind: str

    @property
    def digest(self) -> str:
        """Of the content."""
        return f"sha256:{hashlib.sha256(self.content).hexdigest()}"

    @property
    def document(self) -> dict[str, Any]:
        """What it says."""
        return json.loads(self.content)

    @property
    def images(self) -> list[str]:
        """Digests of the manifests that it lists; none for an image's own."""
        return [one["digest"] for one in self.document["manifests"]] if self.kind in INDEXES else []

    @property
    def blobs(self) -> list["Blob"]:
        """The image's configuration and its layers."""
        if self.kind in INDEXES:
            return []
        parts = [self.document["config"], *self.document["layers"]]
        return [Blob(one["digest"], one["size"], one.get("mediaType", "")) for one in parts]


@dataclass(frozen=True)
class Blob:
    """A part of an image: its digest, its size in bytes, and its media type."""

    digest: str
    size: int
    kind: str = ""


@dataclass(frozen=True)
class Repository:
    """One repository.

    Attributes:
        registry: host, with a port if need be.
        name: like `slipway/service`.
    """

    registry: str
    name: str
    _pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(timeout=_TIMEOUT), repr=False)
    _signed_in: dict[str, str] = field(default_factory=dict[str, str], repr=False)

    def __str__(self) -> str:
        return f"{self.registry}/{self.name}"

    def manifest(self, reference: str) -> Manifest:
        """What a digest or a tag is.

        Raises:
            ImageNotFound: there is none.
            ImageDiffers: the registry gives other content than the digest says.
            ImageError: the registry can't be asked.
        """
        found = self._ask("GET", f"manifests/{reference}", headers={"Accept": ", ".join(_KINDS)})
        content = found.data
        if len(content) > MANIFEST_LIMIT:
            raise ImageDiffers(f"{self}@{reference} has {len(content)} bytes, more than any manifest")
        manifest = Manifest(content, (found.headers.get("Content-Type") or "").partition(";")[0])
        if reference.startswith("sha256:") and manifest.digest != reference:
            raise ImageDiffers(f"{self}@{reference}: the registry gives something else, {manifest.digest}")
        return manifest

    def tagged(self, tag: str) -> Manifest | None:
        """What a tag is, None where there is no such tag; raises like `manifest`."""
        try:
            return self.manifest(tag)
        except ImageNotFound:
            return None

    def has(self, blob: Blob) -> bool:
        """Whether there is this blob; raises ImageError."""
        try:
            self._ask("HEAD", f"blobs/{blob.digest}")
        except ImageNotFound:
            return False
        return True

    def read(self, blob: Blob, limit: int = MANIFEST_LIMIT) -> bytes:
        """A small blob, checked; raises like `opened`, or ImageDiffers when it is larger than `limit`."""
        if blob.size > limit:
            raise ImageDiffers(f"{self}@{blob.digest} has {blob.size} bytes, expected at most {limit}")
        with self.opened(blob) as file:
            return file.read()

    @contextmanager
    def opened(self, blob: Blob) -> Generator[BinaryIO]:
        """A blob in a file, which goes with the block, once it is whole and its digest is right.

        Raises:
            ImageNotFound: there is none.
            ImageDiffers: it has other content.
            ImageError: the registry can't be asked, or breaks off.
        """
        with TemporaryFile() as temporary:
            file = cast("BinaryIO", temporary)
            self._fetch(blob, file)
            file.seek(0)
            yield file

    def put(self, content: bytes, kind: str = "application/octet-stream") -> Blob:
        """Add a small blob, unless it is there."""
        blob = Blob(f"sha256:{hashlib.sha256(content).hexdigest()}", len(content), kind)
        if not self.has(blob):
            self._upload(blob, content)
        return blob

    def take(self, blob: Blob, other: "Repository") -> bool:
        """Add a blob of another repository, unless it is there.

        Returns:
            Whether it was added.

        Raises:
            ImageError: one of both registries can't be asked, or the blob isn't what its digest says.
        """
        if self.has(blob):
            return False
        # In the same registry it need not travel, if the registry can do that.
        neighbour = other.name if other.registry == self.registry else None
        if neighbour and self._mounted(blob, neighbour):
            return True
        with other.opened(blob) as file:
            self._upload(blob, file)
        return True

    def push(self, manifest: Manifest, reference: str) -> None:
        """Add a manifest, whose blobs are there, under its digest or a tag.

        Raises:
            ImageError: the registry doesn't take it; of a tag that must not move, because it is another one's.
        """
        self._ask("PUT", f"manifests/{reference}", body=manifest.content, headers={"Content-Type": manifest.kind})

    def _fetch(self, blob: Blob, file: BinaryIO) -> None:
        answer = self._ask("GET", f"blobs/{blob.digest}", preload=False)
        sha, size = hashlib.sha256(), 0
        try:
            for chunk in answer.stream(_CHUNK):
                size += len(chunk)
                if size > blob.size:
                    break
                sha.update(chunk)
                file.write(chunk)
        except urllib3.exceptions.HTTPError as error:
            raise RegistryUnavailable(f"{self}@{blob.digest} broke off after {size} bytes ({_cause(error)})") from None
        finally:
            answer.release_conn()
        if (found := f"sha256:{sha.hexdigest()}") != blob.digest or size != blob.size:
            raise ImageDiffers(f"{self}@{blob.digest}: the registry gives something else, {found} of {size} bytes")

    def _mounted(self, blob: Blob, name: str) -> bool:
        query = urlencode({"mount": blob.digest, "from": name})
        return self._ask("POST", f"blobs/uploads/?{query}").status == _CREATED

    def _upload(self, blob: Blob, content: bytes | BinaryIO) -> None:
        begun = self._ask("POST", "blobs/uploads/")
        # It may be relative, and have a query of its own.
        place = urljoin(self._url("blobs/uploads/"), begun.headers["Location"])
        separator = "&" if "?" in place else "?"
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(blob.size)}
        self._ask("PUT", f"{place}{separator}digest={blob.digest}", headers=headers, body=content)

    def _url(self, path: str) -> str:
        return f"{'http' if _here(self.registry) else 'https'}://{self.registry}/v2/{self.name}/{path}"

    def _ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | BinaryIO | None = None,
        preload: bool = True,
    ) -> urllib3.BaseHTTPResponse:
        url = path if "://" in path else self._url(path)
        what = f"{self}: {method} {urlsplit(url).path.removeprefix(f'/v2/{self.name}/')}"
        answer = self._send(method, url, headers or {}, what, body, preload)
        if answer.status == _UNKNOWN and self._sign_in(answer, writing=method not in _ASKING):
            if body is not None and not isinstance(body, bytes):
                body.seek(0)
            answer = self._send(method, url, headers or {}, what, body, preload)
        if answer.status in _WELL:
            return answer
        said = _said(answer)
        if answer.status == _ABSENT:
            raise ImageNotFound(f"{what}: not found")
        if answer.status in (_UNKNOWN, _FORBIDDEN):
            raise RegistryDenied(f"{what}: denied ({said}); sign in anew, like `docker login {self.registry}`")
        if answer.status == _BUSY or answer.status >= _BROKEN:
            raise RegistryUnavailable(f"{what}: {said}")
        raise RegistryRefused(f"{what}: {said}")

    def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        what: str,
        body: bytes | BinaryIO | None,
        preload: bool,
    ) -> urllib3.BaseHTTPResponse:
        # Where else a registry sends us for a blob or with one, nobody has to know who we are.
        ours = self._signed_in if urlsplit(url).netloc == self.registry else {}
        try:
            return self._pool.request(
                method,
                url,
                body=body,
                headers={**headers, **ours},
                retries=_RETRIES if method in _ASKING else False,
                preload_content=preload,
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise RegistryUnavailable(f"{what}: {self.registry} can't be reached ({_cause(error)})") from None

    def _sign_in(self, refused: urllib3.BaseHTTPResponse, *, writing: bool) -> bool:
        """Get what the registry asks for; returns whether that is worth another try."""
        kind, _, rest = (refused.headers.get("WWW-Authenticate") or "").partition(" ")
        known = credential(self.registry)
        basic = urllib3.make_headers(basic_auth=f"{known.user}:{known.password}") if known else {}
        if kind.lower() == "basic" and basic:
            self._signed_in["Authorization"] = basic["authorization"]
            return True
        if kind.lower() != "bearer":
            return False
        asked: dict[str, str] = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        realm = urlsplit(asked.get("realm", ""))
        if realm.scheme != "https" and not _here(realm.netloc):
            raise RegistryDenied(f"{self}: the registry signs in at {realm.geturl()!r}, which is not https")
        wanted = f"repository:{self.name}:pull" + (",push" if writing else "")
        query = urlencode({"service": asked.get("service", ""), "scope": wanted})
        answer = self._send("GET", f"{realm.geturl()}?{query}", basic, f"{self}: signing in", None, preload=True)
        try:
            given: dict[str, Any] = json.loads(answer.data)
            token = given.get("token") or given["access_token"]
        except (ValueError, KeyError):
            return False
        self._signed_in["Authorization"] = f"Bearer {token}"
        return True


def _here(registry: str) -> bool:
    host = registry.rpartition(":")[0].strip("[]") or registry
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _said(answer: urllib3.BaseHTTPResponse) -> str:
    """What the registry says of its refusal, in a line."""
    try:
        first = json.loads(answer.data)["errors"][0]
        text = f"{first.get('code', '')} {first.get('message', '')}".strip()
    except (ValueError, LookupError, TypeError, AttributeError):
        text = ""
    return f"{answer.status} {' '.join(text.split())[:200]}".strip()


def _cause(error: Exception) -> str:
    return str(error).rpartition(": ")[2] or type(error).__name__
