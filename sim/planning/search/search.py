"""The search for a plan: shapes, then effort, lead, order of work, crew, then single shifts.

Everything is compared on common draws at equal expected cost. Steps:

1. shapes: the whole horizon's model (``sim.planning.search.fluid_milp``), the standard policies'
   and the offered load's variants, each brought to the budget; the best two are the first
   starts;
2. from each start a round of climbing: levels of effort by topic and phase, redress and checks
   with levels, preparations, answers that others read, lead, order of work, surge crew, then staff
   laid anew by the load that the effort implies; after each step the labor cost is settled to the
   budget again; the best by then is the start of more rounds with all levels brief, and a bot
   first;
3. the best two go on climbing; of the best of them people are moved between pools, with and
   without another level for a topic, and single shifts exchanged;
4. all that came out well goes to the last choice (``sim.planning.search.final_selection``), on
   draws that the search has not seen.

All steps are counts, so the plan is the same whatever the workers and however busy the machine;
a limit (``sim.planning.search.limits``) and Ctrl-C end the search with the best so far. Checked by
``tests/functional/test_plan_search.py``.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sim.planning.search.budget import balance, price_money, staff_shape
from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.fluid_milp import LIMITS, propose
from sim.planning.search.hill_climbing import SearchEffort, climb, is_better
from sim.planning.search.limits import Ending
from sim.planning.search.load_shapes import list_load_shapes, list_standard_shapes, measure_load
from sim.planning.search.moves import list_topics, set_levels
from sim.planning.search.pool_moves import climb_pools
from sim.planning.search.rule_moves import RULE_MOVES, Steps
from sim.planning.search.shift_swaps import BlockValues, climb_swaps
from sim.scenario.parts import PHASES
from sim.scenario.policy import Policy

SearchProgress = Callable[[int, str], None]

# Starts that are measured with all replications, of those that look best with few.
SHAPES_KEPT = 4
# Starts from which the search climbs; each more costs a whole climb.
SHAPES_CLIMBED = 2
OTHER_LEVELS = ("brief", "auto")
# Ends that go on climbing.
WAYS = 2
# Rounds of climbing from one start, as long as they gain `LEAST_ROUND_GAIN`.
ROUNDS = 2
# Moves between pools: each is screened anew after the last.
POOL_MOVES = 2
# Shift exchanges of the best end, half as many of the second; each screens all anew.
SWAPS = 4
# Satisfaction that a round must gain to be followed by another; a quarter of the default `delta`.
LEAST_ROUND_GAIN = 5e-4


@dataclass
class Search:
    """A search that can be cut short at any time.

    Attributes
    ----------
    candidate_set : CandidateSet
        Common draws, rosters, scoring rule.
    n : int
        Replications of a decision.
    ending : Ending
        Limits that cut it short.
    progress : callable
        Called with (replications played, step) now and then.
    best : Candidate or None
        The best that fits the budget so far.
    ways : list of Candidate
        Good ends: candidates of the last choice.
    known : dict of str to float
        What changes of the rules gained near the best, by label; see `screen`.
    block_values : BlockValues or None
        What single shifts were worth when they were exchanged last: other rules change them
        little, and the best are measured again.
    """

    candidate_set: CandidateSet
    n: int
    ending: Ending
    progress: SearchProgress
    best: Candidate | None = None
    ways: list[Candidate] = field(default_factory=list)
    known: dict[str, float] = field(default_factory=dict)
    block_values: BlockValues | None = None

    @property
    def effort(self) -> SearchEffort:
        """Replications of a climb."""
        return SearchEffort(few=max(self.n // 4, 4), many=self.n)

    def tick(self, step: str) -> None:
        """Report what is done; end the search when a limit is reached."""
        self.progress(self.candidate_set.evaluator.played, step)
        self.ending.check(self.candidate_set.evaluator.played)

    def keep(self, candidate: Candidate) -> None:
        """Keep a candidate that fits the budget, if it is the best so far."""
        if self.best is None or self.candidate_set.compare(candidate, self.best, self.n)[0] > 0:
            self.best = candidate

    def run(self, template: Policy, labor_cost: float) -> None:
        """Search from a template of the policy and a guess of the wages."""
        assert self.best is not None
        shapes = self.lay_shapes(template, labor_cost, standard=True) + self.propose(
            template, labor_cost
        )
        shapes = self.candidate_set.rank(shapes or [self.best], self.n)
        self.keep(shapes[0])
        self.price_money(shapes[0])
        ends = [self.climb_once(start) for start in shapes[:SHAPES_CLIMBED]]
        ends += [self.climb_once(start, {}) for start in self.list_far_starts()]
        for end in self.candidate_set.rank(ends, self.n)[:WAYS]:
            self.ways.append(self.climb_on(end))
        self.better_pools()
        self.better_shifts(SWAPS)
        self.accept(self.climb_once(self.best))
        self.better_shifts(SWAPS // 2)

    def list_far_starts(self) -> list[Candidate]:
        """List starts that are the best by now at levels far from its own."""
        assert self.best is not None
        best, starts = self.best, []
        topics = list_topics(self.candidate_set.rosters.scenario)
        cells = tuple(itertools.product(topics, PHASES))
        for level in OTHER_LEVELS:
            policy = set_levels(best.policy, cells, level)
            other = replace(best, policy=policy, outcomes=None, trail=(*best.trail, f"all {level}"))
            fits = balance(self.candidate_set, other, self.n)
            if fits is not None:
                starts.append(fits)
        return starts

    def propose(self, template: Policy, labor_cost: float) -> list[Candidate]:
        """Propose candidates by the model of the whole horizon: its staff alone and with levels."""
        self.tick("whole horizon")
        candidate_set = self.candidate_set
        load = measure_load(
            candidate_set.evaluator, candidate_set.rosters, template, max(self.n // 2, 4)
        )
        limits = LIMITS._replace(check_stop=self.ending.check_clock)
        proposal = propose(candidate_set.rosters, template, labor_cost, load, limits)
        constraints = candidate_set.rosters.constraints
        if proposal is None or (
            constraints is not None and not constraints.are_kept(proposal.roster)
        ):
            return []
        policy = template
        for cell, level in proposal.levels.items():
            policy = set_levels(policy, (cell,), level)
        target_staffing = candidate_set.rosters.clean(
            candidate_set.rosters.count_staff(proposal.roster).astype(float)
        )
        laid = [
            Candidate(
                label,
                candidate_set.rosters.to_policy(rules, proposal.roster),
                proposal.roster,
                target_staffing,
            )
            for label, rules in (("whole horizon", template), ("whole horizon, levels", policy))
        ]
        fits = [balance(candidate_set, one, self.n) for one in laid]
        return [one for one in fits if one is not None]

    def lay_shapes(self, policy: Policy, labor_cost: float, standard: bool) -> list[Candidate]:
        """Staff the policy by each shape at the budget, and rank the candidates, best first."""
        candidate_set, few = self.candidate_set, self.effort.few
        self.tick("shapes of staff")
        load = measure_load(
            candidate_set.evaluator, candidate_set.rosters, policy, max(self.n // 2, 4)
        )
        target_staffings = list_load_shapes(load, candidate_set.rosters)
        if standard:
            target_staffings = list_standard_shapes(candidate_set.evaluator) | target_staffings
        laid = [
            staff_shape(candidate_set, label, policy, target_staffing, labor_cost)
            for label, target_staffing in target_staffings.items()
        ]
        rough = [one and balance(candidate_set, one, few) for one in laid]
        found = []
        for one in candidate_set.rank([one for one in rough if one], few)[:SHAPES_KEPT]:
            self.tick("shapes of staff")
            fits = balance(candidate_set, one, self.n)
            if fits is not None:
                found.append(fits)
        return candidate_set.rank(found, self.n)

    def price_money(self, candidate: Candidate) -> None:
        """Measure what a unit of money buys, from a lower labor cost for the same policy."""
        found = price_money(self.candidate_set, candidate, self.n)
        if found is not None:
            self.candidate_set.price_money(found)

    def climb_on(self, start: Candidate) -> Candidate:
        """Climb in rounds for as long as they gain something."""
        current = start
        for _ in range(ROUNDS):
            before = self.candidate_set.score(current, self.n)
            current = self.climb_once(current)
            if self.candidate_set.score(current, self.n) - before < LEAST_ROUND_GAIN:
                break
        return current

    def climb_once(self, start: Candidate, known: dict[str, float] | None = None) -> Candidate:
        """Climb once: rules, then staff for what they imply; far from the best with own gains."""
        return self.reshape(self.climb_rules(start, known=known))

    def climb_rules(
        self, start: Candidate, steps: Steps = RULE_MOVES, known: dict[str, float] | None = None
    ) -> Candidate:
        """Climb each kind of rule, one after the other."""
        known = self.known if known is None else known
        current = start
        for name, list_moves in steps:
            self.tick(name)
            moves = list_moves(self.candidate_set.rosters.scenario, current.policy)
            moved, taken = climb(self.candidate_set, current, moves, self.effort, known)
            current = self.accept_from(current, moved, taken)
        return current

    def better_pools(self) -> None:
        """Move people between pools, with levels, while that betters the best."""
        for _ in range(POOL_MOVES):
            assert self.best is not None
            self.tick("pools")
            moved, labels = climb_pools(self.candidate_set, self.best, self.effort)
            if not self.accept(self.accept_from(self.best, moved, labels)):
                break

    def better_shifts(self, rounds: int) -> None:
        """Exchange single shifts of the best while that betters it."""
        for _ in range(rounds):
            assert self.best is not None
            after, made = self.exchange_shifts(self.best)
            if not made or not self.accept(after):
                break

    def exchange_shifts(self, start: Candidate) -> tuple[Candidate, int]:
        """Exchange single shifts, and count the exchanges that bettered the candidate."""
        self.tick("single shifts")
        moved, made, self.block_values = climb_swaps(
            self.candidate_set, start, self.effort, self.block_values
        )
        label = f"{made} shift{'s' * (made > 1)} exchanged"
        return self.accept_from(start, moved, [label] if made else []), made

    def reshape(self, current: Candidate) -> Candidate:
        """Lay staff anew for the load that the candidate's effort implies, where that is better."""
        labor_cost = self.candidate_set.rosters.price(current.roster)
        anew = self.lay_shapes(current.policy, labor_cost, standard=False)
        if anew and is_better(self.candidate_set, anew[0], current, self.n):
            current = self.accept_from(current, anew[0], [anew[0].label])
        return current

    def accept_from(self, current: Candidate, moved: Candidate, taken: list[str]) -> Candidate:
        """Accept the moved candidate at the budget; the current one where that is no better."""
        if not taken:
            return current
        fits = balance(self.candidate_set, moved, self.n)
        if fits is None or self.candidate_set.compare(fits, current, self.n)[0] <= 0:
            return current
        fits.trail = (*current.trail, *taken)
        self.keep(fits)
        return fits

    def accept(self, after: Candidate) -> bool:
        """Keep a candidate among the good ends if it is the best by now; tell whether."""
        if after is not self.best or after in self.ways:
            return False
        self.ways.append(after)
        return True
