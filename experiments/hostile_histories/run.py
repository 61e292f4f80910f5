"""Odd histories, each read rightly or refused in a line.

    python experiments/hostile_histories/run.py [--seed 1] [--files 200]

Writes tables.md beside it.
"""

import argparse
import collections
import pathlib
import re
import sys
import tempfile
from typing import NamedTuple

import numpy as np
from files import OddFile, draw_file

from sim.calibration.reading.judgment import describe_reading, measure_rate
from sim.calibration.reading.rows import Reading, understand
from sim.calibration.reading.rules import ReadingRules
from sim.errors import InputError

HERE = pathlib.Path(__file__).parent

# A line of a terminal or three.
LONGEST = 400
# A rate is that of the file to one in a hundred: the ends of the span are mentions' own.
RATE_SHARE = 0.01
NAMES_SOMETHING = re.compile(r"column|row|history|holds|cannot be|is not|is empty|cells|JSON|file")


class Verdict(NamedTuple):
    """What became of a file."""

    outcome: str
    """read, refused, or wrong"""
    why: str


def judge(file: OddFile, folder: pathlib.Path) -> Verdict:
    """Read a file as check would, and hold it against what it holds."""
    path = folder / file.name
    path.write_bytes(file.data)
    try:
        reading = understand(path, ReadingRules()._replace(**file.keys))
        told = describe_reading(reading)
    except InputError as error:
        return judge_refusal(file, error)
    except Exception as error:
        return Verdict("wrong", f"a bug: {type(error).__name__}: {error}"[:200])
    if any(len(line) > LONGEST for line in told):
        return Verdict("wrong", f"a line of {max(map(len, told))} letters")
    return judge_reading(file, reading)


def judge_refusal(file: OddFile, error: InputError) -> Verdict:
    """A refusal is one line that names something; a file that says all is none to be refused."""
    [*lines] = error.errors
    if len(lines) != 1 or len(lines[0]) > LONGEST or "\n" in lines[0]:
        return Verdict("wrong", f"{len(lines)} lines, {len(lines[0])} letters: {lines[0][:120]}")
    if not NAMES_SOMETHING.search(lines[0]):
        return Verdict("wrong", f"names neither column, row nor key: {lines[0][:160]}")
    if not file.truth.may_refuse:
        return Verdict("wrong", f"refused: {lines[0][:200]}")
    return Verdict("refused", lines[0][:160])


def judge_reading(file: OddFile, reading: Reading) -> Verdict:
    """Mentions, span and rate are the file's, but for rows that were told."""
    observations, truth = reading.observations, file.truth
    kept = observations.is_first.sum() if observations.value is None else observations.value.sum()
    left_out = sum(each.rows for each in (*observations.aside, *observations.bad))
    is_broken = "broken" in file.trait
    if is_broken and kept + left_out <= truth.mentions:
        return Verdict("read", "what is left of it")
    if kept != truth.mentions:
        return Verdict("wrong", f"{kept:,.0f} mentions of {truth.mentions:,}, {left_out} told")
    step_ms = 1000.0 * truth.resolution_s + 1.0
    for name, found, wanted in (
        ("first", observations.time_ms[0], truth.first),
        ("last", observations.time_ms[-1], truth.last),
    ):
        apart_ms = abs(int(found) - wanted.timestamp() * 1000.0)
        if apart_ms > step_ms:
            return Verdict("wrong", f"the {name} time is {apart_ms / 3_600_000:.3g} h off")
    hours = (truth.last - truth.first).total_seconds() / 3600.0
    hours += 1.0 if observations.value is not None else 0.0
    rate = measure_rate(observations)[0]
    if not np.isclose(rate, truth.mentions / hours, rtol=RATE_SHARE):
        return Verdict("wrong", f"rate {rate:.4g}, in the file {truth.mentions / hours:.4g}")
    return Verdict("read", "")


def run(seed: int, count: int) -> list[tuple[OddFile, Verdict]]:
    """Judge so many files."""
    with tempfile.TemporaryDirectory() as place:
        files = [draw_file(seed, number) for number in range(count)]
        return [(file, judge(file, pathlib.Path(place))) for file in files]


def main() -> int:
    """Run, tell, write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=int, default=200)
    asked = parser.parse_args()
    found = run(asked.seed, asked.files)
    often = collections.Counter(verdict.outcome for _, verdict in found)
    sums = ", ".join(f"{often[name]} {name}" for name in ("read", "refused", "wrong"))
    lines = [f"Seed {asked.seed}, {asked.files} files: {sums}", ""]
    lines += ["| file | outcome | why | what is odd |", "|---|---|---|---|"]
    lines += [
        f"| {number} | {verdict.outcome} | {verdict.why.replace('|', '/')} | {file.trait} |"
        for number, (file, verdict) in enumerate(found)
        if verdict.outcome != "read"
    ]
    text = re.sub(r"/\S*/(?=history)", "", "\n".join(lines) + "\n")
    (HERE / "tables.md").write_text("# Odd histories\n\n" + text, encoding="utf-8")
    print(text)
    return 1 if often["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
