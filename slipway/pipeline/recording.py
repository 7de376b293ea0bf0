"""Writes down in git what was released: the stacks' files, which the releases have changed, as one commit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from slipway.errors import Refused
from slipway.pipeline.checkout import RECORDED, Checkout, GitFailed

_TRIES: Final = 3


def record(checkout: Checkout, files: Sequence[Path], what: str, remote: str | None, branch: str) -> str | None:
    """Commit the files if they say something new, and push that.

    Args:
        checkout: on the branch, or at a commit of it.
        files: of the stacks.
        what: was released, for the commit's first line.
        remote: to push to; None to only commit.
        branch: of the remote.

    Returns:
        The commit; None where there was nothing to write down.

    Raises:
        Refused: somebody else has changed the same lines meanwhile.
        GitFailed: git can't.
    """
    paths = [str(file.resolve()) for file in files]
    if not checkout.run("status", "--porcelain", "--", *paths):
        return None
    message = f"release: {what}\n\n{RECORDED}"
    checkout.run("commit", "--quiet", "--only", f"--message={message}", "--", *paths)
    if remote is not None:
        _push(checkout, remote, branch)
    return checkout.head()


def _push(checkout: Checkout, remote: str, branch: str) -> None:
    for attempt in range(1, _TRIES + 1):
        try:
            checkout.run("push", remote, f"HEAD:refs/heads/{branch}")
            return
        except GitFailed:
            if attempt == _TRIES:
                raise
        # Others have pushed since this run began; what they have changed elsewhere stays.
        checkout.run("fetch", remote, branch)
        try:
            checkout.run("rebase", "FETCH_HEAD")
        except GitFailed as error:
            checkout.run("rebase", "--abort")
            raise Refused(
                f"{branch} has other lines in a stack's file by now ({error}): write down by hand what serves, as "
                "`slipway status` tells it"
            ) from None
