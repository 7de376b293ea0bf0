"""Where the world is not what the stacks say, as an issue: one for all stacks, which the next night updates."""

from collections.abc import Sequence
from typing import Final

from slipway.pipeline.comment import LIMIT, comment
from slipway.pipeline.plan import Plan, Verdict

MARKER: Final = "<!-- slipway-drift -->"
"""First line of the issue's text, by which it is found and updated."""

TITLE: Final = "Drift - what runs is not what the stacks say"
"""Of the issue."""

_UNSEEN: Final = """\
A stack could not be looked at, and the others are what they should be: the night's run says why.
"""

_REMEDY: Final = """\
`pulumi up` would change the above although nobody has changed the code: somebody has changed the world, or a stack's
file was not brought up. Either is put right by

    pulumi up --refresh -s STACK      # what the stack says is right
    slipway reconcile -s STACK        # the same for a serving stack: file, state, cluster and ledger

or by a change of the stack that says what the world says. This text is of the last look, and the issue is closed by the
first look that finds nothing.
"""


def drifted(plans: Sequence[Plan]) -> bool:
    """Whether any stack isn't as it should be, or couldn't be looked at."""
    return not plans or any(plan.verdict is not Verdict.NOTHING for plan in plans)


def issue(plans: Sequence[Plan], head: str = "") -> str:
    """The issue's text; raises nothing, and is bounded as a comment is.

    Args:
        plans: of all stacks, made with a refresh.
        head: which commit the stacks are of.
    """
    found = [plan for plan in plans if plan.verdict is not Verdict.NOTHING]
    if not found:
        return f"{MARKER}\n{_UNSEEN}"
    _, _, shown = comment(found, head, LIMIT - len(_REMEDY)).partition("\n")
    return f"{MARKER}\n{shown}\n{_REMEDY}"
