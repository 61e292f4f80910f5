"""``surgecrew reproduce``: a stored run made again from its folder alone.

Checked by ``tests/functional/test_reproduce.py``.
"""

import pathlib

from sim.cli.options import JSON, Options, read_options
from sim.cli.paths import find_runs
from sim.cli.progress import ProgressBar
from sim.cli.terminal import lay_out, say, say_object, say_title
from sim.errors import InputError, PartialError

CODE = "--code"
KEYS = ("job", "inputs")
HELP = """\
Usage: surgecrew reproduce RUN|SWEEP [KEY=VALUE ...]

Makes stored results again, in a temporary place, from their folder alone (config.yaml,
policy.yaml or experiment.yaml), and says of each file: equal; to rounding, and how far;
different, and where. Below it stands what is not here as it was there: versions, sources,
commit, processor. Nothing in the folder is changed. Exit code 4 when something differs.

RUN is the folder of a run of plan, simulate, compare, calibrate, forecast or review, or
latest; SWEEP the folder of a sweep, such as results/sweep/my_study. report.html and
provenance.json tell the day and the seconds, so they are not compared. It takes as long as
the run took.

Settings:
  job=HASH        of a sweep only this job; the hash or its first six digits
  inputs=FOLDER   where files are that were not kept: a history, a roster, a scenario of
                  yours (else they are looked for as they were named, from here)

Options:
  --code      run the function of a sweep of runs: run.py:function
  --json      one object instead of lines
  --help      this text

Examples:
  surgecrew reproduce results/sample
  surgecrew reproduce latest
  surgecrew reproduce results/sweep/my_study job=3f6b1c2e inputs=my_files"""


def run(args: list[str]) -> int:
    """Run the verb.

    Raises
    ------
    PartialError
        Something differs.
    """
    options = read_options("reproduce", args, (JSON, CODE), takes_paths=True)
    if options.wants_help:
        say(HELP)
        return 0
    given = read_settings(options)
    paths = find_runs(options.paths)
    if len(paths) != 1:
        raise InputError("reproduce: allowed: the folder of one run or sweep, or latest")
    from sim.reproduction.reproducing import reproduce, write_lines

    inputs = pathlib.Path(given["inputs"]) if "inputs" in given else None
    with ProgressBar() as progress:
        found = reproduce(paths[0], progress, given.get("job"), inputs, CODE in options.flags)
    if JSON in options.flags:
        say_object(found.describe())
    else:
        say(lay_out(list(write_lines(found))))
        if found.reasons:
            say()
            say_title("Not here as it was when it was made")
            for reason in found.reasons:
                say(f"  {reason.write()}")
    if found.differing:
        raise PartialError(f"{found.differing} of {len(found.checks)} files differ")
    return 0


def read_settings(options: Options) -> dict[str, str]:
    """The settings by key.

    Raises
    ------
    InputError
        An unknown one, an empty one, or a folder that is not there.
    """
    from sim.paths import expand_home

    given = dict(text.partition("=")[::2] for text in options.overrides)
    for key, value in given.items():
        if key not in KEYS or not value:
            raise InputError(f"reproduce {key}={value}: allowed: job=HASH, inputs=FOLDER")
    if "inputs" in given:
        given["inputs"] = expand_home(given["inputs"])
        if not pathlib.Path(given["inputs"]).is_dir():
            raise InputError(f"inputs={given['inputs']}: no such folder")
    return given
