"""Brands that steer optimally, played by the hourly step written out."""

import math

import numpy as np

from sim.feeling import optimal_effort

ATT = (0.396, 0.164, 0.028)


def steer_brands(
    rng: np.random.Generator,
    hours: int,
    paths: int,
    brand: tuple[float, float, float] = ATT,
    dt_h: float = 1.0,
    start: np.ndarray | None = None,
) -> np.ndarray:
    """Return sentiment of shape (hours + 1, paths), from the fixed point unless told."""
    k1, k2, k3 = brand
    plan = optimal_effort(k1, k2, k3)
    x = np.full(paths, plan.fixed_point) if start is None else start
    rows = [x]
    for _ in range(hours):
        drift = k1 * plan.effort(x) * (1 - x) - k2 * x
        x = np.clip(x + drift * dt_h + k3 * math.sqrt(dt_h) * rng.standard_normal(paths), 0, 1)
        rows.append(x)
    return np.array(rows)
