"""Every decision of the operation as a scalar function; both engines call these.

Written once: a vectorized twin of a rule differs in the last bit. Only + - * / and
comparisons. Statement: ``sim/MODEL.md`` section 4; worked examples:
``tests/unit/test_rules_operation.py``.
"""

from sim.compile import jit
from sim.limits import LONGEST_MS

_LONGEST = float(LONGEST_MS)


@jit
def handling_ms(base_work_ms: int, factor: float, slow_down: float) -> int:
    """The handling time of a turn [ms], from 1 to `LONGEST_MS`, rounded half up."""
    rounded = int(min(base_work_ms * factor * slow_down + 0.5, _LONGEST))
    return max(rounded, 1)


@jit
def slow_down(
    open_cases: int, on_duty: int, slope: float, start_from: float, highest: float
) -> float:
    """The factor by which open cases per agent stretch handling, in [1, highest]."""
    per_agent = open_cases / max(on_duty, 1)
    return min(1.0 + slope * max(per_agent - start_from, 0.0), highest)


@jit
def backlog_factor(
    waiting: int, on_duty: int, slope: float, start_from: float, lowest: float, highest: float
) -> float:
    """The factor by which waiting cases per agent stretch or shorten handling, between the two."""
    per_agent = waiting / max(on_duty, 1)
    return min(max(1.0 + slope * max(per_agent - start_from, 0.0), lowest), highest)


@jit
def may_help(free: int, keep_free: int) -> bool:
    """Whether a pool may take another's case: more of its agents are free than it keeps free."""
    return free > keep_free


@jit
def may_take_new(taken_cases: int, on_duty: int, max_open_per_agent: float) -> bool:
    """Whether a pool may take a new case under its limit of open cases."""
    return taken_cases < max_open_per_agent * on_duty


@jit
def stretched_patience_end_ms(now_ms: int, patience_end_ms: int, stretch: float) -> int:
    """The new end of patience [ms] after an auto reply that did not resolve."""
    return now_ms + int(min((patience_end_ms - now_ms) * stretch + 0.5, _LONGEST))


@jit
def becomes_real(u_spread: float, residual: float) -> bool:
    """Whether a spread candidate is born, given its parent's residual spread."""
    return u_spread < residual


@jit
def is_resolved(u_resolve: float, resolve_p: float) -> bool:
    """Whether a reply resolves the case."""
    return u_resolve < resolve_p


@jit
def does_reopen(u_reopen: float, reopen_p: float, followed_up: bool, factor: float) -> bool:
    """Whether a resolved case comes back."""
    return u_reopen < (reopen_p * factor if followed_up else reopen_p)


@jit
def due_ms(first_post_ms: int, join_ms: int, promise_ms: int, returning: bool) -> int:
    """The due time [ms]: of the first reply, or of a later turn."""
    return (join_ms if returning else first_post_ms) + promise_ms


@jit
def raised_class(work_class: int) -> int:
    """The class of a case whose customer posted again."""
    return max(work_class - 1, 1)


@jit
def phase_of_event(
    now_ms: int,
    event_time_ms: int,
    earliest_ms: int,
    latest_ms: int,
    announced_ms: int,
    lead_ms: int,
    surge_ms: int,
    recovery_ms: int,
) -> int:
    """The phase (0 calm .. 3 recovery) that one announced event gives now.

    ``event_time_ms`` is -1 where the event does not happen in this replication; who
    waits for it learns so at the latest time.
    """
    if 0 <= event_time_ms <= now_ms:
        if now_ms < event_time_ms + surge_ms:
            return 2
        return 3 if now_ms < event_time_ms + recovery_ms else 0
    starts_ms = max(earliest_ms - lead_ms, earliest_ms - announced_ms)
    ends_ms = event_time_ms if event_time_ms >= 0 else latest_ms
    return 1 if starts_ms <= now_ms < ends_ms else 0


@jit
def phase_of_trigger(
    now_ms: int, is_on: bool, off_since_ms: int, surge_ms: int, recovery_ms: int
) -> int:
    """The phase that the surge trigger gives; ``off_since_ms`` -1: it never was on."""
    if is_on:
        return 2
    if off_since_ms < 0:
        return 0
    if now_ms < off_since_ms + surge_ms:
        return 2
    return 3 if now_ms < off_since_ms + recovery_ms else 0


@jit
def stronger_phase(one: int, other: int) -> int:
    """The phase that wins: surge > recovery > ahead > calm."""
    if one == 2 or other == 2:
        return 2
    return max(one, other)


@jit
def trigger_fires(
    waiting: int,
    forecast_hour: float,
    waiting_factor: float,
    waiting_at_least: float,
    volume: int,
    forecast_window: float,
    volume_factor: float,
    volume_at_least: float,
) -> bool:
    """Whether the surge trigger's condition holds at a check."""
    by_waiting = waiting > waiting_factor * forecast_hour and waiting > waiting_at_least
    by_volume = volume > volume_factor * forecast_window and volume > volume_at_least
    return by_waiting or by_volume
