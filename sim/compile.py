"""The only door to numba: the ``jit`` decorator and the place of its cache.

Numba notices an edited function but not an edited helper that the function
calls, and then returns the old result. The cache folder is therefore keyed by a
hash of every source file that may hold compiled code (``tests/unit/test_compile.py``
edits a rule and watches the key change).

A cached function is run as it is read, so a cache is used only where it is the user's own and
nobody else can write to it (``sim.places``). One that cannot be used, is full or holds a
damaged file is reported in a line (``PlaceWarning``): the functions are compiled anew.
"""

import contextlib
import functools
import hashlib
import os
import pathlib
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.caching import CompileResultCacheImpl, FunctionCache, InTreeCacheLocator
from numba.extending import intrinsic

from sim.errors import PlaceWarning
from sim.places import find_user_folder, prepare_own_folder

Function = TypeVar("Function", bound=Callable[..., Any])

_PACKAGE = pathlib.Path(__file__).parent
COMPILED_ROOMS = (
    "rules",
    "care",
    "demand",
    "feeling",
    "outcomes",
    "scenario/tables.py",
    "compile.py",
    "limits.py",
)
NEVER_COMPILED = "reference"
CHECKS = "NUMBA_BOUNDSCHECK"
"""Numba's switch for checks of every index; its cache does not tell checked code from other."""


def hash_sources(package: pathlib.Path = _PACKAGE) -> str:
    """A short hash of every source file that may hold compiled code.

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
            if NEVER_COMPILED in path.parts:
                continue
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def choose_cache_folder() -> pathlib.Path | None:
    """The user's cache folder for compiled code of these very sources; None if no home."""
    below = "checked" if os.environ.get(CHECKS, "0") not in ("", "0") else ""
    named = os.environ.get("NUMBA_CACHE_DIR")
    if named:
        return pathlib.Path(named) / below
    root = find_user_folder("XDG_CACHE_HOME", ".cache")
    return None if root is None else root / "surgecrew" / f"numba-{hash_sources()}" / below


def warn_uncached(why: str) -> None:
    """Warn that compiled code is not kept."""
    warnings.warn(
        f"compiled code is not cached ({why}); compiling it again takes about 30 s",
        PlaceWarning,
        stacklevel=2,
    )


@functools.cache
def open_cache() -> pathlib.Path | None:
    """The folder of compiled code; None, and a warning, where there is no place for it."""
    folder = choose_cache_folder()
    why = "no home folder" if folder is None else prepare_own_folder(folder)
    if why is not None:
        warn_uncached(why)
        return None
    return folder


def is_jit_on() -> bool:
    """Whether functions are compiled (``NUMBA_DISABLE_JIT=1`` switches it off)."""
    return not numba.config.DISABLE_JIT


class _Locator(InTreeCacheLocator):  # type: ignore[misc] # numba has no types
    """The user's folder alone: not one beside the sources, and also when it is full."""

    def __init__(self, function: Any, file: str) -> None:
        super().__init__(function, file)
        self._cache_path = os.path.join(str(open_cache()), self.get_suitable_cache_subpath(file))

    def ensure_cache_path(self) -> None:
        os.makedirs(self.get_cache_path(), mode=0o700, exist_ok=True)


class _Implementation(CompileResultCacheImpl):  # type: ignore[misc] # numba has no types
    _locator_classes = [_Locator]


class _Cache(FunctionCache):  # type: ignore[misc] # numba has no types
    """A cache that costs time where it fails, never the run."""

    _impl_class = _Implementation

    def load_overload(self, signature: Any, context: Any) -> Any:
        try:
            return super().load_overload(signature, context)
        except Exception as error:  # whatever a damaged file is taken for by its reader
            warn_uncached(_format_reason(error))
            with contextlib.suppress(OSError):
                os.unlink(self._cache_file._index_path)
            return None

    def save_overload(self, signature: Any, data: Any) -> None:
        try:
            super().save_overload(signature, data)
        except Exception as error:  # as above: the index is read before it is written
            warn_uncached(_format_reason(error))
            self.disable()


def _format_reason(error: Exception) -> str:
    why = getattr(error, "strerror", None) or f"a damaged file, {type(error).__name__}"
    return f"{open_cache()}: {why}"


def _compile(function: Function, is_cached: bool = False, **options: Any) -> Function:
    compiled: Function = numba.njit(nogil=True, fastmath=False, no_cfunc_wrapper=True, **options)(
        function
    )
    if is_cached and is_jit_on() and open_cache() is not None:
        try:
            compiled._cache = _Cache(function)  # type: ignore[attr-defined] # numba's own place
        except (OSError, RuntimeError) as error:
            warn_uncached(
                _format_reason(error) if isinstance(error, OSError) else "no usable cache folder"
            )
    return compiled


def jit(function: Function) -> Function:
    """Compile ``function`` in nopython mode: cached, without the GIL, no fastmath."""
    return _compile(function, is_cached=True)


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
    return _compile(function, is_cached=True, _nrt=False)


def jit_bare(function: Function) -> Function:
    """Like `jit_inner`, without reference counts: for what a `jit_loop` calls now and then."""
    return _compile(function, no_cpython_wrapper=True, _nrt=False)


def jit_part(function: Function) -> Function:
    """Like `jit_bare`, always compiled into its callers: for the parts of an inner loop."""
    return _compile(function, no_cpython_wrapper=True, _nrt=False, forceinline=True)


@intrinsic
def _fetch(typing: Any, array: Any, index: Any, behind: Any) -> Any:
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
        line = builder.gep(builder.bitcast(item, address), [arguments[2]])
        builder.call(prefetch, (line, number(0), number(3), number(1)))
        return context.get_dummy_value()

    return types.void(array, index, types.int64), generate


@intrinsic
def _count_trailing_zeros(typing: Any, bits: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(0))

    return types.int64(types.int64), generate


if is_jit_on():

    @jit_part
    def fetch(array: np.ndarray, index: int, behind: int = 0) -> None:
        """Ask for an item's cache line, or that so many bytes behind; any index is harmless."""
        _fetch(array, index, behind)

    @jit_part
    def lowest_bit(bits: int) -> int:
        """The number of the lowest bit that is set; 64 where none is."""
        return _count_trailing_zeros(bits)

else:

    def fetch(array: np.ndarray, index: int, behind: int = 0) -> None:
        """Do nothing."""

    def lowest_bit(bits: int) -> int:
        """The number of the lowest bit that is set."""
        return int(bits & -bits).bit_length() - 1
