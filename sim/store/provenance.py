"""Where a result comes from: seed, versions, commit, machine, times.

No host name, no user name and no absolute path is in it, so that a run folder can
be given away (``tests/unit/test_store_provenance.py`` looks for all three).
"""

import datetime
import functools
import hashlib
import importlib.metadata
import os
import pathlib
import platform
import subprocess
from collections.abc import Mapping
from typing import Any

from sim.store.schema import SCHEMA_VERSION
from sim.store.stored import hash_file
from sim.store.text import format_json
from sim.version import __version__

# What a run does not depend on: where it is played and where its results go.
UNHASHED_RUN_KEYS = ("workers", "shard", "cluster", "dir", "overwrite")

SHOWING = ("cli/", "report/", "analysis/", "reproduction/", "verification", "_configs/")
"""of the package, by how their names begin: no number of a result comes from there"""

PACKAGES = (
    "simpy",
    "numpy",
    "scipy",
    "numba",
    "pulp",
    "highspy",
    "hydra-core",
    "omegaconf",
    "pydantic",
    "pyarrow",
    "matplotlib",
    "jinja2",
    "XlsxWriter",
)

_PACKAGE = pathlib.Path(__file__).resolve().parent.parent
# A commit's name is not worth waiting longer for, as on a hung network disk.
_GIT_TIMEOUT_S = 10


def collect_provenance(
    config: Mapping[str, Any],
    seed: int | None,
    started: datetime.datetime,
    finished: datetime.datetime,
    verb: str = "",
) -> dict[str, Any]:
    """The passport of a run, ready for provenance.json.

    Parameters
    ----------
    config : Mapping
        The resolved configuration.
    seed : int or None
        Seed of the run, None where nothing is drawn.
    started, finished : datetime.datetime
        With a time zone; written in UTC.
    verb : str
        What ran: plan, simulate, calibrate, compare, sweep.
    """
    return {
        "schema": SCHEMA_VERSION,
        "verb": verb,
        "seed": seed,
        "versions": read_versions(),
        "code": hash_code(),
        "commit": read_commit(),
        "config_hash": hash_config(config),
        "machine": describe_machine(),
        "started": started.astimezone(datetime.UTC).isoformat(timespec="seconds"),
        "wall_s": round((finished - started).total_seconds(), 3),
    }


def list_files(folder: pathlib.Path) -> dict[str, str]:
    """The files of a folder, by name, each with 16 hexadecimal digits of its SHA-256."""
    return {path.name: hash_file(path) for path in sorted(folder.iterdir())}


@functools.cache
def hash_code(package: pathlib.Path = _PACKAGE) -> str:
    """A hash of the sources and the shipped numbers that results depend on.

    What only shows results (`SHOWING`: the command line, pages, analyses, reruns, `verify`) is
    left out, so that editing a page keeps it. A wheel and the checkout that it was built from have
    the same.

    Returns
    -------
    str
        16 hexadecimal digits of SHA-256.
    """
    configs = package / "_configs"
    numbers = configs if configs.is_dir() else package.parent / "configs"
    files = [
        *((path.relative_to(package).as_posix(), path) for path in package.rglob("*.py")),
        *((f"configs/{path.relative_to(numbers).as_posix()}", path)
          for path in numbers.rglob("*.yaml")),
    ]  # fmt: skip
    digest = hashlib.sha256()
    for name, path in sorted(files):
        if not name.startswith(SHOWING):
            digest.update(f"{name}\0{hash_file(path)}\0".encode())
    return digest.hexdigest()[:16]


def hash_config(config: Mapping[str, Any]) -> str:
    """A hash of all that the results depend on.

    The order of the keys does not matter, nor do the keys of `UNHASHED_RUN_KEYS`
    under ``run``.

    Returns
    -------
    str
        16 hexadecimal digits of SHA-256.
    """
    kept = dict(config)
    run = kept.get("run")
    if isinstance(run, Mapping):
        kept["run"] = {key: run[key] for key in run if key not in UNHASHED_RUN_KEYS}
    return hashlib.sha256(format_json(kept, indent=None).encode()).hexdigest()[:16]


def read_versions() -> dict[str, str | None]:
    """The versions of Python and of every package that a result may depend on."""
    versions: dict[str, str | None] = {
        "python": platform.python_version(),
        "surgecrew": __version__,
    }
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = None
    return versions


def read_commit(package: pathlib.Path = _PACKAGE) -> str | None:
    """The commit of the tree that holds the package.

    Parameters
    ----------
    package : pathlib.Path
        Folder of the package.

    Returns
    -------
    str or None
        40 hexadecimal digits, with ``-dirty`` when the package or the shipped
        configurations differ from it; None outside a git tree that tracks the package
        (an environment may lie in somebody else's tree).
    """
    commit = _run_git(package, "rev-parse", "HEAD")
    if not commit or _run_git(package, "ls-files", "--error-unmatch", "__init__.py") is None:
        return None
    changed = _run_git(package, "status", "--porcelain", "--", ".", "../configs")
    return commit if changed == "" else f"{commit}-dirty"


def _run_git(folder: pathlib.Path, *arguments: str) -> str | None:
    # A hook sets GIT_DIR and its like, which would name another tree than the folder's.
    environment = {key: os.environ[key] for key in os.environ if not key.startswith("GIT_")}
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    try:
        answer = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_GIT_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return answer.stdout.strip()


def describe_machine() -> dict[str, Any]:
    """CPU model, usable cores and operating system; no names of host or user."""
    return {
        "cpu": _read_cpu_model(),
        "cores": _count_cores(),
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def _read_cpu_model(path: pathlib.Path = pathlib.Path("/proc/cpuinfo")) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _count_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
