"""Keyed randomness: every value is a pure function of a key, a purpose and a number.

A counter-based generator in the manner of SplitMix64 (Steele, Lea & Flood 2014) with
Stafford's variant 13 of the MurmurHash3 finalizer:

    replication key   = mix(mix(seed + c) + mix(replication * c'))
    stream key        = mix(replication key ^ hash of the stream's name)
    value             = mix(key + salt(purpose) + number * golden ratio)
    mention key       = value(stream key, MENTION, n), or of a child value(parent, CHILD, c)

Streams are known by names (``base/question``), so one more topic or event moves no
other's values. Purposes are fixed for ever: a number is never used for anything else.
Checked by ``tests/theory/test_demand_streams.py`` (uniformity, independence, avalanche).
"""

import hashlib

import numpy as np

from sim.compile import jit

BUSY_DAY = 1
BUSY_HOUR_KEEP = 2
BUSY_HOUR_NEW = 3
EVENT_HAPPENS = 4
EVENT_TIME = 5
EVENT_SIZE = 6
REIGNITES = 7
REIGNITION_TIME = 8
SENTIMENT = 9
GAP = 16
THIN = 17
MENTION = 18
CHILD = 19
CHILDREN = 20
DELAY = 21
TOPIC = 22
CALL_WORK = 24
CALL_PATIENCE = 25
GOES_PUBLIC = 26
GOES_PUBLIC_DELAY = 27
TILT = 28
ACTIONABLE = 32
DETECTED = 33
INFLUENCE = 34
PATIENCE = 35
PATIENCE_AFRESH = 36
SILENT = 37
REPOSTS = 38
REPOST_DELAY = 39
ROUTED_RIGHT = 40
WRONG_POOL = 41
SPREADS = 42
FRIENDLY = 43
PERSONAL = 44
FOLLOW_UP = 45
EXPECTED_TIME = 46
REDRESS = 47
ISSUE = 48
LOOKS_FIRST = 49
BRINGS = 50
BROUGHT_KEY = 51
BROUGHT_DELAY = 52
BROUGHT = 53
PREPARED = 56
BACKLASH = 57
BACKLASH_KEY = 58
BACKLASH_DELAY = 59
WORK = 64
THINK = 65
WRITES_AGAIN = 66
RESOLVE = 67
REOPEN = 68
REOPEN_DELAY = 69
LATER_PATIENCE = 70
ABSENT = 96
ABSENCE_DAY = 97

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_SALT = np.uint64(0xD1342543DE82EF95)
_MULTIPLIER_1 = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLIER_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_1 = np.uint64(30)
_SHIFT_2 = np.uint64(27)
_SHIFT_3 = np.uint64(31)
_SHIFT_53 = np.uint64(11)
_STEP_53 = 2.0**-53
_MASK = (1 << 64) - 1


@jit
def mix(value: np.uint64) -> np.uint64:
    """64 well-mixed bits, one to one (Stafford's variant 13)."""
    value = (value ^ (value >> _SHIFT_1)) * _MULTIPLIER_1
    value = (value ^ (value >> _SHIFT_2)) * _MULTIPLIER_2
    return value ^ (value >> _SHIFT_3)


@jit
def draw_bits(key: np.uint64, purpose: int, number: int) -> np.uint64:
    """64 random bits of a key for a purpose; `number` is a turn, a child, a day."""
    return mix(key + mix(np.uint64(purpose) * _SALT) + np.uint64(number) * _GOLDEN)


@jit
def draw_int53(key: np.uint64, purpose: int, number: int) -> int:
    """A uniform whole number in [0, 2^53)."""
    return int(np.int64(draw_bits(key, purpose, number) >> _SHIFT_53))


@jit
def draw_uniform(key: np.uint64, purpose: int, number: int) -> float:
    """A uniform number in [0, 1) of 53 bits."""
    return draw_int53(key, purpose, number) * _STEP_53


@jit
def enter_stream(replication_key: np.uint64, name_hash: np.uint64) -> np.uint64:
    """The key of a named stream in one replication."""
    return mix(replication_key ^ name_hash)


def hash_name(name: str) -> int:
    """64 bits that stand for the name of a stream, on every machine the same."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def make_replication_key(seed: int, replication: int) -> np.uint64:
    """The key from which all streams of a replication come.

    Parameters
    ----------
    seed : int
        Any whole number; its lowest 64 bits count.
    replication : int
        From 0.

    Returns
    -------
    np.uint64
        The key.
    """
    with np.errstate(over="ignore"):
        own = mix(np.uint64((replication & _MASK) * int(_SALT) & _MASK))
        chosen = mix(np.uint64((seed & _MASK) + int(_GOLDEN) & _MASK))
        return np.uint64(mix(np.uint64(int(chosen) + int(own) & _MASK)))
