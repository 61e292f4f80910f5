"""``surgecrew sweep``: a design of worlds and policies, which goes on where it stopped."""

import pathlib
import shlex
from typing import Any

from sim.cli.app import check_no_paths
from sim.cli.interrupt import pass_on
from sim.cli.options import JSON, Options, read_options
from sim.cli.progress import ProgressBar
from sim.cli.results import tell_result
from sim.cli.terminal import complain, lay_out, say, say_title
from sim.errors import InputError, PartialError

HELP = """\
Usage: surgecrew sweep experiment=NAME|FILE [KEY=VALUE ...]

Plays every point of an experiment on the same random weeks: a design over any keys of the
world, or named arms. What is finished is never played again: after Ctrl-C, a kill or a lost
machine the same command goes on; more points or replications play only these. NAME is a
folder of experiments/, FILE a YAML file (all keys: configs/README.md, section experiment):

  scenario: breach_week
  policy: erlang_a            # or {name: erlang_a, build: once}: one roster for all worlds
  replications: 100           # or {half_width: {satisfaction: .005}, at_most: 2000}
  factors:
    scenario.demand.base_per_h: {low: 12, high: 48, scale: log}
    brand: [att, verizon]
  design: {kind: sobol, points: 64}    # list grid lhs sobol saltelli morris

Settings: any key of the experiment, and any key of the world for all points:
  run.workers=null   processes; null: one for each core
  run.shard=null     7/100: the same command, started 100 times, shares the work
  run.seed=1         same seed, same customers, at every point
  run.engine=kernel  or simpy: slow, easy to read, the same numbers
  run.dir=null       folder of the results; null: results/sweep/NAME

Options:
  --dry-run   points, jobs, what is finished, CPU hours, disk; plays nothing
  --slurm     print a batch file that starts the sweep as an array of Slurm
  --code      run the function of runs: run.py:function, a file beside the experiment
  --cfg job   print the experiment as it was understood and stop
  --json      the result as one object instead of a table
  --help      this text

Examples:
  surgecrew sweep experiment=my_study.yaml --dry-run
  surgecrew sweep experiment=my_study.yaml run.workers=8
  surgecrew sweep experiment=my_study.yaml replications=400 scenario.horizon.days=14
  surgecrew sweep experiment=my_study.yaml run.shard=7/100"""

SLURM = """\
#!/bin/sh
#SBATCH --job-name={name}
#SBATCH --array=1-{count}
#SBATCH --cpus-per-task=1
# Start it with sbatch in a folder that all nodes share; start it again for what failed.
exec surgecrew sweep {words} run.workers=1 "run.shard=$SLURM_ARRAY_TASK_ID/{count}"\
"""
# Schedulers take arrays of a thousand as a rule; a hundred is what a first sweep wants.
MOST_TASKS = 100
# Of a design with more points the table would be longer than a screen.
SHOWN_POINTS = 20
MEASURES = ("satisfaction", "answered_share", "first_reply_min_mean", "cost")


def run(args: list[str]) -> int:
    """Run the verb."""
    options = read_options("sweep", args, ("--cfg", JSON, "--dry-run", "--code", "--slurm"))
    if options.wants_help:
        say(HELP)
        return 0
    check_no_paths("sweep", options.paths)
    from sim.study.laying import lay_sweep
    from sim.study.reading import read_experiment

    choice, overrides = split_choice(options)
    read = read_experiment(choice, overrides)
    if options.shows_config:
        show_experiment(read.experiment)
        return 0
    laid = lay_sweep(read, "--code" in options.flags)
    tell_other_codes(laid)
    if "--dry-run" in options.flags:
        show_size(laid)
        return 0
    if "--slurm" in options.flags:
        say(write_slurm(laid, args))
        return 0
    play_sweep(laid, options)
    return 0


def split_choice(options: Options) -> tuple[str, list[str]]:
    """The experiment's name or file, and the other overrides."""
    word = "experiment="
    chosen = [text for text in options.overrides if text.startswith(word)]
    if len(chosen) != 1 or chosen[0] == word:
        raise InputError("sweep: allowed: experiment=NAME or experiment=FILE, once")
    return chosen[0][len(word) :], [text for text in options.overrides if text != chosen[0]]


def show_experiment(experiment: Any) -> None:
    """Print the experiment with all its defaults."""
    import yaml

    plain = experiment.model_dump(mode="json", exclude_none=True)
    say(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, default_flow_style=None))


