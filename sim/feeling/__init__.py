"""Satisfaction of customers and sentiment of the brand: rated, simulated, steered, estimated."""

from sim.feeling.control import OptimalEffort, optimal_effort
from sim.feeling.estimation import SentimentFit, fit_sentiment
from sim.feeling.satisfaction import (
    Ratings,
    Service,
    expect_quality,
    rate_care,
    rate_customers,
    rate_recommendations,
)
from sim.feeling.sentiment import fit_effort_scale, measure_effort, run_sentiment

__all__ = [
    "OptimalEffort",
    "Ratings",
    "SentimentFit",
    "Service",
    "expect_quality",
    "fit_effort_scale",
    "fit_sentiment",
    "measure_effort",
    "optimal_effort",
    "rate_care",
    "rate_customers",
    "rate_recommendations",
    "run_sentiment",
]
