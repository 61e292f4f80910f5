"""What a page may change of a run, as it is sent; every field left out stays as in the run.

Checked by ``tests/functional/test_explore.py``.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.limits import MAX_AGENTS
from sim.scenario.parts import Count, Flag, Level, NonNegative, Part, Share, Whole
from sim.scenario.policy import Help, Phase, Priority

# A page of a year of days, forty kinds of shift and a few pools has not more cells than this.
MOST_CELLS = 20_000
Place = Annotated[Whole, Field(ge=0, le=100_000)]
People = Annotated[Whole, Field(ge=-MAX_AGENTS, le=MAX_AGENTS)]
Cell = tuple[Place, Place, Place, People]
"""Day, row, pool and people: of a kind of shift, so many; of some hours, so many more."""
Name = Annotated[str, Field(max_length=200)]
Factor = Annotated[float, Field(strict=True, ge=1, le=10_000)]


RULES = ("after_auto", "follow_up", "redress", "channel", "posts", "take_down_after_min", "surge")
"""Fields of a policy that a page takes over whole from what the planner says, or leaves."""
Rule = Literal[
    "after_auto", "follow_up", "redress", "channel", "posts", "take_down_after_min", "surge"
]


class EventChange(Part):
    """Another time, chance or size of an event."""

    time_h: NonNegative | None = None
    window_h: tuple[NonNegative, NonNegative] | None = None
    probability: Share | None = None
    peak: Factor | None = None


class WorldChange(Part):
    """What may come otherwise than the run expected."""

    absence_share: Annotated[float, Field(strict=True, ge=0, le=0.9)] | None = None
    open_h: tuple[NonNegative, NonNegative] | None = None
    events: dict[Name, EventChange] = {}


class Changes(Part):
    """All that differs from the run."""

    people: Annotated[tuple[Cell, ...], Field(max_length=MOST_CELLS)] = ()
    effort: dict[Name, dict[Phase, Level]] = {}
    lead_h: NonNegative | None = None
    order: Priority | None = None
    continuity: Flag | None = None
    overflow: dict[Name, dict[Name, Help | Literal["none"]]] = {}
    crew: dict[Name, Count] | None = None
    """people on call by pool; empty: no crew"""
    preparations: tuple[Name, ...] | None = None
    rules: dict[Rule, Any] = {}
    world: WorldChange = WorldChange()
    budget: NonNegative | None = None
