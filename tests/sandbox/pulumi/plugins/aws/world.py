"""Makes a case together with all that it stands on."""

# A property value is JSON whose shape is the user's, so patterns decide at run time what a checker can't know.
# pyright: reportUnknownVariableType=false

import re
from collections.abc import Mapping
from typing import Any

import jmespath

from tests.sandbox.aws.running import control
from tests.sandbox.pulumi.plugins.aws.cases import CASES
from tests.sandbox.pulumi.plugins.conftest import Plugin, Resource

_OTHER = re.compile(r"@([a-z0-9-]+)(?:\.([\w.\[\]]+))?")


class World:
    """What exists in an account.

    Args:
        plugin: makes it.
        account: the account's number, for names that the world has once.
        url: the server's.
    """

    def __init__(self, plugin: Plugin, account: str, url: str) -> None:
        self.plugin, self.account, self.url = plugin, account, url
        self.made: dict[str, Resource] = {}

    def make(self, name: str) -> Resource:
        """The case `name`, made if it wasn't yet."""
        if name not in self.made:
            inputs = self.declared(name)
            self.made[name] = self.plugin.create(CASES[name].token, name, inputs)
        return self.made[name]

    def fail(self, **rule: Any) -> None:
        """Let a call of this account fail, as `sandbox.aws.faults` has it; no rule lets all succeed again."""
        rules = [{"account": self.account, **rule}] if rule else []
        control(self.url, "PUT", "faults", rules)

    def calls(self) -> set[str]:
        """The operations that this account has called."""
        return {one["operation"] for one in control(self.url, "GET", "calls") if one["account"] == self.account}

    def declared(self, name: str, *more: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs of a case, with what stands for other cases filled in."""
        inputs: dict[str, Any] = dict(CASES[name].declared)
        for one in more:
            inputs |= one
        return {key: self._filled(value) for key, value in inputs.items() if value is not None}

    def _filled(self, value: Any) -> Any:
        match value:
            case str():
                return _OTHER.sub(self._of, value)
            case dict():
                return {key: self._filled(item) for key, item in value.items()}
            case list():
                return [self._filled(item) for item in value]
            case _:
                return value

    def _of(self, mention: re.Match[str]) -> str:
        if mention[1].startswith("account-"):
            return f"{mention[1].removeprefix('account-')}-{self.account}"
        if mention[1] not in CASES:
            return mention[0]
        other = self.make(mention[1])
        return str(jmespath.search(mention[2], other.outputs)) if mention[2] else other.id
