"""Bit-exact NumPy reference of the firmware's int8 network; reads the generated C files.

Usage: python reference.py    prints the lines that the firmware prints
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Int8 = NDArray[np.int8]
Int64 = NDArray[np.int64]

HERE = Path(__file__).parent


class Model:
    """Integers of the generated C: arrays and struct members by name."""

    def __init__(self, folder: Path = HERE) -> None:
        source = (folder / "model.c").read_text() + (folder / "test_images.h").read_text()
        self.arrays: dict[str, Int64] = {
            name: np.array([int(value) for value in re.findall(r"-?\d+", body)], dtype=np.int64)
            for name, body in re.findall(r"(\w+)\[\d+\] = \{([^}]*)\}", source)
        }
        self.scalars: dict[str, int] = {}
        for layer, body in re.findall(r"(\w+)_quantisation = \{([^}]*)\}", source):
            for member, value in re.findall(r"\.(\w+) = (-?\d+)", body):
                self.scalars[f"{layer}_{member}"] = int(value)

    @property
    def images(self) -> Int64:
        return self.arrays["test_images"].reshape(-1, 8, 8, 1)

    @property
    def labels(self) -> Int64:
        return self.arrays["test_labels"]


def saturating_rounding_doubling_high_mul(a: Int64, b: Int64) -> Int64:
    """The high half of 2ab, rounded; C's division truncates towards zero."""
    product = a * b
    nudged = product + np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    high: Int64 = np.sign(nudged) * (np.abs(nudged) >> 31)
    return high


def rounding_divide_by_pot(x: Int64, exponent: Int64) -> Int64:
    """Divides by 2**exponent, rounded to nearest, ties away from zero."""
    mask = (1 << exponent) - 1
    threshold = (mask >> 1) + (x < 0)
    quotient: Int64 = (x >> exponent) + ((x & mask) > threshold)
    return quotient


def requantise(model: Model, layer: str, accumulator: Int64) -> Int64:
    """int32 sums to int8 range, per output channel (the last axis), with the fused activation."""
    shift = model.arrays[layer + "_shift"]
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    scaled = saturating_rounding_doubling_high_mul(
        accumulator << left, model.arrays[layer + "_multiplier"]
    )
    result = rounding_divide_by_pot(scaled, right) + model.scalars[layer + "_output_offset"]
    low, high = (model.scalars[f"{layer}_activation_{end}"] for end in ("min", "max"))
    return np.clip(result, low, high)


def conv2d(model: Model, layer: str, x: Int64) -> Int64:
    """3x3, stride 1, same padding; padding is the zero point, so it adds nothing."""
    n, height, width, channels = x.shape
    weights = model.arrays[layer + "_weights"].reshape(-1, 3, 3, channels)
    centred = np.pad(x + model.scalars[layer + "_input_offset"], ((0, 0), (1, 1), (1, 1), (0, 0)))
    sums = np.broadcast_to(model.arrays[layer + "_bias"], (n, height, width, len(weights))).copy()
    for i in range(3):
        for j in range(3):
            sums += centred[:, i : i + height, j : j + width] @ weights[:, i, j].T
    return requantise(model, layer, sums)


def max_pool_2x2(x: Int64) -> Int64:
    n, height, width, channels = x.shape
    pooled: Int64 = x.reshape(n, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))
    return pooled


def fully_connected(model: Model, layer: str, x: Int64) -> Int64:
    weights = model.arrays[layer + "_weights"].reshape(-1, x.shape[1])
    centred = x + model.scalars[layer + "_input_offset"]
    return requantise(model, layer, centred @ weights.T + model.arrays[layer + "_bias"])


def digits_invoke(model: Model, images: Int64) -> Int8:
    """int8 logits (N, 10) of int8 images (N, 8, 8, 1)."""
    features = max_pool_2x2(conv2d(model, "conv2", conv2d(model, "conv1", images)))
    return fully_connected(model, "fc", features.reshape(len(images), -1)).astype(np.int8)


def report(folder: Path = HERE) -> str:
    """What the firmware prints: its accuracy and the CRC-32 of all logits."""
    model = Model(folder)
    logits = digits_invoke(model, model.images)
    correct = int((logits.argmax(axis=1) == model.labels).sum())
    crc = zlib.crc32(logits.tobytes())
    return f"accuracy: {correct}/{len(logits)}\nlogits crc32: {crc:08x}\n"


if __name__ == "__main__":
    print(report(), end="")
