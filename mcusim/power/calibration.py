"""Fitting event energies to published currents: the smallest change of a shape that meets them.

The relative energies of a core (`ClassEnergy`) give the shape w; a published current with its
workload gives one equation, the dynamic power per clock: sum_c x_c mix_c = (P - P_static) / f.
There are fewer equations than event classes, so of all solutions the one nearest to the scaled
shape is taken: with x_c = k w_c (1 + d_c), minimise sum_c (d_c / sigma_c)^2 subject to the
equations, where sigma_c says how far class c may move. This is the mean of the Gaussian posterior
with an independent prior on each class (Rasmussen and Williams, "Gaussian Processes for Machine
Learning", section 2.1, with noise `NOISE`), and is solved as one regularised least-squares problem.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcusim.boards.schema import ClassEnergy
from mcusim.machine.activity import COLUMNS, INDEX

Vector = npt.NDArray[np.float64]

NOISE = 0.003
"""Relative error allowed to an anchor: below the last digit of published currents."""

CHANGE_MIN, CHANGE_MAX = -0.9, 4.0
"""Bounds of d: an energy stays between a tenth and five times its place in the shape."""

_MEMORY = ("flash_fetch", "flash_data", "cache_read", "ram_read", "ram_write", "ram_fetch")


def _freedom() -> Vector:
    """sigma_c, assumed: memories differ between chips far more than cores of one design do."""
    sigma = np.full(len(COLUMNS), 0.4)
    sigma[INDEX["cycles"]] = 0.2
    for name in _MEMORY:
        sigma[INDEX[name]] = 1.0
    return sigma


FREEDOM: Vector = _freedom()


def shape(classes: ClassEnergy) -> Vector:
    """Relative energy of each activity column, shape (columns,), dimensionless.

    `stall` has none of its own: its cycles are in `cycles` and cost what every cycle costs.
    """
    named = {
        "cycles": classes.cycle,
        "flash_fetch": classes.flash_read,
        "flash_data": classes.flash_read,
        "stall": 0.0,
    }
    return np.array([named.get(c, getattr(classes, c, 0.0)) for c in COLUMNS], dtype=np.float64)


def fit(relative: Vector, mixes: Vector, energy_per_cycle_j: Vector) -> Vector:
    """Joules per event, shape (columns,), from anchors.

    relative: shape (columns,); mixes: events per cycle, shape (anchors, columns);
    energy_per_cycle_j: dynamic joules per cycle of each anchor, shape (anchors,), positive.
    """
    rows = mixes * relative / energy_per_cycle_j[:, None]
    scale = _common_scale(rows.sum(axis=1))
    rows = rows * scale
    change = _smallest_change(rows, 1.0 - rows.sum(axis=1))
    return relative * scale * (1.0 + change)


def _common_scale(predicted: Vector) -> float:
    """The k that minimises the squared relative errors of the unchanged shape."""
    return float(predicted.sum() / (predicted @ predicted))


def _smallest_change(rows: Vector, error: Vector) -> Vector:
    """The d with rows @ d = error, smallest in units of `FREEDOM`, within the bounds.

    Classes that reach a bound are fixed there and the rest is solved again, each round fixing at
    least one, so that it ends after at most one round a class.
    """
    change = np.zeros(rows.shape[1])
    free = np.ones(rows.shape[1], dtype=bool)
    while free.any():
        sigma = FREEDOM[free]
        left = np.vstack([rows[:, free] * sigma / NOISE, np.eye(int(free.sum()))])
        right = np.concatenate([(error - rows[:, ~free] @ change[~free]) / NOISE, 0.0 * sigma])
        solution = np.linalg.lstsq(left, right, rcond=None)[0] * sigma
        change[free] = np.clip(solution, CHANGE_MIN, CHANGE_MAX)
        hit = free.copy()
        hit[free] = (solution < CHANGE_MIN) | (solution > CHANGE_MAX)
        if not hit.any():
            break
        free &= ~hit
    return change
