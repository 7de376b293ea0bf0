"""`slipway pipeline …`: steps of a pipeline that are about all models of a stack, or about its pull requests.

Each does what people do by other commands, and prints these before it does.
"""

# pyright: reportUnknownMemberType=false
# Typer's own signatures are unknown in part, where they name types of other releases of click.

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from modelstore import catalog
from slipway.errors import BadInput, SlipwayError
from slipway.failures import failures_in_one_line
from slipway.pipeline import drift, gate, published, recording, releasing, reverting
from slipway.pipeline.checkout import Checkout
from slipway.pipeline.commands import DRIFTED
from slipway.pipeline.comment import comment as commented
from slipway.pipeline.plan import Plan, Verdict
from slipway.pipeline.published import Published
from slipway.pipeline.releasing import Wanted
from slipway.promotion import commands as promotion
from slipway.promotion import copying
from slipway.promotion.environment import Environment, Named, of_source
from slipway.releases.options import ConfigFile, Folder, Kubeconfig, StackName, StoreUrl
from slipway.releases.place import Options, Place
from slipway.releases.pulumi import Engine
from slipway.releases.shown import Shown
from slipway.releases.smoke import smoked
from slipway.releases.stack_file import StackFile
from slipway.supply import commands as supply
from slipway.supply import keys, models

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Steps of a pipeline, for all models of a stack; `docs/guides/pipelines.md` has them in their order.",
)

_Models = Annotated[Path, typer.Option(metavar="DIR", help="has a folder for each model, with its card")]


@app.command()
def validate(
    stack: StackName = None,
    cwd: Folder = Path(),
    config_file: ConfigFile = None,
    store: StoreUrl = None,
    *,
    models: _Models = Path("models"),
    alone: Annotated[bool, typer.Option("--alone", help="compare with nothing published, and need no store")] = False,
) -> None:
    """Judge all models of the repository, beside those that they would replace in the stack's store; change nothing."""
    with failures_in_one_line():
        found = None if alone else _environment(cwd, stack, config_file, store).store
        published.validate(models, found, _say)


@app.command()
def publish(
    stack: StackName = None,
    cwd: Folder = Path(),
    config_file: ConfigFile = None,
    store: StoreUrl = None,
    *,
    models: _Models = Path("models"),
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="keep what was published")] = None,
) -> None:
    """Publish all models of the repository into the stack's store, each under the version that is due."""
    with failures_in_one_line():
        done = published.publish(models, _environment(cwd, stack, config_file, store).store, _say)
        text = done.model_dump_json(indent=1)
        if out:
            out.write_text(f"{text}\n")
        print(text)


@app.command()
def check(
    stack: StackName = None, cwd: Folder = Path(), config_file: ConfigFile = None, store: StoreUrl = None
) -> None:
    """Tell whether anything may be released from this checkout: not while what was taken off is still in it."""
    with failures_in_one_line():
        environment = _environment(cwd, stack, config_file, store)
        for model in environment.file.models:
            gate.check(model, environment.name, environment.history(model), Checkout(cwd))
            print(f"{model} may be released in {environment.name}")


