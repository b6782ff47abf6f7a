"""SAM D21 power manager (DS40001882, 16): core clock, bus clocks, sleep modes, reset cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.microchip.clock_tree import ClockTree
from mcusim.devices.microchip.registers import SamPeripheral
from mcusim.devices.reset import Reset

SLEEP, CPUSEL, AHBMASK, APBAMASK, APBBMASK, APBCMASK = 0x01, 0x08, 0x14, 0x18, 0x1C, 0x20
INTENCLR, INTENSET, INTFLAG, RCAUSE = 0x34, 0x35, 0x36, 0x38
CKRDY = 1 << 0
POWER_ON, WATCHDOG, SYSTEM = 1 << 0, 1 << 5, 1 << 6
LIGHT_SLEEP = ("idle0", "idle1", "idle2")
STANDBY = "standby"
WAKES_FROM_STANDBY = (
    "SysTick and what runs on a clock without RUNSTDBY stand still; the RTC, the WDT, an EXTINT "
    "pin, or a TC or SERCOM with RUNSTDBY would"
)


class SamPm(SamPeripheral):
    """CPUSEL divides the core clock; the dividers of the bus clocks are remembered.

    The masks of the buses are the clock gates that the chip file names.
    """

    widths: ClassVar[Mapping[int, int]] = {
        SLEEP: 1, CPUSEL: 1, AHBMASK: 4, APBAMASK: 4, APBBMASK: 4, APBCMASK: 4,
        INTENCLR: 1, INTENSET: 1, INTFLAG: 1, RCAUSE: 1,
    }  # fmt: skip
    reset: ClassVar[Mapping[int, int]] = {
        AHBMASK: 0x7F, APBAMASK: 0x7F, APBBMASK: 0x7F, APBCMASK: 0x10000, RCAUSE: POWER_ON,
    }  # fmt: skip

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.cpu_divider = 1
        self._tree.standby = False
        host.set_light_sleep(LIGHT_SLEEP[0])
        host.set_deep_sleep(STANDBY, self._asleep, self._awake, WAKES_FROM_STANDBY)

    def inherit(self, before: Self, reset: Reset) -> None:
        self.stored[RCAUSE] = WATCHDOG if reset.cause == "watchdog" else SYSTEM

    def load(self, register: int) -> int:
        if register == INTENCLR:
            register = INTENSET
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x01:
                super().store(register, value & 3)
                self.host.set_light_sleep(LIGHT_SLEEP[min(value & 3, 2)])
            case 0x08:
                super().store(register, value & 7)
                self._tree.take_over(self.host)
                self._tree.cpu_divider = 1 << (value & 7)
                self.stored[INTFLAG] = CKRDY
                self._tree.changed(self.host)
            case 0x34:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) & ~value
            case 0x35:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) | value & CKRDY
            case 0x36:
                self.stored[INTFLAG] = self.stored.get(INTFLAG, 0) & ~value
            case 0x38:
                return
            case _:
                super().store(register, value)
        self.interrupt(bool(self.stored.get(INTENSET, 0) & self.stored.get(INTFLAG, 0)))

    def _asleep(self) -> None:
        self._tree.standby = True
        self._tree.changed(self.host)

    def _awake(self) -> None:
        self._tree.standby = False
        self._tree.changed(self.host)
