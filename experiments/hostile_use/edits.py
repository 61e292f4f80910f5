"""Random edits of configuration files and command lines, by kind; the same seed, the same edits.

Keys, defaults and what is allowed are read from the data dictionary, configs/README.md.
"""

import random
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import odd
import yaml

from sim.compose import compose_config, find_configs, list_names

ROW = re.compile(r"^\| `(\w+)` \|")
SCENARIOS = ("telecom_week", "campaign_week", "launch_week", "breach_week", "price_rise_week",
             "outage_day")  # fmt: skip
POLICIES = ("flat", "proportional", "erlang_a", "reactive", "sentiment_optimal", "reference")
# Groups that are off or empty as shipped, lists of groups, and what only plan reads.
NOT_PLAIN = ("scenario.demand.spill.", "scenario.demand.replay.", "planner.", "policy.",
             "scenario.shifts.kinds.", "scenario.planner")  # fmt: skip
Inputs = tuple[list[str], dict[str, bytes]]


class Edit(NamedTuple):
    """One use of the command: what it is given, and the files that lie there."""

    kind: str
    args: list[str]
    files: dict[str, bytes]
    """by name; one that ends with ``/`` is a folder, one that begins with ``|`` a pipe"""


class Key(NamedTuple):
    """A row of the data dictionary: the path of a key and what is allowed."""

    path: str
    allowed: str

    @property
    def is_plain(self) -> bool:
        """Whether it takes a single value or list in a scenario as shipped."""
        is_group = "keys" in self.allowed or "by name" in self.allowed
        return not is_group and not self.path.startswith(NOT_PLAIN)


