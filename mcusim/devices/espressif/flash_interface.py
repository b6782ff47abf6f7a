"""How long a line of the cache takes to come from the serial flash."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from mcusim.devices.device import Host

LINE_BYTES = 32
SPI_CLOCK_HZ = 80e6
"""Of SPI0 and SPI1 while the PLL is on (esp-idf, spi_flash: clock source of MSPI)."""


class ReadMode(Enum):
    """Clocks of the flash before the first data bit, and bits a clock: command, address, dummy.

    The commands are those of each serial NOR flash: 8 clocks for the command, 24 address bits on
    one, two or four lines, then the dummy clocks (esp-idf, spi_flash_hal.h, SPI_FLASH_*_DUMMY).
    """

    SLOW = (8 + 24, 1)
    FAST = (8 + 24 + 8, 1)
    DUAL_OUTPUT = (8 + 24 + 8, 2)
    DUAL_IO = (8 + 12 + 4, 2)
    QUAD_OUTPUT = (8 + 24 + 8, 4)
    QUAD_IO = (8 + 6 + 6, 4)

    @property
    def line_clocks(self) -> int:
        """Clocks of the flash for one line of the cache: each is a command of its own."""
        setup, bits = self.value
        return setup + 8 * LINE_BYTES // bits


class FlashInterface:
    """One object a machine: SPI0's settings and the core's clock make the wait of a miss.

    What the cache controller adds to the clocks on the wires is not known, and taken as nothing.
    """

    def __init__(self) -> None:
        self.mode = ReadMode.DUAL_IO
        self.flash_hz = SPI_CLOCK_HZ
        """esp-idf's defaults for the ESP32-C3: CONFIG_ESPTOOLPY_FLASHMODE_DIO, 80 MHz."""
        self._core_hz = 0.0
        self._set_wait: Callable[[int], None] = lambda _: None

    @classmethod
    def of(cls, host: Host) -> FlashInterface:
        """The machine's one, which tells the machine's flash."""
        interface = host.shared(cls)
        interface._core_hz = host.clock_hz
        interface._set_wait = host.flash.set_wait_states
        return interface

    def set_core_clock(self, hz: float) -> None:
        """Takes the core's clock."""
        self._core_hz = hz
        self._set_wait(self.wait_cycles)

    def set_read(self, mode: ReadMode, flash_hz: float) -> None:
        """Takes the read command and the clock of the flash."""
        self.mode, self.flash_hz = mode, flash_hz
        self._set_wait(self.wait_cycles)

    @property
    def wait_cycles(self) -> int:
        """Core cycles of a miss."""
        return round(self.mode.line_clocks * self._core_hz / self.flash_hz)
