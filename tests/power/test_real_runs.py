"""The energy model against numbers that it was not fitted to, on firmwares that run."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import mcusim
from mcusim import Result
from mcusim.boards import Board, load_board, load_workloads
from mcusim.machine.activity import COLUMNS
from mcusim.power import build_model
from mcusim.power.anchors import select_points, usable_anchors
from mcusim.power.calibration import FREEDOM, NOISE
from mcusim.power.energy import MISMATCH

PREBUILT = Path(__file__).parents[2] / "firmware_samples" / "prebuilt"

MEASURED_W = (38.7e-3, 43.8e-3)
"""NUCLEO-L4R5ZI at 1.8 V and 120 MHz while it infers: MLPerf Tiny v0.5 and v1.2, all networks."""


@cache
def run(sample: str, board: str, **options: float) -> Result:
    return mcusim.run(PREBUILT / f"{sample}-{board}.elf", board=board, **options)  # type: ignore[arg-type]


def test_coremix_draws_what_nordic_publishes_for_coremark():
    """I_CPU0, 3.3 mA: DC/DC, 3 V, from cached flash. Our own code, of the same kind."""
    assert run("coremix", "nrf52840").energy.average_current_a == pytest.approx(3.3e-3, rel=0.03)


def test_the_band_of_an_int8_network_covers_the_measured_inference_power():
    result = run("digits", "nucleo-l4r5zi", supply_v=1.8)
    assert result.energy.energy_low_j < MEASURED_W[0] * result.time_s
    assert result.energy.energy_high_j > MEASURED_W[1] * result.time_s


@pytest.mark.parametrize("board", ["nrf52840", "nucleo-l4r5zi"])
@pytest.mark.parametrize("sample", ["coremix", "digits", "fibonacci", "spin"])
def test_the_band_away_from_the_anchors_covers_what_the_fit_leaves_open(sample, board):
    """Against the exact standard deviation of the fit, a quadratic form."""
    loaded = load_board(board)
    counts = run(sample, board).activity
    energy = build_model(loaded).typical * [counts[name] for name in COLUMNS]
    assert float(energy @ MISMATCH) >= float(np.sqrt(energy @ _covariance(loaded) @ energy))


def _covariance(board: Board) -> np.ndarray:
    """Of the relative energies, given the anchors (Gaussian conditioning)."""
    anchors = usable_anchors(board, board.regulator, load_workloads())
    point = select_points(anchors, board.clock_hz, board.supply_v, None)[-1]
    energies = np.array([a.vector() for a in point.anchors]) * build_model(board).typical
    shares = energies / energies.sum(axis=1, keepdims=True)
    prior = np.diag(FREEDOM**2)
    noise = NOISE**2 * np.eye(len(shares))
    gain = prior @ shares.T @ np.linalg.inv(shares @ prior @ shares.T + noise)
    return prior - gain @ shares @ prior
