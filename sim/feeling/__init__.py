"""Satisfaction of customers and sentiment of the brand: rated, simulated, steered, estimated."""

from sim.feeling.control import OptimalEffort, optimal_effort
from sim.feeling.density import StationaryDensity, find_density
from sim.feeling.estimation import SentimentFit, fit_sentiment
from sim.feeling.event_study import EventStudy, study_event
from sim.feeling.filtering import FilteredSentiment, filter_sentiment
from sim.feeling.forecast import SentimentForecast, forecast_sentiment
from sim.feeling.horizon import EffortPlan, plan_effort
from sim.feeling.residuals import ResidualChecks, check_residuals
from sim.feeling.satisfaction import (
    Ratings,
    Service,
    expect_quality,
    rate_care,
    rate_customers,
    rate_recommendations,
)
from sim.feeling.sentiment import (
    fit_effort_scale,
    measure_effort,
    run_sentiment,
    steer_sentiment,
)

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
    "StationaryDensity",
    "check_residuals",
    "expect_quality",
    "filter_sentiment",
    "find_density",
    "fit_effort_scale",
    "fit_sentiment",
    "forecast_sentiment",
    "measure_effort",
    "optimal_effort",
    "plan_effort",
    "rate_care",
    "rate_customers",
    "rate_recommendations",
    "run_sentiment",
    "steer_sentiment",
    "study_event",
]
