"""Days from empty: the office (section 1), Montreal's centers (2), moving loads (9, 10)."""

import math

import numpy as np
from playing import MS_PER_MIN, Case, Counted, Row, count_at, find_visits, find_waits

from sim import textbook
from sim.care.record import Run
from sim.demand.draws import Draws
from sim.queueing import compute_poisson_excess, compute_poisson_tail, offered_load, staff_alpha

OFFICE_PER_H = (12, 15, 10, 8, 8, 12, 14, 10)
STEP_MIN, DAY_MIN = 5, 24 * 60


def exponential(mean_min: float) -> dict[str, object]:
    return {"name": "exponential", "mean_min": mean_min}


def lognormal(cv: float) -> dict[str, object]:
    return {"name": "lognormal", "mean_min": 8.0, "cv": cv}


# ---- section 1: the office ----

# plan: exact lateness by hour and mean wait (tests/theory/chains.py), printed after 2,000 days
OFFICE: dict[str, tuple[str, str, str]] = {
    "33333333": (
        ".0096665 .0408064 .0228869 .0046564 .0028677 .0126857 .0322978 .0180217",
        "1.4939365",
        ".00993 .04911 .02008 .00416 .00305 .01059 .0288 .02062",
    ),
    "33322333": (
        ".0096665 .0408064 .0246301 .0513367 .0521885 .0170013 .0327849 .0180940",
        "1.9394615",
        ".00993 .04911 .02153 .04291 .05661 .01595 .02952 .02067",
    ),
    "23322332": (
        ".0829379 .0650410 .0285927 .0520150 .0523462 .0170218 .0377419 .1196010",
        "2.9728399",
        ".0884 .07368 .0276 .04403 .05661 .01595 .03415 .11814",
    ),
    "flat": (
        ".0865305 .1816087 .2116147 .2244582 .2308819 .2343871 .2364097 .2376232",
        "8.3630091",
        ".0921 .1853 .2138 .2200 .2232 .2406 .2349 .2315",
    ),
}


def count_office(draws: Draws, run: Run) -> Counted:
    waits = find_waits(draws, run)
    hour = draws.arrival_ms // (60 * MS_PER_MIN)
    late = np.bincount(hour, waits > 15, minlength=8)
    came = np.bincount(hour, minlength=8)
    by_hour = {f"late, hour {k + 1}": (late[k], came[k]) for k in range(8)}
    n = waits.size
    return by_hour | {"late, all hours": (late.sum(), n), "mean wait [min]": (waits.sum(), n)}


def list_office() -> list[Case]:
    cases = []
    for name, (exact, wait, printed) in OFFICE.items():
        pairs = zip(exact.split(), printed.split(), strict=True)
        rows = [
            Row(f"late, hour {hour + 1}", float(ours), float(theirs), 2000)
            for hour, (ours, theirs) in enumerate(pairs)
        ]
        rates = (11.125,) * 8 if name == "flat" else OFFICE_PER_H
        plan = [2] * 8 if name == "flat" else [int(windows) for windows in name]
        rows.append(
            Row("mean wait [min]", float(wait), 1.4346 if name == "33333333" else None, 2000)
        )
        cases.append(
            Case(
                "1",
                f"Office day, plan {name}",
                lambda r=rates, p=plan: textbook.day(r, p),
                count_office,
                40_000,
                tuple(rows),
            )
        )
    return cases


# service, busyness; worst hour (the last) and overall: exact where there is a chain, printed
# after 1,000 days, and simulated again by others than us (of an error not told)
VARIABILITY = [
    (exponential(8), 0.0, (0.1196010, 0.0564084), (0.1002, 0.0519), (0.1196, 0.0564)),
    (lognormal(0.5), 0.0, (None, None), (0.0527, 0.0230), (0.0533, 0.0227)),
    (lognormal(1.5), 0.0, (None, None), (0.1606, 0.0783), (0.1523, 0.0735)),
    (exponential(8), 0.2, (0.1645138, 0.0863708), (0.1562, 0.0885), (0.1650, 0.0866)),
    (lognormal(1.5), 0.2, (None, None), (0.2034, 0.1079), (0.1918, 0.1014)),
]


