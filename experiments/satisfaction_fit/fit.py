"""Fit the satisfaction model to the published shares and write its coefficients.

    python experiments/satisfaction_fit/fit.py                  # prints the table
    python experiments/satisfaction_fit/fit.py --write FILE     # and writes the coefficients

No randomness: the population is laid out, not drawn. README.md holds the table.
"""

import argparse
import math
import pathlib

from sim.feeling.satisfaction.fitting import fit_satisfaction
from sim.feeling.satisfaction.targets import TARGETS, Population, TargetMeasures, measure_targets
from sim.rules.satisfaction import SatisfactionCoefficients

HEAD = """\
# Satisfaction of one customer: coefficients (formulas in sim/rules/satisfaction.py).
# Marks: m measured or estimated, q quoted (or fitted to what is quoted), a our assumption.
# Written by experiments/satisfaction_fit/fit.py; edit the fit, not this file.
# Fitted to: 76 % of friendly served likely, 82 % of unfriendly served unlikely to recommend; 77 %
# of personally served likely, 68 % of the others unlikely (Twitter 2015, 14,040 users); mean CSAT
# 3.66 with a reply, 2.66 without (Applied Marketing Science for Twitter, 2016).
# Checked, not fitted: outcome > tone > procedure (Orsingher, Valentini & de Angelis 2010); CSAT
# falls linearly in ln(minutes). How fast it falls is open: what customers would pay drops by four
# fifths from 4 to 20 min (2016 source), survey scores move far less.
"""

NOTES = {
    "e0": "a  quality expected in calm times at average prices",
    "w0_min": "a  where speed starts to matter [min]",
    "w1_min": "a  a first reply this late earns nothing for speed [min]",
    "q_none": "a  quality of care that never came",
    "a_speed": "a  weight of speed; the assumption that decides most",
    "a_res": "a  weight of a solution",
    "a_tone": "a  weight of a friendly reply",
    "a_pers": "a  weight of a personal reply",
    "a_turn": "a  loss for each further turn",
    "follow_up_bonus": "a  quality added by a check after the case",
    "b0": "q  fitted: constant of the judgement",
    "b_q": "q  fitted: quality itself; tied: equal to b_plus (a)",
    "b_plus": "q  fitted: quality above expectation",
    "b_minus": "q  fitted: quality below expectation; tied: 2.6 times b_plus (m, MODEL section 10)",
    "r0": "q  fitted: constant of the recommendation",
    "r1": "a  slope of the recommendation on the judgement: no target tells it apart",
    "tone_shift": "q  fitted: friendly against unfriendly",
    "personal_shift": "q  fitted: personal against impersonal",
    "a_red": "a  weight of redress; no target tells it, for the population got none",
    "later_speed_weight": "a  weight of a later reply's speed beside the first one's",
}


def write_coefficients(coefficients: SatisfactionCoefficients) -> str:
    """Return the coefficients as YAML, each with its mark and source."""
    lines = []
    for key, note in NOTES.items():
        value = getattr(coefficients, key)
        text = f"{key}: {round(value, 6)!r}"
        lines.append(f"{text:<24}# {note}\n")
    return HEAD + "".join(lines)


def tabulate_targets(measures: TargetMeasures) -> str:
    """Return what the model gives against what was published, as a Markdown table."""
    lines = ["| target | published | tolerance | mark | model |", "|---|---|---|---|---|"]
    for target in TARGETS:
        model = getattr(measures, target.measure)
        lines.append(
            f"| {target.measure} | {target.value:.2f} | {target.tolerance:.2f} |"
            f" {target.mark} | {model:.4f} |"
        )
    return "\n".join(lines) + "\n"


def tabulate_effects(measures: TargetMeasures, population: Population) -> str:
    """Return the recovery effects in points of CSAT: as contrasts and per standard deviation."""
    solved, friendly = population.resolved_share, population.friendly_share
    quartiles = 2.0 * 0.6744897501960817
    rows = (
        ("outcome", "solved or not", measures.outcome_effect, math.sqrt(solved * (1 - solved))),
        ("tone", "friendly or not", measures.tone_effect, math.sqrt(friendly * (1 - friendly))),
        ("procedure", "first reply 5 or 58 min", measures.procedure_effect, 1 / quartiles),
    )
    lines = ["| effect | contrast | CSAT | per standard deviation |", "|---|---|---|---|"]
    for name, contrast, effect, deviation in rows:
        lines.append(f"| {name} | {contrast} | {effect:.3f} | {effect * deviation:.3f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Fit, print the tables, and write the file that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=pathlib.Path, help="file for the coefficients")
    target = parser.parse_args().write
    fit = fit_satisfaction()
    measures = measure_targets(fit.coefficients)
    print(tabulate_targets(measures))
    print(tabulate_effects(measures, Population()))
    print(f"answered, yet below 'no reply': {measures.below_none_share:.4f}")
    print(f"one turn less two: {measures.turn_effect:.3f} of CSAT")
    print(f"largest miss: {fit.largest_miss:.2f} of a tolerance")
    if target is not None:
        target.write_text(write_coefficients(fit.coefficients), encoding="utf-8")


if __name__ == "__main__":
    main()
