"""`slipway notify`: tell a webhook what happened last."""

# pyright: reportUnknownMemberType=false
# Typer's own signatures are unknown in part, where they name types of other releases of click.

import sys
from typing import Annotated, Final

import typer

from slipway.errors import SlipwayError
from slipway.notifications.announcing import TOLD, WEBHOOK, tell
from slipway.releases.options import placed
from slipway.releases.place import Place


@placed
def notify(
    place: Place,
    webhook: Annotated[str, typer.Option(metavar="URL", envvar=WEBHOOK, help="that takes messages as Slack does")],
) -> None:
    """Tell a webhook how the last release ended: for a pipeline whose runner died before it could.

    `release`, `abort`, `rollback` and `reconcile` do it by themselves where `SLIPWAY_WEBHOOK` is set.

    Exit codes: 0 told, 1 the receiver didn't take it, or nothing has ended yet, 2 wrong input.
    """
    ended = [one for one in place.history().entries if one.event in TOLD]
    if not ended:
        raise SlipwayError(f"{place.model} in {place.namespace}: nothing has ended yet that anybody could be told of")
    failures: list[str] = []
    if not tell(webhook, place, ended[-1:], failures.append):
        raise SlipwayError("; ".join(failures))
    print(f"told: {ended[-1].model} {ended[-1].version} {ended[-1].event}", file=sys.stderr)


COMMANDS: Final = (notify,)
"""All of them, each under its own name."""
