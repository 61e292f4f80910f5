"""The only door to numba: the ``jit`` decorator and the place of its cache.

Numba notices an edited function but not an edited helper that the function
calls, and then returns the old result. The cache folder is therefore keyed by a
hash of every source file that may hold compiled code (``tests/unit/test_compile.py``
edits a rule and watches the key change).
"""

import hashlib
import os
import pathlib
from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

_PACKAGE = pathlib.Path(__file__).parent
COMPILED_ROOMS = (
    "rules",
    "care",
    "demand",
    "feeling",
    "outcomes",
    "scenario/tables.py",
    "planning/worth.py",
    "planning/pricing.py",
    "planning/best_prices.py",
    "compile.py",
)
NEVER_COMPILED = ("reference", "checks")


def hash_sources(package: pathlib.Path = _PACKAGE) -> str:
    """Return a short hash of every source file that may hold compiled code.

    Parameters
    ----------
    package : pathlib.Path
        Folder of the package.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for room in COMPILED_ROOMS:
        place = package / room
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            if path.name.startswith(NEVER_COMPILED):
                continue
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def choose_cache_folder() -> pathlib.Path:
    """Return the user's cache folder for compiled code of these very sources."""
    root = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(root) / "surgecrew" / f"numba-{hash_sources()}"


if "NUMBA_CACHE_DIR" not in os.environ:
    os.environ["NUMBA_CACHE_DIR"] = str(choose_cache_folder())

import numba  # noqa: E402  (numba reads its cache folder when it is imported)
import numpy as np  # noqa: E402 (after numba)
from llvmlite import ir  # noqa: E402 (after numba)
from numba import types  # noqa: E402 (after numba)
from numba.core import cgutils  # noqa: E402 (after numba)
from numba.extending import intrinsic  # noqa: E402 (after numba)


def is_jit_on() -> bool:
    """Tell whether functions are compiled (``NUMBA_DISABLE_JIT=1`` switches it off)."""
    return not numba.config.DISABLE_JIT


def _compile(function: Function, **options: Any) -> Function:
    compiled: Function = numba.njit(nogil=True, fastmath=False, no_cfunc_wrapper=True, **options)(
        function
    )
    return compiled


def jit(function: Function) -> Function:
    """Compile ``function`` in nopython mode: cached, without the GIL, no fastmath."""
    return _compile(function, cache=True)


def jit_inner(function: Function) -> Function:
    """Like `jit`, for what only compiled code calls: without a door to Python.

    A door costs as much time to compile as what is behind it. Such a function has no place in
    the cache: its callers have it in theirs. Called from Python it ends the process.
    """
    return _compile(function, no_cpython_wrapper=True)


def jit_loop(function: Function) -> Function:
    """Like `jit`, without reference counts: for a loop that allocates nothing.

    Numba counts a reference for each array that a helper is given, atomically; in the
    kernel that was half of the time. The caller holds the arrays while the loop runs.
    """
    return _compile(function, cache=True, _nrt=False)


def jit_bare(function: Function) -> Function:
    """Like `jit_inner`, without reference counts: for what a `jit_loop` calls now and then."""
    return _compile(function, no_cpython_wrapper=True, _nrt=False)


def jit_part(function: Function) -> Function:
    """Like `jit_bare`, always compiled into its callers: for the parts of an inner loop."""
    return _compile(function, no_cpython_wrapper=True, _nrt=False, forceinline=True)


@intrinsic
def _fetch(typing: Any, array: Any, index: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        place = context.cast(builder, arguments[1], signature.args[1], types.intp)
        parts = context.make_array(kind)(context, builder, arguments[0])
        item = cgutils.get_item_pointer(context, builder, kind, parts, [place])
        address, number = cgutils.voidptr_t, ir.IntType(32)
        prefetch = builder.module.declare_intrinsic(
            "llvm.prefetch",
            (address,),
            ir.FunctionType(ir.VoidType(), (address, number, number, number)),
        )
        builder.call(prefetch, (builder.bitcast(item, address), number(0), number(3), number(1)))
        return context.get_dummy_value()

    return types.void(array, index), generate


@intrinsic
def _count_trailing_zeros(typing: Any, bits: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(0))

    return types.int64(types.int64), generate


if is_jit_on():

    @jit_part
    def fetch(array: np.ndarray, index: int) -> None:
        """Ask for an item's cache line ahead of its use; any index is harmless."""
        _fetch(array, index)

    @jit_part
    def lowest_bit(bits: int) -> int:
        """Return the number of the lowest bit that is set; 64 where none is."""
        return _count_trailing_zeros(bits)

else:

    def fetch(array: np.ndarray, index: int) -> None:
        """Do nothing."""

    def lowest_bit(bits: int) -> int:
        """Return the number of the lowest bit that is set."""
        return int(bits & -bits).bit_length() - 1
