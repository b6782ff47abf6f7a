"""STM32 I2C with TIMINGR (RM0432, I2C) as a master on a bus where no device answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.bus_clock import BusClock
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.words import WordDevice

CR1, CR2, TIMINGR, ISR, ICR, TXDR = 0x00, 0x04, 0x10, 0x18, 0x1C, 0x28
PE, TXIE, NACKIE, STOPIE = 1 << 0, 1 << 1, 1 << 4, 1 << 5
START, STOP = 1 << 13, 1 << 14
TXE, TXIS, NACKF, STOPF, BUSY = 1 << 0, 1 << 1, 1 << 4, 1 << 5, 1 << 15
CLEARABLE = 0x3F38
EVENT_LINE = 0
FRAME_BITS = 1 + 9 + 1
"""Start, address with its acknowledge bit, stop."""


class Stm32I2c(WordDevice):
    """An address gets no acknowledge, and the STOP follows by itself (RM0432, I2C master mode).

    The bit takes SCLL and SCLH alone, without the time that the lines take to rise and fall.
    Slaves and SMBus aren't modelled.
    """

    reset: ClassVar[Mapping[int, int]] = {ISR: TXE}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = Clocks.of(host)
        self._bus = host.shared(BusClock)
        self._over = host.add_timer(self._unanswered)

    def restart(self) -> None:
        super().restart()
        self._bus.cancel(self.host, self._over)
        self._publish()

    @property
    def _bit_s(self) -> float:
        timing = self.stored.get(TIMINGR, 0)
        clocks = ((timing >> 28) + 1) * ((timing & 0xFF) + 1 + (timing >> 8 & 0xFF) + 1)
        hz = self._clocks.kernel_hz(self.name)
        return clocks / hz if hz > 0.0 else 0.0

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                super().store(CR1, value)
                if not value & PE:
                    self._stop()
            case 0x04:
                super().store(CR2, value & ~STOP)
                if value & START and self.stored.get(CR1, 0) & PE:
                    self._start()
            case 0x18:
                # Writing 1 to TXE empties TXDR.
                self.stored[ISR] |= value & TXE
            case 0x1C:
                self.stored[ISR] &= ~(value & CLEARABLE)
            case 0x28:
                super().store(TXDR, value)
                self.stored[ISR] &= ~(TXE | TXIS)
            case _:
                super().store(register, value)
        self._publish()

    def _stop(self) -> None:
        """RM0432, I2C_CR1.PE: the state machine and the flags go back to their reset values."""
        self._bus.cancel(self.host, self._over)
        self.stored[ISR] = TXE
        self.stored[CR2] = self.stored.get(CR2, 0) & ~(START | STOP)

    def _start(self) -> None:
        bit_s = self._bit_s
        if bit_s <= 0.0:
            return
        self.stored[ISR] |= BUSY
        cycles = self.host.cycle_in(FRAME_BITS * bit_s) - self.host.now
        self._bus.schedule(self.host, self._over, self._bus.now(self.host) + cycles)

    def _unanswered(self) -> None:
        address = self.stored[CR2] >> 1 & 0x7F
        self.host.warn(f"{self.name}: nothing answers at I2C address 0x{address:02x}")
        self.stored[CR2] &= ~START
        self.stored[ISR] = self.stored[ISR] & ~BUSY | NACKF | STOPF | TXE
        self._publish()

    def _publish(self) -> None:
        status, control = self.stored[ISR], self.stored.get(CR1, 0)
        self.host.publish(self.base + ISR, status)
        wanted = control & (NACKIE | STOPIE) & status
        self.interrupt(bool(wanted), EVENT_LINE)
