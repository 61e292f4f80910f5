"""Time and memory of reading and fitting a history of ten million rows of our own making.

    python experiments/benchmarks/histories.py [ROWS] [FOLDER]

Writes ``history.csv`` (id, created_at, channel, topic; half a gigabyte at ten million rows) into a
folder, a temporary one where none is named, runs ``check`` and ``calibrate`` on it in processes of
their own, and prints rows, seconds of the clock and of the processor, and the most memory.
"""

import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np

ROWS = 10_000_000
BLOCK = 200_000
DAYS = 180
TOPICS = np.array(["question", "error", "product", "process", "praise", "chatter"])
CHANNELS = np.array(["twitter", "facebook", "instagram"])


def write_history(path: pathlib.Path, rows: int, seed: int = 1) -> None:
    """Write mentions at random seconds of half a year, each with an id of 19 digits."""
    rng = np.random.default_rng(seed)
    start = np.datetime64("2025-01-06T00:00:00")
    seconds = np.sort(rng.integers(0, DAYS * 86_400, rows))
    with path.open("w", encoding="utf-8") as file:
        file.write("id,created_at,channel,topic\n")
        for first in range(0, rows, BLOCK):
            part = seconds[first : first + BLOCK]
            times = np.datetime_as_string(start + part.astype("timedelta64[s]"))
            ids = 1_870_000_000_000_000_000 + 4_194_304 * np.arange(first, first + len(part))
            channels, topics = (rng.choice(kinds, len(part)) for kinds in (CHANNELS, TOPICS))
            cells = zip(ids, np.char.replace(times, "T", " "), channels, topics, strict=True)
            file.writelines(f"{one},{two},{three},{four}\n" for one, two, three, four in cells)


def measure(name: str, args: list[str], folder: pathlib.Path) -> None:
    """Run a verb once; print what it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "sim", *args], check=True, cwd=folder,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    wall = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name}: {wall:.0f} s, processor {cpu:.0f} s, {used.ru_maxrss / (1 << 20):.2f} GiB")


def main() -> None:
    """Write, measure, remove."""
    rows = int(float(sys.argv[1])) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as place:
        folder = pathlib.Path(place)
        write_history(folder / "history.csv", rows)
        print(f"{rows:,} rows, {(folder / 'history.csv').stat().st_size / 1e6:,.0f} MB")
        measure("check", ["check", "history=history.csv"], folder)
        measure("calibrate", ["calibrate", "history=history.csv", "run.dir=fit"], folder)


if __name__ == "__main__":
    main()
