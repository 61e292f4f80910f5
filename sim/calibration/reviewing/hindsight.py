"""The best plan of a week that is over: what knowing it would have been worth.

The search is that of ``plan``, for the same money, on the week's own mentions; it may play so many
replications and no more. The promise on event days is not asked for: what is looked for is the
most satisfaction that the money could have brought. Checked by
``tests/functional/test_review.py``.
"""

from sim.planning.agreements import require_coverage
from sim.planning.session import Maker, Progress, find_budget, run_search
from sim.rostering.roster import Rosters
from sim.scenario.build import build_planner
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

HINDSIGHT = "hindsight"
# The week's mentions are the same in each replication: only their work and patience differ.
SEARCH_REPLICATIONS = 8
# Of the clock: it never ends this search, the count of replications does.
NO_LIMIT_S = 1e9


def search_hindsight(
    real: Scenario,
    budget: float,
    effort_replications: int,
    seed: int,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Policy | None:
    """Find what would have been best.

    Parameters
    ----------
    real : Scenario
        The replay of the week.
    budget : float
        Money of the whole week.
    effort_replications : int
        That the search may play.
    seed, workers, progress
        As in `make_plan`.

    Returns
    -------
    Policy or None
        None where nothing was found with so few replications.

    Raises
    ------
    InfeasibleError
        The budget does not cover the opening hours.
    """
    settings = build_planner(
        real.model_copy(update={"planner": {}}),
        {
            "budget": budget,
            "keep_promise": False,
            "search_replications": SEARCH_REPLICATIONS,
            "effort_replications": effort_replications,
            "time_limit_s": NO_LIMIT_S,
        },
    )
    maker = Maker(real, settings, seed, workers, progress)
    world = maker.mixture.hide_news().blend()
    rosters = Rosters(world)
    rosters.minimum_coverage = require_coverage(rosters)
    search = run_search(maker, world, rosters, find_budget(maker, rosters))
    if maker.is_interrupted:
        raise KeyboardInterrupt
    if search.best is None:
        return None
    return search.best.policy.model_copy(update={"name": HINDSIGHT})
