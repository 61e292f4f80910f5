"""What a calibration gives: the fit for its user, and all of its parts for the report.

Checked by ``tests/functional/test_calibrate_scenario.py``.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import sim.calibration.scenario_patch as change
from sim.calibration.demand.events import FoundEvent
from sim.calibration.demand.fit import DemandFit
from sim.calibration.reading.rows import Observations
from sim.calibration.reading.sieve import BadRows
from sim.calibration.response_times import OpenHours, ResponseFit
from sim.calibration.sentiment import BrandSentiment
from sim.scenario.model import Scenario


@dataclass(frozen=True)
class Fit:
    """What a history gave.

    Attributes
    ----------
    scenario : Scenario
        Built and checked.
    plain : dict
        The same as plain data of a scenario file: differences on a shipped base, or everything
        where the base is a file; ``load_scenario`` takes it, written as YAML.
    quality : dict of str to float
        How well the fit describes the history.
    report : dict
        Content of fit.json.
    messages : tuple of str
        Lines for the terminal: what was guessed, found, and left out.
    """

    scenario: Scenario
    plain: dict[str, Any]
    quality: dict[str, Any]
    report: dict[str, Any]
    messages: tuple[str, ...]


class Found(NamedTuple):
    """All parts of a fit, for the report."""

    base: Scenario
    built: Scenario
    observations: Observations
    bad: tuple[BadRows, ...]
    demand: DemandFit
    response: ResponseFit | None
    open_hours: OpenHours | None
    hours: tuple[float, float] | None
    """opening hours where they differ from the base's"""
    mix: change.Mix
    placed: dict[str, FoundEvent]
    """the events in the scenario that are like found ones"""
    event_rule: str
    changes: dict[str, Any]
    brand_sentiment: BrandSentiment | None = None
    clock: tuple[str, ...] = ()
    """on whose clock the scenario is, and why"""
    understood: tuple[str, ...] = ()
    """what the history was taken for"""
    refit: frozenset[str] = frozenset()
    """what of the base follows the history"""
