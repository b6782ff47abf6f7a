"""The clocks that the RCC hands out, as the other peripherals of the chip see them."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices.device import Host

HSI16_HZ = 16e6
HSI48_HZ = 48e6
LSE_HZ = 32768.0
LSI_HZ = 32000.0
HSE_HZ = 8e6
"""The NUCLEO-144's external clock: 8 MHz from the ST-LINK's MCO (UM2179, HSE clock)."""


class Clocks:
    """Frequencies in hertz; whoever depends on one asks to be told of changes."""

    def __init__(self) -> None:
        self.sysclk = self.hclk = self.pclk1 = self.pclk2 = 0.0
        self.timer1_divider = self.timer2_divider = 1
        """HCLK cycles of a clock of the timers on APB1 and APB2."""
        self.lse = self.lsi = self.hsi16 = False
        self.rtc_hz = 0.0
        self.running = False
        """Whether the clock tree determines the core clock."""
        self.kernel_choice: Callable[[str], int] = lambda _: 0
        self.stop_entered: Callable[[], None] = lambda: None
        self._users: list[Callable[[], None]] = []

    @classmethod
    def of(cls, host: Host) -> Clocks:
        """The clocks of this machine's chip; all at the core clock until an RCC says otherwise."""
        clocks = host.shared(cls)
        if not clocks.hclk:
            clocks.sysclk = clocks.hclk = clocks.pclk1 = clocks.pclk2 = host.clock_hz
        return clocks

    def watch(self, changed: Callable[[], None]) -> None:
        """Has `changed` called after each change."""
        self._users.append(changed)

    def changed(self) -> None:
        """Tells all users."""
        for user in self._users:
            user()

    def kernel_hz(self, device: str) -> float:
        """The kernel clock of a serial port by CCIPR (RM0432 6.4.27); 0 when its source is off."""
        choice = self.kernel_choice(device)
        if choice == 1:
            return self.sysclk
        if choice == 2:
            return HSI16_HZ if self.hsi16 else 0.0
        if choice == 3:
            return LSE_HZ if self.lse else 0.0
        return self.pclk2 if device == "usart1" else self.pclk1