def tell_other_codes(laid: Any) -> None:
    """Say that there are rows which other sources made."""
    from sim.study.parts import list_other_codes

    others = list_other_codes(laid.folder, laid.maker.code)
    if others:
        complain([f"{laid.folder}: holds jobs of other code ({', '.join(others)}; this is "
                  f"{laid.maker.code}); they are kept apart and not used"])  # fmt: skip


def show_size(laid: Any) -> None:
    """Print what the sweep would take."""
    from sim.study.estimating import estimate_sweep

    size = estimate_sweep(laid)
    most = "at most " if size.at_most else ""
    rows: list[tuple[str, ...]] = [
        ("points", f"{size.points:,}"),
        ("jobs", f"{most}{size.jobs:,} ({size.finished:,} finished)"),
        ("CPU hours left", f"{most}about {size.cpu_h:.2g}"),
        ("disk", f"{most}about {size.disk_bytes / 1e6:,.1f} MB"),
        ("folder", str(laid.folder)),
    ]
    say(lay_out(rows))


def write_slurm(laid: Any, args: list[str]) -> str:
    """A batch file that starts this very command, each time with another part of the work."""
    from sim.study.form import read_shard

    shard = read_shard(laid.read.experiment.run.shard or "")
    n_batches = len(laid.cut(dict.fromkeys(laid.keys, laid.read.experiment.replications.at_most)))
    count = shard[1] if shard else min(n_batches, MOST_TASKS)
    own = ("run.shard=", "run.workers=", "--slurm")
    words = " ".join(shlex.quote(arg) for arg in args if not arg.startswith(own))
    return SLURM.format(name=laid.folder.name, count=count, words=words)


def play_sweep(laid: Any, options: Options) -> None:
    """Play it behind a progress bar and tell what came out.

    Raises
    ------
    PartialError
        Some jobs failed; the first is named.
    """
    from sim.runs import run_sweep

    with ProgressBar() as progress:
        done = run_sweep(laid, progress)

    def show() -> None:
        show_points(done.folder)
        say(f"Results: {done.folder} ({write_count(done.jobs)} played now)")

    tell_result(options, done.folder, show)
    pass_on(done.folder)
    if done.failed:
        first = min(done.failed, key=lambda one: (one.block.point, one.block.first))
        raise PartialError(
            f"{write_count(len(done.failed))} failed, named in {done.folder / 'failed.jsonl'}; "
            f"the first, of point {first.block.point}: {first.reason}"
        )


def write_count(n: int) -> str:
    """So many jobs.

    >>> write_count(1), write_count(2000)
    ('1 job', '2,000 jobs')
    """
    return f"{n:,} job{'' if n == 1 else 's'}"


def show_points(folder: pathlib.Path) -> None:
    """Print the means of some measures at each point, where they are few."""
    from sim.report.measure_names import name_measure
    from sim.store.text import read_json

    summary = read_json(folder / "summary.json")
    points = summary.get("measures", ())
    if not 0 < len(points) <= SHOWN_POINTS:
        return
    measures = [key for key in MEASURES if key in points[0]["measures"]]
    measures = measures or list(points[0]["measures"])[:4]
    say_title(summary["title"] or f"{folder.name}: means with half of their 95 % intervals")
    head = ("", *(name_measure(key) if key in MEASURES else key for key in measures))
    say(lay_out([head, *(describe_point(one, measures) for one in points)]))
    say()


def describe_point(point: dict[str, Any], measures: list[str]) -> tuple[str, ...]:
    """A point's name and its measures."""
    values = point.get("values", {})
    words = [f"{str(key).rpartition('.')[2]}={show_value(value)}" for key, value in values.items()]
    name = point.get("arm") or " ".join(words) or str(point["point"])
    return (name, *(write_estimate(point["measures"].get(key)) for key in measures))


def show_value(value: Any) -> str:
    """A value of a factor, short."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)[:30]


def write_estimate(found: dict[str, Any] | None) -> str:
    """A mean and half of its interval in its own unit, with four digits."""
    if found is None or found["mean"] is None:
        return "-"
    if found["ci_low"] is None:
        return f"{found['mean']:.4g}"
    return f"{found['mean']:.4g} (+-{(found['ci_high'] - found['ci_low']) / 2:.2g})"
