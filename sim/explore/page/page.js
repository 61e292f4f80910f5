"use strict";
// Everything that was changed is one object, `state`; the server is asked with all of it, so undo is
// a list of them and no two pages can mix.
const run = JSON.parse(document.getElementById("run").textContent);
const token = new URLSearchParams(location.search).get("token");
const page = Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");
const $ = (id) => document.getElementById(id);
const copy = (value) => JSON.parse(JSON.stringify(value));
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const EMPTY = { people: {}, effort: {}, lead_h: null, order: null, continuity: null, overflow: {}, crew: null, preparations: null, rules: {}, world: { absence_share: null, open_h: null, events: {} }, budget: null };
const NAMES = { surge: "people on call", after_auto: "who follows an automatic reply", follow_up: "checks afterwards", redress: "apologies and refunds", channel: "private replies", posts: "pinned answers", take_down_after_min: "posts taken down" };
let state = copy(EMPTY), past = [], future = [], kept = [], held = copy(EMPTY), heldName = "the run";
const refreshers = [];

function make(tag, attributes = {}, ...inside) {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, act] of Object.entries(value)) found.addEventListener(event, act);
    else if (value === true) found.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) found.setAttribute(name, value);
  }
  found.append(...inside);
  return found;
}

// ---- asking ---------------------------------------------------------------------------------

function toChanges(from) {
  const world = { absence_share: from.world.absence_share, open_h: from.world.open_h, events: from.world.events };
  return { ...copy(from), world, people: Object.entries(from.people).map(([key, n]) => [...key.split(".").map(Number), n]) };
}

async function* stream(path, body, signal) {
  const reply = await fetch(path, { method: "POST", signal, headers: { "content-type": "application/json", "x-surgecrew-token": token }, body: JSON.stringify(body) });
  if (!reply.ok) {
    const text = await reply.text();
    let errors = [text];
    try { errors = JSON.parse(text).errors; } catch { /* plain text is shown as it is */ }
    yield { errors };
    return;
  }
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const events = rest.split("\n\n");
    rest = events.pop();
    for (const event of events) yield JSON.parse(event.slice(6));
  }
}

let asking = null;
async function ask() {
  if (asking) asking.abort();
  const mine = (asking = new AbortController());
  document.body.classList.add("stale");
  document.body.dataset.state = "playing";
  document.body.dataset.asked = String(performance.now());
  try {
    for await (const answer of stream("/play", { page, now: toChanges(state), held: toChanges(held) }, mine.signal)) {
      if (mine !== asking) return;
      if (answer.errors) { showErrors(answer.errors); return; }
      show(answer);
    }
  } catch (error) {
    if (mine === asking && error.name !== "AbortError") showErrors(["The command that serves this page has ended, or cannot be reached."]);
  }
}

function change(act) {
  const next = copy(state);
  act(next);
  tidy(next);
  if (same(next, state)) { refresh(); return; }
  past.push(state);
  if (past.length > 200) past.shift();
  future = [];
  state = next;
  renew();
}

function tidy(next) {
  for (const [key, n] of Object.entries(next.people)) if (n === ownPeople(key)) delete next.people[key];
  for (const [topic, row] of Object.entries(next.effort)) {
    for (const phase of Object.keys(row)) if (row[phase] === run.levels.now[topic][phase]) delete row[phase];
    if (!Object.keys(row).length) delete next.effort[topic];
  }
  if (next.lead_h === run.levels.lead_h) next.lead_h = null;
  if (next.order && same(next.order, run.order.now)) next.order = null;
  if (next.continuity === run.order.continuity) next.continuity = null;
  for (const one of run.overflow) {
    const row = next.overflow[one.name];
    if (row && one.helper in row && same(row[one.helper], one.now || "none")) delete row[one.helper];
    if (row && !Object.keys(row).length) delete next.overflow[one.name];
  }
  if (next.crew && run.crew && same(next.crew, run.crew.now) && !next.rules.surge) next.crew = null;
  if (next.preparations && same(next.preparations, run.preparations.filter((one) => one.is_done).map((one) => one.key))) next.preparations = null;
  const world = next.world;
  if (world.absence_share === run.world.absence_share) world.absence_share = null;
  if (world.open_h && same(world.open_h, run.world.open_h)) world.open_h = null;
  for (const one of run.world.events) {
    const event = world.events[one.key];
    if (!event) continue;
    for (const key of Object.keys(event)) if (same(event[key], one[key])) delete event[key];
    if (!Object.keys(event).length) delete world.events[one.key];
  }
  if (next.budget === run.budget) next.budget = null;
}

