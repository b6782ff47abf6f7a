"""For all tests: what they share is importable, and on the build server no tool may be missing."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import hypothesis
import pytest

# The build server looks at the same examples each time; new ones are for the developer's machine.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI") == "true":
    hypothesis.settings.load_profile("ci")

TOOL_IS_MISSING = re.compile(
    r"not installed|not found|not available|is missing|could not import", re.IGNORECASE
)

# Last, so that `tests.cli...` is found here, but mcusim where it is installed, native core and all.
sys.path.append(str(Path(__file__).resolve().parents[1]))

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge the report of a test."""
    return _without_excuse((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Judge the report of a module, which can skip as a whole."""
    return _without_excuse((yield))


def _without_excuse(report: Report) -> Report:
    if os.environ.get("CI") != "true" or not report.skipped or hasattr(report, "wasxfail"):
        return report
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if TOOL_IS_MISSING.search(reason):
        report.outcome = "failed"
        report.longrepr = f"with CI=true a missing tool fails the test: {reason}"
    return report
