"""Reply times and closing hours of made-up desks."""

import zoneinfo

import numpy as np
import pytest
from scipy import stats

from sim.calibration.reading.rows import read_observations
from sim.calibration.response_times import find_open_hours, fit_response, list_waits

UTC = zoneinfo.ZoneInfo("UTC")
MIDNIGHT = 1_699_833_600  # UTC


def test_a_lognormal_with_its_tail_cut_off():
    rng = np.random.default_rng(1)
    z = []
    for _ in range(40):
        waits = rng.lognormal(2.8, 1.87, 800)
        fit = fit_response(waits[waits < 1440.0])
        z.append(((fit.ln_mean - 2.8) / fit.ln_mean_se, (fit.ln_sd - 1.87) / fit.ln_sd_se))
    # The cut takes .9 % off the top: a bias of a fifth of a standard error at most.
    z = np.array(z)
    assert (np.abs(z.mean(axis=0)) < 4.3 / 40**0.5 + 0.25).all()
    assert (np.abs(z.std(axis=0) - 1.0) < 4.3 / 80**0.5).all()


def test_likelihood_against_scipys_censored_fit():
    waits = np.random.default_rng(2).lognormal(2.0, 1.0, 300)
    logs = np.log(waits)
    low, high = np.quantile(logs, (0.1, 0.75))
    inside = logs[(logs >= low) & (logs <= high)]
    data = stats.CensoredData(
        inside, left=np.full((logs < low).sum(), low), right=np.full((logs > high).sum(), high)
    )
    mean, sd = stats.norm.fit(data)
    fit = fit_response(waits)
    assert (fit.ln_mean, fit.ln_sd) == pytest.approx((mean, sd), rel=1e-3)


def test_closing_hours_hardly_move_it():
    rng = np.random.default_rng(3)
    waits = rng.lognormal(2.0, 1.0, 4000)
    waits[rng.uniform(size=4000) < 0.2] += 480.0
    fit = fit_response(waits)
    assert fit.ln_mean == pytest.approx(2.35, abs=0.15)
    assert fit.within_hour_share == pytest.approx((waits <= 60).mean())


def test_shares_within_so_many_minutes():
    waits = np.random.default_rng(4).lognormal(2.0, 1.0, 500)
    fit = fit_response(waits)
    for place in (0, 10, 30):
        assert fit.observed_share[place] == (waits <= fit.minutes[place]).mean()
        wanted = stats.norm.cdf((np.log(fit.minutes[place]) - fit.ln_mean) / fit.ln_sd)
        assert fit.fitted_share[place] == pytest.approx(wanted)


@pytest.mark.parametrize("waits", [np.full(100, 5.0), np.ones(29)])
def test_nothing_to_fit(waits):
    assert fit_response(waits) is None


def run_desk(opens, closes, days=3, rate=30, seed=5):
    """Replies after some minutes; what comes while closed is answered after opening."""
    rng = np.random.default_rng(seed)
    posts = np.sort(rng.uniform(0, days * 86_400, days * 24 * rate))
    ready = posts + rng.lognormal(5.5, 0.6, len(posts))
    hour = ready / 3600 % 24
    length = (closes - opens) % 24 or 24
    is_closed = (hour - opens) % 24 >= length
    wait_h = np.where(is_closed, (opens - hour) % 24, 0.0)
    replies = ready + 3600 * wait_h + np.where(is_closed, rng.uniform(0, 3000, len(posts)), 0)
    table = {"tc": posts + MIDNIGHT, "tr": replies + MIDNIGHT}
    return read_observations({name: column.astype(np.int64) for name, column in table.items()})


@pytest.mark.parametrize(
    ("opens", "closes", "told"), [(7, 24, 24), (9, 18, 18), (8, 20, 20), (10, 2, 26), (20, 4, 28)]
)
def test_closing_hours_are_found(opens, closes, told):
    assert find_open_hours(run_desk(opens, closes), UTC) == (opens, told)


def test_around_the_clock():
    assert find_open_hours(run_desk(0, 24), UTC) is None


def test_a_quiet_night_is_no_closed_night():
    rng = np.random.default_rng(6)
    posts = np.sort(MIDNIGHT + rng.uniform(7 * 3600, 24 * 3600, 400)).astype(np.int64)
    table = {"tc": posts, "tr": posts + rng.integers(60, 900, 400)}
    assert find_open_hours(read_observations(table), UTC) is None


def test_the_local_clock_counts():
    zone = zoneinfo.ZoneInfo("America/New_York")
    assert find_open_hours(run_desk(14, 24), zone)[:2] == (9, 19)


def test_waits_are_of_first_messages_with_an_answer():
    cells = np.array([str(MIDNIGHT + 60 * k + 600) for k in range(40)], object)
    cells[::4] = ""
    table = {
        "tc": MIDNIGHT + 60 * np.arange(40),
        "tr": cells,
        "new_conversation": np.arange(40) % 2,
    }
    waits = list_waits(read_observations(table))
    assert waits.tolist() == [10.0] * 20
