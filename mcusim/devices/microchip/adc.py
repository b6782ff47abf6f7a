"""SAM D21 analog-to-digital converter (DS40001882, 33): conversions in their time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.microchip.clock_tree import ClockTree
from mcusim.devices.microchip.registers import SamPeripheral

CTRLA, REFCTRL, AVGCTRL, SAMPCTRL, CTRLB, SWTRIG = 0x00, 0x01, 0x02, 0x03, 0x04, 0x0C
INPUTCTRL, INTENCLR, INTENSET, INTFLAG, STATUS, RESULT = 0x10, 0x16, 0x17, 0x18, 0x19, 0x1A
SWRST, ENABLE, RUNSTDBY = 1 << 0, 1 << 1, 1 << 2
DIFFMODE, LEFTADJ, FREERUN = 1 << 0, 1 << 1, 1 << 2
FLUSH, START = 1 << 0, 1 << 1
RESRDY, OVERRUN = 1 << 0, 1 << 1
RESOLUTION_BITS = (12, 12, 10, 8)
"""By CTRLB.RESSEL; 1 is for sums of conversions of 12 bits."""
SUMS = 1
GAINS = {0: 1.0, 1: 2.0, 2: 4.0, 3: 8.0, 4: 16.0, 0xF: 0.5}
"""Factor by INPUTCTRL.GAIN."""
DELAYS = {
    0: (0, 0, 0, 1),
    1: (0, 1, 0.5, 1.5),
    2: (1, 1, 1, 2),
    3: (1, 2, 1.5, 2.5),
    4: (2, 2, 2, 3),
    0xF: (0, 1, 0.5, 1.5),
}
"""The gain's clocks: free-running differential and single-ended, single differential and
single-ended (DS40001882, 33, Delay Gain)."""
NEGATIVE_INPUTS, SCALED_SUPPLY = 8, 0x1B
SUM_BITS = 16


class SamAdc(SamPeripheral):
    """Inputs are at 0 V until `set_input`; the external references are the supply.

    Started by firmware or running free. Pin scan, window, correction and events aren't modelled.
    """

    widths: ClassVar[Mapping[int, int]] = {
        CTRLA: 1, REFCTRL: 1, AVGCTRL: 1, SAMPCTRL: 1, CTRLB: 2, SWTRIG: 1, INPUTCTRL: 4,
        INTENCLR: 1, INTENSET: 1, INTFLAG: 1, STATUS: 1, RESULT: 2,
    }  # fmt: skip

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.watch(self._clock_changed)
        self._volts: dict[int, float] = {SCALED_SUPPLY: host.supply_v / 4}
        self._wanted = self._converting = False
        self._done = host.add_timer(self._converted)

    def set_input(self, number: int, volts: float) -> None:
        """Puts a voltage on AIN0 to AIN19, or on an internal input, by its number in MUXPOS."""
        self._volts[number] = volts

    # --- registers ---

    def load(self, register: int) -> int:
        match register:
            case 0x0C | 0x19:
                return 0
            case 0x16:
                return self.stored.get(INTENSET, 0)
            case 0x1A:
                self._clear(RESRDY)
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                self._control(value)
            case 0x0C:
                self._trigger(value)
            case 0x16:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) & ~value
            case 0x17:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) | value
            case 0x18:
                self._clear(value)
            case 0x19 | 0x1A:
                return
            case _:
                super().store(register, value)
        self._drive()

    def _clear(self, flags: int) -> None:
        self.stored[INTFLAG] = self.stored.get(INTFLAG, 0) & ~flags
        self._drive()

    def _drive(self) -> None:
        self.interrupt(bool(self.stored.get(INTFLAG, 0) & self.stored.get(INTENSET, 0)))

    def _control(self, value: int) -> None:
        if value & SWRST:
            self.stored.clear()
            self._stop()
            return
        self.stored[CTRLA] = value
        if not value & ENABLE:
            self._stop()
        elif self.stored.get(CTRLB, 0) & FREERUN:
            self._start()

    def _trigger(self, value: int) -> None:
        if value & FLUSH:
            self._stop()
        if value & START and self.stored.get(CTRLA, 0) & ENABLE:
            self._start()

    # --- conversions ---

    def _stop(self) -> None:
        self.host.cancel(self._done)
        self._wanted = self._converting = False

    def _start(self) -> None:
        self._wanted = True
        self._clock_changed()

    def _clock_changed(self) -> None:
        """Begins the conversion that is wanted, as soon as there is a clock."""
        clock_hz = self._clock_hz()
        if not self._wanted or self._converting or clock_hz <= 0.0:
            return
        self._wanted, self._converting = False, True
        self.host.schedule(self._done, self.host.cycle_in(self._samples * self._clocks / clock_hz))

    def _clock_hz(self) -> float:
        """CLK_ADC (DS40001882, 33, CTRLB.PRESCALER)."""
        if self._tree.standby and not self.stored.get(CTRLA, 0) & RUNSTDBY:
            return 0.0
        divider = 4 << (self.stored.get(CTRLB, 0) >> 8 & 7)
        return self._tree.peripheral_hz(self.name, self.host) / divider

    @property
    def _samples(self) -> int:
        """Conversions of a result (AVGCTRL.SAMPLENUM)."""
        return 1 << min(self.stored.get(AVGCTRL, 0) & 0xF, 10)

    @property
    def _bits(self) -> int:
        return RESOLUTION_BITS[self.stored.get(CTRLB, 0) >> 4 & 3]

    @property
    def _gain(self) -> int:
        code = self.stored.get(INPUTCTRL, 0) >> 24 & 0xF
        return code if code in GAINS else 0

    @property
    def _clocks(self) -> float:
        """CLK_ADC of one conversion (DS40001882, 33, Prescaler: the propagation delay).

        Sampling takes the first half clock, and SAMPLEN further halves.
        """
        control = self.stored.get(CTRLB, 0)
        single = not control & FREERUN
        delay = DELAYS[self._gain][2 * single + (not control & DIFFMODE)]
        return single + self._bits / 2 + delay + (self.stored.get(SAMPCTRL, 0) & 0x3F) / 2

    def _converted(self) -> None:
        self._converting = False
        flags = self.stored.get(INTFLAG, 0)
        self.stored[INTFLAG] = flags | RESRDY | (OVERRUN if flags & RESRDY else 0)
        self.stored[RESULT] = self._result() & 0xFFFF
        if self._wanted or self.stored.get(CTRLB, 0) & FREERUN:
            self._start()
        self._drive()

    def _result(self) -> int:
        """Sums are cut to 16 bits, and divided by ADJRES (DS40001882, 33, Accumulation)."""
        control, average = self.stored.get(CTRLB, 0), self.stored.get(AVGCTRL, 0)
        value = self._code()
        if control >> 4 & 3 == SUMS:
            value = value * self._samples >> max(0, min(average & 0xF, 10) + 12 - SUM_BITS)
        value >>= average >> 4 & 7
        return value << SUM_BITS - self._bits if control & LEFTADJ else value

    def _code(self) -> int:
        """One conversion: the input times gain, in parts of the reference."""
        control, select = self.stored.get(CTRLB, 0), self.stored.get(INPUTCTRL, 0)
        volts = self._volts.get(select & 0x1F, 0.0)
        differential = bool(control & DIFFMODE)
        if differential and select >> 8 & 0x1F < NEGATIVE_INPUTS:
            volts -= self._volts.get(select >> 8 & 0x1F, 0.0)
        scale = 1 << self._bits - differential
        code = round(volts * GAINS[self._gain] / self._reference_v * scale)
        return max(-scale if differential else 0, min(code, scale - 1))

    @property
    def _reference_v(self) -> float:
        """DS40001882, 33, REFCTRL.REFSEL."""
        match self.stored.get(REFCTRL, 0) & 0xF:
            case 0:
                return 1.0
            case 1:
                return self.host.supply_v / 1.48
            case 2:
                return self.host.supply_v / 2
        return self.host.supply_v