def list_variability() -> list[Case]:
    plan = [int(windows) for windows in "23322332"]
    return [
        Case(
            "1",
            f"Office day, plan 23322332, service {handle['name']} cv {handle.get('cv', 1)},"
            f" busyness of days cv {busy:g}",
            lambda h=handle, b=busy: textbook.day(OFFICE_PER_H, plan, handle=h, busyness_cv=b),
            count_office,
            40_000,
            tuple(
                row
                for key, ours, theirs, repeated in zip(
                    ("late, hour 8", "late, all hours"), exact, printed, again, strict=True
                )
                for row in (
                    Row(key, ours, theirs, 1000),
                    Row(key, None, repeated, label=f"{key}, simulated again"),
                )
            ),
        )
        for handle, busy, exact, printed, again in VARIABILITY
    ]


# ---- section 2: Montreal ----


def count_montreal(draws: Draws, run: Run) -> Counted:
    waits, served = find_waits(draws, run), run.first_start_ms >= 0
    arrival = draws.arrival_ms / MS_PER_MIN
    in_time, n = (served & (waits <= 1 / 3)).sum(), waits.size
    return {
        "in target": (in_time, 1),
        "in target / arrivals": (in_time, n),
        "in target / served": (in_time, served.sum()),
        "ASA [min]": (waits.sum(), n),
        "occupancy": (run.busy_ms[0, :8].sum() / MS_PER_MIN, 12 * 480),
        "queue at close": (count_at(arrival, arrival + waits, np.array([480.0]))[0], 1),
        "abandoned": ((~served).sum(), 1),
    }


def list_montreal() -> list[Case]:
    plain = (
        Row("in target", 1815.2717, 1816.158, half_width=3.55),
        Row("in target / arrivals", 0.9004324, 0.902),
        Row("ASA [min]", 0.1006807, 0.099, half_width=0.0025),
        Row("occupancy", 0.6969343, 0.695, 1000),
        Row("queue at close", 0.4290735, 0.433, half_width=0.105),
    )
    patient = (
        Row("abandoned", 59.2632, 58.609, half_width=0.95),
        Row("in target", 1906.7189, 1906.0, 1000),
        Row("in target / served", 0.974438, 0.975),
        Row("occupancy", 0.6765583, 0.675, 1000),
    )
    return [
        Case(
            "2",
            name,
            lambda p=patience: textbook.day(
                [252.0] * 8, [12] * 8, handle=exponential(2), patience=p
            ),
            count_montreal,
            4000,
            rows,
        )
        for name, patience, rows in (("MMC", None, plain), ("MMCAb", exponential(1), patient))
    ]


CALLCC_AGENTS = [4, 6, 8, 8, 8, 7, 8, 8, 6, 6, 4, 4, 4]
CALLCC_PER_H = [100, 150, 150, 180, 200, 150, 150, 150, 120, 100, 80, 70, 60]


def count_callcc(draws: Draws, run: Run) -> Counted:
    waits_s, served = find_waits(draws, run) * 60, run.first_start_ms >= 0
    lost, waited = (~served).sum(), waits_s.sum()
    return {
        "lost calls": (lost, 1),
        "summed wait [s]": (waited, 1),
        "calls": (waits_s.size, 1),
        "lost / 1660": (lost, 1660),
        "wait / 1660 [s]": (waited, 1660),
        "wait ends in 20 s / 1660": ((waits_s < 20).sum(), 1660),
        "served in 20 s / 1660": ((served & (waits_s < 20)).sum(), 1660),
    }


