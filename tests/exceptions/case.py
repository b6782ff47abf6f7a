"""What a case is: a small firmware, the rule of the manual that it tests, and what it prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """One firmware; section numbers are those of the Armv7-M manual (ARM DDI0403E)."""

    name: str
    rule: str
    code: str
    expected: tuple[int, ...]
    qemu: str = ""
    """Why QEMU 7.2 is not to be asked, or what it does against the manual; empty: it agrees."""
    outcome: str = "exited"