function renew() { refresh(); ask(); }

function refresh() {
  for (const act of refreshers) act();
  $("undo").disabled = !past.length;
  $("redo").disabled = !future.length;
  $("reset").disabled = same(state, EMPTY);
  const lines = listChanges(state);
  $("changed").replaceChildren(...(lines.length ? lines : ["Nothing yet."]).map((text) => make("li", {}, text)));
}

function undo() { if (past.length) { future.push(state); state = past.pop(); renew(); } }
function redo() { if (future.length) { past.push(state); state = future.pop(); renew(); } }

// ---- showing --------------------------------------------------------------------------------

function showErrors(errors) {
  document.body.classList.remove("stale");
  document.body.dataset.state = "refused";
  $("errors").hidden = false;
  $("errors").replaceChildren(...errors.map((text) => make("p", {}, text)));
  $("headline").textContent = "This cannot be played. Undo, or change something else.";
}

function show(answer) {
  document.body.classList.remove("stale");
  $("errors").hidden = true;
  document.body.dataset.weeks = String(answer.n);
  document.body.dataset.first = document.body.dataset.state === "playing" ? String(performance.now()) : document.body.dataset.first;
  document.body.dataset.state = answer.n === answer.of ? "done" : "more";
  if (answer.n === answer.of) document.body.dataset.whole = String(performance.now());
  document.body.dataset.means = JSON.stringify(answer.means);
  $("weeks").value = answer.n;
  $("weeks-text").textContent = `${answer.n} of ${answer.of} weeks` + (answer.n < answer.of ? " – the intervals still narrow" : "");
  for (const one of answer.figures) {
    const row = document.querySelector(`#figures tr[data-key="${one.key}"]`);
    row.querySelector(".now").textContent = one.now;
    row.querySelector(".held").textContent = one.held;
    const cell = row.querySelector(".change");
    cell.className = `n change ${one.tone}`;
    const word = { better: "better: ", worse: "worse: " }[one.tone] || "";
    cell.replaceChildren(word + one.change, make("small", {}, one.interval));
  }
  showHeadline(answer);
  showNotes(answer);
  drawCurves(answer);
}

function showHeadline(answer) {
  const get = (key) => answer.figures.find((one) => one.key === key);
  const [joy, cost] = [get("satisfaction"), get("cost")];
  const say = (one, better, worse, none) => ({ better: `${better} (${one.change})`, worse: `${worse} (${one.change})`, none: none, open: `${none} shown${answer.n < answer.of ? " yet" : ""} (${one.interval}${one.unit})` })[one.tone] || `${one.change}`;
  let text = `As in ${heldName}: ${joy.now} satisfied customers for ${cost.now}.`;
  if (!(joy.tone === "none" && cost.tone === "none")) {
    text = `Satisfied customers: ${say(joy, "more", "fewer", "no difference")}. Cost: ${say(cost, "less", "more", "no difference")}.`;
  }
  if ($("headline").textContent !== text) $("headline").textContent = text;
  $("glance").replaceChildren(make("span", {}, `Satisfied ${joy.tone === "none" ? joy.now : joy.change}`), make("span", {}, `Cost ${cost.tone === "none" ? cost.now : cost.change}`), make("span", {}, `${answer.n} of ${answer.of} weeks`));
}

function showNotes(answer) {
  $("notes").hidden = !answer.notes.length;
  $("notes").replaceChildren(...answer.notes.map((text) => make("li", {}, text)));
  $("promise").replaceChildren(...answer.promise.map((one) => make("p", {},
    `Promise for ${one.event}: ${one.share} of customers answered within ${one.within} in ${one.kept} of weeks (${one.interval}), wanted in ${one.wanted}: `,
    make("b", {}, one.is_kept ? "kept." : one.is_missed ? "not kept." : "open."))));
  const budget = answer.budget;
  $("budget-line").replaceChildren(...(budget ? [make("p", {}, `Budget ${budget.budget}: `, make("b", {}, budget.is_open ? "just spent." : `${budget.left} ${budget.is_over ? "over." : "left."}`))] : []));
  $("people-line").replaceChildren(make("p", {}, ...answer.people.flatMap((one, place) => [
    place ? " " : "",
    one.now === null ? `${one.pool}: at most ${one.most} at work at once (${one.held_most} in ${heldName}).` : `${one.pool}: ${one.now} people on the payroll (${one.held} in ${heldName}), at most ${one.most} at work at once.`])));
}

