"""The signature of a published version, in the form of `model_signing`, and how it is checked.

It lies beside the manifest as `model.sig` and names every file of the version with its SHA-256, the manifest among
them. So whoever downloads the version's folder checks it with

    model_signing verify key FOLDER --signature FOLDER/model.sig --public_key KEY.pub

and a pod, which knows the manifest by its digest, checks it before it has any file at all.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from modelstore.catalog import Entry
from modelstore.keys import BadSignature, PrivateKey, PublicKey, opened, sealed
from modelstore.manifest import MANIFEST
from modelstore.store import Store
from modelstore.store_errors import ObjectNotFound, SignatureRefused

SIGNATURE: Final = "model.sig"
"""Beside the manifest."""

SIGNATURE_LIMIT: Final = 4 * 1024 * 1024
"""Bytes, as a manifest, which names as many files."""

_BUNDLE: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"
_STATEMENT: Final = "https://in-toto.io/Statement/v1"
_PREDICATE: Final = "https://model_signing/signature/v1.0"


def sign(entry: Entry, key: PrivateKey) -> bytes:
    """The signature of a version, as it is stored."""
    files = sorted(_files(entry).items())
    root = sha256(b"".join(bytes.fromhex(digest) for _, digest in files)).hexdigest()
    statement = {
        "_type": _STATEMENT,
        "subject": [{"name": entry.manifest.version, "digest": {"sha256": root}}],
        "predicateType": _PREDICATE,
        "predicate": {
            "serialization": {
                "method": "files",
                "hash_type": "sha256",
                "allow_symlinks": False,
                "ignore_paths": [SIGNATURE],
            },
            "resources": [{"name": name, "algorithm": "sha256", "digest": digest} for name, digest in files],
        },
    }
    bundle: dict[str, Any] = {
        "mediaType": _BUNDLE,
        "verificationMaterial": {"publicKey": {"hint": key.public.hint}, "tlogEntries": []},
        "dsseEnvelope": sealed(key, json.dumps(statement).encode()),
    }
    return (json.dumps(bundle, indent=1) + "\n").encode()


def check(entry: Entry, content: bytes, key: PublicKey) -> None:
    """Check that a signature is the key's, and of this very version.

    Raises:
        SignatureRefused: it isn't.
    """
    what = f"the signature of {entry.manifest.name} {entry.manifest.version}"
    try:
        bundle = json.loads(content)
        statement = json.loads(opened(key, bundle["dsseEnvelope"]))
        kind, signed = statement["predicateType"], _signed(statement["predicate"])
    except BadSignature as error:
        raise SignatureRefused(f"{what} is refused: {error}") from None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise SignatureRefused(f"{what} can't be read: sign it with `slipway model sign`") from None
    if kind != _PREDICATE:
        raise SignatureRefused(f"{what} is a statement of another kind, {kind!r}")
    wanted = _files(entry)
    if wrong := sorted(name for name in wanted.keys() | signed.keys() if wanted.get(name) != signed.get(name)):
        raise SignatureRefused(f"{what} is of something else: {', '.join(wrong[:3])} differs")


def fetch(store: Store, entry: Entry) -> bytes:
    """The stored signature of a version, unchecked.

    Raises:
        SignatureRefused: it has none.
        StoreError: the store can't be read.
    """
    path = f"{entry.manifest.name}/{entry.manifest.version}/{SIGNATURE}"
    try:
        return store.read(path, SIGNATURE_LIMIT)
    except ObjectNotFound:
        raise SignatureRefused(
            f"{store.url}/{path}: {entry.manifest.name} {entry.manifest.version} is not signed, and there is a key to "
            "check it with: `slipway model sign`"
        ) from None


def _files(entry: Entry) -> dict[str, str]:
    """Hexadecimal SHA-256 of each file of a version."""
    every = {file.path: file.sha256 for file in entry.manifest.files} | {MANIFEST: entry.digest}
    return {name: digest.removeprefix("sha256:") for name, digest in every.items()}


def _signed(predicate: Mapping[str, Any]) -> dict[str, str]:
    resources = predicate["resources"]
    if any(one["algorithm"] != "sha256" for one in resources) or predicate["serialization"]["method"] != "files":
        raise ValueError("not one SHA-256 for each file")
    return {one["name"]: one["digest"] for one in resources}
