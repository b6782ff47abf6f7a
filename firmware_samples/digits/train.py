"""Train, quantise and export the digits network (NumPy; scikit-learn only for the images).

Usage: python train.py [--output DIR]

Writes model.h, model.c and test_images.h. The seed fixes the data split, the initial weights and
the order of the batches, so a rerun with the same NumPy build gives the same files. Another BLAS
may round float sums differently and so give slightly different weights.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

# One BLAS thread: the order of float sums must not depend on the machine's core count.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import export
import numpy as np
import quantise
import reference
from numpy.typing import NDArray

Float = NDArray[np.float32]
Int = NDArray[np.int64]
Params = dict[str, Float]

SEED = 20240607
HELD_OUT_PER_CLASS = 10
EPOCHS = 40
BATCH = 32
CHANNELS = 16
CLASSES = 10
PIXEL_MAX = 16.0


def load_data() -> tuple[Float, Int, Float, Int]:
    """The train and the stratified held-out images, scaled to 0..1, NHWC, with their labels."""
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    pixels, labels = load_digits(return_X_y=True)
    images = (pixels.reshape(-1, 8, 8, 1) / PIXEL_MAX).astype(np.float32)
    rng = np.random.default_rng(SEED)
    held_out = np.concatenate(
        [
            rng.choice(np.flatnonzero(labels == digit), HELD_OUT_PER_CLASS, replace=False)
            for digit in range(CLASSES)
        ]
    )
    rng.shuffle(held_out)
    train = np.setdiff1d(np.arange(len(labels)), held_out)
    return images[train], labels[train], images[held_out], labels[held_out]


def initial_params(rng: np.random.Generator) -> Params:
    """He-initialised weights (OHWI for the convolutions) and zero biases."""

    def he(*shape: int) -> Float:
        fan_in = int(np.prod(shape[1:]))
        values: Float = (rng.standard_normal(shape) * np.sqrt(2.0 / fan_in)).astype(np.float32)
        return values

    def zeros(count: int) -> Float:
        return np.zeros(count, dtype=np.float32)

    return {
        "conv1_weights": he(CHANNELS, 3, 3, 1),
        "conv1_bias": zeros(CHANNELS),
        "conv2_weights": he(CHANNELS, 3, 3, CHANNELS),
        "conv2_bias": zeros(CHANNELS),
        "fc_weights": he(CLASSES, 4 * 4 * CHANNELS),
        "fc_bias": zeros(CLASSES),
    }


def im2col(x: Float) -> Float:
    """3x3 patches of x with zero padding: (N, H, W, 9 * C), ordered as OHWI weights are."""
    n, height, width, channels = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    taps = [padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return np.stack(taps, axis=3).reshape(n, height, width, 9 * channels)


def col2im(cols: Float, channels: int) -> Float:
    """The adjoint of im2col: sums patch gradients back onto the pixels."""
    n, height, width, _ = cols.shape
    taps = cols.reshape(n, height, width, 9, channels)
    padded = np.zeros((n, height + 2, width + 2, channels), dtype=np.float32)
    for tap in range(9):
        i, j = divmod(tap, 3)
        padded[:, i : i + height, j : j + width] += taps[:, :, :, tap]
    return padded[:, 1:-1, 1:-1]


def forward(params: Params, images: Float) -> dict[str, Float]:
    """All activations of the float network, by name."""
    act: dict[str, Float] = {"input": images}
    for name, source in (("conv1", "input"), ("conv2", "conv1")):
        act[name + "_cols"] = im2col(act[source])
        weights = params[name + "_weights"].reshape(CHANNELS, -1)
        act[name] = np.maximum(act[name + "_cols"] @ weights.T + params[name + "_bias"], 0)
    windows = act["conv2"].reshape(-1, 4, 2, 4, 2, CHANNELS)
    act["pool"] = windows.max(axis=(2, 4))
    act["logits"] = act["pool"].reshape(len(images), -1) @ params["fc_weights"].T
    act["logits"] = act["logits"] + params["fc_bias"]
    return act


def gradients(params: Params, act: dict[str, Float], labels: Int) -> Params:
    """Gradients of the mean cross-entropy with respect to the parameters."""
    count = len(labels)
    exponentials = np.exp(act["logits"] - act["logits"].max(axis=1, keepdims=True))
    d_logits = exponentials / exponentials.sum(axis=1, keepdims=True)
    d_logits[np.arange(count), labels] -= 1
    d_logits /= count
    grads: Params = {
        "fc_weights": d_logits.T @ act["pool"].reshape(count, -1),
        "fc_bias": d_logits.sum(axis=0),
    }
    d_pool = (d_logits @ params["fc_weights"]).reshape(-1, 4, 1, 4, 1, CHANNELS)
    is_max = act["conv2"].reshape(-1, 4, 2, 4, 2, CHANNELS) == act["pool"][:, :, None, :, None]
    delta = (is_max * d_pool).reshape(act["conv2"].shape)
    for name in ("conv2", "conv1"):
        delta = delta * (act[name] > 0)
        flat = delta.reshape(-1, CHANNELS)
        cols = act[name + "_cols"]
        weights = params[name + "_weights"]
        grads[name + "_weights"] = (flat.T @ cols.reshape(len(flat), -1)).reshape(weights.shape)
        grads[name + "_bias"] = flat.sum(axis=0)
        if name == "conv2":
            delta = col2im(delta @ weights.reshape(CHANNELS, -1), CHANNELS)
    return grads


def adam(params: Params, grads: Params, state: dict[str, tuple[Float, Float]], step: int) -> None:
    """One Adam step with a rate that falls linearly to zero over the training (in place)."""
    for name, grad in grads.items():
        m, v = state.get(name, (np.zeros_like(grad), np.zeros_like(grad)))
        m = 0.9 * m + 0.1 * grad
        v = 0.999 * v + 0.001 * grad**2
        state[name] = (m, v)
        m_hat, v_hat = m / (1 - 0.9**step), v / (1 - 0.999**step)
        params[name] -= (learning_rate(step) * m_hat / (np.sqrt(v_hat) + 1e-8)).astype(np.float32)


def learning_rate(step: int) -> float:
    return 3e-3 * max(0.0, 1 - step / (EPOCHS * 54))


def batches(rng: np.random.Generator, count: int) -> Iterator[Int]:
    """Shuffled batches of indices; an incomplete last batch also counts."""
    order = rng.permutation(count)
    for start in range(0, count, BATCH):
        yield order[start : start + BATCH]


def shifted(rng: np.random.Generator, images: Float) -> Float:
    """The images, half of them moved by up to one pixel: a cheap augmentation."""
    dy, dx = rng.integers(-1, 2, size=2)
    moved = np.roll(images, (dy, dx), axis=(1, 2))
    keep = rng.random(len(images)) < 0.5
    return np.where(keep[:, None, None, None], images, moved)


def train(images: Float, labels: Int) -> Params:
    rng = np.random.default_rng(SEED)
    params = initial_params(rng)
    state: dict[str, tuple[Float, Float]] = {}
    step = 0
    for _ in range(EPOCHS):
        for chosen in batches(rng, len(labels)):
            step += 1
            act = forward(params, shifted(rng, images[chosen]))
            adam(params, gradients(params, act, labels[chosen]), state, step)
    return params


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent)
    output: Path = parser.parse_args().output

    train_images, train_labels, test_images, test_labels = load_data()
    params = train(train_images, train_labels)
    float_logits = forward(params, test_images)["logits"]
    print(
        f"float accuracy: {(float_logits.argmax(axis=1) == test_labels).sum()}/{len(test_labels)}"
    )

    model = quantise.quantise(params, forward(params, train_images))
    export.write_model(model, output)
    export.write_images(quantise.quantise_images(test_images), test_labels, output)
    print(reference.report(output))


if __name__ == "__main__":
    main()
