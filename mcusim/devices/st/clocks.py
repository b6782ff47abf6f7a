"""The clocks that the RCC hands out, as the other peripherals of the chip see them."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices.device import Host

HSI16_HZ = 16e6
HSI48_HZ = 48e6
LSE_HZ = 32768.0
LSI_HZ = 32000.0


class Clocks:
    """Frequencies in hertz; whoever depends on one asks to be told of changes."""

    def __init__(self) -> None:
        self.sysclk = self.hclk = self.pclk1 = self.pclk2 = self.pclk4 = 0.0
        self.timer1_divider = self.timer2_divider = 1
        """HCLK cycles of a clock of the timers on APB1 and APB2."""
        self.bus_divider = 1
        """Core cycles of a cycle of the bus that flash and memories are on."""
        self.lse = self.lsi = False
        self.hse_hz = self.rtc_hz = 0.0
        self.running = False
        """Whether the clock tree determines the core clock."""
        self.kernel_hz: Callable[[str], float] = lambda _: self.pclk1
        """The kernel clock of a serial port by name; 0 when its source is off."""
        self.kernel_in_stop: Callable[[str], bool] = lambda _: False
        """Whether that clock is there in Stop, for a port that asks for it."""
        self.stop_left: Callable[[], None] = lambda: None
        self.backup_reset: list[Callable[[], None]] = []
        """What is in the backup domain, which BDCR.BDRST resets."""
        self._users: list[Callable[[], None]] = []

    @classmethod
    def of(cls, host: Host) -> Clocks:
        """The clocks of this machine's chip; all at the core clock until an RCC says otherwise."""
        clocks = host.shared(cls)
        if not clocks.hclk:
            clocks.sysclk = clocks.hclk = host.clock_hz
            clocks.pclk1 = clocks.pclk2 = clocks.pclk4 = host.clock_hz
            clocks.hse_hz = host.external_clock_hz
        return clocks

    def watch(self, changed: Callable[[], None]) -> None:
        """Has `changed` called after each change."""
        self._users.append(changed)

    def changed(self) -> None:
        """Tells all users."""
        for user in self._users:
            user()
