"""Strangers' YAML: what is read, and every limit that it may break."""

import math
import pathlib

import pytest

from sim.compose import read_user_yaml
from sim.errors import InputError


def write(folder: pathlib.Path, content: str | bytes) -> pathlib.Path:
    path = folder / "mine.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refuse(folder: pathlib.Path, content: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_user_yaml(write(folder, content))
    [line] = caught.value.errors
    assert "\n" not in line
    assert line.startswith(str(folder / "mine.yaml"))
    return line


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 1e5),
        (".5", 0.5),
        ("-3.", -3.0),
        ("7", 7),
        ("-12", -12),
        ("1_000", 1000),
        ("0", 0),
        ("0010", 10.0),
        ("10:30", "10:30"),
        ("1:30:00", "1:30:00"),
        ("2026-06-01", "2026-06-01"),
        ("2026-06-01T09:00", "2026-06-01T09:00"),
        ("2026-06-01 09:00:00", "2026-06-01 09:00:00"),
        ("true", True),
        ("null", None),
        ("'7'", "7"),
        ("[1, .5]", [1, 0.5]),
        ("{a: 1}", {"a": 1}),
        ("none", "none"),
        (".inf", math.inf),
    ],
)
def test_values(tmp_path: pathlib.Path, text: str, value: object) -> None:
    read = read_user_yaml(write(tmp_path, f"key: {text}"))["key"]
    assert read == value
    assert type(read) is type(value)


def test_nan_is_read_as_nan_and_left_to_the_models(tmp_path: pathlib.Path) -> None:
    assert math.isnan(read_user_yaml(write(tmp_path, "key: .nan"))["key"])


def test_a_mark_of_byte_order_is_no_key(tmp_path: pathlib.Path) -> None:
    assert read_user_yaml(write(tmp_path, b"\xef\xbb\xbfa: 1")) == {"a": 1}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"name: caf\xe9", "not UTF-8 (byte 9)"),
        ("a: &x 1\nb: 2", "line 1: anchors and aliases"),
        ("a: 1\nb: *x", "line 2: anchors and aliases"),
        ("a: &x [1]\nb: *x", "anchors and aliases"),
        ("a: 1\nb: ${oc.env:HOME}", "line 2: '${' is not allowed"),
        ("hydra: {run: {dir: /}}", "'hydra' is not allowed"),
        ("defaults: [x]", "'defaults' is not allowed"),
        ("a: 1\nb: 2\na: 3", "line 3: the key 'a' appears twice"),
        ("a: {b: 1, c: 2, b: 3}", "the key 'b' appears twice"),
        ("<<: {a: 1}", "keys must be plain words"),
        ("[a, b]: 1", "keys must be plain words"),
        ("a: [1, 2", "line 2: did not find"),
        ("a: b: c", "line 1: "),
        ("- 1\n- 2", "holds a list"),
        ("", "holds nothing"),
        ("a: 1\n---\nb: 2", "document"),
        ("a: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
        ("a: " + "[" * 60 + "]" * 60, "nested deeper than 50"),
        ("a: " + "[" * 100_000, "nested deeper than 50"),
        ("#" * 5_000_001, "larger than 5 MB"),
        ("a: \x01", "not allowed"),
    ],
)
def test_limits(tmp_path: pathlib.Path, content: str | bytes, told: str) -> None:
    assert told in refuse(tmp_path, content)


def test_missing_file_and_folder(tmp_path: pathlib.Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_user_yaml(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        read_user_yaml(tmp_path)


def test_five_megabytes_are_read(tmp_path: pathlib.Path) -> None:
    text = "a: 1\n" + "#" * (5_000_000 - 5)
    assert read_user_yaml(write(tmp_path, text)) == {"a": 1}
