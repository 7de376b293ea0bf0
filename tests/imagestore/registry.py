"""A registry in memory, as far as images are pushed to it and pulled from it, and what a test has go wrong with it."""

import base64
import hashlib
import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from imagestore.reference import Reference
from imagestore.repository import IMAGE, INDEXES, Blob, Manifest, Repository
from tests.http_servers import Handler, answering

USER: Final = "ci"
PASSWORD: Final = "hunter2"  # noqa: S105 - of the registry below


@dataclass
class Fake:
    """What it has, and what becomes of requests.

    Attributes:
        blobs: by repository and digest.
        manifests: by repository and digest or tag: content and media type.
        asked: method and path of each request.
        login: None, or how it wants to be signed in at: `Basic` or `Bearer`.
        fail: status by a pattern of method and path; the first that fits answers.
        cut: of a blob, only so many bytes are sent.
        frozen: tags don't move.
        mounts: whether a blob may be taken from another repository.
        host: where it is.
    """

    blobs: dict[tuple[str, str], bytes] = field(default_factory=dict[tuple[str, str], bytes])
    manifests: dict[tuple[str, str], tuple[bytes, str]] = field(
        default_factory=dict[tuple[str, str], tuple[bytes, str]]
    )
    asked: list[str] = field(default_factory=list[str])
    login: str | None = None
    fail: dict[str, int] = field(default_factory=dict[str, int])
    cut: int | None = None
    frozen: bool = False
    mounts: bool = True
    host: str = ""

    def repository(self, name: str = "slipway/service") -> Repository:
        return Repository(self.host, name)

    def add(self, *layers: bytes, name: str = "slipway/service", listed: bool = False) -> Reference:
        """Have an image, alone or as the only one of a list."""
        config = b'{"architecture":"amd64"}'
        for content in (config, *layers):
            self.blobs[name, _digest(content)] = content
        document: dict[str, Any] = {
            "schemaVersion": 2,
            "mediaType": IMAGE,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **_described(config)},
            "layers": [
                {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", **_described(one)} for one in layers
            ],
        }
        digest = self._put(name, document, IMAGE)
        if listed:
            content, kind = self.manifests[name, digest]
            index = {
                "schemaVersion": 2,
                "mediaType": INDEXES[0],
                "manifests": [{"mediaType": kind, **_described(content)}],
            }
            digest = self._put(name, index, INDEXES[0])
        return Reference(self.host, name, digest)

    def _put(self, name: str, document: dict[str, Any], kind: str) -> str:
        manifest = Manifest(json.dumps(document).encode(), kind)
        self.manifests[name, manifest.digest] = manifest.content, kind
        return manifest.digest


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _described(content: bytes) -> dict[str, Any]:
    return {"digest": _digest(content), "size": len(content)}


def blob(content: bytes) -> Blob:
    return Blob(_digest(content), len(content))


class _Registry(Handler):
    fake: Fake

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.fake.asked.append(f"{self.command} {url.path}")
        for pattern, status in self.fake.fail.items():
            if re.search(pattern, self.fake.asked[-1]):
                return self._send(status, b'{"errors": [{"code": "TOOMANY", "message": "not now"}]}')
        if url.path == "/token":
            return self._token()
        if not self._known():
            where = f'Bearer realm="http://{self.fake.host}/token",service="it"'
            return self._send(
                401, b"", {"WWW-Authenticate": 'Basic realm="it"' if self.fake.login == "Basic" else where}
            )
        found = re.fullmatch(r"/v2/(.+)/(manifests|blobs/uploads|blobs)/([^/]*)", url.path)
        assert found, self.path
        name, kind, what = found.groups()
        {"manifests": self._manifest, "blobs": self._blob, "blobs/uploads": self._upload}[kind](
            name, what, parse_qs(url.query), body
        )
        return None

    def _known(self) -> bool:
        given = self.headers.get("Authorization")
        basic = f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"
        return given == {None: given, "Basic": basic, "Bearer": "Bearer t0ken"}[self.fake.login]

    def _token(self) -> None:
        wanted = f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"
        ok = self.headers.get("Authorization") == wanted
        self._send(200 if ok else 401, b'{"token": "t0ken"}' if ok else b"{}")

    def _manifest(self, name: str, reference: str, _: dict[str, list[str]], body: bytes) -> None:
        if self.command != "PUT":
            content, kind = self.fake.manifests.get((name, reference), (None, ""))
            return self._send(404 if content is None else 200, content or b"", {"Content-Type": kind})
        before = self.fake.manifests.get((name, reference))
        if self.fake.frozen and before and before[0] != body:
            return self._send(400, b'{"errors": [{"code": "TAG_INVALID", "message": "tags are immutable here"}]}')
        manifest = Manifest(body, self.headers["Content-Type"])
        missing = [one.digest for one in manifest.blobs if (name, one.digest) not in self.fake.blobs]
        missing += [one for one in manifest.images if (name, one) not in self.fake.manifests]
        if missing:
            return self._send(400, b'{"errors": [{"code": "MANIFEST_BLOB_UNKNOWN", "message": "blob unknown"}]}')
        for key in (reference, manifest.digest):
            self.fake.manifests[name, key] = body, manifest.kind
        return self._send(201, b"")

    def _blob(self, name: str, digest: str, _: dict[str, list[str]], __: bytes) -> None:
        content = self.fake.blobs.get((name, digest))
        self._send(404 if content is None else 200, content or b"", cut=self.fake.cut)

    def _upload(self, name: str, _: str, query: dict[str, list[str]], body: bytes) -> None:
        if self.command == "POST":
            if self.fake.mounts and "mount" in query:
                content = self.fake.blobs.get((query["from"][0], query["mount"][0]))
                if content is not None:
                    self.fake.blobs[name, query["mount"][0]] = content
                    return self._send(201, b"")
            return self._send(202, b"", {"Location": f"/v2/{name}/blobs/uploads/1?state=x"})
        [digest] = query["digest"]
        if _digest(body) != digest:
            return self._send(400, b'{"errors": [{"code": "DIGEST_INVALID", "message": "digest invalid"}]}')
        self.fake.blobs[name, digest] = body
        return self._send(201, b"")

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None, cut: int | None = None) -> None:
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[:cut])


@contextmanager
def serving(fake: Fake) -> Generator[Fake]:
    """Have it answer on this machine until the block ends."""
    with answering(type("Registry", (_Registry,), {"fake": fake})) as url:
        fake.host = url.removeprefix("http://")
        yield fake
