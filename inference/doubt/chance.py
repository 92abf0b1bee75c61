"""How many answers of an honest coder differ by chance, where honest coders differ, too.

scipy has this distribution, but is installed where models are trained, not where files are coded.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma


@dataclass(frozen=True)
class UsualShare:
    """The share of some kind of answers among honest coders: it varies as a beta distribution.

    ``a / (a + b)`` is its mean. The larger the sum, the less coders and offices vary.
    """

    a: float
    b: float

    def having_seen(self, n_hits: int, n: int) -> UsualShare:
        """Return the shares of a coder of whose n answers so many were of that kind."""
        return UsualShare(self.a + n_hits, self.b + n - n_hits)

    def chance_of(self, n_hits: int, n: int) -> float:
        """Return the probability of so many hits or more among n answers (beta-binomial)."""
        return min(1.0, sum(exp(self._log_chance(hits, n)) for hits in range(n_hits, n + 1)))

    def _log_chance(self, n_hits: int, n: int) -> float:
        ways = lgamma(n + 1) - lgamma(n_hits + 1) - lgamma(n - n_hits + 1)
        return ways + _log_beta(n_hits + self.a, n - n_hits + self.b) - _log_beta(self.a, self.b)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