const CURVES = [["waiting", "Customers who wait, mean"], ["staffed_h", "People at work, and how many are busy (thin line)"], ["sentiment", "Mood about the brand, of 100"]];
const SVG = "http://www.w3.org/2000/svg";
function draw(tag, attributes, text) {
  const found = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  if (text !== undefined) found.textContent = text;
  return found;
}

function niceStep(span) {
  const rough = span / 3 || 1, size = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((one) => one * size).find((one) => one >= rough);
}

function drawCurves(answer) {
  const [wide, high, left, bottom, top] = [640, 150, 38, 30, 8];
  const axis = run.timeline, x = (min) => left + ((min - axis.start) / (axis.end - axis.start)) * (wide - left - 4);
  const figures = CURVES.map(([key, title]) => {
    const scale = { staffed_h: 60 / axis.step_min, sentiment: 100 }[key] ?? 1;
    const lines = [[answer.curves[key].held, "#59616b", "1.5", "5 3"], [answer.curves[key].now, "#1d4f7c", "2", ""]];
    if (key === "staffed_h") lines.push([answer.curves.busy_h.now, "#1d4f7c", "1", ""]);
    const values = lines.flatMap(([line]) => line).filter((one) => one !== null).map((one) => one * scale);
    const from = key === "sentiment" ? Math.min(...values) : 0, to = Math.max(...values, from + 1e-6);
    const step = niceStep(to - from), low = Math.floor(from / step) * step, up = Math.ceil(to / step - 1e-9) * step || step;
    const y = (value) => high - bottom - ((value - low) / (up - low)) * (high - bottom - top);
    const peak = Math.max(...answer.curves[key].now.filter((one) => one !== null)) * scale;
    const svg = draw("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": `${title}. Highest now: ${peak.toPrecision(2)}.` });
    for (const [first, last] of axis.closed) svg.append(draw("rect", { x: x(first), y: top, width: x(last) - x(first), height: high - bottom - top, fill: "#eceef0" }));
    for (const at of axis.midnights.slice(1)) if (axis.midnights.length <= 40) svg.append(draw("line", { x1: x(at), x2: x(at), y1: top, y2: high - bottom, stroke: "#d5d9de" }));
    for (let value = low; value <= up + step / 2; value += step) {
      svg.append(draw("line", { x1: left, x2: wide - 4, y1: y(value), y2: y(value), stroke: "#d5d9de", "stroke-width": ".6" }));
      svg.append(draw("text", { x: left - 5, y: y(value) + 4, "text-anchor": "end" }, String(+value.toPrecision(3))));
    }
    for (const [at, text] of axis.labels) text.split("\n").forEach((part, row) => svg.append(draw("text", { x: x(at), y: high - bottom + 13 + 12 * row, "text-anchor": "middle" }, part)));
    for (const [at, text] of axis.marks) {
      svg.append(draw("line", { x1: x(at), x2: x(at), y1: top, y2: high - bottom, stroke: "#1b1f24", "stroke-dasharray": "2 2" }));
      svg.append(draw("text", { x: x(at) + 4, y: top + 9, "font-style": "italic" }, text));
    }
    for (const [line, stroke, width, dash] of lines) {
      let path = "", pen = "M";
      line.forEach((value, place) => {
        if (value === null) { pen = "M"; return; }
        path += `${pen}${x(axis.start + (place + 0.5) * axis.step_min).toFixed(1)} ${y(value * scale).toFixed(1)}`;
        pen = "L";
      });
      svg.append(draw("path", { d: path, fill: "none", stroke, "stroke-width": width, "stroke-dasharray": dash }));
    }
    return make("figure", {}, make("figcaption", {}, title), svg);
  });
  $("curves").replaceChildren(...figures);
}

// ---- controls -------------------------------------------------------------------------------

function group(title, count, inside, isOpen = false) {
  const badge = make("span", { class: "badge" });
  const found = make("details", { open: isOpen }, make("summary", {}, title, badge), make("div", { class: "inside" }, ...inside));
  refreshers.push(() => { const n = count(); badge.textContent = n ? `${n} changed` : ""; });
  $("controls").append(found);
}

function number(label, get, set, own, limits, unit = "") {
  const input = make("input", { type: "number", ...limits, "aria-label": label, on: { change: () => {
    const value = Number(input.value);
    if (input.value === "" || !Number.isFinite(value)) { refresh(); return; }
    const inside = Math.min(Math.max(value, Number(limits.min ?? -1e9)), Number(limits.max ?? 1e9));
    change((next) => set(next, inside));
  } } });
  refreshers.push(() => { input.value = get(state); input.classList.toggle("changed", !same(get(state), own)); });
  return make("div", { class: "row" }, make("label", {}, label, input), unit);
}

