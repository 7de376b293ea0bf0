"""`slipway release`, `status`, `watch`, `promote`, `abort`, `rollback`, `history`, `report`, `smoke`, `reconcile`."""

# pyright: reportUnknownMemberType=false
# Typer's own signatures are unknown in part, where they name types of other releases of click.

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from modelstore.history import Entry
from modelstore.store_errors import StoreError
from slipway.errors import BadInput, SlipwayError
from slipway.models.reports import show
from slipway.monitoring import access
from slipway.monitoring.prometheus import Prometheus
from slipway.monitoring.snapshot import Missing
from slipway.notifications.announcing import announced
from slipway.releases import changing, endings, reconciling, releasing, rolling_back, standing
from slipway.releases import report as reports
from slipway.releases.changing import PATIENCE, Aborted
from slipway.releases.observed import Observed
from slipway.releases.options import placed
from slipway.releases.place import Place
from slipway.releases.pulumi import Change
from slipway.releases.releasing import Wish
from slipway.releases.rolling_back import Back
from slipway.releases.shown import Shown, line, view, wait
from slipway.releases.smoke import smoked

DIFFER: Final = 4
"""Exit code of `slipway status` when file, state, cluster and ledger don't agree."""

_FAST: Final = 0.3
"""Seconds between two looks while people wait for the way back."""

Json = Annotated[bool, typer.Option("--json", help="machine-readable output")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="tell what would be done, by Pulumi's preview; change nothing")]


