"""How many replications a search compares plans on."""

import pytest

from sim.planning.session import choose_replications
from tests.worlds import make_plain_scenario


@pytest.mark.parametrize(
    ("rate_per_h", "wanted"), [(20.0, 40), (6.25, 40), (2.0, 125), (0.1, 400), (0.0, 400)]
)
def test_few_customers_ask_for_more_replications(rate_per_h, wanted):
    """A day: 6,000 customers, but 40 replications at least and 400 at most."""
    scenario = make_plain_scenario(rate_per_h, horizon={"days": 1})
    assert choose_replications(scenario) == wanted