function choice(label, options, get, set, own) {
  const input = make("select", { "aria-label": label, on: { change: () => change((next) => set(next, input.value)) } },
    ...options.map(([value, text, meaning]) => make("option", { value, title: meaning }, text)));
  refreshers.push(() => { input.value = get(state); input.classList.toggle("changed", get(state) !== own); });
  return input;
}

function tick(label, get, set) {
  const input = make("input", { type: "checkbox", on: { change: () => change((next) => set(next, input.checked)) } });
  refreshers.push(() => { input.checked = get(state); });
  return make("div", { class: "row" }, make("label", {}, input, label));
}

const ownPeople = (key) => {
  if (run.people.kind === "hours") return 0;
  const [day, row, pool] = key.split(".").map(Number);
  return run.people.counts[pool][row][day];
};
const people = (key) => state.people[key] ?? ownPeople(key);

function peopleGroup() {
  const table = run.people, isHours = table.kind === "hours";
  let shown = 0, chosen = null, all = false;
  const place = make("div", { class: "wide" });
  const told = make("output", {}, "Choose a number in the table.");
  const nudge = (step) => () => { if (chosen) setPeople(chosen, people(chosen) + step); };
  const fewer = make("button", { type: "button", "aria-label": "one person fewer", on: { click: nudge(-1) } }, "−");
  const more = make("button", { type: "button", "aria-label": "one person more", on: { click: nudge(1) } }, "+");
  const setPeople = (key, n) => change((next) => { next.people[key] = Math.min(Math.max(Math.round(n), isHours ? -999 : 0), 9999); });
  const nameCell = (key) => { const [day, row, pool] = key.split(".").map(Number); return `${table.pools[pool]}, ${table.days[day]}, ${table.rows[row]}`; };
  const say = () => { told.textContent = chosen ? `${nameCell(chosen)}: ${isHours && people(chosen) > 0 ? "+" : ""}${people(chosen)}${isHours ? " on top" : ""}` : "Choose a number in the table."; };
  function build() {
    const rows = table.rows.map((name, row) => {
      const used = all || table.counts[shown][row].some((n) => n > 0) || table.days.some((_, day) => people(`${day}.${row}.${shown}`));
      if (!used) return null;
      return make("tr", {}, make("th", { scope: "row" }, name), ...table.days.map((_, day) => {
        if (!table.allowed[row][day]) return make("td", {}, "");
        const key = `${day}.${row}.${shown}`;
        const own = table.counts[shown][row][day];
        const input = make("input", { type: "number", step: 1, min: isHours ? -own : 0, max: 9999, "data-cell": key, "aria-label": nameCell(key) + (isHours ? `, people on top of ${own}` : ", people"), title: isHours ? `on top of ${own}` : null, on: {
          change: () => { if (input.value === "") refresh(); else setPeople(key, Number(input.value)); },
          focus: () => { chosen = key; say(); } } });
        return make("td", {}, isHours ? make("small", {}, `${own} +`) : "", input);
      }));
    }).filter(Boolean);
    place.replaceChildren(make("table", { class: "people", "aria-label": `People per shift: ${table.pools[shown]}` }, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, isHours ? "Hours" : "Shift"), ...table.days.map((day) => make("th", { scope: "col" }, day.replace(/ (?=\S+$)/, "\u00a0"))))), make("tbody", {}, ...rows)));
    fill();
  }
  function fill() {
    for (const input of place.querySelectorAll("input")) {
      const key = input.dataset.cell;
      input.value = people(key);
      input.classList.toggle("changed", key in state.people);
      input.classList.toggle("zero", people(key) === 0);
    }
    say();
  }
  refreshers.push(fill);
  const tabs = make("fieldset", {}, make("legend", {}, "Pool"), make("div", { class: "tabs" }, ...table.pools.map((name, pool) => make("label", {}, make("input", { type: "radio", name: "pool", value: pool, checked: pool === 0, on: { change: () => { shown = pool; chosen = null; build(); } } }), ` ${name}`))));
  const inside = [make("p", { class: "note" }, isHours ? "People on top of the run's (or fewer: a minus), by part of the day." : "People at work on each shift, if all come. Type, use the arrow keys, or choose a number and press − or +."), tabs, place];
  if (!isHours) inside.push(make("div", { class: "row" }, make("label", {}, make("input", { type: "checkbox", on: { change: (event) => { all = event.target.checked; build(); } } }), "show the shifts that nobody works, too")));
  inside.push(make("div", { class: "nudge" }, told, fewer, more));
  build();
  group("People per shift", () => Object.keys(state.people).length, inside, true);
}

