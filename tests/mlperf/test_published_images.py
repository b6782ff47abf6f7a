"""Published firmware: latencies of silicon, and the scores of the TensorFlow Lite interpreter.

The firmware and the models can't be part of this repository. The tests run where

- MCUSIM_MLPERF_IMAGES names a folder with the performance builds of mlcommons/tiny_results_v1.2,
  closed/STMicroelectronics/code/NUCLEO_L4R5ZI, as ad.bin, ic.bin, kws.bin and vww.bin,
  MCUSIM_MLPERF_IMAGES_H7A3 one with those of NUCLEO_H7A3ZI_Q, MCUSIM_MLPERF_IMAGES_U575 one
  with those of NUCLEO_U575ZI_Q, MCUSIM_MLPERF_IMAGES_U385 one with those of NUCLEO_U385RG_Q
  (tiny_results_v1.3), and MCUSIM_MLPERF_IMAGES_G0B1 one with those of
  closed/bosch/code/NUCLEO_G0B1RE_int8;
- for the scores, the benchmark's models (mlcommons/tiny, benchmark/training) lie in
  ../shared/models beside the repository, or in the folder that MCUSIM_MLPERF_MODELS names, and the
  Python package ai-edge-litert is there.
"""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import mcusim
from mcusim.mlperf import MODELS, measure

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "models"
MODEL_FILES = {
    "ad": "ad01_int8.tflite",
    "ic": "pretrainedResnet_quant.tflite",
    "kws": "kws_ref_model.tflite",
    "vww": "vww_96_int8.tflite",
}


@dataclass(frozen=True)
class Submission:
    """What STMicroelectronics or bosch submitted to v1.2 or v1.3 for a board."""

    images: str
    """Environment variable that names the folder."""
    option_bytes: dict[str, int]
    published_s: dict[str, float]
    """Medians of the submitter's results; models without are not held against it."""
    tolerance: float
    warnings: tuple[str, ...] = ()
    """How the warnings begin that are about the firmware itself."""


SUBMISSIONS = {
    "nucleo-l4r5zi": Submission(
        "MCUSIM_MLPERF_IMAGES",
        {"dbank": 0},
        {"ad": 5.2608e-3, "ic": 165.1213e-3, "kws": 43.1866e-3, "vww": 88.9269e-3},
        0.03,
    ),
    "nucleo-h7a3zi": Submission(
        "MCUSIM_MLPERF_IMAGES_H7A3",
        {},
        {"ad": 1.2255e-3, "ic": 40.8444e-3, "kws": 11.3179e-3, "vww": 23.8043e-3},
        0.06,
    ),
    "nucleo-u575zi": Submission(
        "MCUSIM_MLPERF_IMAGES_U575",
        {},
        {"ad": 1 / 291.589, "ic": 1 / 9.003, "kws": 1 / 34.416, "vww": 1 / 16.870},
        0.04,
        # It sets PWR_CR1 after it has switched off the clock of PWR.
        ("pwr accessed",),
    ),
    # Of v1.3, published as .hex: arm-none-eabi-objcopy -I ihex -O binary.
    "nucleo-u385rg": Submission(
        "MCUSIM_MLPERF_IMAGES_U385",
        {},
        {"ad": 1 / 184.851, "ic": 1 / 5.481, "kws": 1 / 20.703, "vww": 1 / 10.128},
        0.04,
    ),
    # Without ad, whose gap docs/mlperf-tiny.md explains.
    "nucleo-g0b1re": Submission(
        "MCUSIM_MLPERF_IMAGES_G0B1",
        {},
        {"ic": 1 / 0.657, "kws": 1 / 2.107, "vww": 1 / 0.707},
        0.03,
    ),
}
SCORE_STEP = 1 / 256
"""Of the classifiers' int8 outputs."""

Values = npt.NDArray[Any]


def image_of(board: str, model: str) -> Path:
    variable = SUBMISSIONS[board].images
    folder = os.environ.get(variable)
    if folder is None:
        pytest.skip(f"{variable} names no folder with MLPerf Tiny images")
    return Path(folder) / f"{model}.bin"


