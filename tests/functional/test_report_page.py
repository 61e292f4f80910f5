"""The pages as a manager gets them: the decision first, units, nothing external, safe to open."""

import html.parser
import re
import shutil
import subprocess

import numpy as np
import pytest
import report_folders as folders

from sim.report.format import NO_BREAK
from sim.report.pages.page import draw_report
from sim.store.tables import read_table, write_table
from sim.store.text import read_json, write_json, write_yaml

WRITERS = {
    "plan": folders.write_plan_folder,
    "simulate": folders.write_simulate_folder,
    "compare": folders.write_compare_folder,
    "calibrate": folders.write_fit_folder,
}
VOID = {"meta", "br", "link", "img", "hr", "input", "wbr"}
HOSTILE = "<script>alert('x')</script> $\\frac{1}{0}$ & \"quotes\" \u6d4b"


class Reader(html.parser.HTMLParser):
    """Texts, tags and attributes of a page; complains where tags do not match."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.texts.append(data)


def read_page(path) -> tuple[str, Reader]:
    """Return the visible text of a page in one line, and its reader."""
    page = path.read_text(encoding="utf-8")
    whole, reader = Reader(), Reader()
    whole.feed(page)
    assert whole.open == []
    reader.feed(re.sub(r"</?abbr[^>]*>", "", page))  # marks do not part words
    return " ".join(" ".join(reader.texts).replace(NO_BREAK, " ").split()), reader


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return the page of each verb, drawn once."""
    root = tmp_path_factory.mktemp("runs")
    return {verb: draw_report(write(root / verb)) for verb, write in WRITERS.items()}


@pytest.mark.parametrize("verb", WRITERS)
def test_a_page_is_whole_and_needs_nothing_else(pages, verb):
    text = pages[verb].read_text(encoding="utf-8")
    _, reader = read_page(pages[verb])
    assert not re.search(r"https?:|//[a-z]|@import|javascript", text)
    assert not {tag for tag, _ in reader.tags} & {"script", "link", "img", "iframe", "object"}
    assert not any(name.startswith("on") for _, attrs in reader.tags for name in attrs)
    names = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(names) == len(set(names))
    for reference in re.findall(r'(?:href="|url\()#([^")]+)', text):
        assert reference in names


@pytest.mark.parametrize("verb", WRITERS)
def test_every_picture_has_a_text_alternative_and_a_file(pages, verb):
    _, reader = read_page(pages[verb])
    pictures = [attrs for tag, attrs in reader.tags if tag == "svg"]
    names = [attrs.get("id") for _, attrs in reader.tags]
    assert pictures
    assert all(attrs["role"] == "img" for attrs in pictures)
    assert all(attrs["aria-labelledby"] in names for attrs in pictures)
    files = sorted((pages[verb].parent / "figures").iterdir())
    assert len(files) == len(pictures)
    assert all(file.read_text(encoding="utf-8").startswith("<svg") for file in files)


@pytest.mark.parametrize("verb", WRITERS)
def test_the_same_folder_gives_the_same_bytes(pages, verb, tmp_path):
    copy = tmp_path / "elsewhere" / verb
    shutil.copytree(pages[verb].parent, copy)
    shutil.rmtree(copy / "figures")
    again = draw_report(copy)
    assert again.read_bytes() == pages[verb].read_bytes()
    for file in (pages[verb].parent / "figures").iterdir():
        assert (copy / "figures" / file.name).read_bytes() == file.read_bytes()


def test_the_plan_tells_the_decision_first_with_units_and_intervals(pages):
    text, _ = read_page(pages["plan"])
    order = [
        "Up to 10 people at once, the most from Tue 3 Feb 12:00; 642 staffed hours in 7 days.",
        "Surge: thorough replies to error",
        "29,140 USD expected, surge crew included, of a budget of 30,000 USD (860 USD unspent).",
        "34 (30 to 37) than Flat, 21 (15 to 27) than Proportional, 47 (42 to 53) than Reactive.",
        "82 % answered within 60 min 95 % interval 81 to 84 %",
        "Who works when",
        "What it costs",
        "What it buys",
        "0.021 of satisfaction more (95 % interval 0.015 to 0.027), i.e. 21 more",
        "The week",
        "What would break the plan",
        "What is assumed, not measured",
        "How sure it is",
        "8.4 min 8.3 to 8.6 min 2,000",
        "About this run",
    ]
    places = [text.find(part) for part in order]
    assert -1 not in places
    assert places == sorted(places)


