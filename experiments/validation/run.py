"""Hold the engine against published numbers, exact chains and formulas; write the tables.

    python experiments/validation/run.py [--quick] [--seed 1] [--workers N]

Each case is kept as soon as it is played, in results/validation/<hash of the code>/: a run that
was stopped goes on where it was. tables.md beside this file is the result.
"""

import argparse
import dataclasses
import datetime
import pathlib
import sys
import time

from days import list_days
from lasting import list_lasting
from playing import Case, Found, Row, Table, hash_sources, keep, play, read_back

from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).resolve().parent
SECTIONS = {
    "1": "Section 1: CivicQ, the office day and abandonment",
    "2": "Section 2: ContactCenters (Montreal), days",
    "4": "Section 4: CCmath; every service level of one record",
    "5": "Section 5: single numbers of Erlang A and C",
    "9": "Section 9: returning customers",
    "10": "Section 10: M(t)/M/s(t)+M",
    "formulas": "Formulas: Erlang A at twelve points; moving load",
}
QUICK = 20
SEEDS = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a twentieth of the replications")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=None, help="threads; all cores if not said")
    asked = parser.parse_args()
    cases = [*list_days(), *list_lasting()]
    if asked.quick:
        cases = [dataclasses.replace(case, replications=shorten(case)) for case in cases]
    folder = HERE.parents[1] / "results" / "validation" / hash_sources()
    folder.mkdir(parents=True, exist_ok=True)
    tables = []
    for number, case in enumerate(cases, start=1):
        # A seed for each case: rows of two cases have nothing in common.
        seed = SEEDS * asked.seed + number
        tables.append(play_or_read(case, folder, seed, asked.workers))
        print(f"{number}/{len(cases)} {case.name}", file=sys.stderr)
    text = write_tables(tables, asked.seed)
    target = folder / "quick.md" if asked.quick else HERE / "tables.md"
    target.write_text(text, encoding="utf-8")
    print(text.split("\n## ")[0])


def shorten(case: Case) -> int:
    return max(case.replications // QUICK, 60)


def play_or_read(case: Case, folder: pathlib.Path, seed: int, workers: int | None) -> Table:
    name = "".join(letter if letter.isalnum() else "-" for letter in f"{case.section}-{case.name}")
    path = folder / f"{name}-{case.replications}-{seed}.json"
    if path.exists():
        return read_back(path)
    table = play(case, seed, workers)
    keep(path, table)
    return table


def write_tables(tables: list[Table], seed: int) -> str:
    """Return the page: head, then a table for each case."""
    pairs = [pair for table in tables for pair in table.rows]
    z = [found.z for _, found in pairs if found.z is not None]
    theirs = [found.z_printed for _, found in pairs if found.z_printed is not None]
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    lines = [
        "# Engine against numbers",
        "",
        f"Seed {seed} (of case k: {SEEDS} x {seed} + k), {today}, commit {read_commit()}."
        " Written by `run.py`; README.md says how to read it.",
        "",
        f"* {len(z)} rows with an exact value: largest |z| {max(map(abs, z)):.2f}, root mean square"
        f" {(sum(x * x for x in z) / len(z)) ** 0.5:.3f}, beyond 2:"
        f" {sum(abs(x) > 2 for x in z) / len(z):.1%} (4.6 % expected), beyond 4.3:"
        f" {sum(abs(x) > 4.3 for x in z)}.",
        f"* {len(theirs)} printed numbers of a known error: largest |z| against exact (or the"
        f" engine) {max(map(abs, theirs)):.2f}, root mean square"
        f" {(sum(x * x for x in theirs) / len(theirs)) ** 0.5:.3f}.",
    ]
    for section, title in SECTIONS.items():
        lines += ["", f"## {title}"]
        for table in tables:
            if table.section == section:
                lines += ["", *write_table(table)]
    return "\n".join(lines) + "\n"


def write_table(table: Table) -> list[str]:
    head = f"**{table.name}** ({table.replications:,} replications)"
    rows = [write_row(row, found) for row, found in table.rows]
    return [
        head,
        "",
        "| | printed | exact | engine | SE | z | z of printed |",
        "|" + "---|" * 7,
        *rows,
    ]


def write_row(row: Row, found: Found) -> str:
    digits = max(2, min(7, 1 - find_power(found.error)))
    exact = "" if row.exact is None else f"{row.exact:.{digits}f}"
    printed = "" if row.printed is None else f"{row.printed:g}"
    z = "" if found.z is None else f"{found.z:+.2f}"
    theirs = "" if found.z_printed is None else f"{found.z_printed:+.2f}"
    engine = f"{found.value:.{digits}f} | {found.error:.{digits}f}"
    return f"| {row.label or row.key} | {printed} | {exact} | {engine} | {z} | {theirs} |"


def find_power(value: float) -> int:
    """Return the power of ten of a positive number."""
    return int(f"{value:e}".split("e")[1]) if value > 0 else -6


if __name__ == "__main__":
    began = time.perf_counter()
    main()
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