def interpreter_of(model: str) -> Any:
    path = Path(os.environ.get("MCUSIM_MLPERF_MODELS", BESIDE)) / MODEL_FILES[model]
    if not path.is_file():
        pytest.skip(f"no model {path.name} in ../shared/models or MCUSIM_MLPERF_MODELS")
    if importlib.util.find_spec("ai_edge_litert") is None:
        pytest.skip("the oracle of this test is the Python package ai-edge-litert")
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    # Reference kernels: the others may round otherwise.
    resolver = OpResolverType.BUILTIN_REF
    interpreter = Interpreter(str(path), experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    return interpreter


def smooth(shape: tuple[int, ...], seed: int) -> Values:
    """Values from 0 to 1 that change slowly over the first two axes, as pictures and spectra do."""
    random = np.random.default_rng(seed)
    rows, columns = np.ogrid[0 : 1 : shape[0] * 1j, 0 : 1 : shape[1] * 1j]
    waves = np.zeros(shape)
    for _ in range(6):
        across, down, phase = random.uniform(-3, 3), random.uniform(-3, 3), random.uniform(0, 6.28)
        wave = np.cos(6.28 * (across * rows + down * columns) + phase)
        waves += wave.reshape(shape[:2] + (1,) * (len(shape) - 2)) * random.uniform(0, 1, shape[2:])
    low, high = waves.min(), waves.max()
    return np.asarray((waves - low) / (high - low))


def sample_of(model: str, seed: int) -> bytes:
    """One input as the runner sends it: noise for seed 0, else smooth."""
    if seed == 0:
        return MODELS[model].generated_input()
    if model == "ad":
        # Log-mel energies of 5 frames.
        return (smooth((5, 128), seed) * 60 - 60).astype("<f4").tobytes()
    if model == "kws":
        return (smooth((49, 10), seed) * 255 - 128).astype(np.int8).tobytes()
    side = 32 if model == "ic" else 96
    return (smooth((side, side, 3), seed) * 255).astype(np.uint8).tobytes()


def expected_scores(interpreter: Any, model: str, sample: bytes) -> list[float]:
    """What the interpreter makes of it, as the firmware reports it."""
    taken, given = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    spectrum = np.frombuffer(sample, "<f4") if model == "ad" else None
    if spectrum is not None:
        scale, zero = taken["quantization"]
        values = np.clip(np.round(spectrum / scale) + zero, -128, 127).astype(np.int8)
    elif model == "kws":
        values = np.frombuffer(sample, np.int8)
    else:
        values = (np.frombuffer(sample, np.uint8).astype(np.int16) - 128).astype(np.int8)
    interpreter.set_tensor(taken["index"], values.reshape(taken["shape"]))
    interpreter.invoke()
    scale, zero = given["quantization"]
    outputs = (interpreter.get_tensor(given["index"]).astype(float).ravel() - zero) * scale
    if spectrum is None:
        return [float(score) for score in outputs]
    # The autoencoder's score is how badly it reproduces its input.
    return [float(np.mean((outputs - spectrum) ** 2))]


def logit_step(interpreter: Any) -> float:
    """The quantisation step of what goes into the softmax."""
    output = interpreter.get_output_details()[0]
    return max(
        float(tensor["quantization"][0])
        for tensor in interpreter.get_tensor_details()
        if tensor["index"] != output["index"] and list(tensor["shape"]) == list(output["shape"])
    )


@pytest.mark.parametrize("model", list(MODELS))
@pytest.mark.parametrize("board", list(SUBMISSIONS))
def test_latency_is_that_of_silicon(board: str, model: str) -> None:
    image, submission = image_of(board, model), SUBMISSIONS[board]
    if model not in submission.published_s:
        pytest.skip("no figure to hold it against")
    with mcusim.start(
        image, board=board, base=0x08000000, option_bytes=submission.option_bytes
    ) as simulation:
        measured = measure(simulation, MODELS[model])
        warnings = simulation.machine.warnings
    published = submission.published_s[model]
    assert measured.latency_s == pytest.approx(published, rel=submission.tolerance)
    assert [line for line in warnings if not line.startswith(submission.warnings)] == []


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("model", list(MODELS))
@pytest.mark.parametrize("board", list(SUBMISSIONS))
def test_scores_are_those_of_the_interpreter(
    board: str, model: str, seed: int, tmp_path: Path
) -> None:
    image = image_of(board, model)
    path = tmp_path / "sample.bin"
    path.write_bytes(sample_of(model, seed))
    interpreter = interpreter_of(model)
    expected = expected_scores(interpreter, model, path.read_bytes())
    with mcusim.start(image, board=board, base=0x08000000) as simulation:
        measured = measure(simulation, MODELS[model], sample=path, inferences=1)
    if model == "ad":
        # Of 640 outputs in steps of 0.36 some round to the neighbour.
        assert measured.scores == pytest.approx(expected, rel=0.01)
        return
    # Kernels may round logits to their neighbours. When this one goes a step up and the others one
    # down, its odds p / (1 - p) grow by e to the two steps. The firmware prints three digits.
    p = np.asarray(expected)
    odds = np.exp(2 * logit_step(interpreter)) - 1
    allowed = SCORE_STEP + 0.0005 + p * (1 - p) * odds
    assert (np.abs(np.asarray(measured.scores) - p) <= allowed).all(), (measured.scores, expected)
    assert int(np.argmax(measured.scores)) == int(np.argmax(expected))