def test_a_manager_reads_no_statistics_of_the_search(pages):
    """They are in the workbook: p-values, the selection, changes tried, rosters visited."""
    text, _ = read_page(pages["plan"])
    assert not re.search(r"Holm|p, small|standard error 0|Selection|single changes tried", text)


def test_every_standard_policy_is_told_even_where_the_plan_is_not_better(pages):
    text, _ = read_page(pages["plan"])
    assert "No difference shown from Erlang-A" in text
    assert (
        "No difference shown: 0.002 of satisfaction more (95 % interval \u22120.002 to 0.006)"
        in text
    )
    for name in ("Flat", "Proportional", "Erlang-A", "Reactive"):
        assert f"{name} " in text


def test_simulation_comparison_and_calibration_tell_their_own(pages):
    simulated, _ = read_page(pages["simulate"])
    assert "Erlang-A on breach_week" in simulated
    assert "Answered within the promise 82 % 81 to 84 % 2,000" in simulated
    compared, _ = read_page(pages["compare"])
    assert "Plan less Erlang-A" in compared
    assert "+612 USD" in compared
    fitted, _ = read_page(pages["calibrate"])
    assert "960 of 1,004 rows of the history could be used." in fitted
    assert "watch event (Mon 9 Feb 07:00)" in fitted
    assert fitted.index("Fitted from the history") < fitted.index("Taken from the base scenario")
    assert fitted.index("demand busy day cv") > fitted.index("Taken from the base scenario")
    assert "31/31/2015" in fitted


def test_hostile_names_are_shown_and_not_run(tmp_path):
    decision = folders.make_decision()
    decision["shifts"][0]["name"] = HOSTILE
    decision["effort"][0]["topic"] = HOSTILE
    decision["risks"].append({"text": HOSTILE, "value": 1, "loss": 0})
    decision["assumptions"].append(
        {"key": HOSTILE, "value": 1, "mark": HOSTILE, "source": HOSTILE, "matters": HOSTILE}
    )
    decision["evidence"][0]["policy"] = HOSTILE
    decision["reasons"] = [HOSTILE]
    decision["surge"]["agents"] = {HOSTILE: 3}
    folder = folders.write_plan_folder(tmp_path / "run", decision, name=HOSTILE)
    scenario = folders.make_scenario(HOSTILE)
    scenario["events"] = {HOSTILE: {"time_h": 40, "kind": HOSTILE, "announced_h": 5}}
    write_yaml(folder / "config.yaml", {"scenario": scenario})
    table = read_table(folder / "intervals.parquet")
    table["policy"] = np.where(table["policy"] == "reactive", HOSTILE, table["policy"])
    write_table(folder / "intervals.parquet", table)
    text, reader = read_page(draw_report(folder))
    assert "script" not in {tag for tag, _ in reader.tags}
    assert text.count(HOSTILE) >= 9
    assert "<script>alert('x')</script> $\\" in text


def test_a_bare_folder_still_gives_a_page(tmp_path):
    folder = folders.write_plan_folder(tmp_path / "run", {})
    (folder / "decision.json").write_text('{"status": "feasible"}', encoding="utf-8")
    for name in ("config.yaml", "provenance.json", "intervals.parquet", "comparison.parquet"):
        (folder / name).unlink()
    text, _ = read_page(draw_report(folder))
    assert "29,140 expected" in text
    assert "It was not compared with other policies." in text
    assert "No surge crew is on call." in text
    (folder / "summary.json").write_text('{"schema": 1, "measures": {}}', encoding="utf-8")
    assert "The cost was not stored." in read_page(draw_report(folder))[0]


@pytest.mark.parametrize("key", sorted(set(folders.make_decision()) - {"schema"}))
def test_each_part_of_the_decision_may_be_missing_or_null(tmp_path, key):
    decision = {**folders.make_decision(), "evidence": []}
    for number, part in enumerate(({}, {key: None})):
        given = {**{k: v for k, v in decision.items() if k != key}, **part}
        folder = tmp_path / str(number)
        folders.write_plan_folder(folder, given, has_tables=False)
        assert draw_report(folder).is_file()


def test_a_stopped_plan_says_so_at_the_top(tmp_path):
    decision = {**folders.make_decision(), "status": "stopped"}
    text, _ = read_page(draw_report(folders.write_plan_folder(tmp_path / "run", decision)))
    assert text.index("Stopped early") < text.index("the decision")


