"""What is said of an image beside it: signatures and attestations, in the form that `cosign` writes and reads.

They lie in the image's own repository under tags that are made from its digest (`sha256-….sig`, `sha256-….att`), so
they are found without a list, and go along when the image is copied. There is no transparency log:

    cosign verify --key KEY.pub --insecure-ignore-tlog IMAGE
    cosign verify-attestation --key KEY.pub --insecure-ignore-tlog --type cyclonedx IMAGE
"""

import base64
import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from imagestore.errors import SignatureRefused
from imagestore.reference import Reference
from imagestore.repository import IMAGE, Blob, Manifest, Repository
from modelstore.keys import BadSignature, PrivateKey, PublicKey, opened, sealed

ABOUT: Final = ("sig", "att", "sbom")
"""Kinds of what is said: signatures, attestations, and bills of materials of older tools."""

_SIGNED: Final = "application/vnd.dev.cosign.simplesigning.v1+json"
_ENVELOPE: Final = "application/vnd.dsse.envelope.v1+json"
_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
_ANNOTATION: Final = "dev.cosignproject.cosign/signature"
_TYPE: Final = "cosign container image signature"


def about(digest: str, kind: str) -> str:
    """The tag of what is said of an image."""
    return f"{digest.replace(':', '-')}.{kind}"


def sign(image: Reference, key: PrivateKey) -> bool:
    """Sign an image, unless it has a signature of this key.

    Returns:
        Whether it was signed now.

    Raises:
        SignatureRefused: it is signed with another key, and tags of its repository must not move.
        ImageError: the registry can't be asked, or has no such image.
    """
    repository = _repository(image)
    repository.manifest(image.digest)
    before = repository.tagged(about(image.digest, "sig"))
    if before is not None and _signed(image, repository, before, key.public):
        return False
    payload = json.dumps(
        {
            "critical": {
                "identity": {"docker-reference": f"{image.registry}/{image.repository}"},
                "image": {"docker-manifest-digest": image.digest},
                "type": _TYPE,
            },
            "optional": None,
        }
    ).encode()
    note = {_ANNOTATION: base64.b64encode(key.sign(payload)).decode()}
    layers: list[dict[str, Any]] = before.document["layers"] if before else []
    _push(repository, [*layers, _layer(repository, payload, _SIGNED, note)], about(image.digest, "sig"))
    return True


def verify(image: Reference, key: PublicKey) -> None:
    """Check that an image has a signature of a key. The image itself isn't read: its digest is what was signed.

    Raises:
        SignatureRefused: it has none.
        ImageError: the registry can't be asked.
    """
    repository = _repository(image)
    found = repository.tagged(about(image.digest, "sig"))
    if found is None:
        raise SignatureRefused(
            f"{image} is not signed, and there is a key to check it with: `slipway image sign {image}`"
        )
    if not _signed(image, repository, found, key):
        raise SignatureRefused(f"{image} has no signature of this key over this digest")


def attest(image: Reference, key: PrivateKey, statements: Sequence[dict[str, Any]]) -> bool:
    """Add signed statements to an image that has none.

    Args:
        image: what they are about; each has it as its subject.
        key: signs them.
        statements: of in-toto's form.

    Returns:
        Whether they were added; False where it has statements already, of whatever kind.

    Raises:
        ImageError: the registry can't be asked, or has no such image.
    """
    repository = _repository(image)
    repository.manifest(image.digest)
    if repository.tagged(about(image.digest, "att")) is not None:
        return False
    layers = [
        _layer(
            repository,
            json.dumps(sealed(key, json.dumps(one).encode())).encode(),
            _ENVELOPE,
            {_ANNOTATION: "", "predicateType": one["predicateType"]},
        )
        for one in statements
    ]
    _push(repository, layers, about(image.digest, "att"))
    return True


def attested(image: Reference, key: PublicKey) -> dict[str, Any]:
    """What is said of an image and signed with a key: predicates by their type.

    Raises:
        ImageError: the registry can't be asked.
    """
    repository = _repository(image)
    found, predicates = repository.tagged(about(image.digest, "att")), dict[str, Any]()
    for blob in found.blobs[1:] if found else ():
        try:
            statement = json.loads(opened(key, json.loads(repository.read(blob))))
            subjects = [one["digest"]["sha256"] for one in statement["subject"]]
            if f"sha256:{subjects[0]}" == image.digest:
                predicates[statement["predicateType"]] = statement["predicate"]
        except (BadSignature, ValueError, LookupError, TypeError):  # somebody else's, which says nothing here
            continue
    return predicates


def _repository(image: Reference) -> Repository:
    return Repository(image.registry, image.repository)


def _signed(image: Reference, repository: Repository, found: Manifest, key: PublicKey) -> bool:
    for layer in found.document.get("layers", []):
        try:
            signature = base64.b64decode(layer["annotations"][_ANNOTATION], validate=True)
            payload = repository.read(Blob(layer["digest"], layer["size"]))
            key.check(signature, payload)
            critical = json.loads(payload)["critical"]
            if (critical["image"]["docker-manifest-digest"], critical["type"]) == (image.digest, _TYPE):
                return True
        except (BadSignature, ValueError, LookupError, TypeError):  # another's, or over something else
            continue
    return False


def _layer(repository: Repository, content: bytes, kind: str, annotations: dict[str, str]) -> dict[str, Any]:
    blob = repository.put(content, kind)
    return {"mediaType": kind, "size": blob.size, "digest": blob.digest, "annotations": annotations}


def _push(repository: Repository, layers: list[dict[str, Any]], tag: str) -> None:
    differences = [one["digest"] for one in layers]
    config = json.dumps(
        {
            "architecture": "",
            "os": "",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": differences},
            "history": [{"created": "0001-01-01T00:00:00Z"} for _ in layers],
        }
    ).encode()
    repository.put(config, _CONFIG)
    described = {"mediaType": _CONFIG, "size": len(config), "digest": f"sha256:{sha256(config).hexdigest()}"}
    document = {"schemaVersion": 2, "mediaType": IMAGE, "config": described, "layers": layers}
    repository.push(Manifest(json.dumps(document).encode(), IMAGE), tag)
