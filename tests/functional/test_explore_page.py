"""The page in a real browser: a story by mouse, one by keyboard, screen readers, phones."""

import json
import pathlib
import random
import shlex

import pytest
import yaml
from browser import find_browser, open_browser
from explore_runs import Served, answer, make_run, read_means

from sim.cli import main

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="no Chromium with its driver here"),
]

SETTLED = "return ['done', 'refused'].includes(document.body.dataset.state)"
DONE = "return document.body.dataset.state === 'done'"
LISTEN = """window.faults = [];
addEventListener('error', (event) => window.faults.push(event.message));
addEventListener('unhandledrejection', (event) => window.faults.push(String(event.reason)));"""
# What is too faint: text of the page against what stands behind it, as WCAG 2.2 (1.4.3) counts it.
FAINT = """
const light = (rgb) => rgb.map((one) => one / 255)
    .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
const read = (text) => text.match(/[\\d.]+/g).map(Number);
const behind = (node) => {
  for (; node; node = node.parentElement) {
    const found = read(getComputedStyle(node).backgroundColor);
    if (found.length < 4 || found[3] === 1) return found.slice(0, 3);
  }
  return [255, 255, 255];
};
const faint = [];
for (const node of document.querySelectorAll('body *')) {
  const texts = [...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim());
  if (!texts && !['INPUT', 'SELECT'].includes(node.tagName)) continue;
  if (node.closest('svg, script, style, :disabled') || !node.getClientRects().length) continue;
  const [one, other] = [light(read(getComputedStyle(node).color).slice(0, 3)), light(behind(node))];
  const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  if (ratio < 4.5) faint.push(`${node.tagName} ${node.textContent.slice(0, 30)}: ${ratio}`);
}
return faint;
"""
ACTS = """
const [kind, pick, value] = arguments;
const all = [...document.querySelectorAll(kind)].filter((one) => !one.disabled);
if (!all.length) return;
const node = all[Math.floor(pick * all.length)];
if (node.tagName === 'SELECT') node.selectedIndex = Math.floor(value * node.options.length);
else if (node.type === 'number') node.value = Math.floor(value * 12);
else { node.click(); return; }
node.dispatchEvent(new Event('change', { bubbles: true }));
"""
KINDS = ("#controls input[type=number]", "#controls select", "#controls input[type=checkbox]",
         "#undo", "#redo", "#keep", "#held", "#recall", ".nudge button",
         ".people input")  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with Served(make_run(tmp_path_factory.mktemp("explore") / "run")) as found:
        yield found


@pytest.fixture(scope="module")
def window():
    with open_browser() as found:
        yield found


@pytest.fixture
def page(served, window):
    """A page that was just opened, and has its first answer."""
    window.resize(1400, 1000)
    window.open(served.address)
    window.run(LISTEN)
    window.wait(DONE)
    yield window
    assert window.run("return window.faults") == []


def find_cell(page):
    return page.run("return document.querySelector('.people input:not(.zero)').dataset.cell")


def read_state(page):
    return page.run("return toChanges(state)")


def read_page_means(page):
    return json.loads(page.run("return document.body.dataset.means"))


def simulate_saved(page, place):
    """Run the command that the page shows; return the means."""
    page.click("#save")
    page.wait("return document.querySelector('#saved code')")
    command = shlex.split(page.text("#saved code"))
    assert main.run([*command[1:], f"run.dir={place}", "report.page=false"]) == 0
    return command, read_means(place)


def test_a_story_by_mouse(page, served, tmp_path):
    """One person more: a difference with its interval, undone, kept, compared, saved, simulated."""
    assert page.text("#headline").startswith("As in the run")
    assert page.text("#weeks-text") == "30 of 30 weeks"
    cell = find_cell(page)
    before = read_page_means(page)
    page.click(f"[data-cell='{cell}']")
    page.click(".nudge button:last-child")
    page.wait(DONE)
    assert page.text("#headline").startswith("Satisfied customers: ")
    assert "1 changed" in page.text("summary")
    after = read_page_means(page)
    assert after["cost"] > before["cost"]
    assert after == answer(served.session, read_state(page))["means"]
    page.click("#undo")
    page.wait(DONE)
    assert read_page_means(page) == before
    page.click("#redo")
    page.wait(DONE)
    page.click("#keep")
    page.click("#reset")
    page.wait(DONE)
    page.run("const held = document.getElementById('held'); held.value = '0';"
             "held.dispatchEvent(new Event('change'))")  # fmt: skip
    page.wait(DONE)
    assert page.text("#held-head") == "Kept 1"
    assert "\u2212" in page.text("tr[data-key=cost] .change")
    page.click("#recall")
    page.wait(DONE)
    command, means = simulate_saved(page, tmp_path / "again")
    assert after == {key: means[key] for key in after}
    policy = yaml.safe_load(pathlib.Path(command[3].partition("=")[2]).read_text("utf-8"))
    assert policy["name"] == "explored"


