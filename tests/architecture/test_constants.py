"""Every number at the head of a module that somebody could set otherwise says why it is this one.

A reason is a comment on its line or above it, or a string below it. Not asked for one: codes and
numbers that could not be others, which are listed here by what they are.
"""

import ast
import io
import pathlib
import re
import tokenize

PACKAGE = pathlib.Path(__file__).parents[2] / "sim"

# Codes: another number would mean the same, or would change every random draw (as the heads say).
CODES = {
    "care/order.py",
    "demand/streams.py",
}
# Units, calendars and mathematics: another number would be wrong.
UNITS = re.compile(
    r"_?(MS|MIN|HOURS|DAYS|QUARTERS)_(PER|OF|A)_\w+|(DAY|HOUR|WEEK|QUARTER)_(MIN|MS|DAYS|H)"
    r"|_?LN_?2|HOUR|_QUARTER_MS|QUARTER_MIN"
)
# The layout of words and codes of states in the engines, the store and the quantile tables.
LAYOUT = {
    "cli/main.py": {"BUG", "BAD_INPUT", "INTERRUPTED"},
    "queueing/fluid.py": {"NEEDY", "CONTENT", "BUSY", "WAITING", "ARRIVAL", "AGENTS"},
    "report/charts/chart.py": {"SOLID", "DASHED", "DOTTED", "DASHDOT"},
    "rules/faq.py": {"DIGIT_BITS", "DIGIT_MASK"},
    "demand/issues.py": {"NO_ISSUE"},
    "rules/redress.py": {
        "NO_REDRESS", "APOLOGY", "REFUND", "REPLACEMENT", "NO_CAUSE", "PRODUCT", "ERROR", "PROCESS",
    },
    "rostering/program.py": {"LESS", "EQUAL", "MORE"},
    "scenario/tables.py": {
        "LEVEL_NONE", "LEVEL_AUTO", "LEVEL_BRIEF", "LEVEL_STANDARD", "LEVEL_THOROUGH",
        "PHASE_CALM", "PHASE_AHEAD", "PHASE_SURGE", "PHASE_RECOVERY",
        "CUT_IDLE_FIRST", "CUT_AS_SCHEDULED", "CUT_PREEMPT",
    },
    "care/kernel/event_list.py": {"NEVER", "ID_MASK", "RANK_MASK", "ROOT", "FANOUT"},
    "care/kernel/linked_lists.py": {"TRIAGE_LIST", "FIRST_CLASS"},
    "care/kernel/queues.py": {"NOBODY"},
    "care/kernel/state.py": {"CACHE_LINE", "UNLINKED"},
    "care/reference/clock.py": {"IDS"},
    "care/reference/state.py": {"NEVER", "NOBODY"},
    "demand/order.py": {"_DIGIT_BITS", "_DIGITS"},
    "demand/quantile.py": {
        "_OCTAVES", "_HALF_BITS", "_WHOLE", "_STEP", "_MANTISSA_SHIFT", "_BELOW_LOWEST", "_SIDE",
    },
    "feeling/sentiment/statistics/event_study.py": {"PARAMETERS"},
    "feeling/sentiment/statistics/residuals.py": {"FITTED"},
    "outcomes/estimate.py": {"SHARE"},
    "outcomes/measures.py": {"AUTO_POOL"},
    "rostering/named_roster.py": {"OFF"},
}  # fmt: skip


def list_modules():
    return sorted(path for path in PACKAGE.rglob("*.py") if "_configs" not in path.parts)


def is_numeric(node):
    """Whether an expression is made of numbers written here."""
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float)
    if isinstance(node, ast.UnaryOp):
        return is_numeric(node.operand)
    if isinstance(node, ast.BinOp):
        return is_numeric(node.left) or is_numeric(node.right)
    if isinstance(node, ast.Tuple | ast.List):
        return any(map(is_numeric, node.elts))
    if isinstance(node, ast.Dict):
        return any(map(is_numeric, node.values))
    return isinstance(node, ast.Call) and any(map(is_numeric, node.args))


def name_targets(node):
    """Return the names in capitals that a statement gives a value."""
    if isinstance(node, ast.Assign):
        places = [one for target in node.targets for one in ast.walk(target)]
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        places = [node.target]
    else:
        return []
    names = [one.id for one in places if isinstance(one, ast.Name)]
    return [name for name in names if name == name.upper() and name.strip("_")]


def list_constants(source):
    """Return each number at a module's head with whether a reason stands beside it."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = {token.start[0] for token in tokens if token.type == tokenize.COMMENT}
    body = ast.parse(source).body
    found = {}
    for node, after in zip(body, [*body[1:], None][: len(body)], strict=True):
        names = name_targets(node)
        if not names or not is_numeric(node.value):
            continue
        is_documented = (
            isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        )
        lines = range(node.lineno, node.end_lineno + 1)
        above = node.lineno - 1 in comments and not source.splitlines()[
            node.lineno - 2
        ].lstrip().startswith(tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ_"))
        is_told = is_documented or above or any(line in comments for line in lines)
        found |= dict.fromkeys(names, is_told)
    return found


def is_free(place, name):
    """Whether a person could set the number otherwise."""
    is_code = place in CODES or UNITS.fullmatch(name) is not None
    return not is_code and name not in LAYOUT.get(place, ())


def test_the_count_sees_each_form():
    source = """
BARE = 3
ABOVE, BESIDE = 1.0, (2, 3)  # both for this reason
# The line of another one.
COMMENTED = -4
NEXT = [5.0]
DOCUMENTED = {"a": 6}
\"\"\"What it is for.\"\"\"
WORD = "text"
lower = 7
"""
    assert list_constants(source) == {
        "BARE": False,
        "ABOVE": True,
        "BESIDE": True,
        "COMMENTED": True,
        "NEXT": False,
        "DOCUMENTED": True,
    }


def test_every_constant_that_could_be_another_says_why():
    bare = [
        f"{place}: {name}"
        for path in list_modules()
        for place in [path.relative_to(PACKAGE).as_posix()]
        for name, is_told in list_constants(path.read_text(encoding="utf-8")).items()
        if not is_told and is_free(place, name)
    ]
    assert not bare, "\n".join(bare)


def test_what_is_excused_is_there():
    for place, names in LAYOUT.items():
        there = list_constants((PACKAGE / place).read_text(encoding="utf-8"))
        unexplained = {name for name, is_told in there.items() if not is_told}
        assert names <= unexplained, f"{place}: {sorted(names - unexplained)}"
