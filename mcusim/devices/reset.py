"""Why a chip resets, as its devices tell the machine and are told by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Cause = Literal["software", "watchdog", "window watchdog", "lock-up", "wake-up", "option bytes"]
"""software: AIRCR.SYSRESETREQ; wake-up: from a state in which the core has no supply; option bytes:
the firmware has them loaded."""


@dataclass(frozen=True, slots=True)
class Reset:
    """One reset."""

    cause: Cause
    message: str
    """What reset the chip, and why."""

    @property
    def is_failure(self) -> bool:
        """Whether the chip was reset because the firmware went wrong."""
        return self.cause in ("watchdog", "window watchdog", "lock-up")

    @property
    def loads_option_bytes(self) -> bool:
        """Whether the chip reads its option bytes from flash anew."""
        return self.cause in ("wake-up", "option bytes")
