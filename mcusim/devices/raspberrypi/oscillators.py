"""RP2040 oscillators and PLLs (datasheet 2.16, 2.17 and 2.18)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.clock_tree import ROSC_HZ, ClockTree, Source
from mcusim.devices.raspberrypi.registers import Peripheral

STABLE, ENABLED, DIV_RUNNING = 1 << 31, 1 << 12, 1 << 16
ENABLE_KEY, DISABLE_KEY = 0xFAB, 0xD1E
DORMANT_KEY = 0x636F6D61
"""Written to a DORMANT register: "coma" (pico-sdk, regs/xosc.h)."""
WAKES = "an edge on a pin that IO_BANK0 or IO_QSPI has enabled for it, or the RTC on a clock pin,"


class _Oscillator(Peripheral, ABC):
    """What both oscillators share: a key enables one, another stops the chip."""

    source: ClassVar[Source]
    dormant_register: ClassVar[int]

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.frequency[self.source] = self._hz

    def store(self, register: int, value: int) -> None:
        if register == self.dormant_register:
            if value == DORMANT_KEY:
                self.host.switch_off("dormant", WAKES, timers=False)
            return
        super().store(register, value)
        self._changed(register)

    @abstractmethod
    def _changed(self, register: int) -> None:
        """A register has a new value."""

    @abstractmethod
    def _hz(self) -> float:
        """Its frequency now; 0 while it is off."""


class RpXosc(_Oscillator):
    """Stable 256 times STARTUP.DELAY periods of the crystal after it is enabled."""

    source = Source.XOSC
    dormant_register = 0x08

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._stable_s: float | None = None
        self._counts_from_s, self._count = 0.0, 0

    def load(self, register: int) -> int:
        match register:
            case 0x04:
                on = self._stable_s is not None
                return (ENABLED if on else 0) | (STABLE if self._is_stable() else 0)
            case 0x1C:
                passed = int((self.host.seconds - self._counts_from_s) * self._crystal_hz())
                return max(0, self._count - passed)
        return super().load(register)

    def _changed(self, register: int) -> None:
        if register == 0x1C:
            self._counts_from_s, self._count = self.host.seconds, self.stored[register] & 0xFF
        if register != 0x00:
            return
        match self.stored[0x00] >> 12:
            case 0xFAB if self._stable_s is None:
                self._start()
            case 0xD1E:
                self._stable_s = None
        self._tree.changed(self.host)

    def _start(self) -> None:
        hz = self._crystal_hz()
        if not hz:
            self.host.warn(
                "the firmware starts the crystal oscillator (XOSC), but the board has none: give "
                "its frequency in the board file (external_clock_hz)"
            )
            return
        startup = self.stored.get(0x0C, 0)
        periods = (startup & 0x3FFF) * 256 * (4 if startup >> 20 & 1 else 1)
        self._stable_s = self.host.seconds + periods / hz

    def _crystal_hz(self) -> float:
        return self.host.external_clock_hz

    def _is_stable(self) -> bool:
        return self._stable_s is not None and self.host.seconds >= self._stable_s

    def _hz(self) -> float:
        return self._crystal_hz() if self._stable_s is not None else 0.0


class RpRosc(_Oscillator):
    """The nominal frequency, divided as after reset or by DIV.

    The drive strengths (FREQA, FREQB) and ranges, which raise it, are remembered: what they give is
    not known but for the range. RANDOMBIT is a sequence that repeats in each run.
    """

    source = Source.ROSC
    dormant_register = 0x0C
    DIV, STATUS, RANDOMBIT, COUNT = 0x10, 0x18, 0x1C, 0x20
    RESET_DIVIDER = 16
    """After reset (datasheet 2.17, DIV)."""
    DIV_PASS = 0xAA0
    reset: ClassVar[Mapping[int, int]] = {0x00: 0xAA0, 0x10: 0xAB0, 0x14: 0x08}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._noise = 0xACE1

    def load(self, register: int) -> int:
        match register:
            case 0x18:
                return 0 if self._is_off() else STABLE | ENABLED | DIV_RUNNING
            case 0x1C:
                return self._random_bit()
        return super().load(register)

    def _changed(self, register: int) -> None:
        if register in (0x00, 0x10):
            self._tree.changed(self.host)

    def _is_off(self) -> bool:
        return self.stored[0x00] >> 12 == DISABLE_KEY

    def _hz(self) -> float:
        if self._is_off():
            return 0.0
        value = self.stored[self.DIV]
        # Any other value than "pass" plus the divider sets the largest.
        divider = (value - self.DIV_PASS) or 32 if self.DIV_PASS <= value < 0xAC0 else 32
        return ROSC_HZ * self.RESET_DIVIDER / divider

    def _random_bit(self) -> int:
        """A 16-bit Galois register (taps 16, 14, 13, 11)."""
        bit = self._noise & 1
        self._noise = self._noise >> 1 ^ (0xB400 if bit else 0)
        return bit


class RpPll(Peripheral):
    """REF / REFDIV * FBDIV / POSTDIV1 / POSTDIV2, locked some time after power-up."""

    CS, PWR, FBDIV, PRIM = 0x0, 0x4, 0x8, 0xC
    LOCK, BYPASS = 1 << 31, 1 << 8
    PD, POSTDIVPD, VCOPD = 1 << 0, 1 << 3, 1 << 5
    LOCK_REFERENCE_CYCLES = 100
    """Assumed: the datasheet names no lock time; loops of this kind take of this order."""
    reset: ClassVar[Mapping[int, int]] = {CS: 0x1, PWR: 0x2D, PRIM: 0x77000}
    source: ClassVar[Source]

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.frequency[self.source] = self._hz
        self._locked_s: float | None = None

    def load(self, register: int) -> int:
        value = super().load(register)
        if register == self.CS and self._is_locked():
            value |= self.LOCK
        return value

    def store(self, register: int, value: int) -> None:
        super().store(register, value & ~self.LOCK if register == self.CS else value)
        self._settle()

    def restart(self) -> None:
        super().restart()
        self._settle()

    def _settle(self) -> None:
        powered = not self.stored[self.PWR] & (self.PD | self.VCOPD)
        reference = self._reference_hz()
        if not powered or not reference or not self.stored.get(self.FBDIV, 0):
            self._locked_s = None
        elif self._locked_s is None:
            self._locked_s = self.host.seconds + self.LOCK_REFERENCE_CYCLES / reference
        self._tree.changed(self.host)

    def _reference_hz(self) -> float:
        return self._tree.hz(Source.XOSC) / max(self.stored[self.CS] & 0x3F, 1)

    def _is_locked(self) -> bool:
        return self._locked_s is not None and self.host.seconds >= self._locked_s

    def _hz(self) -> float:
        if self.stored[self.CS] & self.BYPASS:
            return self._reference_hz()
        if self._locked_s is None or self.stored[self.PWR] & self.POSTDIVPD:
            return 0.0
        first, second = self.stored[self.PRIM] >> 16 & 7, self.stored[self.PRIM] >> 12 & 7
        feedback = self.stored.get(self.FBDIV, 0) & 0xFFF
        return self._reference_hz() * feedback / max(first, 1) / max(second, 1)


class RpPllSys(RpPll):
    """The system PLL."""

    reset_bit = 12
    source = Source.PLL_SYS


class RpPllUsb(RpPll):
    """The PLL meant for USB and ADC."""

    reset_bit = 13
    source = Source.PLL_USB
