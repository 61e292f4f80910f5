"""Keyed uniforms: uniform, independent over numbers, keys and purposes, well mixed.

A counter-based generator stands or falls with neighboring inputs, so all tests here use
neighbors: numbers 0, 1, 2, ..., keys of neighboring seeds, replications and mentions.
"""

import itertools

import numpy as np
import pytest
from chances import LIMIT, ks_excess, z_chi_square, z_correlation, z_mean, z_share

from sim.compile import jit
from sim.demand import streams
from sim.demand.streams import (
    draw_bits,
    draw_int53,
    draw_uniform,
    enter_stream,
    hash_name,
    make_replication_key,
    mix,
)

N = 20_000
PURPOSES = {
    name: value
    for name, value in vars(streams).items()
    if name.isupper() and not name.startswith("_")
}


@jit
def draw_numbers(key: np.uint64, purpose: int, count: int) -> np.ndarray:
    values = np.empty(count)
    for number in range(count):
        values[number] = draw_uniform(key, purpose, number)
    return values


def draw_keys(keys: np.ndarray, purpose: int) -> np.ndarray:
    return np.array([draw_uniform(np.uint64(key), purpose, 0) for key in keys])


def unit(values: np.ndarray) -> np.ndarray:
    return np.clip(values, 0.0, 1.0)


KEY = make_replication_key(1, 0)


@pytest.fixture(scope="module")
def ways():
    """Return sequences of uniforms along each way in which inputs can be neighbors."""
    stream = enter_stream(KEY, np.uint64(hash_name("base/question")))
    mentions = [draw_bits(np.uint64(stream), streams.MENTION, n) for n in range(N)]
    children = [draw_bits(np.uint64(stream), streams.CHILD, n) for n in range(N)]
    return {
        "numbers": draw_numbers(KEY, streams.GAP, N),
        "other purpose": draw_numbers(KEY, streams.THIN, N),
        "raw keys": draw_keys(np.arange(N), streams.WORK),
        "mentions": draw_keys(mentions, streams.WORK),
        "children": draw_keys(children, streams.WORK),
        "seeds": draw_keys([make_replication_key(s, 0) for s in range(N)], streams.WORK),
        "replications": draw_keys([make_replication_key(1, r) for r in range(N)], streams.WORK),
    }


def test_values_are_uniform(ways):
    for name, values in ways.items():
        assert values.min() >= 0.0, name
        assert values.max() < 1.0, name
        assert ks_excess(values, unit) < 1.0, name


def test_values_do_not_depend_on_the_last(ways):
    for name, values in ways.items():
        for lag in (1, 2, 8):
            assert abs(z_correlation(values[:-lag], values[lag:])) < LIMIT, (name, lag)
        pairs = np.histogram2d(values[:-1], values[1:], bins=16, range=[[0, 1]] * 2)[0]
        assert abs(z_chi_square(pairs, np.full(pairs.shape, (N - 1) / 256))) < LIMIT, name


def test_ways_are_independent_of_each_other(ways):
    for one, other in itertools.combinations(ways, 2):
        assert abs(z_correlation(ways[one], ways[other])) < LIMIT, (one, other)


def test_purposes_are_independent():
    drawn = {name: draw_numbers(KEY, value, N) for name, value in PURPOSES.items()}
    worst = max(
        abs(z_correlation(drawn[one], drawn[other]))
        for one, other in itertools.combinations(drawn, 2)
    )
    assert worst < 5.2  # of 703 pairs: false alarm 1 in 7,000
    for values in drawn.values():
        assert abs(z_mean(values, 0.5)) < LIMIT


def test_no_purpose_is_used_twice():
    assert len(set(PURPOSES.values())) == len(PURPOSES)
    assert min(PURPOSES.values()) > 0


def test_purposes_never_change():
    """A purpose that changed its number would change every draw ever published."""
    assert (PURPOSES["GAP"], PURPOSES["WORK"], PURPOSES["REOPEN_DELAY"]) == (16, 64, 69)


def avalanche(function, draws=400):
    """Return by input bit the share of output bits that flip with it."""
    rng = np.random.default_rng(8)
    shares = np.zeros(64)
    for value in rng.integers(0, 1 << 63, draws).astype(np.uint64):
        plain = int(function(value))
        for bit in range(64):
            flipped = int(function(np.uint64(int(value) ^ (1 << bit))))
            shares[bit] += (plain ^ flipped).bit_count() / 64 / draws
    return shares


@pytest.mark.parametrize("name", ["mix", "key"])
def test_each_input_bit_flips_half_of_the_output(name):
    function = mix if name == "mix" else lambda key: draw_bits(key, streams.RESOLVE, 3)
    shares = avalanche(function)
    error = 0.5 / np.sqrt(64 * 400)
    # A finalizer is not perfect: a percent and a half of bias is allowed beside chance.
    assert np.abs(shares - 0.5).max() < LIMIT * error + 0.015


def test_mix_by_the_published_sequence():
    """SplitMix64 of seed 1234567: first values as published by Rosetta Code."""
    golden, state, values = 0x9E3779B97F4A7C15, 1234567, []
    for _ in range(5):
        state = (state + golden) & (2**64 - 1)
        values.append(int(mix(np.uint64(state))))
    assert values == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def plain_mix(value):
    for shift, multiplier in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        value = ((value ^ (value >> shift)) * multiplier) % 2**64
    return value ^ (value >> 31)


@pytest.mark.parametrize(("seed", "replication"), [(0, 0), (1, 5), (-3, 0), (2**80 + 1, 2**33)])
def test_keys_and_values_in_whole_numbers(seed, replication):
    """The same in plain integers: what was published once stays what it was."""
    salt, golden = 0xD1342543DE82EF95, 0x9E3779B97F4A7C15
    key = plain_mix((seed + golden) % 2**64) + plain_mix(replication * salt % 2**64)
    key = plain_mix(key % 2**64)
    assert int(make_replication_key(seed, replication)) == key
    stream = plain_mix(key ^ 0xFB892DE33C5577B7)
    drawn = enter_stream(np.uint64(key), np.uint64(hash_name("base/question")))
    assert int(drawn) == stream
    value = plain_mix((stream + plain_mix(64 * salt % 2**64) + 7 * golden) % 2**64)
    assert int(draw_bits(np.uint64(stream), 64, 7)) == value
    assert draw_int53(np.uint64(stream), 64, 7) == value >> 11
    assert draw_uniform(np.uint64(stream), 64, 7) == (value >> 11) / 2**53


def test_low_bits_are_coins():
    bits = [int(draw_bits(KEY, streams.GAP, n)) for n in range(4000)]
    for place in range(64):
        ones = sum(value >> place & 1 for value in bits)
        assert abs(z_share(ones, 4000, 0.5)) < LIMIT, place


def test_any_whole_number_is_a_seed():
    seeds = [0, 1, -1, 2**63, 2**64 - 2, -(2**70) + 5]
    assert len({int(make_replication_key(seed, 0)) for seed in seeds}) == len(seeds)


def test_seed_and_replication_do_not_trade():
    keys = {int(make_replication_key(s, r)) for s in range(60) for r in range(60)}
    assert len(keys) == 3600


def test_names_have_different_streams():
    names = [f"event/{a}/{b}" for a in range(40) for b in range(40)]
    assert len({hash_name(name) for name in names}) == len(names)
    assert hash_name("base/question") == 0xFB892DE33C5577B7
