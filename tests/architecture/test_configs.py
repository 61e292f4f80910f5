"""Every number in configs/ has a mark, a source or the word "assumption"."""

import pathlib
import re

import pytest
import yaml

CONFIGS = pathlib.Path(__file__).parents[2] / "configs"

# A mark of the data dictionary, the word itself, or a source with its year.
SOURCED = re.compile(r"\((m|q|a)\)|^\s*[mqa]\s|assum|\b(19|20)\d\d\b", re.IGNORECASE)
ALL_MARKS = re.compile(r"\(m\).*\(q\).*\(a\)", re.DOTALL)

NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")

# How a run is played, and the shape of the horizon: nobody's measurement, so no source.
CHOICES = {"days", "interval_min", "seed", "replications", "workers", "keep_mentions"}
CHOSEN_GROUPS = {"run", "report", "experiment", "validation"}


def list_numbers(node, path=()):
    """Yield (path of keys, key nodes above, node) for every number below ``node``.

    Zero is left out: it says that there is none of it.
    """
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            for names, above, number in list_numbers(value, (*path, key.value)):
                yield names, [key, *above], number
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from list_numbers(item, path)
    elif node.tag in NUMBERS and float(node.value.replace("_", "")) != 0:
        yield path, [], node


def read_comment_above(lines, number):
    """Return the comment lines that stand directly above line ``number`` (from 0)."""
    first = number
    while first > 0 and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return "\n".join(lines[first:number])


def read_comment_of(line):
    """Return what follows the number sign, if it is no part of a quoted text."""
    match = re.search(r"(?:^|\s)#(.*)$", re.sub(r"'[^']*'|\"[^\"]*\"", "", line))
    return match[1] if match else ""


def is_sourced(lines, above, number):
    """Tell whether the number's line, its key's lines or a header above them names a source."""
    own = range(above[-1].start_mark.line, find_end(lines, above[-1], number) + 1)
    told = [read_comment_of(lines[line]) for line in own]
    for key in above:
        told.append(read_comment_of(lines[key.start_mark.line]))
        header = read_comment_above(lines, key.start_mark.line)
        # A legend that explains all the marks marks nothing.
        told.append("" if ALL_MARKS.search(header) and "Marks" in header else header)
    return any(SOURCED.search(text) for text in told)


def find_end(lines, key, number):
    """Return the line that closes the bracket in which the number stands, or the number's."""
    last = number.end_mark.line
    for line in range(key.start_mark.line, len(lines)):
        told = "\n".join(lines[key.start_mark.line : line + 1])
        bare = re.sub(r"#.*", "", told)
        if bare.count("[") + bare.count("{") <= bare.count("]") + bare.count("}"):
            return max(last, line)
    return last


def find_unsourced(text):
    lines = text.splitlines()
    return [
        f"{number.start_mark.line + 1}: {'.'.join(names)}: {number.value}"
        for names, above, number in list_numbers(yaml.compose(text, yaml.SafeLoader))
        if not CHOICES.intersection(names) and not is_sourced(lines, above, number)
    ]


def list_files():
    return [
        path
        for path in sorted(CONFIGS.rglob("*.yaml"))
        if not CHOSEN_GROUPS.intersection(path.relative_to(CONFIGS).parts)
    ]


@pytest.mark.parametrize(
    "path", list_files(), ids=lambda path: path.relative_to(CONFIGS).as_posix()
)
def test_every_number_has_a_source(path):
    assert find_unsourced(path.read_text(encoding="utf-8")) == []


def test_there_are_configs():
    assert len(list_files()) >= 10


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("*.yaml")), ids=lambda path: path.name)
def test_config_reads_no_environment_and_has_no_aliases(path):
    text = path.read_text(encoding="utf-8")
    assert "oc.env" not in text
    assert not any(
        isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)
    )


@pytest.mark.parametrize(
    ("text", "unsourced"),
    [
        ("a: 1 # (m) somebody 2020", 0),
        ("a: 1 # an assumption", 0),
        ("a: 1 # half", 1),
        ("a: 1", 1),
        ("a: word", 0),
        ("a: 0", 0),
        ("a: 1 # a  our guess", 0),
        ("a: 1 # quite a lot", 1),
        ("a: '1'", 0),
        ("# all are assumptions\na:\n  b: 1\n  c: {d: 2}", 0),
        ("a: # (a)\n  b: 1\n  c: [1, 2]\nd: 3", 1),
        ("a: [1,\n    2] # (m) table 3", 0),
        ("# (q) AT&T\n\na: 1", 1),
        ("# Marks: (m) measured (q) quoted (a) assumed\na: 1", 1),
        ("a: 1\nb: 2 # (a)", 1),
        ("days: 7", 0),
        ("a: {b: 1, c: 2} # (a)", 0),
        ("a: '# (a)'\nb: 1", 1),
    ],
)
def test_the_check_sees_what_it_should(text, unsourced):
    assert len(find_unsourced(text)) == unsourced