const level = (topic, phase, from = state) => from.effort[topic]?.[phase] ?? run.levels.now[topic][phase];
function setLevel(next, topic, phase, value) {
  const row = (next.effort[topic] ??= {});
  const isNone = level(topic, phase, next) === "none";
  for (const one of value === "none" || isNone ? Object.keys(run.levels.now[topic]) : [phase]) row[one] = value;
}

function levelsGroup() {
  const { topics, phases, levels } = run.levels, options = levels.map((one) => [one.key, one.label, one.meaning]);
  const head = make("tr", {}, make("th", { scope: "col" }, "Topic"), ...phases.map((one) => make("th", { scope: "col", title: one.meaning }, one.label)));
  const rows = topics.map((topic) => make("tr", {}, make("th", { scope: "row" }, topic), ...phases.map((phase) => make("td", {}, choice(`${topic}, ${phase.label}`, options, () => level(topic, phase.key), (next, value) => setLevel(next, topic, phase.key, value), run.levels.now[topic][phase.key])))));
  const words = make("p", { class: "note" }, levels.filter((one) => one.key !== "none").map((one) => `${one.label}: ${one.meaning}`).join(" ") + " " + phases.map((one) => `“${one.label}”: ${one.meaning}`).join(" "));
  const inside = [make("div", { class: "wide" }, make("table", { class: "levels", "aria-label": "Kind of answer by topic and phase" }, make("thead", {}, head), make("tbody", {}, ...rows))), words];
  if (run.levels.lead_h !== null) inside.push(number("Begin before an announced event", (from) => from.lead_h ?? run.levels.lead_h, (next, value) => { next.lead_h = value; }, run.levels.lead_h, { min: 0, max: 168, step: 1 }, "hours ahead"));
  group("How thorough the answers are", () => Object.values(state.effort).reduce((sum, row) => sum + Object.keys(row).length, 0) + (state.lead_h !== null), inside);
}

function orderGroup() {
  const order = (from = state) => from.order ?? run.order.now;
  const set = (next, changes) => { next.order = { ...copy(order(next)), ...changes }; };
  const orders = { run: run.order.now.topics, none: [], short: run.order.topics.short, long: run.order.topics.long };
  const labels = [["run", "as in the run"], ["none", "all topics alike"], ["short", "short work first"], ["long", "long work first"]];
  const whichOrder = () => labels.map(([key]) => key).find((key) => same(orders[key], order().topics)) ?? "other";
  const turn = (from) => (order(from).returning_first ? "returning" : order(from).new_first ? "new" : "alike");
  const ownTurn = run.order.now.returning_first ? "returning" : run.order.now.new_first ? "new" : "alike";
  const label = (text, input) => make("div", { class: "row" }, make("label", {}, text, input));
  const influences = [...new Set([...run.order.influence, run.order.now.influence_at_least].filter((one) => one))].sort((a, b) => a - b);
  const inside = [
    label("Topics", choice("Order of topics", [...labels, ["other", "another order"]], whichOrder, (next, value) => { if (value in orders) set(next, { topics: orders[value] }); }, "run")),
    label("Customers who write again", choice("Customers who write again", [["alike", "like all others"], ["returning", "first"], ["new", "after new ones"]], turn, (next, value) => set(next, { returning_first: value === "returning", new_first: value === "new" }), ownTurn)),
    label("Then", choice("Then by", [["fcfs", "who waits longest"], ["edd", "whose promise is due first"]], (from) => order(from).rule, (next, value) => set(next, { rule: value }), run.order.now.rule)),
    label("Influential authors", choice("Influential authors first", [["", "like all others"], ...influences.map((one) => [String(one), `first, from ${one} times the mean reach`])], (from) => String(order(from).influence_at_least ?? ""), (next, value) => set(next, { influence_at_least: value ? Number(value) : null }), String(run.order.now.influence_at_least ?? ""))),
    tick("Complaints before the rest", () => order().complaints_first, (next, value) => set(next, { complaints_first: value })),
  ];
  if (run.order.continuity !== null) inside.push(tick("Whoever writes again goes to the same person", () => state.continuity ?? run.order.continuity, (next, value) => { next.continuity = value; }));
  group("Order of work", () => (state.order !== null) + (state.continuity !== null), inside);
}

