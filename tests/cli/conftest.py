"""A shell with a stand-in for the engine."""

from __future__ import annotations

import pytest

from tests.cli.fake_engine import Shell


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(capsys, monkeypatch)
