"""What an estimation of the sentiment model gives, and the range in which it searches.

Checked by ``tests/theory/test_sentiment_recovery.py``.
"""

import dataclasses
import math
from collections.abc import Iterator

from sim.feeling.sentiment.control import OptimalEffort, optimal_effort

# Of the control policy of a fit: its step of 1/400 is far below the fit's own error.
FIT_NODES = 401
# A day of hours: less does not show a return to the mean.
FEWEST_STEPS = 24
# Per hour: half-lives from 29 days to 4 minutes; beyond, hourly values cannot tell.
LEAST_K, MOST_K = 1e-3, 10.0
# A parameter known to worse than a quarter is marked in the report.
LARGE_ERROR_SHARE = 0.25


@dataclasses.dataclass(frozen=True)
class SentimentFit:
    """Estimates with standard errors.

    Attributes
    ----------
    k1, k2, k3, k1_se, k2_se, k3_se : float
        As in the module's head [1/h; 1/h; per square root of an hour].
    log_likelihood : float
        Of the steps used, given the first value.
    steps : int
        Steps used: both ends known (values, where they have a sampling error).
    correlation : float
        Of the estimates of k1 and k2.
    is_effort_observed : bool
        Else the brand was taken to steer optimally.
    kappa, c, rho, dt_h : float
        Costs, discount rate [1/h] and step [h] that were taken as given.
    """

    k1: float
    k2: float
    k3: float
    k1_se: float
    k2_se: float
    k3_se: float
    log_likelihood: float
    steps: int
    correlation: float = math.nan
    is_effort_observed: bool = False
    kappa: float = 1.0
    c: float = 1.0
    rho: float = 0.0005
    dt_h: float = 1.0

    def compute_control_policy(self, nodes: int = FIT_NODES) -> OptimalEffort:
        """The optimal effort of these estimates."""
        costs = (self.kappa, self.c, self.rho)
        return optimal_effort(self.k1, self.k2, self.k3, *costs, nodes=nodes)

    def list_limits(self) -> Iterator[str]:
        """Yield lines on what these estimates do and do not say."""
        if not self.is_effort_observed:
            scaled = self.k1 * math.sqrt(self.c / self.kappa)
            yield (
                "effort was not observed: k1 and kappa are identified only as "
                f"k1*sqrt(c/kappa) = {scaled:.4g}; kappa = {self.kappa:g} and c = {self.c:g} "
                "are given, not estimated"
            )
        yield f"the errors of k1 and k2 go together: correlation {self.correlation:.2f}"
        for name, value, error in (("k1", self.k1, self.k1_se), ("k2", self.k2, self.k2_se)):
            if error > LARGE_ERROR_SHARE * value:
                yield (
                    f"{name} = {value:.3g} is known to {error / value:.0%} only: "
                    f"{self.steps} steps are too few"
                )
