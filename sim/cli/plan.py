"""``surgecrew plan``: the main job."""

from sim.cli.app import App, Job, Runner, run_app
from sim.cli.results import print_run
from sim.cli.words import EXAMPLE_FILES, list_choices, write_settings

TEXT = """\
Usage: surgecrew plan [scenario=NAME|FILE] [KEY=VALUE ...]

Finds how many people to put on which shifts, how much effort to give to which topic
and when to call the surge crew, so that customers are most satisfied within the budget.
The plan knows only what is announced. It is then evaluated on fresh random weeks against
the standard policies at equal cost, and a report is written. A shipped week takes five to
twelve minutes on two cores; larger runs print an estimate before they start.

{choices}

Settings (all of them: surgecrew plan --cfg job):
{settings}

Options:
  -m, --multirun  every combination of comma lists: planner.budget=28000,30000
  --cfg job       print the composed configuration and stop
  --json          the result as one object instead of lines
  --help          this text

Examples:
  surgecrew plan scenario=breach_week
  surgecrew plan scenario=launch_week planner.budget=29000 maturity=laggard
  surgecrew plan scenario=my_week.yaml run.dir=results/my_week
  surgecrew plan scenario=launch_week planner.earlier=latest planner.changes_at_most=5
  surgecrew plan scenario=my_week.yaml planner.current=roster.csv
  surgecrew plan scenario=breach_week planner.objective=cost planner.target_satisfaction=.60
  surgecrew plan -m scenario=campaign_week brand=att,verizon,sprint,tmobile
{files}"""

SETTINGS = (
    ("planner.budget", "for the whole horizon; null: the scenario's own"),
    ("planner.keep_promise", "meet scenario.promise on days of announced events"),
    ("planner.pins", "agreed shifts: a list, or a file with pins: and a list"),
    ("planner.earlier", "a run or policy.yaml to replan from"),
    ("planner.current", "your roster of today, to compare: CSV or policy.yaml"),
    ("planner.changes_at_most", "shifts that may differ from the earlier plan"),
    ("planner.now_h", "shifts that start before stay as in the earlier plan"),
    ("planner.scenarios", "several scenarios, with their probabilities"),
    ("planner.objective", "satisfaction, or cost: the smallest budget for a target"),
    ("planner.target_satisfaction", "the target of planner.objective=cost"),
    ("planner.explain", "what each lever adds, what would change the decision"),
    ("planner.frontier_points", "other budgets to evaluate; 0: none"),
    ("planner.effort_replications", "limit on the search's replications; null: none"),
    ("planner.time_limit_s", "time limit of the search; the plan is marked then"),
    ("planner.evaluation_replications", "fresh random weeks to evaluate plan and policies on"),
    ("run.seed", "same seed, same plan"),
    ("run.workers", "threads; null: one for each core"),
    ("run.dir", "folder of the results; null: results/plan/..."),
    ("run.overwrite", "true: an older run in run.dir is replaced"),
)


def write_help() -> str:
    """The help text."""
    return TEXT.format(
        choices=list_choices("scenario", "brand", "maturity"),
        settings=write_settings(SETTINGS),
        files=EXAMPLE_FILES,
    )


def find_runner() -> Runner:
    """The function that does it, imported only when needed."""
    from sim.runs import run_plan

    return run_plan


def format_large(job: Job) -> str:
    """One line about a job that takes longer than the help says, or much memory."""
    from sim.running.size import NOTICE_PLAN_S, estimate_plan, format_size

    return format_size(estimate_plan(job["scenario"], job["run"], job["planner"]), NOTICE_PLAN_S)


def run(args: list[str]) -> int:
    """Run the verb."""
    app = App("plan", write_help, "config", find_runner, print_run, True, format_large)
    return run_app(app, args)
