"""Overrides: any key and value that a file may hold, any path, sweeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.compose import expand_sweep
from sim.compose.overrides import apply_overrides, parse_overrides
from sim.errors import InputError


def read_one(text: str) -> object:
    [override] = parse_overrides([text])
    return override.value


@pytest.mark.parametrize(
    "path",
    [
        "my runs/a=b",
        "a [1] (2).csv",
        "it's",
        'say "x"',
        "back\\slash",
        "ends with \\",
        "a,b",
        "{a: 1}",
        "über/Straße",
        "#1",
        "a:b",
        " blank first",
        "100%",
        "null.csv",
        "true",
    ],
)
@pytest.mark.parametrize("key", ["history", "run.dir", "policy.path"])
def test_paths_need_no_quotes(key: str, path: str) -> None:
    assert read_one(f"{key}={path}") == path


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\n\r"), min_size=1))
def test_any_path_is_read_as_it_is(path: str) -> None:
    quoted = len(path) > 1 and path[0] == path[-1] and path[0] in "'\""
    if quoted or "${" in path or path == "null" or path.startswith("~"):
        return
    assert read_one(f"run.dir={path}") == path


def test_a_path_in_quotes_stays_in_them() -> None:
    assert read_one("run.dir='a b'") == "a b"
    assert read_one('history="x=1.csv"') == "x=1.csv"


def test_null_is_no_path() -> None:
    assert read_one("run.dir=null") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a.b=3", 3),
        ("a=1e-3", 0.001),
        ("a=[1,2]", [1, 2]),
        ("a={b: [1, x], c: null}", {"b": [1, "x"], "c": None}),
        ("a=true", True),
        ("a='1'", "1"),
        ("a=", ""),
        ("+a=3", 3),
        ("++a=3", 3),
        ("a='1,2'", "1,2"),
        ("a=b=c", "b=c"),
        ("a=€", "€"),
        ("a=Sale #1", "Sale #1"),
        ("a=100 %", "100 %"),
        ("a=@us & *them*", "@us & *them*"),
        ("a=!!python/object:x", "!!python/object:x"),
        ("a=- x: y", "- x: y"),
        ("a=it's", "it's"),
        ("a=[Draft] Sale", "[Draft] Sale"),
        ("a={time: Created at [UTC]}", {"time": "Created at [UTC]"}),
        ("a={time:Created at,topic:'a, b'}", {"time": "Created at", "topic": "a, b"}),
        ("a={x:y: 1, 'p:q': {r:2}}", {"x:y": 1, "p:q": {"r": 2}}),
        ("a={}", {}),
        ("a=[[], [1, 'it''s'], {b: no}]", [[], [1, "it's"], {"b": False}]),
        ("a=12:30", "12:30"),
        ("a=2026-06-01T00:00", "2026-06-01T00:00"),
    ],
)
def test_values(text: str, value: object) -> None:
    assert read_one(text) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("word", "key=value"),
        ("=3", "key=value"),
        ("a..b=3", "key=value"),
        ("~a=3", "without a value"),
        ("a='x", "is not closed"),
        ("a=[1", "is not closed"),
        ("a={b: c [d}", "is not closed"),
        ("a={b}", "'b' has no value"),
        ("a={b: }", "'b' has no value"),
        ("a={b: 1, b: 2}", "appears twice"),
        ("a=[1}", "or a comma"),
        ("a=caf\udce9", "not UTF-8"),
        ("run.dir=~nobody.here/x", "no home folder"),
        ("run.seed=range(1,x)", "FIRST,BELOW"),
        ("run.seed=range(9,1)", "numbers"),
        ("a=${b}", "values are not interpolated"),
        ("hydra.run.dir=x", "Hydra's own settings"),
        ("+hydra/launcher=x", "Hydra's own settings"),
        ("hydra@a=x", "Hydra's own settings"),
        ("a=1,2", "require -m"),
        ("a=choice(1,2)", "require -m"),
        ("brand@scenario.x=att", "brand=NAME"),
    ],
)
def test_what_is_refused(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        parse_overrides([text])
    [line] = caught.value.errors
    assert text in line


def test_all_bad_overrides_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        parse_overrides(["x", "a=1", "b=${c}"])
    assert len(caught.value.errors) == 2


@pytest.mark.parametrize(
    "text", ["a=" + "[" * 1000 + "]" * 1000, "a=" + "{b: " * 1000 + "1" + "}" * 1000]
)
def test_deep_nesting_is_one_short_line(text: str) -> None:
    with pytest.raises(InputError, match="deeper than 50") as caught:
        parse_overrides([text])
    assert len(str(caught.value)) < 300


def test_no_grammar_is_named() -> None:
    """Whatever is typed, no message has the words of a parser that nobody has read."""
    odd = [
        "a='",
        "a=[",
        "5G.x=[}",
        "a.b=€,",
        'a="',
        "a=range(",
        "~",
        "=",
        "a=${",
        "ä b.c={",
        "a=b=",
    ]
    for text in odd:
        for read in (lambda one: parse_overrides([one]), lambda one: expand_sweep([one])):
            try:
                read(text)
            except InputError as error:
                words = str(error).lower()
                assert "token" not in words
                assert "extraneous" not in words
                assert "mismatched" not in words


def apply(config: dict[str, object], *texts: str) -> dict[str, object]:
    apply_overrides(config, parse_overrides(list(texts)))
    return config


def test_setting_and_deleting() -> None:
    config = {"a": {"b": 1, "c": [1, 2, 3]}, "d": None}
    assert apply(config, "a.b=2", "a.c.1=9", "d.e.f=4", "~a.c.0") == {
        "a": {"b": 2, "c": [9, 3]},
        "d": {"e": {"f": 4}},
    }


NAMES = [
    "Tag der offenen Tür",
    "5G",
    "Q&A v2.0",
    "a=b",
    "#1",
    "100 %",
    "@us",
    "it's [x], {y}",
    "a/b",
]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_file_may_call_something_can_be_set(name: str) -> None:
    """A dot is told by the names that are there, an equals sign by quotes."""
    typed = f'"{name}"' if "=" in name else name
    config = {"topics": {name: {"share": 1}, "Q&A v2": {"share": 2}}}
    expected = {"topics": {name: {"share": 0.2}, "Q&A v2": {"share": 2}}}
    assert apply(config, f"topics.{typed}.share=.2") == expected
    assert apply(config, f"topics.{typed}=null") == {"topics": {"Q&A v2": {"share": 2}}}


def test_quotes_make_a_new_name_with_dots() -> None:
    assert apply({"topics": {}}, 'topics."v2.0".share=1') == {"topics": {"v2.0": {"share": 1}}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a.b.c=1", "has no keys"),
        ("a.b.c.d=1", "has no keys"),
        ("a.l.7=1", "allowed: 0 to 2"),
        ("a.l.x=1", "not an index of the list"),
        ("a.l.9.z=1", "not an index of the list"),
        ("~a.buget", "did you mean budget"),
        ("~a.l.9", "not an index of the list"),
    ],
)
def test_bad_places(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        apply({"a": {"b": 1, "l": [1, 2, 3], "budget": 2}}, text)


def test_sweep_is_every_combination_in_order() -> None:
    jobs = expand_sweep(["run.seed=1,2", "a=x", "policy=flat,erlang_a,reactive"])
    assert jobs == [
        [f"run.seed={seed}", "a=x", f"policy={policy}"]
        for seed in (1, 2)
        for policy in ("flat", "erlang_a", "reactive")
    ]


def test_sweep_of_files_with_blanks() -> None:
    jobs = expand_sweep(["scenario=my week.yaml,b=1.yaml", "run.dir=a,b"])
    [first, second] = [[item.value for item in parse_overrides(job)] for job in jobs]
    assert first == ["my week.yaml", "a,b"]
    assert second == ["b=1.yaml", "a,b"]


def test_sweep_keeps_odd_keys_and_what_is_in_brackets() -> None:
    jobs = expand_sweep(["a.Q&A, v2=[1,2],'x,y'", "~b"])
    assert jobs == [["a.Q&A, v2=[1,2]", "~b"], ["a.Q&A, v2='x,y'", "~b"]]


def test_a_sweep_too_large_is_refused() -> None:
    with pytest.raises(InputError, match="at most 10000 in one -m"):
        expand_sweep(["a=range(200)", "b=range(0,400,2)"])


def test_sweep_of_a_range() -> None:
    assert expand_sweep(["a=range(1,2,.5)"]) == [["a=1.0"], ["a=1.5"]]
    assert expand_sweep(["run.seed=range(1,4)"]) == [[f"run.seed={seed}"] for seed in (1, 2, 3)]
