"""Queueing formulas: Erlang B, C, A and R, moving offered load, staffing, fluid, branching.

Stationary queues: `erlang_b`, `erlang_c`, `erlang_a`, `erlang_r`, priority classes, open
networks, small Markov chains. Time-varying: `offered_load`, `modified_offered_load`,
`run_fluid`. Staffing by interval: `staff_sipp`, `staff_lag`, `staff_offered_load`,
`staff_erlang_a`, `staff_alpha`. Spreading: cluster sizes, Hawkes moments.

Nothing here draws random numbers, and SciPy is loaded only by what needs it.
"""

from sim.queueing.arguments import QueueInputError
from sim.queueing.branching import (
    cluster_size_mean,
    cluster_size_pmf,
    cluster_size_variance,
    hawkes_count,
    hawkes_load,
)
from sim.queueing.chains import solve_birth_death, solve_chain
from sim.queueing.erlang import (
    ErlangC,
    compute_priority_waits,
    erlang_b,
    erlang_c,
    solve_open_network,
)
from sim.queueing.fluid import FluidPath, run_fluid
from sim.queueing.loads import OfferedLoad, modified_offered_load, offered_load
from sim.queueing.patience import ErlangA, erlang_a
from sim.queueing.returning import ErlangR, erlang_r
from sim.queueing.staffing import (
    compute_poisson_excess,
    compute_poisson_tail,
    staff_alpha,
    staff_erlang_a,
    staff_lag,
    staff_offered_load,
    staff_sipp,
)

__all__ = [
    "ErlangA",
    "ErlangC",
    "ErlangR",
    "FluidPath",
    "OfferedLoad",
    "QueueInputError",
    "cluster_size_mean",
    "cluster_size_pmf",
    "cluster_size_variance",
    "compute_poisson_excess",
    "compute_poisson_tail",
    "compute_priority_waits",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "erlang_r",
    "hawkes_count",
    "hawkes_load",
    "modified_offered_load",
    "offered_load",
    "run_fluid",
    "solve_birth_death",
    "solve_chain",
    "solve_open_network",
    "staff_alpha",
    "staff_erlang_a",
    "staff_lag",
    "staff_offered_load",
    "staff_sipp",
]
