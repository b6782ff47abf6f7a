"""ESP32-C3 system timer: two counters of 52 bits at 16 MHz, three comparators (TRM v1.3, 10)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.espressif.clocks import XTAL_HZ
from mcusim.devices.espressif.peripheral import InterruptDevice, InterruptRegisters
from mcusim.devices.espressif.up_counter import Alarm, UpCounter

CONF, UNIT0_OP, UNIT1_OP, UNIT0_LOAD_HI, TARGET0_HI = 0x00, 0x04, 0x08, 0x0C, 0x1C
TARGET0_CONF, UNIT0_VALUE_HI, COMP0_LOAD, UNIT0_LOAD = 0x34, 0x40, 0x50, 0x5C
UPDATE, VALUE_VALID = 1 << 30, 1 << 29
PERIOD_MODE, PERIOD_MASK = 1 << 30, (1 << 26) - 1
UNIT_SELECT = 1 << 31

TICKS_HZ = XTAL_HZ / 2.5
"""TRM v1.3, 10.3: CNT_CLK is the crystal's clock divided by 2.5 on average."""
BITS = 52
UNITS, COMPARATORS = 2, 3
PAST = 1 << BITS - 1
"""A target less than this behind the counter has passed (TRM v1.3, 10.4.3)."""


class EspSystimer(InterruptDevice):
    """It stands still in light sleep, as its clock does."""

    reset: ClassVar[Mapping[int, int]] = {CONF: 1 << 30 | 1 << 26 | 1 << 25}
    interrupt_registers = InterruptRegisters(ena=0x64, raw=0x68, clr=0x6C, st=0x70)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._units = [UpCounter(host, BITS) for _ in range(UNITS)]
        self._alarms = [Alarm(host, partial(self._reached, n)) for n in range(COMPARATORS)]
        self._targets = [0] * COMPARATORS
        self._armed = [False] * COMPARATORS
        """Whether a comparator has yet to meet its target."""
        self.clocks.watch(self._changed)
        self._changed()

    def placed(self, base: int) -> None:
        super().placed(base)
        for unit in range(UNITS):
            operation = base + UNIT0_OP + 4 * unit
            high = base + UNIT0_VALUE_HI + 8 * unit
            self.host.publish(operation, VALUE_VALID)
            self.host.latch(self._units[unit].latch, operation, UPDATE, high + 4, high)

    def load(self, register: int) -> int:
        match register:
            case 0x04 | 0x08:
                return VALUE_VALID
            case 0x40 | 0x44 | 0x48 | 0x4C:
                unit, is_low = divmod(register - UNIT0_VALUE_HI >> 2, 2)
                latched = self._units[unit].latch.latched
                return latched & 0xFFFFFFFF if is_low else latched >> 32
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x04 | 0x08:
                if value & UPDATE:
                    self._units[register - UNIT0_OP >> 2].take()
            case 0x5C | 0x60:
                unit = register - UNIT0_LOAD >> 2
                self._units[unit].set(self._pair(UNIT0_LOAD_HI + 8 * unit))
                self._changed()
            case 0x50 | 0x54 | 0x58:
                self._arm(register - COMP0_LOAD >> 2)
            case 0x40 | 0x44 | 0x48 | 0x4C:
                return
            case 0x00:
                begins = value & ~self.stored[CONF]
                super().store(register, value)
                for comparator in range(COMPARATORS):
                    self._armed[comparator] |= bool(begins >> 24 - comparator & 1)
                self._changed()
            case 0x34 | 0x38 | 0x3C:
                self._configure(register - TARGET0_CONF >> 2, value)
            case _:
                super().store(register, value)

    def _pair(self, high: int) -> int:
        return self.stored.get(high, 0) << 32 | self.stored.get(high + 4, 0)

    def _unit_of(self, comparator: int) -> UpCounter:
        select = self.stored.get(TARGET0_CONF + 4 * comparator, 0) & UNIT_SELECT
        return self._units[1 if select else 0]

    def _period(self, comparator: int) -> int:
        """Ticks of the comparator's period; 0 in target mode."""
        conf = self.stored.get(TARGET0_CONF + 4 * comparator, 0)
        return conf & PERIOD_MASK if conf & PERIOD_MODE else 0

    def _configure(self, comparator: int, value: int) -> None:
        """The first period begins where the mode does, if the period was loaded before
        (esp-idf v4.4, port_systick.c).
        """
        began = not self._period(comparator)
        super().store(TARGET0_CONF + 4 * comparator, value)
        if began and self._period(comparator):
            self._arm(comparator)
        else:
            self._plan(comparator)

    def _arm(self, comparator: int) -> None:
        """Takes over what the target or period registers hold."""
        period = self._period(comparator)
        if period:
            self._targets[comparator] = self._unit_of(comparator).value + period
        else:
            self._targets[comparator] = self._pair(TARGET0_HI + 8 * comparator)
        self._armed[comparator] = True
        self._plan(comparator)

    def _works(self, comparator: int) -> bool:
        return bool(self.stored[CONF] >> 24 - comparator & 1)

    def _plan(self, comparator: int) -> None:
        unit, target = self._unit_of(comparator), self._targets[comparator]
        if not (self._works(comparator) and self._armed[comparator]):
            self._alarms[comparator].stop()
        elif (unit.value - target) % (1 << BITS) < PAST:
            self._alarms[comparator].after(0.0)
        else:
            self._alarms[comparator].after(unit.seconds_to(target))

    def _reached(self, comparator: int) -> None:
        self.pending |= 1 << comparator
        period = self._period(comparator)
        if period:
            self._targets[comparator] = (self._targets[comparator] + period) % (1 << BITS)
            self._plan(comparator)
        else:
            self._armed[comparator] = False
        self.drive()

    def _changed(self) -> None:
        for number, unit in enumerate(self._units):
            works = self.stored[CONF] >> 30 - number & 1
            unit.set_rate(self.clocks.running(TICKS_HZ) if works else 0.0)
        for comparator in range(COMPARATORS):
            self._plan(comparator)
        self.drive()

    def drive(self) -> None:
        for comparator in range(COMPARATORS):
            self.interrupt(bool(self.enabled >> comparator & 1), comparator)