@placed
def release(
    place: Place,
    version: Annotated[str | None, typer.Option("--model", metavar="VERSION", help="version of the model")] = None,
    image: Annotated[
        str | None, typer.Option(metavar="REF", help="the service's image by digest, or `stack` for the stack's own")
    ] = None,
    manifest: Annotated[
        str | None, typer.Option(metavar="DIGEST", help="refuse the version unless its manifest is this one")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="try what was aborted once more")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Release another version of a model, or another image: the stack's file says so, then `pulumi up` rolls it out.

    The cluster decides, by the stack's steps and analyses. If it aborts the release, the file is put back, that is
    brought up, and the reason is told. Ctrl-C leaves the release to the cluster.

    Exit codes: 0 everyone has it, 1 refused or failed, 2 wrong input, 3 aborted.
    """
    wish = Wish(version, manifest, image, again)
    if dry_run:
        change = releasing.planned(place, wish)
        _planned(place, change.values, place.engine.preview(change.after.content), as_json)
        return
    with announced(place, _say):
        releasing.release(place, wish, _shown(place))
    _served(place, as_json)


@placed
def status(
    place: Place,
    as_json: Json = False,
) -> None:
    """Show how a model stands: what its file wants, what the cluster does, what the ledger remembers.

    Steps, weights, versions and analyses of a release that is under way; `slipway watch` shows them as they change.

    Exit codes: 0 all agree or a release is under way, 1 failed, 2 wrong input, 4 they don't agree: for checks.
    """
    found = standing.standing(place)
    if as_json:
        _print_json(standing.document(place, found))
    else:
        print(f"{place.model} in {place.namespace}, stack {place.engine.stack}")
        show(view(found.seen) if found.seen else "nothing is served yet")
        print(f"last: {standing.last(found.history)}")
        print(*(f"differs: {one}" for one in found.differences), sep="\n", end="\n" if found.differences else "")
    if found.differences:
        raise typer.Exit(DIFFER)


@placed
def watch(
    place: Place,
    duration: Annotated[
        float | None, typer.Option(min=0, metavar="SECONDS", help="at most so long (default: until the release ends)")
    ] = None,
    as_json: Json = False,
) -> None:
    """Watch a release: live on a terminal, a line for each change elsewhere, with `--json` a document for each.

    Exit codes: 0 everyone has it, or the time is over and nothing is wrong; 1 failed, 2 wrong input, 3 aborted.
    """
    shown = _shown(place, quiet=as_json)
    if as_json:
        shown.then = _Documents().show
    last = wait(shown, duration, lambda seen: seen is None or not seen.under_way)
    if not as_json:
        print(line(last))
    if last is not None and last.aborted:
        raise Aborted(f"{last.template.version} was aborted: {_reason(place, last)}")
    if last is not None and not last.healthy and not last.under_way:
        raise SlipwayError(f"{last.template.version}: {last.judgement.text}")


@placed
def promote(
    place: Place,
) -> None:
    """Give a release that is under way to everyone at once, whatever steps and analyses it still has.

    Waits until it is so. The `up` that brought the release ends well then.
    """
    version = endings.promote(place).template.version
    last = wait(_shown(place), PATIENCE, lambda seen: seen is None or not seen.under_way)
    if last is None or not last.healthy:
        raise SlipwayError(f"{version} is not served by everyone: {line(last)}")
    print(f"{version} serves everyone")


@placed
def abort(
    place: Place,
    reason: Annotated[str, typer.Option(help="for the ledger")] = "",
) -> None:
    """Take a release that is under way off; the stable version has all requests within a second.

    The `up` that brought it fails, and a `slipway release` that waits puts the stack's file back. If nobody waits,
    `slipway reconcile` does.
    """
    why = f"aborted by {endings.who()}" + (f": {reason}" if reason else "")
    with announced(place, _say):
        version = endings.abort(place, why, _say).template.version
        last = wait(_shown(place), PATIENCE, lambda seen: seen is None or (not seen.under_way and seen.weight == 0))
    if last is None or not last.aborted:
        raise SlipwayError(f"{version} is not aborted: {line(last)}")
    print(f"{version} is aborted: {line(last)}")
    if place.file().wants(place.model, last.template):
        print(f"{place.path} still says {version}: `slipway reconcile` puts it back, unless a release waits that does")


@placed
def rollback(
    place: Place,
    to: Annotated[str | None, typer.Option(metavar="VERSION", help="a healthy version, or a release's id")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="so many healthy releases back (default: 1)")] = None,
    allow_changes: Annotated[
        bool, typer.Option("--allow-changes", help="also if `pulumi up` would change more than the release")
    ] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Go back to the last healthy release of the ledger, or to a named one: in full and at once.

    A release that is under way is aborted first, so stable has everyone within a second; an `up` that still runs is
    waited for. Model and image are checked before anything moves, nothing is built anew, and if the preview shows that
    more than the release would change, that is refused.
    """
    if to is not None and steps is not None:
        raise BadInput("--to and --steps: give one of them")
    back = Back(to, steps or 1, allow_changes)
    if dry_run:
        target = rolling_back.chosen(place, back)
        change, changes = rolling_back.planned(place, target)
        _planned(place, change.values, changes, as_json)
        rolling_back.check_artefacts(place, target, _say)
        rolling_back.check_changes(place, target, changes, back)
        return
    with announced(place, _say):
        rolling_back.rollback(place, back, _shown(place, every=_FAST))
    _served(place, as_json)


@placed
def history(
    place: Place,
    as_json: Json = False,
) -> None:
    """Show the ledger: each release with how it ended, by which figures, and which of them are a way back."""
    found = place.history()
    healthy = found.healthy
    if as_json:
        _print_json([one.model_dump(mode="json") | {"healthy": one.release in healthy} for one in found.entries])
    elif found.entries:
        show(_entries(found.entries, healthy))
    else:
        print(f"{place.model} in {place.namespace} was never released: slipway release --help")


@placed
def smoke(
    place: Place,
    url: Annotated[str | None, typer.Option(help="where the model answers (default: the stack's output)")] = None,
    host: Annotated[str | None, typer.Option(help="host that the requests are for, if not the URL's")] = None,
    token: Annotated[
        str | None,
        typer.Option(envvar="SYNTHETIC_TOKEN", help="keeps these requests out of the model's statistics"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask the served model what its clients ask, and check the answers against what was published with it.

    Health, version, golden readings one by one and as a batch, and what has to be refused. The model is the one that
    the stack's file says, at the address that the stack has it.

    Exit codes: 0 all right, 1 something is wrong, 2 wrong input.
    """
    where, checks = smoked(place, url, token, host)
    wrong = sum(bool(check.wrong) for check in checks)
    if as_json:
        _print_json({"url": where, "passed": not wrong, "checks": [vars(check) for check in checks]})
    else:
        print(*checks, sep="\n")
    if wrong:
        raise SlipwayError(f"{wrong} of {len(checks)} checks of {where} failed")


@placed
def reconcile(
    place: Place,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Put right what a dead runner has left: a missing entry, a file that says what was aborted, a state behind.

    A release that is under way is waited for. A lock whose process is dead is taken away.
    """
    if dry_run:
        change = changing.wanted_back(place)
        content = change.after.content if change else place.path.read_bytes()
        _planned(place, change.values if change else {}, reconciling.planned(place, content), as_json)
        return
    with announced(place, _say):
        reconciling.reconcile(place, _shown(place))
    _served(place, as_json)


@placed
def report(
    place: Place,
    wanted: Annotated[
        str | None,
        typer.Option(
            "--release", metavar="RELEASE", help="id, its beginning, or a version (default: the last release)"
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="default: named after it")] = None,
    prometheus: Annotated[
        str | None, typer.Option(metavar="URL", envvar="PROMETHEUS_URL", help="ask there (default: in the cluster)")
    ] = None,
    service: Annotated[
        str, typer.Option(metavar="NAMESPACE/NAME:PORT", help="Prometheus' Service in the cluster")
    ] = access.DEFAULT_SERVICE,
    as_json: Json = False,
) -> None:
    """Write a release down on one page that needs nothing else: an HTML file to keep, or to send to somebody.

    What happened when, the verdict and its reason, what it was judged by; traffic, latency, errors and predictions of
    both versions. Without Prometheus, or when it has forgotten that time, the page says so where plots would be.
    """
    tried = reports.choose(place.history(), wanted)
    found = reports.document(tried, place.namespace, place.rollout, _asked(place, prometheus, service), _now)
    if as_json:
        _print_json(found)
        return
    path = out or Path(reports.file_name(place.rollout, tried))
    path.write_text(reports.page(found))
    print(f"{path} shows {found['title']}: {found['verdict']}")


def _now() -> datetime:
    return datetime.now().astimezone()


def _asked(place: Place, url: str | None, service: str) -> Prometheus | Missing:
    """Prometheus, or why it gives no answer."""
    asked = Prometheus(access.at(url) if url else access.through_cluster(service, place.kubeconfig))
    try:
        asked.now("vector(1)", _now().timestamp())
    except SlipwayError as error:
        return Missing(str(error), _now())
    return asked


class _Documents:
    """Prints a look as a line of JSON whenever it says something new."""

    def __init__(self) -> None:
        self._last: Any = None

    def show(self, seen: Observed | None) -> None:
        found = standing.observed(seen) if seen else None
        if found != self._last:
            print(json.dumps(found, ensure_ascii=False), flush=True)
            self._last = found


def _shown(place: Place, *, every: float = 1.0, quiet: bool = False) -> Shown:
    return Shown(place.look, Console(stderr=True, highlight=False, quiet=quiet), every)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _reason(place: Place, seen: Observed) -> str:
    """Why, in the ledger's words where it has them."""
    try:
        aborted = place.history().aborted(seen.template.release)
    except (StoreError, SlipwayError):  # the verdict stands without them
        aborted = None
    return aborted.reason if aborted and aborted.reason else seen.judgement.text


def _served(place: Place, as_json: bool) -> None:
    seen = place.look()
    if as_json:
        _print_json(standing.document(place, standing.standing(place)))
    elif seen is not None:
        print(f"{place.model}: {line(seen)}")


def _planned(place: Place, values: Any, changes: Sequence[Change], as_json: bool) -> None:
    if as_json:
        told = [{"op": one.op, "type": one.type, "name": one.name} for one in changes]
        _print_json({"file": str(place.path), "model": place.model, "values": values, "changes": told})
        return
    written = ", ".join(f"{key}: {value}" for key, value in values.items() if value is not None)
    print(f"{place.path} would say of {place.model}: {written or 'what it says now'}")
    print("`pulumi up` would change " + (", ".join(map(str, changes)) or "nothing"))


def _entries(entries: Sequence[Entry], healthy: dict[str, Entry]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("when (UTC)", "what", "version", "release", "attempt", "way back", "commit", "why"):
        table.add_column(column, overflow="fold")
    for one in entries:
        back = "yes" if healthy.get(one.release) is one else ""
        when, commit = f"{one.at:%Y-%m-%d %H:%M:%S}", (one.commit or "")[:12]
        table.add_row(when, one.event, one.version, one.release, str(one.attempt), back, commit, one.reason)
    return table


def _print_json(found: object) -> None:
    print(json.dumps(found, ensure_ascii=False, indent=2))


COMMANDS: Final = (release, status, watch, promote, abort, rollback, history, report, smoke, reconcile)
"""All of them, each under its own name."""
