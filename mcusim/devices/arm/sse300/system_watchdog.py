"""The generic watchdog of an SSE-300 (TRM 101773, Watchdogs; Arm SBSA, generic watchdog).

Two frames of 4 kB: control, and behind it refresh.
"""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.arm.sse300.registers import ApbDevice
from mcusim.devices.arm.sse300.system_counter import WORD, SystemCounter
from mcusim.devices.device import Host

WCS, WOR, WCV_LOW, WCV_HIGH = 0x000, 0x008, 0x010, 0x014
WIIDR = 0xFCC
REFRESH_FRAME = 0x1000
ENABLE, FIRST, SECOND = 1 << 0, 1 << 1, 1 << 2


class Sse300Watchdog(ApbDevice):
    """Interrupts when the counter has gone WOR further without a refresh, and resets at twice."""

    resets: ClassVar[bool] = True
    """Whether the second time resets the chip, or interrupts on a second line (Non-secure one)."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._counter = host.shared(SystemCounter)
        self._counter.watch(self._plan)
        self._timer = host.add_timer(self._due)
        self._status = self._compare = 0

    def load(self, register: int) -> int:
        match register:
            case 0x000:
                return self._status
            case 0x010:
                return self._compare & WORD
            case 0x014:
                return self._compare >> 32
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x000:
                self._status = value & ENABLE
                self._refresh()
            case 0x008:
                super().store(register, value)
                self._refresh()
            case 0x010:
                self._compare = self._compare & ~WORD | value
            case 0x014:
                self._compare = self._compare & WORD | value << 32
            case 0x1000:
                self._refresh()
            case _:
                return
        self._plan()

    def _refresh(self) -> None:
        """A refresh, and a write to WCS or WOR, begin the time anew."""
        self._status &= ENABLE
        self._begin()
        self._drive()

    def _begin(self) -> None:
        self._compare = self._counter.count(self.host.now) + self.stored.get(WOR, 0)

    def _plan(self) -> None:
        cycle = None
        if self._status & ENABLE and not self._status & SECOND:
            cycle = self._counter.cycle_of(self._compare, self.host.now)
        if cycle is None:
            self.host.cancel(self._timer)
        else:
            self.host.schedule(self._timer, cycle)

    def _due(self) -> None:
        if not self._status & FIRST:
            self._status |= FIRST
            self._begin()
            self._drive()
            self._plan()
            return
        self._status |= SECOND
        self._drive()
        if self.resets:
            self.host.reset(
                "watchdog", f"the watchdog ({self.name}) reset the chip: it was not refreshed"
            )

    def _drive(self) -> None:
        self.interrupt(bool(self._status & FIRST))
        self.interrupt(bool(self._status & SECOND), 1)


class Sse300NonSecureWatchdog(Sse300Watchdog):
    """The Non-secure watchdog asks Secure code to reset the chip, by an interrupt."""

    resets: ClassVar[bool] = False
