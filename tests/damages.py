"""Random damages of a run folder: cut, garbled, missing and swapped files, keys and columns."""

import json
import pathlib
import random
from typing import Any

import numpy as np
import yaml

from sim.store.tables import read_table, write_table

VALUES = (None, "words", "", -1, 0, 1e308, -1e308, 10**30, 1e-320, [], {}, [1], {"a": 1}, True,
          float("nan"), float("inf"), ["a", None], [{}], [[]], {"mean": "x"}, 2**63)  # fmt: skip
FILES = ("summary.json", "provenance.json", "decision.json", "config.yaml", "policy.yaml",
         "intervals.parquet", "comparison.parquet", "replications.parquet")  # fmt: skip


def damage(folder: pathlib.Path, draws: random.Random) -> str:
    """Damage one file of a run; tell how."""
    path = folder / draws.choice([name for name in FILES if (folder / name).is_file()])
    kind = draws.choice((break_file, break_content, break_content, break_content))
    return f"{path.name}: {kind(path, draws)}"


def break_file(path: pathlib.Path, draws: random.Random) -> str:
    raw = path.read_bytes()
    kind = draws.choice(("cut", "empty", "garbled", "gone", "folder", "dead link", "zeros"))
    if kind == "cut":
        path.write_bytes(raw[: draws.randrange(len(raw))])
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "garbled":
        bits = bytearray(raw)
        for _ in range(1 + len(bits) // 200):
            bits[draws.randrange(len(bits))] = draws.randrange(256)
        path.write_bytes(bytes(bits))
    elif kind == "zeros":
        path.write_bytes(bytes(len(raw)))
    else:
        path.unlink()
        if kind == "folder":
            path.mkdir()
        elif kind == "dead link":
            path.symlink_to("nowhere")
    return kind


def break_content(path: pathlib.Path, draws: random.Random) -> str:
    if path.suffix == ".parquet":
        return break_table(path, draws)
    text = path.read_text(encoding="utf-8")
    whole = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    told, whole = break_value(whole, draws)
    text = json.dumps(whole) if path.suffix == ".json" else yaml.safe_dump(whole)
    path.write_text(text, encoding="utf-8")
    return told


def break_value(whole: Any, draws: random.Random) -> tuple[str, Any]:
    """Return what was changed, and plain data with a key gone or a value of another kind."""
    if draws.randrange(20) == 0:
        value = draws.choice(VALUES)
        return f"all: {value!r}", value
    node, trail = whole, []
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = draws.choice(keys)
        trail.append(str(key))
        deeper = isinstance(node[key], dict | list) and len(node[key]) > 0
        if not deeper or draws.randrange(4) == 0:
            break
        node = node[key]
    if draws.randrange(3) == 0:
        del node[key]
        return f"{'.'.join(trail)}: gone", whole
    node[key] = draws.choice(VALUES)
    return f"{'.'.join(trail)}: {node[key]!r}", whole


def break_table(path: pathlib.Path, draws: random.Random) -> str:
    table = read_table(path)
    name = draws.choice(list(table))
    kind = draws.choice(("gone", "text", "NaN", "huge", "no rows", "negative", "one row", "flags"))
    length = len(table[name])
    if kind == "gone":
        del table[name]
    elif kind in ("no rows", "one row"):
        table = {key: values[: kind == "one row"] for key, values in table.items()}
    else:
        table[name] = {
            "text": np.full(length, "words"),
            "NaN": np.full(length, np.nan),
            "huge": np.full(length, 1e308),
            "negative": np.full(length, -(2**62)),
            "flags": np.full(length, True),
        }[kind]
    write_table(path, table)
    return f"{name}: {kind}"
