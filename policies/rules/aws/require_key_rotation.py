"""A key that gets out is of no use for ever, and one that is deleted by mistake can be had back."""

from collections.abc import Iterator
from typing import Final

from policies.cloud import kinds
from policies.documents import principals, said, statements
from policies.props import Props
from policies.rule import rule

_WINDOW_DAYS: Final = 30


@rule(kinds("aws:kms/key:Key"))
def require_key_rotation(key: Props) -> Iterator[str]:
    """Every key is rotated, waits thirty days before it is gone, and is for nobody outside of its account."""
    if key.get("enableKeyRotation") is not True:
        yield "it is never rotated: set enableKeyRotation to true"
    if key.get("bypassPolicyLockoutSafetyCheck"):
        yield "it may lock everybody out: leave bypassPolicyLockoutSafetyCheck away"
    window = key.get("deletionWindowInDays", _WINDOW_DAYS)
    if not isinstance(window, float | int) or window < _WINDOW_DAYS:
        yield f"it is gone {window} days after somebody deletes it: set deletionWindowInDays to {_WINDOW_DAYS}"
    for statement in statements(key.get("policy")):
        everyone = any(one == "*" for _, one in principals(statement)) and statement.get("Effect") == "Allow"
        if everyone and "kms:CallerAccount" not in str(statement.get("Condition", "")):
            yield f"its policy lets everyone {', '.join(said(statement, 'Action'))}: compare kms:CallerAccount"
