"""The keys of those who may choose a version: secrets of the stack, which pass through no model of its configuration.

A stack has one for each model whose versions somebody is to compare at the gateway, and none for the others. Whoever
may read IngressRoutes in the namespace sees it there, as Traefik does.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

import pulumi

from infra.shared import configuration

SECRETS: Final = "slipway-pins"
"""The namespace of the keys in the stack's configuration; each is called like its model."""

# It stands between backquotes in a rule of Traefik's, and nobody may guess it.
_FORM: Final = r"[A-Za-z0-9_-]{20,}"


def keys(models: Iterable[str]) -> dict[str, pulumi.Output[str]]:
    """The key of each model that has one, by the model's name.

    Raises:
        pulumi.RunError: a key is for no model of the stack, and (while the program runs) one that could be guessed or
            has other characters than a key may have.
    """
    config, known = pulumi.Config(SECRETS), set(models)
    given = list(configuration.keys(SECRETS))
    if strange := sorted(set(given) - known):
        raise pulumi.RunError(
            f"{SECRETS}:{strange[0]} is the key of no model in slipway:models ({', '.join(sorted(known))}): "
            f"`pulumi config rm {SECRETS}:{strange[0]}` takes it away"
        )
    return {name: config.require_secret(name).apply(_checked(name)) for name in given}


def _checked(name: str) -> Callable[[str], str]:
    def check(key: str) -> str:
        if not re.fullmatch(_FORM, key):
            # Without the value: it is a secret.
            raise pulumi.RunError(
                f"{SECRETS}:{name} is no key of 20 letters, digits, hyphens and underscores, or more: "
                f"`openssl rand -hex 16 | pulumi config set --secret {SECRETS}:{name}` sets one"
            )
        return key

    return check
