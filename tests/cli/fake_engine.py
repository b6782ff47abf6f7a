"""A stand-in for the engine: the command line is tested without running firmware."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

import mcusim.api
from mcusim.cli import main
from mcusim.result import Result
from tests.report.factory import make_result


@dataclass
class FakeEngine:
    """Takes the place of `mcusim.api.run` and remembers how it was called."""

    result: Result | BaseException = field(default_factory=make_result)
    calls: list[dict[str, Any]] = field(default_factory=list)
    during: Callable[[Any], None] | None = None
    """Called with the progress function while the firmware "runs"."""

    def run(self, firmware: str, **options: Any) -> Result:
        self.calls.append({"firmware": firmware, **options})
        if self.during is not None:
            self.during(options["progress"])
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result

    @property
    def options(self) -> dict[str, Any]:
        """Those of the only call."""
        (call,) = self.calls
        return call


@dataclass
class Outcome:
    status: int
    out: str
    err: str


class Shell:
    """Runs `mcusim` in this process."""

    def __init__(self, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capture = capture
        self.engine = FakeEngine()
        patch.setattr(mcusim.api, "run", self.engine.run)

    def __call__(self, *arguments: str) -> Outcome:
        self._capture.readouterr()
        status = main(arguments)
        captured = self._capture.readouterr()
        return Outcome(status, captured.out, captured.err)