function helpGroup() {
  if (!run.overflow.length) return;
  const inside = run.overflow.flatMap((one) => {
    const own = one.now || "none", usual = one.now || { after_min: 10, keep_free: 0 };
    const rule = (from) => from.overflow[one.name]?.[one.helper] ?? own;
    const set = (next, value) => { (next.overflow[one.name] ??= {})[one.helper] = value; };
    const part = (key, label, unit, max) => number(label, (from) => (rule(from) === "none" ? 0 : rule(from)[key]), (next, value) => { if (rule(next) !== "none") set(next, { ...rule(next), [key]: value }); }, own === "none" ? 0 : own[key], { min: 0, max, step: 1 }, unit);
    const parts = [part("after_min", "with what has waited", "minutes", 10000), part("keep_free", "while more of its own are free than", "people", 1000)];
    refreshers.push(() => parts.forEach((row) => { row.hidden = rule(state) === "none"; }));
    return [make("fieldset", {}, make("legend", {}, `${one.helper} helps ${one.name}`), tick("helps", () => rule(state) !== "none", (next, value) => set(next, value ? usual : "none")), ...parts)];
  });
  group("Help between pools", () => Object.values(state.overflow).reduce((sum, row) => sum + Object.keys(row).length, 0), inside);
}

function crewGroup() {
  if (!run.crew) return;
  const crew = (from) => from.crew ?? (from.rules.surge === undefined ? run.crew.now : { ...Object.fromEntries(run.crew.pools.map((pool) => [pool, 0])), ...(from.rules.surge?.agents ?? {}) });
  const inside = [make("p", { class: "note" }, `People who come when far more customers wait than forecast; at most ${run.crew.most} together.`), ...run.crew.pools.map((pool) => number(pool, (from) => crew(from)[pool], (next, value) => { next.crew = { ...crew(next), [pool]: Math.round(value) }; }, run.crew.now[pool], { min: 0, max: run.crew.most, step: 1 }, "people"))];
  group("People on call", () => (state.crew !== null ? 1 : 0), inside);
}

function preparationsGroup() {
  if (!run.preparations.length) return;
  const own = run.preparations.filter((one) => one.is_done).map((one) => one.key);
  const done = (from = state) => from.preparations ?? own;
  group("Preparations", () => (state.preparations !== null ? 1 : 0), run.preparations.map((one) => {
    const price = [one.agent_h ? `${one.agent_h} hours of work` : "", one.cost ? `${one.cost} ${run.currency}` : ""].filter(Boolean).join(", ");
    return tick(`${one.label}${price ? ` (${price})` : ""}`, () => done().includes(one.key), (next, value) => { next.preparations = run.preparations.map((each) => each.key).filter((key) => (key === one.key ? value : done(next).includes(key))); });
  }));
}

function worldGroup() {
  const world = run.world, inside = [make("p", { class: "note" }, "What the week itself may bring. New weeks are drawn for these, from the same dice.")];
  if (world.open_h) {
    const open = (from) => from.world.open_h ?? world.open_h;
    inside.push(make("fieldset", {}, make("legend", {}, "Opening hours"), ...[["Open from", 0], ["Open to", 1]].map(([label, end]) => number(label, (from) => open(from)[end], (next, value) => { const hours = [...open(next)]; hours[end] = value; next.world.open_h = hours; }, world.open_h[end], { min: 0, max: end ? 48 : 23.5, step: 0.5 }, "o'clock" + (end ? " (25 is 1 at night)" : ""))), world.has_days ? make("p", { class: "note" }, "Days with opening hours of their own keep them.") : ""));
  }
  inside.push(make("fieldset", {}, make("legend", {}, "Absence"), number("Fail to come", (from) => +(100 * (from.world.absence_share ?? world.absence_share)).toFixed(2), (next, value) => { next.world.absence_share = +(value / 100).toFixed(4); }, +(100 * world.absence_share).toFixed(2), { min: 0, max: 90, step: 1 }, "% of people")));
  for (const one of world.events) {
    const get = (key) => (from) => from.world.events[one.key]?.[key] ?? one[key];
    const put = (next, key, value) => { (next.world.events[one.key] ??= {})[key] = value; };
    const rows = [number("Size at its peak", get("peak"), (next, value) => put(next, "peak", value), one.peak, { min: 1, max: 10000, step: 0.5 }, "times the usual mentions on top")];
    if (one.time_h !== null) rows.push(number("Begins at hour", get("time_h"), (next, value) => put(next, "time_h", value), one.time_h, { min: 0, max: world.hours, step: 1 }, "of the week, from its start"));
    else [["Not before hour", 0], ["Not after hour", 1]].forEach(([label, end]) => rows.push(number(label, (from) => get("window_h")(from)[end], (next, value) => { const span = [...get("window_h")(next)]; span[end] = value; put(next, "window_h", span); }, one.window_h[end], { min: 0, max: world.hours, step: 1 }, "of the week")));
    if (!one.is_announced || one.probability < 1) rows.push(number("Chance that it comes", (from) => +(100 * get("probability")(from)).toFixed(2), (next, value) => put(next, "probability", +(value / 100).toFixed(4)), +(100 * one.probability).toFixed(2), { min: 1, max: 100, step: 5 }, "%"));
    inside.push(make("fieldset", {}, make("legend", {}, `Event: ${one.key}`), ...rows));
  }
  group("The week itself: opening, absence, events", () => (state.world.open_h !== null) + (state.world.absence_share !== null) + Object.keys(state.world.events).length, inside);
}

