"""The four models of MLPerf Tiny (v0.5 to v1.2): what the runner sends to each."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal

from mcusim.errors import UsageError

LOUDEST_DB, QUIETEST_DB = 0.0, -60.0
"""Range of the generated log-mel energies."""


@dataclass(frozen=True, slots=True)
class Model:
    """One benchmark."""

    name: str
    """As an option: "kws"."""
    title: str
    code: str
    """As the firmware calls it: "kws01"."""
    input_bytes: int
    """What `db load` announces: one sample of the runner's data set."""
    element: Literal["uint8", "int8", "float32"]
    inferences: int
    """In a run, unless told: enough that the time stamps' own messages weigh below 0.2 %."""
    takes_longer_files: bool = False
    """Whether a sample is the first part of a longer file."""

    @property
    def inputs(self) -> str:
        """The size of a sample in words."""
        return f"{self.input_bytes} bytes ({self.element})"

    def generated_input(self) -> bytes:
        """A sample that is the same in every run, and means nothing."""
        if self.element != "float32":
            return _noise(self.input_bytes)
        span = QUIETEST_DB - LOUDEST_DB
        levels = [LOUDEST_DB + span * byte / 255.0 for byte in _noise(self.input_bytes // 4)]
        return struct.pack(f"<{len(levels)}f", *levels)

    def read_input(self, path: str | PathLike[str]) -> bytes:
        """The sample in a file, as raw bytes.

        Raises:
            UsageError: when it can't be read or has another size.
        """
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise UsageError(f"--input {path}: {error.strerror}") from None
        if len(data) > self.input_bytes and self.takes_longer_files:
            return data[: self.input_bytes]
        if len(data) != self.input_bytes:
            raise UsageError(
                f"--input {path}: {len(data)} bytes; {self.name} takes {self.inputs} a sample"
            )
        return data


MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        # A file of the data set holds many windows, each 5 frames of 128 log-mel energies.
        Model("ad", "anomaly detection", "ad01", 2560, "float32", 300, takes_longer_files=True),
        Model("ic", "image classification", "ic01", 3072, "uint8", 10),
        Model("kws", "keyword spotting", "kws01", 490, "int8", 40),
        Model("vww", "visual wake words", "vww01", 27648, "uint8", 20),
    )
}


def find_model(code: str) -> Model | None:
    """The model that a firmware calls `code`."""
    return next((model for model in MODELS.values() if model.code == code), None)


def _noise(count: int) -> bytes:
    # A hash in counter mode, as it is the same with every version of Python.
    blocks = (hashlib.sha256(struct.pack("<I", i)).digest() for i in range(count // 32 + 1))
    return b"".join(blocks)[:count]
