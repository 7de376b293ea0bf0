"""`slipway model …`: thin commands over `publish.py` and `catalog.py`."""

# pyright: reportUnknownMemberType=false
# Typer's own signatures are unknown in part, where they name types of other releases of click.

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from modelstore.catalog import Entry, entries
from modelstore.store import Store
from slipway.failures import failures_in_one_line
from slipway.models import publish as publishing
from slipway.models import reports
from slipway.models.bundle import Bundle
from slipway.models.published import find

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="Validate, publish and look at models.")

_Model = Annotated[
    Path, typer.Argument(metavar="DIR", help="SavedModel folder, `.keras` file, or a folder that holds one")
]
_Card = Annotated[Path | None, typer.Option(help="YAML card (default: card.yaml beside the model)")]
_Data = Annotated[Path | None, typer.Option(help="CSV with the label, never trained on (default: holdout.csv)")]
_Training = Annotated[Path | None, typer.Option(help="CSV that the model was fitted to (default: training.csv)")]
_StoreUrl = Annotated[
    str, typer.Option("--store", envvar="MODEL_STORE", help="s3://bucket/models, gs://… or file:///folder")
]
_Json = Annotated[bool, typer.Option("--json", help="machine-readable output")]


@app.command()
def validate(
    model: _Model,
    card: _Card = None,
    data: _Data = None,
    training_data: _Training = None,
    store: Annotated[
        str | None,
        typer.Option("--store", envvar="MODEL_STORE", help="compare with what it replaces there"),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Tell whether a model is safe and good enough; change nothing.

    In a child process with limits: its files and operations are checked against lists of what is allowed before
    anything is loaded; then it answers the held-out data, and its figures must reach the card's thresholds and
    be no worse than those of the latest version in the store, which answers the same data. What is published already
    is compared with the version before it, as it was then.
    """
    with failures_in_one_line():
        bundle = Bundle.find(model, card=card, holdout=data, training=training_data)
        with _progress() as announce:
            judged = publishing.validate(bundle, store, announce)
        manifest = judged.manifest
        if as_json:
            _print_json(manifest.model_dump(mode="json", exclude={"version"}) | {"notes": judged.notes})
        else:
            reports.show(reports.details(manifest))
            fit = f"{manifest.name} is fit to be published: slipway model publish {model} --version …"
            print("", *judged.notes, fit, sep="\n")


@app.command()
def publish(
    model: _Model,
    version: Annotated[str, typer.Option(help="major.minor.patch, or `next`; what changed decides which is next")],
    store: _StoreUrl,
    card: _Card = None,
    data: _Data = None,
    training_data: _Training = None,
    as_json: _Json = False,
) -> None:
    """Validate a model and put it into the store for good.

    A published version never changes. Which number may come next follows from what changed: features, output or
    architecture make a **major** version, other weights a **minor** one, the same weights a **patch**.
    `--version next` takes that one, or the version that the same inputs have already.
    """
    with failures_in_one_line():
        bundle = Bundle.find(model, card=card, holdout=data, training=training_data)
        with _progress() as announce:
            published = publishing.publish(bundle, version, store, announce)
        if as_json:
            _print_json(_summary(published) | {"new": published.new, "notes": published.notes})
            return
        done = "published" if published.new else "was published already, from the same files"
        print(f"{published.manifest.name} {published.manifest.version} {done}: {published.digest}")
        print(*published.notes, "", sep="\n")
        print(reports.next_step(published), end="")


@app.command("list")
def list_models(
    store: _StoreUrl,
    name: Annotated[str | None, typer.Argument(help="only this model")] = None,
    as_json: _Json = False,
) -> None:
    """List the published versions, with their figures and digests."""
    with failures_in_one_line():
        found = entries(Store.open(store), name)
        if as_json:
            _print_json([_summary(each) for each in found])
        elif found:
            reports.show(reports.listing(found))
        else:
            print(f"{store} has no {f'version of {name}' if name else 'models'} yet: slipway model publish --help")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="for instance maintenance_predictor")],
    store: _StoreUrl,
    version: Annotated[str | None, typer.Argument(help="default: the latest")] = None,
    as_json: _Json = False,
) -> None:
    """Show a version: features with units and ranges, figures, bands, golden answers."""
    with failures_in_one_line():
        found = find(Store.open(store), name, version)
        if as_json:
            _print_json({"digest": found.digest} | found.manifest.model_dump(mode="json"))
            return
        print(f"{found.manifest.name} {found.manifest.version}\n")
        reports.show(reports.details(found.manifest))
        print("\n" + reports.next_step(found), end="")


@contextmanager
def _progress() -> Generator[publishing.Announce]:
    """Say on standard error what is being done: a spinner on a terminal, lines elsewhere."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda step: print(f"{step} …", file=sys.stderr)
        return
    with console.status("starting …") as status:
        yield lambda step: status.update(f"{step} …")


def _summary(found: Entry) -> dict[str, Any]:
    manifest = found.manifest
    return {
        "name": manifest.name,
        "version": manifest.version,
        "digest": found.digest,
        "metrics": manifest.evaluation.metrics,
    }


def _print_json(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))
