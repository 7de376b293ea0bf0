import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelstore.catalog import Entry, parsed
from modelstore.keys import PublicKey, sealed
from modelstore.manifest import digest
from modelstore.signature import SIGNATURE, check, fetch, sign
from modelstore.store import Store
from modelstore.store_errors import SignatureRefused
from tests.modelstore.keys import OTHER, SIGNER
from tests.slipway.models.manifests import manifest


def entry(**changes: Any) -> Entry:
    found = manifest(**changes)
    return Entry(found, found.to_bytes())


def statement(content: bytes) -> dict[str, Any]:
    return json.loads(base64.b64decode(json.loads(content)["dsseEnvelope"]["payload"]))


def signed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """A signature of the right key over something that was changed before."""
    bundle = json.loads(sign(entry(), SIGNER))
    said = statement(json.dumps(bundle).encode())
    change(said)
    return json.dumps(bundle | {"dsseEnvelope": sealed(SIGNER, json.dumps(said).encode())}).encode()


def test_a_version_is_signed_with_all_its_files() -> None:
    content = sign(entry(), SIGNER)
    check(entry(), content, SIGNER.public)
    resources = statement(content)["predicate"]["resources"]
    assert {one["name"]: one["digest"] for one in resources} == {
        "manifest.json": entry().digest.removeprefix("sha256:"),
        "saved_model.pb": digest(b"graph").removeprefix("sha256:"),
    }


def test_another_key_signs_nothing() -> None:
    with pytest.raises(SignatureRefused, match=r"the signature of tiny_model 1.0.0 is refused: it is not signed with"):
        check(entry(), sign(entry(), OTHER), SIGNER.public)


def test_a_signature_is_of_one_version() -> None:
    for other in (entry(version="1.0.1"), entry(description="another")):
        with pytest.raises(SignatureRefused, match=r"is of something else: manifest.json differs"):
            check(other, sign(entry(), SIGNER), SIGNER.public)


EXTRA = {"name": "x", "algorithm": "sha256", "digest": ""}


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("predicate", "resources", 1), None, "saved_model.pb differs"),
        (("predicate", "resources", 1), EXTRA, "saved_model.pb, x differs"),
        (("predicate", "resources", 0, "algorithm"), "md5", "can't be read"),
        (("predicate", "serialization", "method"), "shards", "can't be read"),
        (("predicateType",), "https://slsa.dev/provenance/v1", "a statement of another kind"),
        (("predicate",), None, "can't be read"),
    ],
)
def test_a_statement_about_something_else_is_refused(path: tuple[str | int, ...], value: object, why: str) -> None:
    def change(said: Any) -> None:
        *way, last = path
        for step in way:
            said = said[step]
        if value is None:
            del said[last]
        else:
            said[last] = value

    with pytest.raises(SignatureRefused, match=why):
        check(entry(), signed(change), SIGNER.public)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"dsseEnvelope": 1}', b"\xff"])
def test_what_is_no_signature_is_refused(content: bytes) -> None:
    with pytest.raises(SignatureRefused):
        check(entry(), content, SIGNER.public)


def test_it_lies_beside_the_manifest(tmp_path: Path) -> None:
    store = Store.open(f"file://{tmp_path}")
    with pytest.raises(SignatureRefused, match=r"tiny_model 1.0.0 is not signed, and there is a key to check it with"):
        fetch(store, entry())
    store.create(f"tiny_model/1.0.0/{SIGNATURE}", b"signed")
    assert fetch(store, entry()) == b"signed"


def test_what_model_signing_itself_has_signed_passes() -> None:
    # By `model_signing sign key FOLDER --signature FOLDER/model.sig --private_key …`, version 1.1.1, which verified one
    # of ours as well.
    folder = Path(__file__).with_name("model_signing")
    theirs = parsed((folder / "manifest.json").read_bytes(), "it")
    key = PublicKey.of((folder / "key.pub").read_text())
    check(theirs, (folder / "model.sig").read_bytes(), key)
    with pytest.raises(SignatureRefused):
        check(theirs, (folder / "model.sig").read_bytes(), SIGNER.public)
