"""What a peripheral offers that counts the low-frequency clock."""

from __future__ import annotations


class LfclkUser:
    """A peripheral that stands still while the clock does."""

    def lfclk_changed(self, running: bool) -> None:
        """Takes the clock's start or stop."""