def list_callcc() -> list[Case]:
    busy = (
        Row("calls", 1660.0, 1639.5, half_width=26.7 * 1.96 / 1.645),
        Row("wait / 1660 [s]", 20782.498 / 1660, 11.834, half_width=1.774 * 1.96 / 1.645),
        Row("lost / 1660", 60.57246 / 1660, 0.0342, half_width=0.0031 * 1.96 / 1.645),
        Row("wait ends in 20 s / 1660", None, 0.853, half_width=0.009 * 1.96 / 1.645),
        Row("served in 20 s / 1660"),
    )
    known = {1.0: (32.3414766, 7626.66456), 0.7258: (6.9877974, 1437.60670)}
    cases = [
        (
            f"CallCC, busyness {factor}",
            factor,
            0.0,
            4000,
            (Row("lost calls", lost), Row("summed wait [s]", waited)),
        )
        for factor, (lost, waited) in known.items()
    ]
    cases.append(("CallCC", 1.0, math.sqrt(0.1), 10_000, busy))
    return [
        Case("2", name, lambda f=factor, b=cv: make_callcc(f, b), count_callcc, n, rows)
        for name, factor, cv, n, rows in cases
    ]


def make_callcc(factor: float, busyness_cv: float) -> textbook.Queue:
    return textbook.day(
        [rate * factor for rate in CALLCC_PER_H],
        CALLCC_AGENTS,
        handle=exponential(100 / 60),
        patience=exponential(1000 / 60),
        balk_share=0.1,
        busyness_cv=busyness_cv,
        cut="idle_first",
    )


# ---- section 9: the wave with returns; moving load with an agent for everybody ----


def list_wave() -> Case:
    days, lag_min = 8, 3.2222 * 60
    middles = np.arange(STEP_MIN / 2, days * DAY_MIN, STEP_MIN)
    rates = 30 + 6 * np.sin(2 * np.pi * middles / DAY_MIN)
    times = np.arange(3 * DAY_MIN, days * DAY_MIN, 15.0)
    angle = 2 * np.pi * (times - lag_min) / DAY_MIN
    weights = {
        "mean there": np.full(times.size, 1 / times.size),
        "amplitude": 2 * np.sin(angle) / times.size,
        "out of phase": 2 * np.cos(angle) / times.size,
    }
    load = offered_load(rates, 60, STEP_MIN, return_share=2 / 3, think_min=120).at(times)
    printed = {"mean there": 90.0, "amplitude": 8.36605, "out of phase": 0.0}

    def count(draws: Draws, run: Run) -> Counted:
        begin, _, end = find_visits(draws, run)
        there = count_at(begin, end, times)
        return {key: (float(weight @ there), 1) for key, weight in weights.items()}

    return Case(
        "9",
        "30 + 6 sin(2 pi t/24) with returns, an agent for everybody, lag 3.2222 h",
        lambda: textbook.day(
            rates, [1000] * rates.size, STEP_MIN, exponential(60), return_share=2 / 3, think_min=120
        ),
        count,
        1000,
        tuple(Row(key, float(weights[key] @ load), printed[key]) for key in weights),
    )


def list_infinite() -> Case:
    rates = np.array([30, 30, 90, 200, 150, 20, 0, 60, 60, 240, 90, 30])
    times = np.array([45.0, 100, 160, 250, 305, 430, 590, 700])
    means = offered_load(rates, 40).at(times)

    def count(draws: Draws, run: Run) -> Counted:
        begin, _, end = find_visits(draws, run)
        there = count_at(begin, end, times)
        rows = zip(times, there, means, strict=True)
        counted: Counted = {}
        for time, number, mean in rows:
            counted[f"mean at {time:g} min"] = (number, 1)
            counted[f"variance at {time:g} min"] = ((number - mean) ** 2, 1)
        return counted

    keys = [f"{what} at {time:g} min" for time in times for what in ("mean", "variance")]
    return Case(
        "formulas",
        "Moving load, an agent for everybody: N(t) is Poisson",
        lambda: textbook.day(rates, [400] * rates.size, handle=exponential(40)),
        count,
        10_000,
        tuple(Row(key, float(mean)) for key, mean in zip(keys, np.repeat(means, 2), strict=True)),
    )


# ---- section 10: 20 + 8 sin by the hour; alpha staffing ----

HOURLY_AGENTS = [23, 25, 27, 29, 30, 31, 31, 31, 31, 30, 28, 27]
HOURLY_AGENTS += [25, 23, 21, 19, 17, 16, 15, 15, 16, 17, 19, 21]


