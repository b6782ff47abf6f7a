"""A shell with a stand-in for the engine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# At the end, so that it doesn't hide the installed mcusim.
sys.path.append(str(Path(__file__).parents[2]))

from tests.cli.fake_engine import Shell


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(capsys, monkeypatch)
