"""`slipway image …`, and `slipway model sign` and `verify`."""

# pyright: reportUnknownMemberType=false
# Typer's own signatures are unknown in part, where they name types of other releases of click.

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from imagestore import signature as images
from imagestore.reference import Reference
from modelstore import signature
from modelstore.keys import PrivateKey
from modelstore.store import Store
from slipway.errors import BadInput
from slipway.failures import failures_in_one_line
from slipway.models.published import find
from slipway.pipeline.checkout import Checkout
from slipway.releases.releasing import commit
from slipway.supply import bill, contents, keys, models, provenance

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="What is in images, and who signed them.")

BILL, PROVENANCE = "sbom.cdx.json", "provenance.json"

_Image = Annotated[str, typer.Argument(metavar="IMAGE", help="by digest, like `registry.example/app@sha256:…`")]
_Signing = Annotated[Path | None, typer.Option("--key", metavar="FILE", help=f"PEM (default: {keys.SIGNING})")]
_Public = Annotated[Path | None, typer.Option("--key", metavar="FILE", help=f"PEM (default: {keys.PUBLIC})")]
_Out = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="where the files go")]
_Name = Annotated[str, typer.Argument(help="for instance maintenance_predictor")]
_Version = Annotated[str, typer.Argument(help="for instance 1.1.0")]
_StoreUrl = Annotated[str, typer.Option("--store", envvar="MODEL_STORE", help="of the models")]


@app.command()
def describe(image: _Image, out: _Out = Path()) -> None:
    """Write down what is in an image (CycloneDX), and what it was built from, by whom (SLSA).

    Packages are read from its layers. The builder is the pipeline's run, or this machine.
    """
    with failures_in_one_line():
        for path in described(reference(image), {}, out):
            print(path)


@app.command()
def sign(
    image: _Image,
    key: _Signing = None,
    *,
    attest: Annotated[
        Path | None, typer.Option(metavar="DIR", help="attach what `describe` wrote there, signed")
    ] = None,
) -> None:
    """Sign an image, as `cosign` does with a key. What it is signed with already is not signed again."""
    with failures_in_one_line():
        print("\n".join(signed(reference(image), keys.required(keys.signing(key)), attest)))


@app.command()
def verify(image: _Image, key: _Public = None) -> None:
    """Check that an image has a signature of a key, and show what is said of it under that key."""
    with failures_in_one_line():
        found, public = reference(image), keys.public(key)
        images.verify(found, public)
        print(f"{image} has a signature of this key")
        for kind in images.attested(found, public):
            print(f"signed statement: {kind}")


def sign_model(name: _Name, version: _Version, store: _StoreUrl, key: _Signing = None) -> None:
    """Sign a published version, as `model_signing` does with a key; its signature is put beside it."""
    with failures_in_one_line():
        opened = Store.open(store)
        new = models.sign(opened, find(opened, name, version), keys.required(keys.signing(key)))
        print(f"{name} {version} {'is signed' if new else 'was signed already, with this key'}")


def verify_model(name: _Name, version: _Version, store: _StoreUrl, key: _Public = None) -> None:
    """Check that a published version has a signature of a key. Its files are checked by whoever loads them."""
    with failures_in_one_line():
        opened, public = Store.open(store), keys.public(key)
        entry = find(opened, name, version)
        signature.check(entry, signature.fetch(opened, entry), public)
        print(f"{name} {version} has a signature of this key")


def reference(image: str) -> Reference:
    """The image that is meant; raises BadInput."""
    try:
        return Reference.parse(image)
    except ValueError as error:
        raise BadInput(str(error)) from None


def described(image: Reference, build: Mapping[str, Any], out: Path, file: Path = Path("/")) -> list[Path]:
    """Write bill and provenance of an image.

    Args:
        image: what it is about.
        build: what the stack says of how it is built; empty where it is built elsewhere.
        out: folder, which is made.
        file: the stack's, which releases change: the checkout is its commit all the same.

    Raises:
        ImageError: the registry can't be asked.
        Refused: a layer can't be read.
    """
    found = contents.packages(image, lambda text: print(text, file=sys.stderr))
    here = Checkout(Path())
    made = provenance.provenance(image, build, commit(Path(), file), provenance.Run.of(provenance.here(), here))
    out.mkdir(parents=True, exist_ok=True)
    files = {BILL: bill.bill(image, found), PROVENANCE: made}
    for name, document in files.items():
        (out / name).write_text(json.dumps(document, indent=1) + "\n")
    return [out / name for name in files]


def signed(image: Reference, key: PrivateKey, attest: Path | None) -> list[str]:
    """Sign an image and what is said of it; returns what was done, in lines."""
    new = images.sign(image, key)
    said = [f"{image} {'is signed' if new else 'was signed already, with this key'}"]
    if attest is not None:
        statement = {**provenance.statement(image, bill.TYPE), "predicate": _read(attest / BILL)}
        done = images.attest(image, key, [statement, _read(attest / PROVENANCE)])
        said.append("its bill of materials and provenance are attached" if done else "it had statements already")
    return said


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {error}; `slipway image describe` writes it") from None
