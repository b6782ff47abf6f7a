"""The clocks of an FE310-G002 (manual v1p5, 6), and who depends on them."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices.device import Host

HFROSC_HZ = 72e6
"""The ring oscillator as it is trimmed at manufacturing; untrimmed, it is within 50 % (6.3)."""
HFROSC_RESET_DIVIDER = 5
LFROSC_HZ = 150e3
"""The low-frequency ring oscillator: 30 kHz after its reset divider of 5, within 45 % (6.7)."""
LFROSC_RESET_DIVIDER = 5


class SifiveClocks:
    """Frequencies in hertz; whoever depends on one asks to be told of changes."""

    def __init__(self) -> None:
        self.chosen = False
        """Whether the firmware chose the core clock; until then, it is the board's."""
        self.low_hz = LFROSC_HZ / LFROSC_RESET_DIVIDER
        """lfclk: of watchdog, real-time clock, power management unit and mtime."""
        self._users: list[Callable[[], None]] = []

    def watch(self, changed: Callable[[], None]) -> None:
        """Has `changed` called after each change."""
        self._users.append(changed)

    def choose_core(self, host: Host, hz: float) -> None:
        """The firmware set coreclk, which is tlclk, too."""
        if not self.chosen:
            self.chosen = True
            host.started_at(HFROSC_HZ / HFROSC_RESET_DIVIDER)
        host.set_clock(hz)
        self.tell()

    def set_low(self, hz: float) -> None:
        """The low-frequency clock, lfclk, has another frequency from now on."""
        if hz != self.low_hz:
            self.low_hz = hz
            self.tell()

    def tell(self) -> None:
        """Tells all users that a clock changed."""
        for user in self._users:
            user()
