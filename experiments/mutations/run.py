"""Break one line at a time and see whether the tests that should see it do; write the table.

    python experiments/mutations/run.py [--jobs 2] [--only sim/planning]

Each mutation of mutations.toml is made in a copy of the tree under results/mutations/, never in
the tree itself, and the tests that it names are run there. What was tried is kept beside the
copies, by a hash of the tree and the mutation: a run that was stopped goes on where it was.
"""

import argparse
import concurrent.futures
import dataclasses
import datetime
import hashlib
import json
import os
import pathlib
import queue
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Sequence

from sim.compile import COMPILED_ROOMS
from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).resolve().parent
HOME = HERE.parents[1]
KEPT = HOME / "results" / "mutations"
COPIED = (
    "sim", "tests", "configs", "experiments", "results/sample", "pyproject.toml", "README.md",
)  # fmt: skip
FAILED = 1
# A mutation may make a loop endless; the slowest of these tests takes ten seconds.
MOST_S = 900.0


@dataclasses.dataclass(frozen=True)
class Mutation:
    """A line that is broken, and who should see it.

    Attributes
    ----------
    file : str
        Path in the tree.
    old, new : str
        Text that stands in the file once; what takes its place.
    tests : tuple of str
        As pytest names them.
    """

    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def room(self) -> str:
        """Return the part of the package that the file belongs to."""
        return self.file.split("/")[1]

    @property
    def is_compiled(self) -> bool:
        """Tell whether the file may hold compiled code: its tests are then run as Python."""
        inside = self.file.removeprefix("sim/")
        return any(inside == room or inside.startswith(f"{room}/") for room in COMPILED_ROOMS)

    def find_fault(self) -> str:
        """Return why it cannot be made in the tree as it is, or nothing."""
        path = HOME / self.file
        if not path.is_file():
            return f"{self.file}: is not there"
        count = path.read_text(encoding="utf-8").count(self.old)
        if count != 1:
            return f"{self.file}: {self.old.strip()!r} is found {count} times, allowed: once"
        files = {test.partition("::")[0] for test in self.tests}
        gone = sorted(file for file in files if not (HOME / file).is_file())
        return f"{self.file}: names {gone[0]}, which is not there" if gone else ""


def read_mutations() -> list[Mutation]:
    """Return all mutations of the list."""
    rows = tomllib.loads((HERE / "mutations.toml").read_text(encoding="utf-8"))["mutation"]
    return [Mutation(row["file"], row["old"], row["new"], tuple(row["tests"])) for row in rows]


def main() -> int:
    """Try the mutations, print who survives, write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="files that begin so; writes no table")
    asked = parser.parse_args()
    mutations = [one for one in read_mutations() if one.file.startswith(asked.only)]
    faults = [fault for one in mutations if (fault := one.find_fault())]
    if faults:
        print(*faults, sep="\n", file=sys.stderr)
        return 2
    results = try_all(mutations, asked.jobs)
    for one, outcome in zip(mutations, results, strict=True):
        if outcome != "seen":
            print(f"{outcome}: {one.file}: {one.old.strip()} -> {one.new.strip()}")
    print(f"{results.count('seen')} of {len(results)} seen")
    if not asked.only:
        (HERE / "tables.md").write_text(write_tables(mutations, results), encoding="utf-8")
    return 0 if set(results) == {"seen"} else 1


def try_all(mutations: Sequence[Mutation], jobs: int) -> list[str]:
    """Return for each mutation: seen, survived, or why its tests tell nothing."""
    tree = hash_tree()
    copies: queue.Queue[pathlib.Path] = queue.Queue()
    for number in range(jobs):
        copies.put(make_copy(KEPT / f"tree-{number}"))

    def run(one: Mutation) -> str:
        path = KEPT / f"{hash_text(tree, *dataclasses.astuple(one))}.json"
        if not path.exists():
            copy = copies.get()
            try:
                outcome = try_one(one, copy)
            finally:
                copies.put(copy)
            path.write_text(json.dumps(outcome), encoding="utf-8")
            print(f"{outcome}: {one.file}: {one.old.strip()[:60]}", flush=True)
        return str(json.loads(path.read_text(encoding="utf-8")))

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(run, mutations))


def try_one(one: Mutation, copy: pathlib.Path) -> str:
    """Run the tests of a mutation without it, where they must pass, and with it."""
    if run_tests(one, copy) != 0:
        return "tests fail without it"
    path = copy / one.file
    text, times = path.read_text(encoding="utf-8"), path.stat()
    path.write_text(text.replace(one.old, one.new), encoding="utf-8")
    try:
        code = run_tests(one, copy)
    finally:
        path.write_text(text, encoding="utf-8")
        # Compiled code is known by the time of its source.
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    if code not in (0, FAILED):
        return f"pytest ends with code {code}"
    return "seen" if code == FAILED else "survived"


def run_tests(one: Mutation, copy: pathlib.Path) -> int:
    """Return pytest's exit code in a copy; tests that do not end have failed."""
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    if one.is_compiled:
        environment["NUMBA_DISABLE_JIT"] = "1"
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *one.tests]
    try:
        return subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, timeout=MOST_S, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        return FAILED


def make_copy(place: pathlib.Path) -> pathlib.Path:
    """Return a fresh copy of what the tests need."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in COPIED:
        if (HOME / name).is_dir():
            shutil.copytree(
                HOME / name, place / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
            )
        else:
            shutil.copy2(HOME / name, place / name)
    return place


def list_sources() -> Iterable[pathlib.Path]:
    """Yield the files that an outcome may depend on."""
    for room in ("sim", "tests", "configs"):
        yield from sorted(
            path
            for path in (HOME / room).rglob("*.*")
            if path.is_file() and "__pycache__" not in path.parts
        )


def hash_tree() -> str:
    """Return a hash of what an outcome may depend on."""
    digest = hashlib.sha256()
    for path in list_sources():
        digest.update(path.relative_to(HOME).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def hash_text(*parts: object) -> str:
    """Return a short hash."""
    return hashlib.sha256(json.dumps(parts, default=list).encode()).hexdigest()[:24]


def write_tables(mutations: Sequence[Mutation], results: Sequence[str]) -> str:
    """Return the counts by room and every mutation that was not seen."""
    day = datetime.datetime.now(datetime.UTC).date()
    lines = [
        "# Mutations",
        "",
        f"{len(mutations)} mutations, {day}, commit {(read_commit() or 'unknown')[:12]}; no seed: "
        "nothing is drawn.",
        "",
        "| room | mutations | seen | not seen |",
        "|---|---|---|---|",
    ]
    both = list(zip(mutations, results, strict=True))
    for room in [*sorted({one.room for one in mutations}), "all"]:
        own = [outcome for one, outcome in both if room in (one.room, "all")]
        seen = own.count("seen")
        lines.append(f"| {room} | {len(own)} | {seen} | {len(own) - seen} |")
    lines.append("")
    lines += [
        f"* {outcome}: `{one.file}`: `{one.old.strip()}` becomes `{one.new.strip()}`"
        for one, outcome in both
        if outcome != "seen"
    ]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.exit(main())
