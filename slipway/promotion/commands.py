"""`slipway copy`: what one environment has proven, into another one's registry and store."""

# pyright: reportUnknownMemberType=false
# Typer's own signatures are unknown in part, where they name types of other releases of click.

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from modelstore.history import Entry
from slipway.errors import BadInput
from slipway.failures import failures_in_one_line
from slipway.promotion import copying
from slipway.promotion.copying import Copy
from slipway.promotion.environment import Environment, Named, of_source

_Name = Annotated[str | None, typer.Argument(metavar="[MODEL]", help="needed where the stack serves several")]
_File = Annotated[Path | None, typer.Option(metavar="FILE", help="default: Pulumi.STACK.yaml")]
_Store = Annotated[str | None, typer.Option(metavar="URL", help="default: what its platform says")]
_Registry = Annotated[str | None, typer.Option(metavar="PREFIX", help="default: what its platform says")]


def copy(  # noqa: PLR0913 - each is an option
    name: _Name = None,
    *,
    stack: Annotated[
        str | None, typer.Option("--stack", "-s", envvar="PULUMI_STACK", help="that has proven it")
    ] = None,
    to: Annotated[str, typer.Option("--to", metavar="STACK", help="whose registry and store get it")],
    version: Annotated[
        str | None, typer.Option("--model", metavar="VERSION", help="a healthy one (default: the one that serves)")
    ] = None,
    cwd: Annotated[Path, typer.Option("--cwd", "-C", metavar="DIR", help="folder of Pulumi.yaml")] = Path(),
    config_file: _File = None,
    to_config_file: _File = None,
    store: _Store = None,
    to_store: _Store = None,
    registry: _Registry = None,
    to_registry: _Registry = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="tell what would be copied; copy nothing")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="machine-readable output")] = False,
) -> None:
    """Copy a healthy release's image and model to another environment: by digest, nothing is made anew.

    Refused unless the ledger of the stack that it comes from calls it healthy. Nothing is released by it: at the end it
    prints the command that does. What is there already is not sent again. Credentials of another account for the
    environment that it comes from are taken from variables like `FROM_AWS_ACCESS_KEY_ID`.

    Exit codes: 0 done, 1 refused or failed, 2 wrong input.
    """
    with failures_in_one_line():
        source = Environment.find(Named(cwd, stack, config_file, store, registry), of_source())
        target = Environment.find(Named(cwd, to, to_config_file, to_store, to_registry))
        model = source.file.model(name)
        if source.name == target.name:
            raise BadInput(f"--stack and --to are both {to}: name the one that has proven it, and the other one")
        if dry_run:
            found, image = copying.planned(source, target, model, version)
            if as_json:
                print(json.dumps(_facts(model, found, str(image)), indent=2))
            else:
                print(f"{model} {found.version} ({found.manifest}) would be copied to {target.store.url}")
                print(f"its image would be {image}")
            return
        done = copying.copy(source, target, model, version, lambda text: print(text, file=sys.stderr))
        if as_json:
            print(json.dumps(document(done), indent=2))
        else:
            print(said(done, target))


def said(done: Copy, target: Environment) -> str:
    """What was done, and what comes next, for people."""
    files, blobs = done.model_copied, done.image_copied
    what = f"{done.model} {done.proven.version}"
    return "\n".join(
        (
            f"{what} ({done.proven.manifest}) is in {target.store.url}",
            f"its image is {done.image}",
            f"copied: {files.files} files, {files.bytes:,} bytes, and {blobs.blobs} layers, {blobs.bytes:,} bytes",
            f"to release it: {release(done, target.name)}",
        )
    )


def release(done: Copy, stack: str) -> str:
    """The command that releases what was copied."""
    return (
        f"slipway release {done.model} --model {done.proven.version} --manifest {done.proven.manifest} "
        f"--image {done.image} -s {stack}"
    )


def document(done: Copy) -> dict[str, Any]:
    """The same for machines."""
    return {
        **_facts(done.model, done.proven, done.image),
        "copied": {
            "files": done.model_copied.files,
            "layers": done.image_copied.blobs,
            "bytes": done.model_copied.bytes + done.image_copied.bytes,
        },
    }


def _facts(model: str, proven: Entry, image: str) -> dict[str, Any]:
    return {
        "model": model,
        "version": proven.version,
        "manifest": proven.manifest,
        "image": image,
        "release": proven.release,
    }


COMMANDS: Final = (copy,)
"""All of them, each under its own name."""
