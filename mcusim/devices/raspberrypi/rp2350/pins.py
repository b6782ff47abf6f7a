"""RP2350 pin control: 30 pins of the QFN-60 package (pico-sdk, src/rp2350, regs/io_bank0.h)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.io_bank import PINS, RpIoBank0, RpPadsBank0, RpPadsQspi
from mcusim.devices.raspberrypi.registers import Peripheral

PAD_RESET = 0x116
"""Isolated (ISO), pulled down, no input (regs/pads_bank0.h)."""


class Rp2350PadsBank0(RpPadsBank0):
    """As the RP2040's; isolation (ISO) is remembered only."""

    reset_bit = 9
    reset: ClassVar[Mapping[int, int]] = {4 + 4 * pin: PAD_RESET for pin in range(PINS)}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._pads.control = [PAD_RESET] * PINS


class Rp2350PadsQspi(RpPadsQspi):
    """Remembered."""

    reset_bit = 10
    reset: ClassVar[Mapping[int, int]] = {}


class Rp2350IoBank0(RpIoBank0):
    """The RP2040's, with room for 48 pins: six registers where that has four, at other places."""

    reset_bit = 6
    FIRST, PER_GROUP, OWN = 0x230, 6, 0x800

    def load(self, register: int) -> int:
        return super().load(self._as_on_rp2040(register))

    def store(self, register: int, value: int) -> None:
        super().store(self._as_on_rp2040(register), value)

    def held(self, register: int) -> int:
        return super().held(self._as_on_rp2040(register))

    def _as_on_rp2040(self, register: int) -> int:
        if register < 8 * PINS:
            return register
        group, place = divmod(register - self.FIRST >> 2, self.PER_GROUP)
        if register < self.FIRST or place >= self.REGISTERS:
            return self.OWN + register  # of pins that the package has not
        return self.INTR + 0x10 * group + 4 * place


class Rp2350IoQspi(Peripheral):
    """Remembered: nothing is known of the flash's pins but what QMI does with them."""

    reset_bit = 7
