"""The digits network: its NumPy reference, and training it anew."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

REQUIRED_CORRECT = 96


def test_held_out_images_are_stratified(reference: ModuleType) -> None:
    model = reference.Model()
    assert model.images.shape == (100, 8, 8, 1)
    assert np.bincount(model.labels).tolist() == [10] * 10


def test_reference_accuracy(reference: ModuleType) -> None:
    model = reference.Model()
    predicted = reference.digits_invoke(model, model.images).argmax(axis=1)
    assert (predicted == model.labels).sum() >= REQUIRED_CORRECT


def test_high_mul_known_values(reference: ModuleType) -> None:
    def high_mul(a: int, b: int) -> int:
        product = reference.saturating_rounding_doubling_high_mul(np.int64(a), np.int64(b))
        return int(product)

    half = 1 << 30
    assert high_mul(100, half) == 50
    assert high_mul(3, half) == 2  # 1.5
    assert high_mul(-3, half) == -1  # gemmlowp rounds -1.5 upwards
    assert high_mul(-(1 << 31), half) == -half


def test_divide_by_pot_rounds_ties_away_from_zero(reference: ModuleType) -> None:
    x = np.array([5, 6, 7, -5, -6, -7, 0], dtype=np.int64)
    quotient = reference.rounding_divide_by_pot(x, np.int64(2))
    assert quotient.tolist() == [1, 2, 2, -1, -2, -2, 0]


def test_requantise_is_close_to_real_arithmetic(reference: ModuleType) -> None:
    model = reference.Model()
    sums = np.random.default_rng(1).integers(-30000, 30000, size=(200, 10))
    exponent = model.arrays["fc_shift"] - 31.0
    real = sums * model.arrays["fc_multiplier"] * 2.0**exponent + model.scalars["fc_output_offset"]
    result = reference.requantise(model, "fc", sums)
    # The two roundings may differ by one from a single one at a tie, never by more.
    assert np.abs(result - np.clip(real, -128, 127)).max() <= 1


def test_training_anew_gives_the_same_images_and_a_good_network(
    reference: ModuleType, samples: Path, tmp_path: Path
) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    done = subprocess.run(
        [sys.executable, samples / "digits" / "train.py", "--output", tmp_path],
        check=True,
        capture_output=True,
        text=True,
    )
    for name in ("test_images.h", "model.h"):
        assert (tmp_path / name).read_text() == (samples / "digits" / name).read_text()
    # The weights themselves may differ in their last bits with another BLAS.
    correct = [int(count) for count in re.findall(r"accuracy: (\d+)/100", done.stdout)]
    assert len(correct) == 2, "float and int8"
    assert min(correct) >= REQUIRED_CORRECT
    assert abs(correct[0] - correct[1]) <= 1
    assert reference.report(tmp_path) in done.stdout
