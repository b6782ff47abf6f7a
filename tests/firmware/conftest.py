"""Fixtures shared by the tests of firmware files."""

from __future__ import annotations

from pathlib import Path

import firmware_tools
import pytest


@pytest.fixture(scope="session")
def tiny_elf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small C and assembly program with debug information."""
    return firmware_tools.compile_tiny(tmp_path_factory.mktemp("tiny"), "-g")


@pytest.fixture(scope="session")
def cxx_elf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small program with a C++ part."""
    return firmware_tools.compile_tiny(tmp_path_factory.mktemp("cxx"), "-g", cxx=True)


@pytest.fixture(params=firmware_tools.PREBUILT, ids=lambda path: path.stem)
def sample(request: pytest.FixtureRequest) -> Path:
    """Each prebuilt sample."""
    return Path(request.param)
