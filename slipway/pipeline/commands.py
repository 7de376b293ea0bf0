"""`slipway preview`: what a change would do to a stack, on one page; the same finds drift."""

# pyright: reportUnknownMemberType=false
# Typer's own signatures are unknown in part, where they name types of other releases of click.

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from slipway.errors import SlipwayError
from slipway.failures import failures_in_one_line
from slipway.pipeline.comment import comment as commented
from slipway.pipeline.plan import Plan, Verdict, plan
from slipway.releases import place
from slipway.releases.options import ConfigFile, Folder, StackName
from slipway.releases.pulumi import Engine

DRIFTED: Final = 4
"""Exit code of `slipway preview --drift` when the world isn't what the stack says."""


def preview(
    stack: StackName = None,
    cwd: Folder = Path(),
    config_file: ConfigFile = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="keep it for `slipway pipeline comment`"),
    ] = None,
    look: Annotated[
        bool, typer.Option("--drift", help="look at the world first, and expect it to be what the stack says")
    ] = False,
) -> None:
    """Show what `pulumi up` would do to a stack, and what the policies say of it; change nothing.

    Any stack's, the platform's too. It is held to the policy packs that `PULUMI_OPTION_POLICY_PACK` names. No value of
    any property is shown.

    Exit codes: 0 it would go through, 1 it would fail or a policy refuses it, 2 wrong input, 4 drift.
    """
    with failures_in_one_line():
        project = place.project(cwd)
        engine = Engine.find(cwd, stack)
        found = plan(f"{project['name']}/{engine.stack.rpartition('/')[2]}", engine.tried(config_file, refresh=look))
        if out:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(found.model_dump_json(indent=1))
        print(commented([found]))
        if found.verdict in (Verdict.REFUSED, Verdict.FAILED):
            raise SlipwayError(f"{found.stack} would {'be refused' if found.findings else 'fail'}: {_first(found)}")
        if look and found.verdict is Verdict.CHANGES:
            print(f"slipway: {found.stack} has drifted: see above", file=sys.stderr)
            raise typer.Exit(DRIFTED)


def _first(found: Plan) -> str:
    if found.verdict is Verdict.REFUSED:
        one = next(one for one in found.findings if one.mandatory)
        return f"{one.resource}: {one.message} (policy {one.policy})"
    return found.errors[0]


COMMANDS: Final = (preview,)
"""All of them, each under its own name."""
