"""``surgecrew simulate``: one policy in one scenario."""

from sim.cli.app import App, Job, Runner, run_app
from sim.cli.results import print_run
from sim.cli.words import EXAMPLE_FILES, list_choices, write_settings

TEXT = """\
Usage: surgecrew simulate [scenario=NAME|FILE] [policy=NAME|FILE] [KEY=VALUE ...]

Runs one policy on many random weeks and reports what customers experience: waits, solved
cases, satisfaction, cost, with 95 % intervals, and a report.

{choices}

Settings (all of them: surgecrew simulate --cfg job):
{settings}

Options:
  -m, --multirun  every combination of comma lists: run.seed=1,2 policy=flat,erlang_a
  --cfg job       print the composed configuration and stop
  --json          the result as one object instead of lines
  --help          this text

Examples:
  surgecrew simulate scenario=breach_week policy=reactive
  surgecrew simulate scenario=launch_week brand=verizon scenario.demand.base_per_h=40
  surgecrew simulate scenario=my_week.yaml policy=results/plan/.../policy.yaml run.seed=7
  surgecrew simulate -m scenario=telecom_week policy=flat,proportional,erlang_a
{files}"""

SETTINGS = (
    ("run.replications", "number of random weeks"),
    ("run.seed", "same seed, same customers, whatever the policy"),
    ("run.engine", "kernel, or simpy: slow, easy to read, the same numbers"),
    ("run.workers", "threads; null: one for each core"),
    ("run.dir", "folder of the results; null: results/simulate/..."),
    ("run.overwrite", "true: an older run in run.dir is replaced"),
    ("run.keep_mentions", "number of weeks stored mention by mention"),
)


def write_help() -> str:
    """The help text."""
    return TEXT.format(
        choices=list_choices("scenario", "policy", "brand", "maturity"),
        settings=write_settings(SETTINGS),
        files=EXAMPLE_FILES,
    )


def find_runner() -> Runner:
    """The function that does it, imported only when needed."""
    from sim.runs import run_simulate

    return run_simulate


def format_large(job: Job) -> str:
    """One line about a large job."""
    from sim.planning.benchmarks.tuned import TUNED
    from sim.running.size import estimate_simulation, format_size
    from sim.scenario.settings import PolicyChoice

    is_tuned = isinstance(job["policy"], PolicyChoice) and job["policy"].name == TUNED
    return format_size(estimate_simulation(job["scenario"], job["run"], is_tuned))


def run(args: list[str]) -> int:
    """Run the verb."""
    app = App("simulate", write_help, "config", find_runner, print_run, True, format_large)
    return run_app(app, args)
