"""Whether buildah's cached layers can be trusted for a Dockerfile.

buildah 1.28 takes a cached layer for the same instruction whatever the build arguments in it are worth; only `FROM`
and `RUN` heed them. So a Dockerfile that uses an argument elsewhere is built without the cache.
"""

import re
from typing import Final

HEEDED: Final = frozenset({"ARG", "FROM", "RUN"})
_INSTRUCTION: Final = re.compile(r"^\s*([A-Za-z]+)\s+((?:.*\\\s*\n)*.*)$", re.MULTILINE)
_ARGUMENT: Final = re.compile(r"(?:^|\s)(\w+)(?=[=\s]|$)")
_VARIABLE: Final = re.compile(r"\$\{?(\w+)")


def misleads(dockerfile: str) -> bool:
    """Whether an argument is used where the cache doesn't heed it."""
    text = re.sub(r"^\s*#.*\n?", "", dockerfile, flags=re.MULTILINE)
    instructions = [(name.upper(), rest) for name, rest in _INSTRUCTION.findall(text)]
    arguments = {one for name, rest in instructions if name == "ARG" for one in _ARGUMENT.findall(rest)}
    used = {one for name, rest in instructions if name not in HEEDED for one in _VARIABLE.findall(rest)}
    return bool(arguments & used)
