"""What a plan is to make large, stated once: for a replication, or for arrays of them.

    (1 - weight) satisfaction + weight mean sentiment - spread_harm * spread / actionable

Satisfaction is the mean over exogenous actionable customers, sentiment the mean of the brand's
over the horizon; spread are mentions that other mentions brought about, and what each costs is
shared among the actionable ones. Checked by ``tests/unit/test_evaluation_evaluator.py`` against the
measures of plain replications.
"""

from typing import NamedTuple, TypeVar

import numpy as np

Value = TypeVar("Value", float, np.ndarray)


class Objective(NamedTuple):
    """What is weighed.

    Attributes
    ----------
    sentiment_weight : float
        Of mean sentiment, 0 to 1; satisfaction has the rest.
    spread_harm : float
        What a spread complaint costs, in satisfaction.
    """

    sentiment_weight: float
    spread_harm: float

    def describe(self) -> list[str]:
        """Say what is weighed, in a sentence, where it is not satisfaction alone."""
        if self.sentiment_weight == 0 and self.spread_harm == 0:
            return []
        weight, harm = self.sentiment_weight, self.spread_harm
        parts = [f"{1.0 - weight:.0%} of it and {weight:.0%} of mean sentiment"] if weight else []
        parts += [f"{harm:g} off for each spread complaint a customer"] if harm else []
        return [
            f"Not satisfaction alone is weighed: {', '.join(parts)}. What preparations, levers, "
            "hours and budgets add is said in this measure, not in customers."
        ]

    def value(
        self, satisfaction: Value, sentiment: Value, spread: Value, actionable: Value
    ) -> Value:
        """Value of the objective, by replication where the means are.

        Parameters
        ----------
        satisfaction, sentiment : float or np.ndarray
            Means; NaN without customers. Sentiment is not read where it has no weight.
        spread, actionable : float or np.ndarray
            Numbers of mentions.
        """
        value = (1.0 - self.sentiment_weight) * satisfaction
        value = value - self.spread_harm * spread / np.maximum(actionable, 1)
        return value + self.sentiment_weight * sentiment if self.sentiment_weight > 0 else value
