"""The team: pools of agents, what each is good at, and what holds for all of them.

Outside its skills a pool takes ``off_skill_time`` times as long, and its odds p/(1 - p) of
solving a case are ``off_skill_odds`` times as high; ``proficiency`` says it for a pool and a
topic. Checked by ``tests/unit/test_scenario_errors.py`` and ``tests/unit/test_team.py``.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.limits import MAX_POOL_AGENTS, MAX_POOLS
from sim.scenario.kinds import Count, Flag, Multiple, NonNegative, Part, Positive, Real, Whole
from sim.scenario.messages.validation_errors import InvalidField, InvalidFieldsError


class Proficiency(Part):
    """How well a pool does one topic; null: as its skills say."""

    time: Positive | None = None
    odds: NonNegative | None = None


class Pool(Part):
    """Agents with the same skills."""

    skills: tuple[str, ...]
    limit: Annotated[Whole, Field(ge=1, le=MAX_POOL_AGENTS)]
    overflow_to: tuple[str, ...] = ()
    proficiency: dict[str, Proficiency] = {}


class Team(Part):
    """Pools and what holds for all of them."""

    pools: dict[str, Pool]
    off_skill_time: Positive = 1.0
    off_skill_odds: NonNegative = 1.0
    overflow_min: Positive | None
    overflow_decided: Flag = False
    slow_down_slope: NonNegative
    slow_down_from: NonNegative
    slow_down_max: Multiple
    dormant_min: Positive
    max_open_cases_per_agent: Positive | None
    load_counts: Literal["open_in_pool", "begun_in_group"] = "open_in_pool"
    backlog_slope: Real = 0.0
    backlog_from: NonNegative = 3.0
    backlog_least: Annotated[Real, Field(gt=0, le=1)] = 0.8
    backlog_max: Multiple = 1.3
    reference_staff: dict[str, tuple[Count, ...]]

    @model_validator(mode="after")
    def check_pools(self) -> "Team":
        """Require at least one pool, and overflow to pools that exist."""
        if not 1 <= len(self.pools) <= MAX_POOLS:
            text = f"1 to {MAX_POOLS} entries"
            raise InvalidFieldsError([InvalidField("pools", f"{len(self.pools)} entries", text)])
        errors = [
            InvalidField(f"pools.{name}.overflow_to", other, "another pool's name")
            for name, pool in self.pools.items()
            for other in pool.overflow_to
            if other not in self.pools or other == name
        ]
        if errors:
            raise InvalidFieldsError(errors)
        return self


def rate_pool(team: Team, pool: Pool, topic: str) -> tuple[float, float]:
    """Factor of time that a pool takes for a topic, and its odds as a multiple."""
    own = pool.proficiency.get(topic, Proficiency())
    time, odds = (1.0, 1.0) if topic in pool.skills else (team.off_skill_time, team.off_skill_odds)
    return time if own.time is None else own.time, odds if own.odds is None else own.odds
