"""Another image of the service, made without building one: the same layers, a module more, and other variables."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx

MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
LAYER: Final = "application/vnd.docker.image.rootfs.diff.tar.gzip"
APP: Final = "app"
"""The image's folder of Python modules, in which its program runs."""


def derived(image: str, module: Path, variables: Mapping[str, str]) -> str:
    """An image like another that runs a module in the place of its program; the same again for the same.

    It lies in the same repository, and what is new of it are kilobytes, for the registry and for its pods.

    Args:
        image: by digest, like `127.0.0.1:5050/slipway/service@sha256:…`, in a registry of this machine.
        module: a file that `python -m` runs.
        variables: environment variables that its pods have as well.

    Returns:
        Its reference, by digest.
    """
    name, _, digest = image.partition("@")
    registry, _, repository = name.partition("/")
    with httpx.Client(base_url=f"http://{registry}/v2/{repository}/", timeout=30) as client:
        manifest = _read(client, f"manifests/{digest}")
        config = _read(client, f"blobs/{manifest['config']['digest']}")
        layer = _layer(module)
        run: dict[str, Any] = config["config"]
        run["Entrypoint"] = [run["Entrypoint"][0], "-m", module.stem]
        run["Env"] = [*run["Env"], *(f"{key}={value}" for key, value in variables.items())]
        config["rootfs"]["diff_ids"].append(_digest(layer))
        config["history"].append({"created": config["created"], "created_by": f"COPY {module.name} /{APP}/"})
        pressed = gzip.compress(layer, mtime=0)
        manifest["layers"].append({"mediaType": LAYER, **_push(client, pressed)})
        manifest["config"] |= _push(client, json.dumps(config).encode())
        content = json.dumps(manifest).encode()
        put = client.put(f"manifests/{_digest(content)}", content=content, headers={"Content-Type": MANIFEST})
        put.raise_for_status()
    return f"{name}@{_digest(content)}"


def _read(client: httpx.Client, path: str) -> dict[str, Any]:
    answer = client.get(path, headers={"Accept": MANIFEST})
    answer.raise_for_status()
    return answer.json()


def _push(client: httpx.Client, content: bytes) -> dict[str, Any]:
    """Put a blob into the repository; returns how a manifest names it."""
    begun = client.post("blobs/uploads/")
    begun.raise_for_status()
    there = httpx.URL(begun.headers["Location"]).copy_add_param("digest", _digest(content))
    client.put(there, content=content, headers={"Content-Type": "application/octet-stream"}).raise_for_status()
    return {"size": len(content), "digest": _digest(content)}


def _layer(module: Path) -> bytes:
    content, packed = module.read_bytes(), io.BytesIO()
    file = tarfile.TarInfo(f"{APP}/{module.name}")
    file.size, file.mode = len(content), 0o644
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(file, io.BytesIO(content))
    return packed.getvalue()


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
