"""The table of published optima says what others found; its flow line is what it is said to be."""

import pathlib
import sys

import numpy as np
import pytest
from chances import LIMIT, z_mean
from theory.test_covering_published import DESIGN_DEMAND

STUDY = pathlib.Path(__file__).parents[2] / "experiments" / "published_optima"

# CivicQ, and every plan by an exact chain: window hours of nine days, pay of rosters of standard
# and flexible shifts; best lines of 3,249; TU Wien's DataSet1; covers
HOURS = {"office": 21, "R2 S4 A0.3": 22, "R2 S4 A0.6": 24, "R2 S8 A0.3": 25, "R2 S8 A0.6": 24,
         "R2 S16 A0.3": 28, "R2 S16 A0.6": 27, "R2 S32 A0.3": 30, "R2 S32 A0.6": 30}  # fmt: skip
ROSTERS = {"office": (24, 24), "R2 S8 A0.6": (32, 30), "R2 S32 A0.6": (40, 38)}
UNIQUE = {"R2 S4 A0.3": "33322333", "R2 S8 A0.3": "34332433", "R2 S8 A0.6": "34322343",
          "R2 S16 A0.6": "35332353", "R2 S32 A0.6": "35433354"}  # fmt: skip
LINES = {"(6, 7, 7, 12, 8)", "(7, 7, 6, 8, 12)"}
DESIGNS = [480, 300, 600, 450, 480]


@pytest.fixture(scope="module")
def study():
    """The study's modules, which are no part of the package."""
    sys.path.insert(0, str(STUDY))
    import covers
    import flow_line

    sys.path.remove(str(STUDY))
    return covers, flow_line


def read_section(title):
    """Return the cells of each row of a section's table."""
    text = (STUDY / "tables.md").read_text(encoding="utf-8")
    part = next(one for one in text.split("\n## ") if one.startswith(title))
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


def test_the_planner_found_and_proved_the_optimal_hours_and_rosters():
    rows = read_section("Section 1:")
    found = {(row[0], row[1]): row for row in rows}
    wanted = {(name, "hours"): cost for name, cost in HOURS.items()}
    for name, (standard, flexible) in ROSTERS.items():
        wanted |= {(name, "standard shifts"): standard, (name, "flexible shifts"): flexible}
    assert {key: float(row[2]) for key, row in found.items()} == wanted
    assert all(row[2] == row[3] and row[6] == "certified" for row in rows)
    assert {name: found[name, "hours"][5] for name in UNIQUE} == UNIQUE


def test_the_selection_found_a_best_line():
    rows = read_section("Section 8:")
    assert rows
    assert {row[1] for row in rows} <= LINES
    assert all(row[5] == "met" for row in rows)


def test_designs_and_covers_are_proven():
    rows = read_section("Section 11:")
    assert [float(row[1]) for row in rows] == DESIGNS
    assert all(row[4] == "optimal" for row in [*rows, *read_section("Section 17:")])


def test_the_line_that_is_simulated_has_the_exact_throughput(study):
    """120 observations of 1,000 jobs each; false alarm once in 60,000 a line."""
    flow_line = study[1]
    lines = np.array([(6, 7, 7, 12, 8), (3, 8, 9, 4, 16), (9, 6, 5, 1, 19), (7, 6, 7, 18, 2)])
    seen = flow_line.observe(lines, 1, 0, 120)
    for line, values in zip(lines, seen, strict=True):
        assert abs(z_mean(values, flow_line.solve_line(line))) < LIMIT, line


def test_the_lines_are_as_published(study):
    flow_line = study[1]
    lines = flow_line.list_lines(20)
    assert len(lines) == 3249
    best = flow_line.solve_line(np.array([6, 7, 7, 12, 8]))
    assert best == pytest.approx(5.7761218, abs=6e-8)
    assert best == pytest.approx(flow_line.solve_line(np.array([7, 7, 6, 8, 12])))
    gives_up = flow_line.solve_line(np.array([6, 7, 7, 12, 8]), keeps_place=False)
    assert gives_up == pytest.approx(5.7766703, abs=6e-8)


def test_the_data_files_are_the_instances(study):
    covers = study[0]
    for example, text in DESIGN_DEMAND.items():
        path = covers.INSTANCES / f"RandomExample{example}.dzn"
        data = covers.read_dzn(path.read_text(encoding="utf-8"))
        assert data["demand"] == [int(one) for one in text.split()]
        assert (data["interval"], data["weightShiftInstances"]) == ([60], [60])
