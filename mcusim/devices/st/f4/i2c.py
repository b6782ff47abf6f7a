"""STM32F4 I2C (RM0090, I2C) as a master on a bus where no device answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.bus_clock import BusClock
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.words import WordDevice

CR1, CR2, DR, SR1, SR2, CCR, TRISE = 0x00, 0x04, 0x10, 0x14, 0x18, 0x1C, 0x20
PE, START, STOP, SWRST = 1 << 0, 1 << 8, 1 << 9, 1 << 15
ITERREN, ITEVTEN = 1 << 8, 1 << 9
SB, AF = 1 << 0, 1 << 10
MSL, BUSY = 1 << 0, 1 << 1
FAST, DUTY = 1 << 15, 1 << 14
ERRORS = 0xDF00
EVENT_LINE, ERROR_LINE = 0, 1
ADDRESS_BITS = 9


class Stm32f4I2c(WordDevice):
    """START gives SB; the address written to DR then gets no acknowledge (AF).

    Slaves and SMBus aren't modelled.
    """

    reset: ClassVar[Mapping[int, int]] = {TRISE: 2}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = Clocks.of(host)
        self._bus = host.shared(BusClock)
        self._next = host.add_timer(self._reached)
        self._flag = SB

    def restart(self) -> None:
        super().restart()
        self._bus.cancel(self.host, self._next)

    @property
    def _bit_s(self) -> float:
        """RM0090, I2C_CCR: low and high time in clocks of the bus, by mode and duty."""
        value = self.stored.get(CCR, 0)
        parts = 2 if not value & FAST else 25 if value & DUTY else 3
        hz = self._clocks.kernel_hz(self.name)
        return parts * max(1, value & 0xFFF) / hz if hz > 0.0 else 0.0

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                self._set_control(value)
            case 0x10:
                super().store(DR, value)
                if self.stored.get(SR1, 0) & SB:
                    self.stored[SR1] &= ~SB
                    self._after(ADDRESS_BITS, AF)
            case 0x14:
                # Error flags are cleared by writing 0; the others are read only.
                self.stored[SR1] = self.stored.get(SR1, 0) & (value | ~ERRORS)
            case 0x18:
                return
            case _:
                super().store(register, value)
        self._drive()

    def _set_control(self, value: int) -> None:
        if value & SWRST:
            self.restart()
            self.stored[CR1] = SWRST
            return
        super().store(CR1, value & ~(START | STOP))
        if not value & PE or value & STOP:
            self._bus.cancel(self.host, self._next)
            self.stored[SR2] = 0
            self.stored[SR1] = self.stored.get(SR1, 0) & ~SB
        elif value & START:
            self.stored[SR2] = MSL | BUSY
            self._after(1, SB)

    def _after(self, bits: int, flag: int) -> None:
        self._flag = flag
        cycles = self.host.cycle_in(bits * self._bit_s) - self.host.now
        self._bus.schedule(self.host, self._next, self._bus.now(self.host) + cycles)

    def _reached(self) -> None:
        self.stored[SR1] = self.stored.get(SR1, 0) | self._flag
        if self._flag == AF:
            address = self.stored[DR] >> 1 & 0x7F
            self.host.warn(f"{self.name}: nothing answers at I2C address 0x{address:02x}")
        self._drive()

    def _drive(self) -> None:
        status, control = self.stored.get(SR1, 0), self.stored.get(CR2, 0)
        self.interrupt(bool(control & ITEVTEN and status & SB), EVENT_LINE)
        self.interrupt(bool(control & ITERREN and status & ERRORS), ERROR_LINE)
