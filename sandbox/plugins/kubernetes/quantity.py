"""Quantities in the API server's canonical form: `1000m` is `1`, `2048Ki` is `2Mi`.

The rules are those of k8s.io/apimachinery/pkg/api/resource: no fraction, the largest suffix that keeps the value
whole, binary suffixes only for what was written with one and is 1024 or more.
"""

import re
from fractions import Fraction
from typing import Final

DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY: Final = {"": 0, "Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_FORM: Final = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|([eE][+-]?\d+))?")


def canonical(value: object) -> object:
    """`value` as the API server would store it; what is no quantity comes back as it is."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return value
    form = _FORM.fullmatch(str(value).strip())
    if not form:
        return value
    number, suffix, exponent = Fraction(form[1]), form[2] or "", form[3]
    if exponent:
        return _decimal(number * Fraction(10) ** int(exponent[1:]), exponent=True)
    if suffix in BINARY and suffix:
        number *= 1024 ** BINARY[suffix]
        return _binary(-(-number // 1)) if abs(number) >= 1024 else _decimal(number)  # noqa: PLR2004 (one Ki)
    return _decimal(number * Fraction(10) ** DECIMAL[suffix])


def _decimal(number: Fraction, *, exponent: bool = False) -> str:
    if not number:
        return "0"
    nano = -(-number * 10**9 // 1)  # finer than a nano is rounded up
    power = -9
    while nano % 1000 == 0 and power < max(DECIMAL.values()):
        nano, power = nano // 1000, power + 3
    if exponent:
        return f"{nano}e{power}" if power else str(nano)
    return str(nano) + next(name for name, value in DECIMAL.items() if value == power)


def _binary(number: int) -> str:
    power = 0
    while number % 1024 == 0 and power < max(BINARY.values()):
        number, power = number // 1024, power + 1
    return str(number) + next(name for name, value in BINARY.items() if value == power)