def read_keys() -> list[Key]:
    """Return every key of a scenario, a policy and a run, with what the dictionary allows."""
    keys: list[Key] = []
    prefix = None
    for line in (find_configs() / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            found = re.findall(r"`([^`]+)`\)$", line)
            prefix = found[0] if found and found[0][0] != "*" else None
        elif prefix is not None and ROW.match(line):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            keys.append(Key(f"{prefix}.{cells[0].strip('`')}", cells[4]))
    return keys


def list_edits(seed: int, count: int) -> list[Edit]:
    """Return the edits of a seed; the first ones are the same, however many are asked for."""
    keys = read_keys()
    return [draw_edit(random.Random(f"{seed}:{number}"), keys) for number in range(count)]


def draw_edit(chance: random.Random, keys: list[Key]) -> Edit:
    """Draw one edit: its kind first, by weight."""
    kinds = list(KINDS)
    kind = chance.choices(kinds, [KINDS[one][0] for one in kinds])[0]
    return Edit(kind, *KINDS[kind][1](chance, keys))


def begin(chance: random.Random, scenario: str | None = None) -> list[str]:
    """Return a small use of simulate: one replication, mostly without a page."""
    args = ["simulate", f"scenario={scenario or chance.choice(SCENARIOS)}"]
    args += [f"policy={chance.choice(POLICIES)}"] if chance.random() < 0.6 else []
    args += ["run.replications=1", "run.dir=out"]
    args += ["report.page=false"] if chance.random() < 0.8 else []
    return args


def begin_file(chance: random.Random, *settings: str) -> list[str]:
    """Return a use of the file mine.yaml with some of its keys set."""
    args = begin(chance)
    args[1] = "scenario=mine.yaml"
    return [*args, *(f"scenario.{setting}" for setting in settings)]


def fill(path: str, config: dict[str, Any], chance: random.Random) -> str:
    """Put names that are there, seldom an odd one, in the place of NAME in a key's path."""
    words: list[str] = []
    place: Any = config
    for word in path.split("."):
        if word == "NAME":
            names = [str(name) for name in place] if isinstance(place, dict) else []
            word = chance.choice((names or ["x"]) if chance.random() < 0.95 else odd.ODD_NAMES)
        words.append(word)
        place = place.get(word) if isinstance(place, dict) else None
    return ".".join(words)


def find_now(config: Any, path: str) -> Any:
    """Return the value that is there, None where none is."""
    for word in path.split("."):
        config = config.get(word) if isinstance(config, dict) else None
    return config


def draw_allowed(allowed: str, chance: random.Random, now: Any = None) -> str:
    """Draw a value near the one that is there, or at the edge of what the dictionary allows."""
    if "null" in allowed and chance.random() < 0.15:
        return "null"
    if "true, false" in allowed:
        return chance.choice(("true", "false"))
    numbers = [float(one) for one in re.findall(r"\d+(?:\.\d+)?(?:e\d+)?", allowed)]
    if allowed.startswith(("from", "above", "any number", "0", "1 to", "whole", "by name")):
        return draw_number(allowed, numbers, chance, now)
    if "numbers from 0" in allowed:
        return str([chance.choice((0, 1, 0.5, 1e6, 1e-9)) for _ in range(int(numbers[0]))])
    if "list" in allowed:
        return str([chance.choice((0, 1, 3.5, 24, 100)) for _ in range(chance.randrange(4))])
    if "," in allowed and "keys" not in allowed and "text" not in allowed:
        return chance.choice([word.strip() for word in allowed.split(",")])
    return chance.choice(("x", "UTC", "USD", *odd.ODD_NAMES))


def draw_number(allowed: str, numbers: list[float], chance: random.Random, now: Any) -> str:
    """Draw a number: half of them near the present one, half at edges."""
    low = numbers[0] if numbers else 0.0
    high = numbers[1] if len(numbers) > 1 else 1e18
    inside = chance.uniform(low, min(high, low + 100))
    value = chance.choice([low, high, min(low + 1e-6, high), inside, *odd.EDGES])
    if isinstance(now, int | float) and chance.random() < 0.5:
        value = now * chance.choice((0.25, 0.5, 0.9, 1.1, 2, 5))
    value = min(max(value, low), high)
    return str(int(value)) if "whole" in allowed else repr(float(value))


def edit_allowed(chance: random.Random, keys: list[Key]) -> Inputs:
    """One to three values inside what is allowed."""
    return change_keys(chance, [key for key in keys if key.is_plain], draw_allowed, 3)


def edit_odd(chance: random.Random, keys: list[Key]) -> Inputs:
    """One or two values of any kind."""
    return change_keys(chance, keys, lambda *_: chance.choice(odd.ODD_VALUES), 2)


def change_keys(
    chance: random.Random, keys: list[Key], draw: Callable[..., str], most: int
) -> Inputs:
    """Set some keys on the command line, or the scenario's in a file."""
    scenario = chance.choice(SCENARIOS)
    config = compose_config([f"scenario={scenario}"])
    pairs: list[tuple[str, str]] = []
    for key in (chance.choice(keys) for _ in range(chance.randint(1, most))):
        path = fill(key.path, config, chance)
        pairs.append((path, draw(key.allowed, chance, find_now(config, path))))
    args, files = begin(chance, scenario), {}
    if chance.random() < 0.35:
        own = [pair for pair in pairs if pair[0].startswith("scenario.")]
        pairs = [pair for pair in pairs if pair not in own]
        inside = [(key.split(".")[1:], value) for key, value in own]
        files["mine.yaml"] = write_file(scenario, inside)
        args[1] = "scenario=mine.yaml"
    return args + [f"{key}={value}" for key, value in pairs], files


def write_file(base: str, pairs: list[tuple[list[str], str]]) -> bytes:
    """Return a scenario file that says some keys in the raw words that were drawn."""
    lines = [f"base: {base}", "name: mine"]
    for words, value in pairs:
        for depth, word in enumerate(words):
            quoted = yaml.safe_dump(word, width=10**6).splitlines()[0]
            name = word if re.fullmatch(r"\w+", word) else quoted
            said = f" {value}" if depth == len(words) - 1 else ""
            lines.append(f"{'  ' * depth}{name}:{said}")
    return ("\n".join(lines) + "\n").encode("utf-8", errors="surrogatepass")


def edit_damage(chance: random.Random, keys: list[Key]) -> Inputs:
    """A whole scenario file, damaged."""
    text = (find_configs() / "scenario" / f"{chance.choice(SCENARIOS)}.yaml").read_bytes()
    for _ in range(chance.randint(1, 3)):
        text = odd.damage(text, chance)
    return begin_file(chance), {"mine.yaml": text}


def edit_names(chance: random.Random, keys: list[Key]) -> Inputs:
    """Topics, pools, events or the scenario with odd names, in a file and on the command line."""
    scenario = compose_config([f"scenario={chance.choice(SCENARIOS)}"])["scenario"]
    group = chance.choice(("topics", "events", "pools", "name"))
    new = chance.choice(odd.ODD_NAMES)
    names = list(scenario["team"]["pools"] if group == "pools" else scenario.get(group, []))
    old = chance.choice(names if group != "name" and names else ["error"])
    renamed = scenario if group == "name" else rename(scenario, old, new)
    setting = {
        "pools": f"team.pools.{new}.limit={chance.randint(20, 60)}",
        "topics": f"topics.{new}.share=.2",
        "events": f"events.{new}.peak=2",
        "name": f"name={new}",
    }[group]
    text = yaml.safe_dump(renamed, sort_keys=False, allow_unicode=True, width=10**6)
    return begin_file(chance, setting), {"mine.yaml": text.encode()}


def rename(value: Any, old: str, new: str) -> Any:
    """Return plain data with a name replaced, as a key and as a text."""
    if isinstance(value, dict):
        return {new if key == old else key: rename(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [rename(item, old, new) for item in value]
    return new if value == old else value


def edit_files(chance: random.Random, keys: list[Key]) -> Inputs:
    """Something else than the file that is expected, in each place that takes one."""
    name, content = chance.choice(odd.FILES)
    place = name.strip("|/") if name != "none.yaml" else "gone.yaml"
    key = chance.choice(odd.FILE_KEYS)
    args = [arg for arg in begin(chance) if not arg.startswith(f"{key}=")]
    if chance.random() < 0.3:
        args = ["calibrate", "run.dir=out", "report.page=false"]
        key = chance.choice(("history", "base", "history_scorer"))
    elsewhere = (f"~/{place}", f"nowhere/{place}", "/dev/null", ".", "~x")
    value = chance.choice((place, f"./{place}") if chance.random() < 0.7 else elsewhere)
    return [*args, f"{key}={value}"], {name: content}


def edit_words(chance: random.Random, keys: list[Key]) -> Inputs:
    """Command lines as they are mistyped."""
    args = begin(chance)
    for _ in range(chance.randint(1, 2)):
        place = chance.randrange(len(args))
        word, value = args[place], chance.choice(odd.ODD_VALUES)
        args[place : place + 1] = chance.choice((
            [], [word, word], [word.replace("=", " ")], word.split("="), [word[:-1]], [f"-{word}"],
            [f"+{word}"], [f"++{word}"], [f"~{word}"], [word.upper()], [word.replace(".", "/")],
            [f"{word},{word}"], [word, "-m"], [word, "--cfg"], [word, "--cfg", "job"],
            [f" {word} "],
            [word.replace("=", "==")], [word.replace("=", "=,")], [f"hydra.{word}"], [f"{word}@x"],
            [word + "\udce9"], [value], [word, chance.choice(odd.ODD_NAMES)],
            [word.replace("=", f"={value},")], ["-m", f"{word},x"], [word, "--help"],
        ))  # fmt: skip
    return args, {}


def edit_history(chance: random.Random, keys: list[Key]) -> Inputs:
    """Histories with odd cells."""
    form = chance.choice(odd.FORMS if chance.random() < 0.2 else odd.FORMS[:3])
    counts, share = chance.random() < 0.5, chance.choice((0.0, 0.02, 0.3))
    rows = []
    for number in range(chance.choice((1, 50, 300, 600))):
        minute = 0 if counts else chance.randrange(60)
        cells = [form.format(day=1 + number // 24 % 28, hour=number % 24, minute=minute)]
        if chance.random() < share:
            cells[0] = chance.choice(odd.ODD_TIMES)
        if counts:
            is_odd = chance.random() < share
            cells.append(chance.choice(odd.ODD_COUNTS) if is_odd else str(chance.randrange(9)))
        label = chance.choice(("negative", "neutral", "positive"))
        cells.append(chance.choice(odd.ODD_TEXTS) if chance.random() < share else label)
        rows.append((";" if counts else ",").join(cells))
    head = "time;count;text" if counts else "time,text"
    args = ["calibrate", "history=h.csv", "run.dir=out", *chance.choice(odd.HISTORY_ARGS)]
    args += ["report.page=false"] if chance.random() < 0.7 else []
    history = "\n".join([head, *rows, ""]).encode()
    return args, {"h.csv": history, "s.py": chance.choice(odd.SCORERS)}


def edit_plan(chance: random.Random, keys: list[Key]) -> Inputs:
    """Small plans with planner keys changed."""
    rooms = ("planner.", "scenario.shifts.", "scenario.costs.", "scenario.promise.")
    off = ("planner.pins.", "scenario.shifts.kinds.")
    own = [key for key in keys if key.path.startswith(rooms) and not key.path.startswith(off)]
    now = compose_config(["scenario=outage_day"])
    args = ["plan", "scenario=outage_day", "run.dir=out", "report.page=false",
            "planner.time_limit_s=2", "planner.search_replications=2",
            "planner.choice_replications=10", "planner.evaluation_replications=2"]  # fmt: skip
    for key in (chance.choice(own) for _ in range(chance.randint(1, 2))):
        usual = draw_allowed(key.allowed, chance, find_now(now, key.path))
        value = chance.choice(odd.ODD_VALUES) if chance.random() < 0.3 else usual
        if not key.path.endswith(("replications", "time_limit_s")):
            args.append(f"{key.path}={value}")
    return args, {}


def edit_choice(chance: random.Random, keys: list[Key]) -> Inputs:
    """Shipped names and odd ones in every group; entries that are taken out."""
    args = begin(chance)
    groups = ("scenario", "policy", "brand", "maturity", "satisfaction", "planner", "run")
    group = chance.choice(groups)
    names = list_names(group) if chance.random() < 0.8 else odd.ODD_NAMES
    args.append(f"{group}={chance.choice(names)}")
    if chance.random() < 0.4:
        config = compose_config(["scenario=breach_week"])
        args.append(f"~{fill(chance.choice(keys).path, config, chance)}")
    return args, {}


KINDS: dict[str, tuple[int, Callable[[random.Random, list[Key]], Inputs]]] = {
    "allowed values": (35, edit_allowed),
    "odd values": (15, edit_odd),
    "damaged files": (12, edit_damage),
    "odd names": (10, edit_names),
    "other files": (8, edit_files),
    "mistyped words": (7, edit_words),
    "histories": (6, edit_history),
    "plans": (2, edit_plan),
    "choices": (5, edit_choice),
}
