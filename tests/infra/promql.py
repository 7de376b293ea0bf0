"""What a PromQL expression asks for: which metrics, and which values of their labels."""

import re
from collections.abc import Iterator
from typing import Final

_NAME: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_SELECTOR: Final = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{([^}]*)\}")
_MATCHER: Final = re.compile(r'([a-zA-Z_]+)(=~|!~|!=|=)"([^"]*)"')
_GROUPING: Final = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_WORDS: Final = {"and", "or", "unless", "bool", "offset", "inf", "nan"}


def metrics(expression: str) -> set[str]:
    """The names of the metrics in it."""
    plain = _GROUPING.sub(" ", re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"", " ", expression))
    return {
        found[0]
        for found in _NAME.finditer(plain)
        if found[0].lower() not in _WORDS
        and not plain[found.end() :].lstrip().startswith("(")
        and not (found.start() and plain[found.start() - 1].isdigit())
    }


def matchers(expression: str) -> Iterator[tuple[str, str, str]]:
    """Metric, label and value of each matcher in it; of `a|b` each value by itself, and patterns as they are."""
    for metric, selector in _SELECTOR.findall(expression):
        for label, operator, value in _MATCHER.findall(selector):
            for one in value.split("|") if "~" in operator else [value]:
                yield metric, label, one
