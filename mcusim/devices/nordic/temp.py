"""nRF52 TEMP: the temperature of the die, always 25 degrees Celsius."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.nordic.clock_rates import microseconds
from mcusim.devices.nordic.countdown import Countdown
from mcusim.devices.nordic.peripheral import NrfPeripheral

# PS, TEMP, Registers.
START, STOP, DATARDY, TEMP = 0x000, 0x004, 0x100, 0x508
CONVERSION_US = 36.0
"""PS, TEMP: t_TEMP, typical (quoted from memory)."""
QUARTER_DEGREES = 25 * 4
"""The energy model holds for this temperature too."""
# Reset values of nrf52840.svd: slopes, offsets, and ends of the piecewise linear function.
SLOPES = (0x326, 0x348, 0x3AA, 0x40E, 0x4BD, 0x5A3)
OFFSETS = (0x3FEF, 0x3FBE, 0x3FBE, 0x012, 0x124, 0x27C)
ENDS = (0xE2, 0x00, 0x19, 0x3C, 0x50)


class NrfTemp(NrfPeripheral):
    """A measurement takes its time."""

    reset: ClassVar[dict[int, int]] = {
        **{0x520 + 4 * i: value for i, value in enumerate(SLOPES)},
        **{0x540 + 4 * i: value for i, value in enumerate(OFFSETS)},
        **{0x560 + 4 * i: value for i, value in enumerate(ENDS)},
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._conversion = Countdown(host, self._ready)

    def task(self, offset: int) -> None:
        if offset == START:
            self._conversion.start(microseconds(CONVERSION_US))
        elif offset == STOP:
            self._conversion.stop()

    def _ready(self) -> None:
        self.stored[TEMP] = QUARTER_DEGREES
        self.fire(DATARDY)
