"""The samples' own Python, loaded by path: `build` is also the name of a well-known package."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "firmware_samples"


def load(path: Path, name: str) -> ModuleType:
    """Imports a file under a name of our choice."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def samples() -> Path:
    return SAMPLES


@pytest.fixture(scope="session")
def build() -> ModuleType:
    """The module firmware_samples/build.py."""
    return load(SAMPLES / "build.py", "firmware_samples_build")


@pytest.fixture(scope="session")
def reference() -> ModuleType:
    """The module firmware_samples/digits/reference.py."""
    return load(SAMPLES / "digits" / "reference.py", "digits_reference")


@pytest.fixture(scope="session")
def toolchain() -> None:
    """Skips where a cross compiler is missing."""
    for compiler in ("arm-none-eabi-gcc", "riscv64-unknown-elf-gcc"):
        if shutil.which(compiler) is None:
            pytest.skip(f"{compiler} is not installed")