def test_a_stopped_simulation_says_so_at_the_top(tmp_path):
    folder = folders.write_simulate_folder(tmp_path / "run")
    assert "Stopped early" not in read_page(draw_report(folder))[0]
    path = folder / "summary.json"
    write_json(path, {**read_json(path), "stopped": {"finished": 37, "wanted": 200}})
    text, _ = read_page(draw_report(folder))
    told = "Stopped early: 37 of 200 runs were simulated before it was interrupted."
    assert text.index(told) < text.index("What this policy gave")


def test_drawing_again_replaces_page_and_pictures_and_leaves_nothing_else(tmp_path):
    folder = folders.write_plan_folder(tmp_path / "run")
    draw_report(folder)
    before = sorted(path.name for path in folder.iterdir())
    (folder / "figures" / "old.svg").write_text("old", encoding="utf-8")
    draw_report(str(folder))
    assert sorted(path.name for path in folder.iterdir()) == before
    assert not (folder / "figures" / "old.svg").exists()


@pytest.mark.parametrize("days", [1, 2, 14, 35])
def test_short_and_long_horizons_are_drawn(tmp_path, days):
    text, _ = read_page(draw_report(folders.write_simulate_folder(tmp_path / "run", days)))
    assert ("The day" if days == 1 else f"The {days} days") in text


OVERLAPS = """
<script>
const found = [];
for (const svg of document.querySelectorAll("svg")) {
  const texts = [...svg.querySelectorAll("text")].filter(each => each.textContent.trim());
  const boxes = texts.map(each => each.getBoundingClientRect());
  const whole = svg.getBoundingClientRect();
  boxes.forEach((a, i) => {
    if (a.left < whole.left - 1 || a.right > whole.right + 1 || a.bottom > whole.bottom + 1)
      found.push("outside: " + texts[i].textContent);
    boxes.slice(i + 1).forEach((b, j) => {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 2)
        found.push("over: " + texts[i].textContent + " / " + texts[i + 1 + j].textContent);
    });
  });
}
if (document.documentElement.scrollWidth > innerWidth) found.push("page wider than the window");
document.title = "FOUND " + found.length + " " + found.slice(0, 9).join("; ");
</script>
"""


@pytest.fixture(scope="module")
def browser() -> str:
    """Return a browser without a window, or skip the test where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    pytest.skip("no chromium on this machine")


def look_for_overlaps(browser: str, page, tmp_path, width: int) -> str:
    """Return what a browser says of texts that stand over each other or outside."""
    copy = tmp_path / f"{width}.html"
    copy.write_text(page.read_text(encoding="utf-8").replace("</body>", OVERLAPS + "</body>"))
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    place = [f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},2000"]
    command = [
        browser,
        *quiet,
        "--disable-background-networking",
        *place,
        "--dump-dom",
        copy.as_uri(),
    ]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    found = re.search(r"<title>(FOUND [^<]*)", told)
    assert found, told[:500]
    return found[1].strip()


@pytest.mark.browser
@pytest.mark.parametrize("verb", WRITERS)
def test_nothing_stands_over_anything_in_a_browser(pages, browser, tmp_path, verb):
    assert look_for_overlaps(browser, pages[verb], tmp_path, 1100) == "FOUND 0"


@pytest.mark.browser
def test_long_names_many_events_and_long_horizons_do_not_overlap(browser, tmp_path):
    folder = folders.write_plan_folder(tmp_path / "run")
    scenario = folders.make_scenario()
    scenario["events"] = {
        f"event number {hour} with a long name": {"time_h": hour, "announced_h": 5}
        for hour in (3, 30, 34, 36, 90, 150, 160)
    }
    write_yaml(folder / "config.yaml", {"scenario": scenario})
    decision = folders.make_decision()
    for number, row in enumerate(decision["evidence"]):
        row["policy"] = f"a policy with a long name of its own {number}"
    write_json(folder / "decision.json", decision)
    assert look_for_overlaps(browser, draw_report(folder), tmp_path, 1100) == "FOUND 0"
    long = draw_report(folders.write_simulate_folder(tmp_path / "long", 35))
    assert look_for_overlaps(browser, long, tmp_path, 1100) == "FOUND 0"


@pytest.mark.browser
def test_a_narrow_window_needs_no_sideways_scrolling_of_the_page(pages, browser, tmp_path):
    assert look_for_overlaps(browser, pages["plan"], tmp_path, 500) == "FOUND 0"