def list_hourly() -> Case:
    middles = np.arange(STEP_MIN / 2, DAY_MIN, STEP_MIN)
    rates = 20 + 8 * np.sin(2 * np.pi * middles / DAY_MIN)

    def count(draws: Draws, run: Run) -> Counted:
        begin, _, end = find_visits(draws, run)
        inside_h = (np.minimum(end, DAY_MIN) - begin).sum() / 60
        waited_h = inside_h - run.busy_ms[0, :-1].sum() / MS_PER_MIN / 60
        left = (run.left_ms >= 0) & (run.left_ms < DAY_MIN * MS_PER_MIN)
        n, delayed = draws.arrival_ms.size, (find_waits(draws, run) > 0).sum()
        return {"abandoned": (left.sum(), n), "E W [h]": (waited_h, n), "P(delay)": (delayed, n)}

    exact = (16.9993158 / 480, 114.3372764 / 480)
    return Case(
        "10",
        "20 + 8 sin(2 pi t/24), staff by the hour, cut preempt (steps of five minutes)",
        lambda: textbook.day(
            rates,
            np.repeat(HOURLY_AGENTS, 60 // STEP_MIN),
            STEP_MIN,
            exponential(60),
            exponential(120),
            cut="preempt",
        ),
        count,
        20_000,
        (
            Row("abandoned", 0.5 * exact[0], 0.017708),
            Row("E W [h]", exact[0], 0.035415),
            Row("P(delay)", exact[1], 0.238207),
        ),
    )


UNIT_MIN, ALPHA_DAYS = 240, 4
# alpha: time mean of P(N >= s) and share that leaves, continuous staffing
ALPHA = {
    0.1: (0.0918, 0.00406),
    0.3: (0.2825, 0.01678),
    0.5: (0.4793, 0.03578),
    0.7: (0.6827, 0.06523),
    0.9: (0.8907, 0.12254),
}


def list_alpha(alpha: float, achieved: float, left_share: float) -> Case:
    end = ALPHA_DAYS * DAY_MIN
    middles = np.arange(STEP_MIN / 2, end, STEP_MIN)
    moment = middles / UNIT_MIN
    rates = (100 + 20 * np.sin(moment)) * 60 / UNIT_MIN
    agents = staff_alpha(100 + 10 * (np.sin(moment) - np.cos(moment)), alpha)
    last = middles > end - 2 * np.pi * UNIT_MIN
    since = middles[last][0] - STEP_MIN / 2
    load = offered_load(rates, UNIT_MIN, STEP_MIN).at(middles[last])
    tail = float(compute_poisson_tail(load, agents[last]).mean())
    excess = float(compute_poisson_excess(load, agents[last]).sum() / UNIT_MIN)

    def count(draws: Draws, run: Run) -> Counted:
        begin, _, gone = find_visits(draws, run)
        there = count_at(begin, gone, middles[last])
        left = (run.left_ms >= since * MS_PER_MIN) & (run.left_ms < end * MS_PER_MIN)
        came = draws.arrival_ms >= since * MS_PER_MIN
        return {
            "P(N >= s), time mean": ((there >= agents[last]).mean(), 1),
            "left": (left.sum(), came.sum()),
        }

    return Case(
        "10",
        f"100 + 20 sin t, alpha {alpha}, cut preempt (48 steps a unit of time)",
        lambda: textbook.day(
            rates, agents, STEP_MIN, exponential(UNIT_MIN), exponential(UNIT_MIN), cut="preempt"
        ),
        count,
        4000,
        (
            Row("P(N >= s), time mean", tail, achieved),
            Row("left", excess / (rates[last].sum() / 60), left_share),
        ),
    )


def list_days() -> list[Case]:
    alphas = [list_alpha(alpha, *numbers) for alpha, numbers in ALPHA.items()]
    office = [*list_office(), *list_variability()]
    return [
        *office,
        *list_montreal(),
        *list_callcc(),
        list_wave(),
        list_hourly(),
        *alphas,
        list_infinite(),
    ]
