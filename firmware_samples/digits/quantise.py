"""Post-training quantisation by TFLite's int8 scheme.

Weights: symmetric, one scale per output channel. Activations: asymmetric, one scale and zero point
per tensor, from the range seen on the training images. Biases: int32 at input scale * weight scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

INT8_MIN, INT8_MAX = -128, 127


@dataclass(frozen=True)
class Scale:
    """An affine scale: real = scale * (quantised - zero_point)."""

    scale: float
    zero_point: int


@dataclass(frozen=True)
class Layer:
    """One convolution or fully connected layer, ready for the integer kernels."""

    name: str
    weights: NDArray[np.int8]
    bias: NDArray[np.int32]
    multiplier: NDArray[np.int32]
    shift: NDArray[np.int32]
    input_offset: int
    output_offset: int
    activation_min: int


INPUT_SCALE = Scale(1 / 255, -128)


def quantise_images(images: Float) -> NDArray[np.int8]:
    """Pixels in 0..1 as int8 at INPUT_SCALE."""
    levels = np.round(images / INPUT_SCALE.scale) + INPUT_SCALE.zero_point
    quantised: NDArray[np.int8] = np.clip(levels, INT8_MIN, INT8_MAX).astype(np.int8)
    return quantised


def activation_scale(values: Float) -> Scale:
    """The scale covering the values' range, which is widened to contain 0 exactly."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    scale = (high - low) / (INT8_MAX - INT8_MIN)
    return Scale(scale, int(np.clip(round(INT8_MIN - low / scale), INT8_MIN, INT8_MAX)))


def quantise_multiplier(real: float) -> tuple[int, int]:
    """A real multiplier as a Q31 mantissa and a power-of-two exponent (positive: left shift)."""
    mantissa, exponent = math.frexp(real)
    fixed = round(mantissa * (1 << 31))
    if fixed == 1 << 31:
        fixed, exponent = fixed // 2, exponent + 1
    return fixed, exponent


def quantise_layer(
    name: str, weights: Float, bias: Float, source: Scale, result: Scale, relu: bool
) -> Layer:
    per_channel = np.abs(weights).reshape(len(weights), -1).max(axis=1).astype(np.float64)
    scales = per_channel / INT8_MAX
    broadcast = scales.reshape(-1, *[1] * (weights.ndim - 1))
    pairs = [quantise_multiplier(source.scale * scale / result.scale) for scale in scales]
    return Layer(
        name=name,
        weights=np.clip(np.round(weights / broadcast), -INT8_MAX, INT8_MAX).astype(np.int8),
        bias=np.round(bias / (source.scale * scales)).astype(np.int32),
        multiplier=np.array([fixed for fixed, _ in pairs], dtype=np.int32),
        shift=np.array([shift for _, shift in pairs], dtype=np.int32),
        input_offset=-source.zero_point,
        output_offset=result.zero_point,
        activation_min=result.zero_point if relu else INT8_MIN,
    )


def quantise(params: dict[str, Float], activations: dict[str, Float]) -> list[Layer]:
    """The three weighted layers; max pooling keeps conv2's scale and needs no parameters."""
    conv1 = activation_scale(activations["conv1"])
    conv2 = activation_scale(activations["conv2"])
    logits = activation_scale(activations["logits"])
    steps = (
        ("conv1", INPUT_SCALE, conv1, True),
        ("conv2", conv1, conv2, True),
        ("fc", conv2, logits, False),
    )
    return [
        quantise_layer(
            name, params[name + "_weights"], params[name + "_bias"], source, result, relu
        )
        for name, source, result, relu in steps
    ]
