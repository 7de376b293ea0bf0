"""A store of model files behind a URL: `s3://bucket/prefix`, `gs://bucket/prefix` or `file:///folder`.

Amazon S3 and stores like it take their settings from the environment, as the AWS tools do: `AWS_REGION`,
`AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`, `AWS_SKIP_SIGNATURE`, `AWS_ACCESS_KEY_ID` and so on; Google Cloud
Storage reads `GOOGLE_*`. Buckets are addressed in the path, so any custom endpoint works.

What a model is, is not known here: see `catalog.py`.

Errors: see `store_errors.py`.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, cast
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import GCSStore, LocalStore, ObjectStore, S3Store

from modelstore.store_errors import DigestMismatch, ObjectExists, ObjectNotFound, StoreMisconfigured, translated

if TYPE_CHECKING:  # obstore has these names in its stubs only
    from obstore import ObjectMeta
    from obstore.store import ClientConfig, GCSConfig, RetryConfig, S3Config

CHUNK: Final = 8 * 1024 * 1024
"""Bytes that one request asks for, so that a large file neither fills memory nor outlasts a timeout."""

REQUEST_SECONDS: Final = 30
"""A request takes so long at most, unless it carries more than a chunk."""

SLOWEST_UPLOAD: Final = 256 * 1024
"""Bytes a second that an upload is given time for; only a request as a whole can be refused when there is an object
already, so a file cannot be sent in parts."""


@dataclass(frozen=True)
class Store:
    """Objects below one URL; paths are relative to it, with `/` between their parts."""

    url: str
    backend: ObjectStore
    environment: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    @classmethod
    def open(cls, url: str, *, create: bool = False, environment: Mapping[str, str] | None = None) -> Self:
        """Open a store; nothing is sent to it yet.

        Args:
            url: `s3://bucket/prefix`, `gs://bucket/prefix` or `file:///folder`.
            create: make the folder of a `file://` store when it is absent.
            environment: variables that count before this process's own.

        Raises:
            StoreMisconfigured: the URL or the environment cannot work.
            ObjectNotFound: the folder of a `file://` store is absent.
        """
        url = url.rstrip("/")
        with translated(url):
            return cls(url, _backend(url, create, environment or {}, REQUEST_SECONDS), environment or {})

    def read(self, path: str, limit: int) -> bytes:
        """The whole object, which must have at most `limit` bytes (it is read into memory).

        Raises:
            StoreError: it is absent, larger than `limit`, or cannot be read now.
        """
        with translated(f"{self.url}/{path}"):
            result = obstore.get(self.backend, path)
            if result.meta["size"] > limit:
                raise DigestMismatch(f"{self.url}/{path} has {result.meta['size']} bytes, expected at most {limit}")
            return bytes(result.bytes())

    def chunks(self, path: str, size: int, begin: int = 0) -> Iterator[bytes]:
        """The object in pieces of at most `CHUNK` bytes, each by a request (and retries) of its own.

        Args:
            path: of the object.
            size: its bytes.
            begin: leave out so many of them, at most all.

        Raises:
            DigestMismatch: the object's size is not `size` bytes; no more than that is ever read.
        """
        for start in range(begin, size, CHUNK) if size else (0,):
            with translated(f"{self.url}/{path}"):
                # A range of no bytes is an error, so an empty object is asked for as a whole.
                part = (start, min(start + CHUNK, size))
                result = obstore.get(self.backend, path, options={"range": part} if size else None)
                if result.meta["size"] != size:
                    raise DigestMismatch(f"{self.url}/{path} has {result.meta['size']} bytes, its manifest says {size}")
                content = bytes(result.bytes())
            yield content

    def sizes(self, folder: str) -> dict[str, int]:
        """Paths and sizes in bytes of all objects below `folder`, at any depth, sorted by path."""
        with translated(f"{self.url}/{folder}"):
            found = {meta["path"]: meta["size"] for batch in _batches(self.backend, folder) for meta in batch}
            return dict(sorted(found.items()))

    def folders(self, folder: str = "") -> list[str]:
        """Names of the folders right below `folder`, sorted."""
        with translated(f"{self.url}/{folder}"):
            return sorted(prefix.rsplit("/", 1)[-1] for prefix in _prefixes(self.backend, folder))

    def create(self, path: str, content: bytes | Path) -> None:
        """Store a new object in one request (so at most 5 GB on S3); an existing one is never overwritten.

        Raises:
            ObjectExists: there is one. After a lost answer that may be this call's own.
        """
        with translated(f"{self.url}/{path}"):
            size = content.stat().st_size if isinstance(content, Path) else len(content)
            backend = self.backend
            if size > CHUNK:  # the library's limit is of a whole request, and of all that a client sends
                seconds = REQUEST_SECONDS + size // SLOWEST_UPLOAD
                backend = _backend(self.url, False, self.environment, seconds)
            obstore.put(backend, path, content, mode="create", use_multipart=False)

    def ensure(self, path: str, content: bytes) -> None:
        """Store a new object, or accept one with the same bytes: what a killed process, or a lost answer, left.

        Raises:
            ObjectExists: there is one with other bytes.
        """
        try:
            self.create(path, content)
        except ObjectExists:
            if not self.holds(path, content):
                raise

    def holds(self, path: str, content: bytes) -> bool:
        """Whether there is such an object with these bytes."""
        try:
            at = 0
            for chunk in self.chunks(path, len(content)):
                if chunk != content[at : at + len(chunk)]:
                    return False
                at += len(chunk)
        except (DigestMismatch, ObjectNotFound):  # it has another size, or there is none
            return False
        return True


def _backend(url: str, create: bool, environment: Mapping[str, str], seconds: int) -> ObjectStore:
    parts = urlsplit(url)
    prefix = unquote(parts.path).strip("/") or None
    retry: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}
    variables = {**os.environ, **environment}
    # These options replace the ones that obstore would read from the environment, so pass that one on.
    plain_http = variables.get("AWS_ALLOW_HTTP", "").lower() in {"1", "true"}
    client: ClientConfig = {"connect_timeout": "5s", "timeout": f"{seconds}s", "allow_http": plain_http}
    match parts.scheme:
        case "s3" if parts.netloc:
            endpoint = variables.get("AWS_ENDPOINT_URL", "")
            if endpoint.startswith("http://") and not plain_http:
                raise StoreMisconfigured(f"AWS_ENDPOINT_URL={endpoint} is not https: set AWS_ALLOW_HTTP=true")
            s3 = cast("S3Config", _of("AWS_", environment))
            return S3Store(parts.netloc, prefix=prefix, config=s3, client_options=client, retry_config=retry)
        case "gs" if parts.netloc:
            gs = cast("GCSConfig", _of("GOOGLE_", environment))
            return GCSStore(parts.netloc, prefix=prefix, config=gs, client_options=client, retry_config=retry)
        case "file" if not parts.netloc and prefix:
            folder = Path("/", prefix)
            if not create and not folder.is_dir():
                raise ObjectNotFound(f"{url}: there is no such folder")
            return LocalStore(folder, mkdir=create)
        case _:
            raise StoreMisconfigured(
                f"{url!r} is not a model store, like s3://bucket/models, gs://bucket/models or file:///folder"
            )


def _of(cloud: str, environment: Mapping[str, str]) -> dict[str, str]:
    # The library takes variables by their names. It refuses another cloud's; plain http is the client's option.
    return {name: value for name, value in environment.items() if name.startswith(cloud) and name != "AWS_ALLOW_HTTP"}


# Half of obstore's overloads for lists return Arrow tables, whose types aren't installed: hence the casts.


def _batches(backend: ObjectStore, folder: str) -> Iterable[list["ObjectMeta"]]:
    return cast("Iterable[list[ObjectMeta]]", obstore.list(backend, folder))  # pyright: ignore[reportUnknownMemberType]


def _prefixes(backend: ObjectStore, folder: str) -> list[str]:
    listing = obstore.list_with_delimiter(backend, folder or None)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return cast("dict[str, list[str]]", listing)["common_prefixes"]
