"""When a difference between two versions is one: comparisons in PromQL, whose rate of false alarms is known.

Each gives in percent how much speaks against the new version, of what it takes: above 100 its release ends. Both
versions answer at the same time, and which of them gets a request doesn't depend on what is in it. So if they are
equal, their shares of bad requests differ by chance alone.

*Shares.* The root of a count has the variance 1/4, whatever the count. The root of the new version's share has to be
above that of the stable's share and the margin by as much as chance makes of it once in so many times. The stable is
taken to have failed a few requests more than it did, which makes that as seldom where there are but few to count;
tests/infra/serving/analysis/test_comparison.py adds it up exactly.

*Distributions.* The distance of Kolmogorov and Smirnov at the buckets' ends, and for chance Massart's bound, with the
factor e for two samples (Wei and Dudley 2012, https://arxiv.org/abs/1107.5356). What counts is requests: readings of
one request are alike.

What has one cause is counted as one. That bad requests come together from a client is undone by the gateway, which
deals them out; but what slows a process down slows all that it has at the time.
"""

from dataclasses import dataclass
from math import e, log
from statistics import NormalDist
from typing import Final

LIMIT: Final = 100
"""Percent of what it takes: above it a release ends."""

_OVER: Final = "/ on () group_left ()"


@dataclass(frozen=True)
class Counts:
    """How many requests were bad, of how many, as PromQL; the bad ones may have the label `le`."""

    bad: str
    every: str

    @property
    def share(self) -> str:
        """The bad ones' share; 0 where there were none at all."""
        return f"({self.bad}) {_OVER} {_some(self.every)}"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How sure one has to be.

    Attributes:
        rate: of false alarms.
        seen: the share of a window that lies between its first and its last sample; `increase` adds the rest, which
            nobody has counted.
        together: so many bad requests have one cause.
    """

    rate: float
    seen: float = 1
    together: int = 1

    @property
    def deviations(self) -> float:
        """Standard deviations of a difference that chance makes at this rate."""
        return -NormalDist().inv_cdf(self.rate)

    @property
    def besides(self) -> float:
        """Bad requests that the stable is taken to have had more than it did."""
        return self.deviations**2 / 8 * self.together

    def more(self, canary: Counts, stable: Counts, margin: float) -> str:
        """Whether more of the canary's requests are bad, by more than the margin."""
        held_against = f"(({stable.bad}) + {self.besides:.6g}) {_OVER} {_some(stable.every)} + {margin:g}"
        above = f"(sqrt({canary.share}) - sqrt({held_against}))"
        return f"{LIMIT} * {above} {_OVER} {self._chance(canary.every, stable.every)}"

    def level(self, canary: str, stable: str, share: float) -> str:
        """Which quantile of the canary's answers is below the stable's where no more than a share of them is above it.

        A negative one, which no number is below, where there are too few answers to tell.

        Args:
            canary: how many answers it gave.
            stable: how many the stable did.
            share: of its answers that may be above the stable's quantile.
        """
        return f"scalar(1 - ({share**0.5:.6g} + {self._chance(canary, stable)}) ^ 2)"

    def further(self, distance: str, canary: str, stable: str, allowed: float) -> str:
        """Whether two distributions are further apart than allowed.

        Args:
            distance: the largest difference between both at a bucket's end.
            canary: how many requests the canary's is made of.
            stable: and the stable's.
            allowed: from 0 to 1.
        """
        chance = self._root(log(e / self.rate) / 2, canary, stable)
        return f"{LIMIT} * {distance} / ({allowed:g} + {chance})"

    def _chance(self, canary: str, stable: str) -> str:
        return self._root(self.deviations**2 / 4, canary, stable)

    def _root(self, factor: float, canary: str, stable: str) -> str:
        return f"sqrt({factor * self.together / self.seen:.6g} * (1 / {_some(canary)} + 1 / {_some(stable)}))"


def _some(count: str) -> str:
    return f"clamp_min({count}, 1)"