@app.command()
def release(  # noqa: PLR0913 - each is an option
    stack: StackName = None,
    cwd: Folder = Path(),
    config_file: ConfigFile = None,
    kubeconfig: Kubeconfig = None,
    store: StoreUrl = None,
    *,
    published_file: Annotated[
        Path | None, typer.Option("--published", metavar="FILE", help="what `slipway pipeline publish` has kept")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="STACK", help="copy what that one has proven, and release it")
    ] = None,
    from_config_file: Annotated[Path | None, typer.Option(metavar="FILE", help="of --from")] = None,
    from_store: Annotated[str | None, typer.Option(metavar="URL", help="of --from")] = None,
    from_registry: Annotated[str | None, typer.Option(metavar="PREFIX", help="of --from")] = None,
    registry: Annotated[str | None, typer.Option(metavar="PREFIX", help="default: the platform's")] = None,
    again: Annotated[bool, typer.Option("--again", help="also what was taken off before")] = False,
) -> None:
    """Release all models of a stack: what was published, or what another stack has proven, or what the file says.

    Before anything is changed: no revert is missing, no release is under way, and a preview goes through under all
    policies. Exit codes: 0 everyone has it, 1 refused or failed, 2 wrong input, 3 aborted.
    """
    with failures_in_one_line():
        known = Published.read(published_file).models if published_file else {}
        places = Place.every(Options(cwd, stack, config_file, kubeconfig, store))
        for name in sorted(known.keys() - {place.model for place in places}):
            _say(f"{name} is published, and {places[0].path} doesn't serve it: nothing is released of it")
        ends = None
        if source is not None:
            proven = Environment.find(Named(cwd, source, from_config_file, from_store, from_registry), of_source())
            ends = (proven, Environment.find(Named(cwd, stack, config_file, store, registry)))
        for place in places:
            version = known.get(place.model)
            wanted = Wanted(version.version, version.manifest, again=again) if version else Wanted(again=again)
            if ends is not None:
                _say(f"$ slipway copy {place.model} -s {source} --to {place.stack}")
                done = copying.copy(*ends, place.model, wanted.version, _say)
                _say(promotion.said(done, ends[1]))
                wanted = Wanted(done.proven.version, done.proven.manifest, done.image, again)
            releasing.release(place, wanted, Checkout(cwd), _shown)
            print(f"{place.model}: {place.stack} serves what was wanted")


@app.command()
def attest(
    stack: StackName = None,
    cwd: Folder = Path(),
    config_file: ConfigFile = None,
    store: StoreUrl = None,
    *,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help=f"PEM (default: {keys.SIGNING})")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="where bill and provenance go")] = Path(
        "supply"
    ),
) -> None:
    """Write down what is in the image that a stack serves and what it was built from; with a key, sign it all.

    Image, bill and provenance are signed as `cosign` does, the models' versions as `model_signing` does.
    """
    with failures_in_one_line():
        signing = keys.signing(key)
        environment = _environment(cwd, stack, config_file, store)
        image = supply.reference(Engine.find(cwd, stack).output("image"))
        built: Any = environment.file.config.get("slipway:image", {})
        _say(f"$ slipway image describe {image} --out {out}")
        print(*supply.described(image, built.get("build") or {}, out, environment.file.path), sep="\n")
        if signing is None:
            _say(f"nothing is signed: there is no key in {keys.SIGNING}")
            return
        _say(f"$ slipway image sign {image} --attest {out}")
        print(*supply.signed(image, signing, out), sep="\n")
        for model, values in environment.file.models.items():
            _say(f"$ slipway model sign {model} {values['version']}")
            entry = catalog.fetch_manifest(environment.store, model, values["version"], values["manifest"])
            new = models.sign(environment.store, entry, signing)
            print(f"{model} {values['version']} {'is signed' if new else 'was signed already, with this key'}")


@app.command()
def smoke(
    stack: StackName = None,
    cwd: Folder = Path(),
    config_file: ConfigFile = None,
    kubeconfig: Kubeconfig = None,
    store: StoreUrl = None,
    *,
    token: Annotated[str | None, typer.Option(envvar="SYNTHETIC_TOKEN", help="as of `slipway smoke`")] = None,
) -> None:
    """Ask all models of a stack what their clients ask."""
    with failures_in_one_line():
        wrong: list[str] = []
        for place in Place.every(Options(cwd, stack, config_file, kubeconfig, store)):
            _say(f"$ slipway smoke {place.model} -s {place.stack}")
            where, checks = smoked(place, None, token)
            print(*checks, sep="\n")
            wrong += [f"{where}: {one.name}: {one.wrong}" for one in checks if one.wrong]
        if wrong:
            raise SlipwayError(f"{len(wrong)} checks failed: {'; '.join(wrong)}")