function budgetGroup() {
  const own = run.budget ?? 0;
  group("Budget", () => (state.budget !== null ? 1 : 0), [number("Budget for all of it", (from) => from.budget ?? own, (next, value) => { next.budget = value; }, own, { min: 0, max: 1e9, step: 100 }, run.currency), make("p", { class: "note" }, "What the cost is held against; it changes nothing by itself.")]);
}

// ---- words of what was changed ----------------------------------------------------------------

function listChanges(from) {
  const lines = [], table = run.people;
  for (const [key, n] of Object.entries(from.people)) {
    const [day, row, pool] = key.split(".").map(Number);
    lines.push(`${table.pools[pool]}, ${table.days[day]}, ${table.rows[row]}: ` + (table.kind === "hours" ? `${n > 0 ? "+" : ""}${n} people` : `${n} people (${ownPeople(key)})`));
  }
  const word = (key) => run.levels.levels.find((one) => one.key === key)?.label ?? key;
  const phase = (key) => run.levels.phases.find((one) => one.key === key)?.label ?? key;
  for (const [topic, row] of Object.entries(from.effort)) for (const [one, value] of Object.entries(row)) lines.push(`${topic}, ${phase(one)}: ${word(value)} (${word(run.levels.now[topic][one])})`);
  if (from.lead_h !== null) lines.push(`Begin ${from.lead_h} hours before an announced event (${run.levels.lead_h})`);
  if (from.order) lines.push("Order of work");
  if (from.continuity !== null) lines.push(from.continuity ? "Whoever writes again goes to the same person" : "Whoever writes again goes to anybody");
  for (const [name, row] of Object.entries(from.overflow)) for (const [helper, rule] of Object.entries(row)) lines.push(`${helper} helps ${name}: ` + (rule === "none" ? "no" : `after ${rule.after_min} min`));
  if (from.crew) lines.push("On call: " + Object.entries(from.crew).map(([pool, n]) => `${n} ${pool}`).join(", "));
  if (from.preparations) lines.push("Preparations: " + (from.preparations.map((key) => run.preparations.find((one) => one.key === key)?.label ?? key).join(", ") || "none"));
  if (from.rules.surge !== undefined && !from.crew) lines.push("On call: " + (Object.entries(from.rules.surge?.agents ?? {}).map(([pool, n]) => `${n} ${pool}`).join(", ") || "nobody"));
  for (const key of Object.keys(from.rules)) if (key !== "surge") lines.push(`As the planner says: ${NAMES[key] ?? key}`);
  if (from.world.open_h) lines.push(`Open from ${from.world.open_h[0]} to ${from.world.open_h[1]} o'clock`);
  if (from.world.absence_share !== null) lines.push(`${+(100 * from.world.absence_share).toFixed(2)} % fail to come`);
  for (const [name, event] of Object.entries(from.world.events)) lines.push(`${name}: ` + Object.entries(event).map(([key, value]) => `${{ peak: "size", time_h: "hour", window_h: "hours", probability: "chance" }[key]} ${Array.isArray(value) ? value.join(" to ") : value}`).join(", "));
  if (from.budget !== null) lines.push(`Budget ${from.budget} ${run.currency}`);
  return lines;
}

// ---- keep, compare, save, ask the planner ---------------------------------------------------------

function keep() {
  kept.push(copy(state));
  const name = `kept ${kept.length}`;
  $("held").append(make("option", { value: String(kept.length - 1) }, `${name}: ${listChanges(state)[0] ?? "as the run"}`.slice(0, 60)));
}

function compare() {
  const value = $("held").value;
  held = value === "" ? copy(EMPTY) : kept[Number(value)];
  heldName = value === "" ? "the run" : `kept ${Number(value) + 1}`;
  $("held-head").textContent = heldName[0].toUpperCase() + heldName.slice(1);
  $("held-legend").textContent = heldName;
  $("recall").hidden = value === "";
  ask();
}

