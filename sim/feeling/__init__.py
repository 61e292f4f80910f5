"""Satisfaction of customers and sentiment of the brand: rated, simulated, steered, estimated."""

from sim.feeling.satisfaction.ratings import (
    Ratings,
    Service,
    expect_quality,
    rate_care,
    rate_customers,
    rate_recommendations,
)
from sim.feeling.sentiment.control import OptimalEffort, optimal_effort
from sim.feeling.sentiment.density import StationaryDensity, compute_density
from sim.feeling.sentiment.horizon import EffortPlan, plan_effort
from sim.feeling.sentiment.path import (
    fit_effort_scale,
    follow_mood,
    measure_effort,
    run_sentiment,
    steer_sentiment,
)
from sim.feeling.sentiment.spread import Spread, format_gate, measure_spread
from sim.feeling.sentiment.statistics.event_study import EventStudy, study_event
from sim.feeling.sentiment.statistics.filter import FilteredSentiment, filter_sentiment
from sim.feeling.sentiment.statistics.fit import fit_sentiment
from sim.feeling.sentiment.statistics.forecast import SentimentForecast, forecast_sentiment
from sim.feeling.sentiment.statistics.residuals import ResidualChecks, check_residuals
from sim.feeling.sentiment.statistics.result import SentimentFit

__all__ = [
    "EffortPlan",
    "EventStudy",
    "FilteredSentiment",
    "OptimalEffort",
    "Ratings",
    "ResidualChecks",
    "SentimentFit",
    "SentimentForecast",
    "Service",
    "Spread",
    "StationaryDensity",
    "check_residuals",
    "compute_density",
    "expect_quality",
    "filter_sentiment",
    "fit_effort_scale",
    "fit_sentiment",
    "follow_mood",
    "forecast_sentiment",
    "format_gate",
    "measure_effort",
    "measure_spread",
    "optimal_effort",
    "plan_effort",
    "rate_care",
    "rate_customers",
    "rate_recommendations",
    "run_sentiment",
    "steer_sentiment",
    "study_event",
]
