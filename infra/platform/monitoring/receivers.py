"""How receivers are reached: secrets of the stack, which pass through no model of its configuration."""

import re
from collections.abc import Callable, Mapping

import pulumi

from infra.platform.monitoring.config import SECRETS, Receiver


def secrets(receivers: Mapping[str, Receiver]) -> dict[str, pulumi.Output[str]]:
    """Each receiver's secret, by its name.

    Raises:
        pulumi.RunError: one is missing; and (while the program runs) one that has to be a URL is none.
    """
    config = pulumi.Config(SECRETS)
    return {
        name: config.require_secret(name).apply(_checked(name, url=receiver.email is None))
        for name, receiver in receivers.items()
    }


def _checked(name: str, *, url: bool) -> Callable[[str], str]:
    def check(secret: str) -> str:
        # Without the value: it is a secret.
        if url and not re.fullmatch(r"https?://\S+", secret):
            raise pulumi.RunError(
                f"{SECRETS}:{name} is no URL, like 'https://hooks.example.com/…': "
                f"`pulumi config set --secret {SECRETS}:{name}` sets it"
            )
        return secret

    return check
