"""``surgecrew completion``: completion of verbs, groups and options for bash and zsh.

The words are those of this installation; nothing of Python runs while the user types
(checked by ``tests/functional/test_cli_completion.py``).
"""

from sim.cli.options import read_options
from sim.cli.starting.questions import QUESTIONS
from sim.cli.terminal import say
from sim.cli.verbs import VERBS
from sim.errors import InputError

HELP = """\
Usage: surgecrew completion bash|zsh

Writes completion of verbs, groups and options.

Examples:
  eval "$(surgecrew completion bash)"                   # now; or in ~/.bashrc
  surgecrew completion zsh > ~/.zfunc/_surgecrew        # a folder of $fpath"""

BASH = """\
_surgecrew() {{
    # bash cuts words at = and :, so the word is taken from the line itself.
    local line="${{COMP_LINE:0:COMP_POINT}}"
    local current="${{line##* }}" verb="${{COMP_WORDS[1]}}" words
    if [[ $COMP_CWORD -le 1 ]]; then
        words="{verbs}"
    else
        case "$verb" in
{cases}
            *) words="" ;;
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    if [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == *= ]]; then compopt -o nospace; fi
    if [[ $current == *=* ]]; then
        COMPREPLY=("${{COMPREPLY[@]#"${{current%"${{current##*=}}"}}"}}")
    fi
}}
complete -o default -F _surgecrew surgecrew"""

ZSH = """\
#compdef surgecrew
_surgecrew() {{
    local -a choices
    if (( CURRENT == 2 )); then
        choices=({verbs})
    else
        case "$words[2]" in
{cases}
            *) _files; return ;;
        esac
    fi
    compadd -S '' -- ${{(M)choices:#*=}}
    compadd -- ${{choices:#*=}}
    _files
}}
if [ "$funcstack[1]" = "_surgecrew" ]
then _surgecrew "$@"
else compdef _surgecrew surgecrew
fi"""


def run(args: list[str]) -> int:
    """Run the verb."""
    options = read_options("completion", args, ())
    if options.wants_help:
        say(HELP)
        return 0
    words = [*options.paths, *options.overrides]
    if words not in (["bash"], ["zsh"]):
        raise InputError(f"completion {' '.join(words)}: allowed: completion bash|zsh")
    say(write_completion(words[0]))
    return 0


def write_completion(shell: str) -> str:
    """The shell's script."""
    template, form = (
        (BASH, '{}) words="{}" ;;') if shell == "bash" else (ZSH, "{}) choices=({}) ;;")
    )
    cases = [" " * 12 + form.format(verb, " ".join(list_words(verb))) for verb in VERBS]
    return template.format(verbs=" ".join(VERBS), cases="\n".join(cases))


def list_words(verb: str) -> list[str]:
    """What may follow a verb: flags, groups with their names, settings."""
    from sim.compose.folder import list_names

    if verb == "completion":
        return ["bash", "zsh"]
    if verb in ("compare", "report"):
        return [
            "--help",
            "--json",
            "latest",
            *(["run.dir=", "run.overwrite="] if verb == "compare" else []),
        ]
    if verb == "explore":
        return ["--help", "--open", "--json", "latest", "port="]
    if verb == "analyze":
        keys = ("measures=", "analyses=", "breaks=", "reference=", "run.dir=")
        return ["--help", "--json", *keys]
    if verb == "reproduce":
        return ["--help", "--json", "--code", "latest", "job=", "inputs="]
    if verb == "roster":
        return ["--help", "--json", "latest", "people="]
    if verb == "schema":
        return ["experiment", "scenario", "policy", "--help"]
    if verb == "verify":
        return ["--help", "--json"]
    if verb == "init":
        return ["--help", "--json", *(f"{question.key}=" for question in QUESTIONS)]
    if verb == "sweep":
        flags = ["--help", "--cfg", "--json", "--dry-run", "--slurm", "--code", "experiment="]
        return [*flags, *list_sweep_settings()]
    if verb == "check":
        shipped = [f"scenario={name}" for name in list_names("scenario")]
        settings = (word for word in list_settings("calibrate") if word[:3] != "run")
        return ["--help", "--intervals", "--json", *shipped, *settings]
    takes_scenario = verb in ("plan", "simulate")
    flags = ["--help", "--cfg", "--json", *(["--multirun"] if takes_scenario else [])]
    groups = {
        "plan": ("scenario", "brand", "maturity"),
        "simulate": ("scenario", "policy", "brand", "maturity"),
        "calibrate": (),
        "forecast": (),
        "review": (),
    }[verb]
    chosen = [f"{group}={name}" for group in groups for name in list_names(group)]
    return [*flags, *chosen, *list_settings(verb)]


def list_settings(verb: str) -> list[str]:
    """The verb's settings with an equals sign."""
    from sim.compose.choice import read_choice
    from sim.compose.composition import read_defaults, read_primary
    from sim.compose.folder import list_names

    primary = verb if verb in ("calibrate", "forecast", "review") else "config"
    sections = ["run", *(["planner"] if verb == "plan" else [])]
    keys = [
        f"{section}.{key}="
        for section in sections
        for key in read_choice(section, read_defaults(primary)[section]).data
    ]
    if primary == "config":
        return [*keys, "scenario.horizon.days=", "scenario.demand.base_per_h="]
    own = [f"{key}=" for key in read_primary(primary) if key not in ("defaults", "hydra", "base")]
    return [*keys, *own, *(f"base={name}" for name in list_names("scenario"))]


def list_sweep_settings() -> list[str]:
    """The keys of an experiment, and those of its run, with an equals sign."""
    from sim.study.form import Experiment, SweepRun

    own = [key for key in Experiment.model_fields if key not in ("run", "factors", "arms", "fixed")]
    return [f"{key}=" for key in [*own, *(f"run.{key}" for key in SweepRun.model_fields)]]