def test_a_story_by_keyboard(page):
    """No mouse: skip to the controls, a person more, undo, another level, save."""
    page.type("tab", "enter")
    assert page.run("return document.activeElement.id") == "controls"
    page.type("tab", "tab", "tab")
    label = page.run("return document.activeElement.getAttribute('aria-label')")
    assert label.endswith("people")
    page.type("up")
    page.wait("return Object.keys(state.people).length === 1 && " + DONE[7:])
    page.chord("control", "z")
    page.wait("return Object.keys(state.people).length === 0 && " + DONE[7:])
    page.run("document.querySelectorAll('summary')[1].focus()")
    page.type("enter", "tab")
    assert "quiet" in page.run("return document.activeElement.getAttribute('aria-label')")
    page.type("down")
    page.wait("return Object.keys(state.effort).length === 1 && " + DONE[7:])
    assert page.run("return document.activeElement.tagName") == "SELECT"
    page.run("document.getElementById('save').focus()")
    page.type("enter")
    assert page.wait("return document.querySelector('#saved code')?.textContent")
    ring = page.run("return getComputedStyle(document.activeElement).outlineStyle")
    assert ring != "none"


def test_every_control_has_a_name_for_those_who_do_not_see_it(page):
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = page.do("POST", "elements", {"using": "css selector",
                    "value": "button, input, select, summary, progress, svg, table"})  # fmt: skip
    assert len(found) > 50
    # A name takes a question to the driver each: the first of each kind, then every seventh.
    some = [*found[:40], *found[40::7]]
    for one in some:
        number = next(iter(one.values()))
        if page.do("GET", f"element/{number}/displayed"):
            assert page.do("GET", f"element/{number}/computedlabel").strip(), page.do(
                "GET", f"element/{number}/property/outerHTML")  # fmt: skip
    assert page.run("return document.getElementById('headline').getAttribute('aria-live')")


def test_text_stands_out_from_what_is_behind_it(page):
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.click(f"[data-cell='{find_cell(page)}']")
    page.click(".nudge button:last-child")
    page.wait(DONE)
    assert page.run(FAINT) == []


def test_a_phone_shows_all_of_it(page):
    """Nothing is wider than the phone, and what is pressed is as large as a finger wants."""
    page.click(f"[data-cell='{find_cell(page)}']")
    page.click(".nudge button:last-child")
    page.wait(DONE)
    page.click("#keep")
    page.resize(390, 844)
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.run("document.getElementById('held').value = '0'")
    assert page.run("return document.documentElement.scrollWidth") <= 390
    small = page.run("""return [...document.querySelectorAll('button:not(.term), select')]
        .filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 24)
        .map((one) => one.outerHTML)""")  # fmt: skip
    assert small == []
    assert page.run("return getComputedStyle(document.getElementById('glance')).display") == "flex"


def test_meanings_are_there_for_fingers_and_keys_too(page):
    page.click("tr[data-key=utilization] .term")
    assert "answer somebody" in page.text("tr[data-key=utilization] .meaning")


def test_clicks_at_random_leave_a_page_that_is_right(page, tmp_path):
    """Whatever was clicked, the page shows what `simulate` makes of what it saves."""
    dice = random.Random(7)
    for _ in range(60):
        page.run(ACTS, dice.choice(KINDS), dice.random(), dice.random())
    while True:
        page.wait(SETTLED)
        if page.run(DONE):
            break
        page.click("#undo")
    shown = read_page_means(page)
    _, means = simulate_saved(page, tmp_path / "again")
    assert shown == {key: means[key] for key in shown}


def test_two_pages_do_not_mix(page, served):
    """One page's questions neither end nor change those of another."""
    page.click(f"[data-cell='{find_cell(page)}']")
    page.click(".nudge button:last-child")
    page.wait(DONE)
    first, mine = page.do("GET", "window"), read_page_means(page)
    other = page.do("POST", "window/new", {"type": "tab"})["handle"]
    page.do("POST", "window", {"handle": other})
    page.open(served.address)
    page.wait(DONE)
    assert page.run("return state.people") == {}
    assert read_page_means(page) != mine
    page.do("DELETE", "window")
    page.do("POST", "window", {"handle": first})
    assert read_page_means(page) == mine


def test_an_ended_server_is_told(window, tmp_path):
    with Served(make_run(tmp_path / "run", "run.replications=5")) as served:
        window.resize(1400, 1000)
        window.open(served.address)
        window.wait(DONE)
    window.click(".people input:not(.zero)")
    window.click(".nudge button:last-child")
    window.wait("return document.body.dataset.state === 'refused'")
    assert "has ended" in window.text("#errors")
