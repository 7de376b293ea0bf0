"""After an abort or a rollback: a branch on which what led to it is reverted, and the text of a pull request."""

from dataclasses import dataclass
from typing import Final

from modelstore.history import History
from slipway.pipeline import gate
from slipway.pipeline.checkout import Checkout, GitFailed
from slipway.pipeline.gate import TakenOff
from slipway.pipeline.markdown import block, code

_TITLE: Final = 60  # characters of a reason
_REASON: Final = 4000
_ONE_PARENT: Final = 2  # words of a commit that is no merge: itself and its parent


@dataclass(frozen=True)
class Revert:
    """A revert that waits to be taken in.

    Attributes:
        branch: that has it.
        commits: that are reverted, newest first.
        title: of the pull request.
        body: of it, in Markdown.
    """

    branch: str
    commits: tuple[str, ...]
    title: str
    body: str


def revert(stack: str, history: History, checkout: Checkout) -> Revert | None:
    """Make the branch, from what is checked out; None where there is nothing to revert. Nothing is pushed.

    Args:
        stack: where it was taken off.
        history: of the model there.
        checkout: on the branch that was released.

    Raises:
        GitFailed: it can't be reverted by itself; the branch that was checked out is so again.
    """
    found, commits = gate.taken_off(history), gate.suspects(history, checkout)
    if found is None or not commits:
        return None
    branch, start = f"revert-{commits[0][:12]}", checkout.place()
    checkout.run("switch", "--quiet", "--force-create", branch)
    for commit in commits:
        merge = ["-m", "1"] if len(checkout.run("rev-list", "--parents", "-1", commit).split()) > _ONE_PARENT else []
        try:
            checkout.run("revert", "--no-edit", *merge, commit)
        except GitFailed as error:
            checkout.run("reset", "--merge", "--quiet")  # what isn't committed stays
            checkout.run("switch", "--quiet", *start)
            raise GitFailed(
                f"{found.release.model} {found.release.version} was {found.how} in {stack}, and {commit[:12]} can't be "
                f"reverted by itself ({error}): revert it by hand; until then nothing is released"
            ) from None
    release = found.release
    return Revert(
        branch,
        tuple(commits),
        f"Revert {release.model} {release.version}: {_short(found)}",
        _body(stack, found, commits),
    )


def _short(found: TakenOff) -> str:
    reason = " ".join(found.end.reason.split()) or f"it was {found.how}"
    return reason if len(reason) <= _TITLE else f"{reason[: _TITLE - 1]}…"


def _body(stack: str, found: TakenOff, commits: list[str]) -> str:
    figures = [
        f"{name}: {figure.value:g}" + (f" (limit {figure.limit:g})" if figure.limit is not None else "")
        for name, figure in found.end.figures.items()
        if figure.value is not None
    ]
    what = code(f"{found.release.model} {found.release.version}")
    listed = "\n".join(f"- {commit}" for commit in commits)
    return f"""\
{what} was {found.how} in {code(stack)} at {found.end.at:%Y-%m-%d %H:%M} UTC. What served before it serves.
Until this is in, nothing is released.

{block([found.end.reason or "nobody said why", *figures], _REASON)}

Reverted, newest first:

{listed}
"""