async function save() {
  const reply = await fetch("/save", { method: "POST", headers: { "content-type": "application/json", "x-surgecrew-token": token }, body: JSON.stringify({ page, now: toChanges(state) }) });
  const found = await reply.json().catch(() => ({ errors: ["It could not be saved."] }));
  $("saved").hidden = false;
  if (found.errors) { $("saved").replaceChildren(...found.errors.map((text) => make("p", {}, text))); return; }
  const button = make("button", { type: "button", on: { click: async () => { await navigator.clipboard.writeText(found.command); button.textContent = "Copied"; } } }, "Copy the command");
  $("saved").replaceChildren(make("p", {}, "Saved as ", make("b", {}, found.policy), " with its scenario. The same weeks again, with a report:"), make("code", {}, found.command), button);
}

let thinking = null;
async function advise() {
  if (thinking) thinking.abort();
  const mine = (thinking = new AbortController()), asked = copy(state);
  $("advice").hidden = false;
  $("advice").replaceChildren(make("p", {}, "The planner tries every single change …"));
  try {
    for await (const answer of stream("/advise", { page, now: toChanges(asked) }, mine.signal)) {
      if (mine !== thinking) return;
      if (answer.errors) { $("advice").replaceChildren(...answer.errors.map((text) => make("p", {}, text))); return; }
      if (answer.of !== undefined) { $("advice").replaceChildren(make("p", {}, `The planner tries every single change: ${answer.done} of ${answer.of} settled …`)); continue; }
      showAdvice(answer, asked);
    }
  } catch (error) {
    if (error.name !== "AbortError") $("advice").replaceChildren(make("p", {}, "The planner cannot be reached."));
  }
}

function merge(from, changes) {
  const { people: cells, effort, overflow, rules, ...rest } = copy(changes), next = copy(from);
  Object.assign(next, rest);
  for (const [day, row, pool, n] of cells ?? []) next.people[`${day}.${row}.${pool}`] = n;
  for (const [topic, row] of Object.entries(effort ?? {})) next.effort[topic] = { ...next.effort[topic], ...row };
  for (const [name, row] of Object.entries(overflow ?? {})) next.overflow[name] = { ...next.overflow[name], ...row };
  if (rules) { Object.assign(next.rules, rules); if ("surge" in rules) next.crew = null; }
  tidy(next);
  return next;
}

function showAdvice(answer, asked) {
  const bound = answer.bound === null ? "" : make("p", {}, `As many people as could be hired in these hours would add ${answer.bound.gain} points (${answer.bound.interval}) under these rules, whatever they cost: about all that people can bring.`);
  if (!answer.best) { $("advice").replaceChildren(make("p", {}, `Of ${answer.told} single changes none is better for certain at equal money.`), bound); return; }
  const after = merge(asked, answer.best.changes), before = listChanges(asked);
  const words = listChanges(after).filter((line) => !before.includes(line)).join("; ") || answer.best.label;
  const button = make("button", { type: "button", id: "try", on: { click: () => change((next) => Object.assign(next, copy(after))) } }, "Try it");
  $("advice").replaceChildren(make("p", {}, `The best of ${answer.told} single changes: `, make("b", {}, words), `. Satisfied customers ${answer.best.gain} points (${answer.best.interval}) at equal money. `), button, bound);
}

// ---- begin ------------------------------------------------------------------------------------

peopleGroup(); levelsGroup(); orderGroup(); helpGroup(); crewGroup(); preparationsGroup(); worldGroup(); budgetGroup();
document.body.append(make("div", { id: "glance", class: "glance", "aria-hidden": "true" }));
$("undo").addEventListener("click", undo);
$("redo").addEventListener("click", redo);
$("reset").addEventListener("click", () => change((next) => Object.assign(next, copy(EMPTY))));
$("keep").addEventListener("click", keep);
$("held").addEventListener("change", compare);
$("recall").addEventListener("click", () => change((next) => Object.assign(next, copy(held))));
$("save").addEventListener("click", save);
$("advise").addEventListener("click", advise);
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || !["z", "y"].includes(event.key.toLowerCase())) return;
  event.preventDefault();
  if (event.key.toLowerCase() === "y" || event.shiftKey) redo(); else undo();
});
for (const term of document.querySelectorAll(".term")) term.addEventListener("click", () => {
  const meaning = term.nextElementSibling;
  meaning.hidden = !meaning.hidden;
  term.setAttribute("aria-expanded", String(!meaning.hidden));
});
refresh();
ask();
