"""How long a page waits for its answers, and what random clicks leave: measured in a browser.

    python experiments/benchmarks/explore.py RUN [--moves 12] [--clicks 300]

RUN is a folder of ``breach_week`` (``surgecrew simulate scenario=breach_week policy=erlang_a``).
The command itself is started; a headless Chromium clicks. Told: milliseconds from a click to the
first answer (20 weeks) and to the last (200), by the browser's own clock; memory of the server
before and after the clicks; faults of the page; and whether the means that the page shows at the
end are those of the command that it gives, run in a process of its own. Leaves with code 1 where
the times or the memory miss what the page promises, or a number differs.
"""

import argparse
import json
import pathlib
import random
import re
import shlex
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from browser import Browser, open_browser  # noqa: E402  # found by the line above

DONE = "return document.body.dataset.state === 'done'"
SETTLED = "return ['done', 'refused'].includes(document.body.dataset.state)"
# What the page promises, on two free cores.
FIRST_MS, ALL_MS, GROWTH = 200.0, 2000.0, 1.5
ACT = """
const [pick, value] = arguments;
const all = [...document.querySelectorAll('#controls input, #controls select, .bar button, .bar ' +
    'select, .nudge button, #try')].filter((one) => !one.disabled && one.id !== 'save');
const node = all[Math.floor(pick * all.length)];
if (node.tagName === 'SELECT') node.selectedIndex = Math.floor(value * node.options.length);
else if (node.type === 'number') node.value = Math.floor(value * 12);
else { node.click(); return; }
node.dispatchEvent(new Event('change', { bubbles: true }));
"""
LISTEN = """window.faults = [];
addEventListener('error', (event) => window.faults.push(event.message));
addEventListener('unhandledrejection', (event) => window.faults.push(String(event.reason)));"""


def start(run: str) -> tuple[subprocess.Popen[str], str]:
    """Start the command; return it and the address that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "explore", run], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http\S+", line):
            return process, found[0]
    raise SystemExit("the command gave no address")


def read_memory_mb(number: int) -> float:
    """Return the resident memory of a process [MB]."""
    text = pathlib.Path(f"/proc/{number}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+)", text)
    assert found is not None
    return int(found[1]) / 1000.0


def time_moves(page: Browser, moves: int) -> list[tuple[float, float]]:
    """Put one person more on so many shifts; return (first, last) answer of each [ms]."""
    cells = page.run("return [...document.querySelectorAll('.people input:not(.zero)')]"
                     ".map((one) => one.dataset.cell)")  # fmt: skip
    times = []
    for cell in cells[:moves]:
        page.click(f"[data-cell='{cell}']")
        page.click(".nudge button:last-child")
        page.wait(DONE)
        first, last, asked = page.run(
            "return ['first', 'whole', 'asked'].map((key) => Number(document.body.dataset[key]))"
        )
        times.append((first - asked, last - asked))
    return times


def click_at_random(page: Browser, clicks: int, process: int) -> list[float]:
    """Click at random; return the server's memory after every tenth of them [MB]."""
    dice = random.Random(1)
    seen = []
    for number in range(clicks):
        page.run(ACT, dice.random(), dice.random())
        if number % 4 == 0:
            page.wait(SETTLED)
        if number % max(clicks // 10, 1) == 0:
            seen.append(read_memory_mb(process))
    return seen


def check_numbers(page: Browser) -> bool:
    """Whether the page shows the means of the command that it gives."""
    while not (page.wait(SETTLED) and page.run(DONE)):
        page.click("#undo")
    shown = json.loads(page.run("return document.body.dataset.means"))
    page.run("document.getElementById('save').click()")
    page.wait("return document.querySelector('#saved code')")
    words = shlex.split(page.run("return document.querySelector('#saved code').textContent"))
    with tempfile.TemporaryDirectory() as place:
        more = [f"run.dir={place}/again", "report.page=false"]
        command = [sys.executable, "-m", "sim", *words[1:], *more]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        summary = json.loads((pathlib.Path(place) / "again/summary.json").read_text("utf-8"))
    return all(summary["measures"][key]["mean"] == value for key, value in shown.items())


def main() -> int:
    """Measure, tell, and leave with 1 where something is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run")
    parser.add_argument("--moves", type=int, default=12)
    parser.add_argument("--clicks", type=int, default=300)
    given = parser.parse_args()
    process, address = start(str(pathlib.Path(given.run).resolve()))
    try:
        with open_browser() as page:
            page.open(address)
            page.run(LISTEN)
            page.wait(DONE)
            times = time_moves(page, given.moves)
            before = read_memory_mb(process.pid)
            memory = click_at_random(page, given.clicks, process.pid)
            is_same = check_numbers(page)
            faults = page.run("return window.faults")
    finally:
        process.send_signal(2)
        code = process.wait(20)
    first, last = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"first answer: median {first:.0f} ms, longest {max(a for a, _ in times):.0f} ms")
    print(f"last answer: median {last:.0f} ms, longest {max(b for _, b in times):.0f} ms")
    print(f"memory: {before:.0f} MB, after {given.clicks} clicks at most {max(memory):.0f} MB")
    print(f"faults of the page: {faults or 'none'}; numbers equal to simulate: {is_same}")
    print(f"ended by an interrupt with code {code}")
    grown = max(memory) / before
    is_right = is_same and not faults and code == 0 and grown <= GROWTH
    return 0 if is_right and first <= FIRST_MS and last <= ALL_MS else 1


if __name__ == "__main__":
    sys.exit(main())