@app.command()
def revert(
    stack: StackName = None,
    cwd: Folder = Path(),
    config_file: ConfigFile = None,
    store: StoreUrl = None,
    *,
    body: Annotated[Path | None, typer.Option(metavar="FILE", help="write the pull request's text there")] = None,
) -> None:
    """Make a branch on which what led to the last abort or rollback is reverted, if anything has to be.

    Prints its name, its title and its commits as JSON, or nothing where nothing has to be reverted. Pushes nothing.
    """
    with failures_in_one_line():
        environment = _environment(cwd, stack, config_file, store)
        for model in environment.file.models:
            found = reverting.revert(environment.name, environment.history(model), Checkout(cwd))
            if found is None:
                _say(f"{model}: there is nothing to revert in {environment.name}")
                continue
            if body:
                body.write_text(found.body)
            # One at a time: the next run finds what else there is.
            print(json.dumps({"branch": found.branch, "title": found.title, "commits": found.commits}))
            return


@app.command()
def record(
    stack: Annotated[list[str], typer.Option("--stack", "-s", help="whose file; may be given several times")],
    cwd: Folder = Path(),
    *,
    push: Annotated[str | None, typer.Option(metavar="REMOTE", help="push to it")] = None,
    branch: Annotated[str, typer.Option(help="of the remote")] = "main",
) -> None:
    """Commit the stacks' files, which releases have changed, so that git says what is served."""
    with failures_in_one_line():
        files = [cwd / f"Pulumi.{one}.yaml" for one in stack]
        found = [f"{name} {values.get('version')}" for name, values in StackFile.read(files[-1]).models.items()]
        commit = recording.record(Checkout(cwd), files, ", ".join(found), push, branch)
        print(f"written down in {commit[:12]}" if commit else "git says already what is served")


@app.command()
def comment(
    plans: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="what `slipway preview --out` has kept, or folders of it")
    ],
    *,
    head: Annotated[str, typer.Option(help="what was previewed, like a commit")] = "",
    of_drift: Annotated[bool, typer.Option("--drift", help="the text of an issue about drift")] = False,
    told: Annotated[
        bool, typer.Option("--told", help="end with 0 whatever the plans say: others have told it")
    ] = False,
) -> None:
    """Write the plans of several stacks as one comment in Markdown, whose length is bounded.

    Exit codes: 0 nothing is wrong, 1 a plan would fail or be refused, 2 wrong input, 4 with `--drift`: there is drift.
    """
    with failures_in_one_line():
        found = [_read(file) for path in plans for file in _within(path)]
        if not found and not of_drift:  # of which there is none as well where no stack could be looked at
            raise BadInput(f"{', '.join(map(str, plans))}: no plan is there; `slipway preview --out FILE` keeps one")
        print(drift.issue(found, head) if of_drift else commented(found, head), end="")
        if told:
            return
        if of_drift and drift.drifted(found):
            raise typer.Exit(DRIFTED)
        if bad := [one.stack for one in found if one.verdict in (Verdict.REFUSED, Verdict.FAILED)]:
            raise SlipwayError(f"{', '.join(bad)} would not go through: see the comment")


def _within(path: Path) -> list[Path]:
    # A folder that isn't there is one in which nobody has put anything.
    return sorted(path.glob("*.json")) if path.is_dir() or not (path.exists() or path.suffix) else [path]


def _environment(cwd: Path, stack: str | None, file: Path | None, store: str | None) -> Environment:
    return Environment.find(Named(cwd, stack, file, store), images=False)


def _shown(place: Place) -> Shown:
    return Shown(place.look, Console(stderr=True, highlight=False), 1.0)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _read(path: Path) -> Plan:
    try:
        return Plan.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such plan; `slipway preview --out {path}` makes it") from None
    except ValidationError as error:
        raise BadInput(f"{path} is no plan of `slipway preview --out`: {error.errors()[0]['msg']}") from None
