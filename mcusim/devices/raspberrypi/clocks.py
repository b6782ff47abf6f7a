"""RP2040 clock generators (datasheet 2.15): multiplexers, dividers, frequency counter, gates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.clock_tree import ROSC_HZ, ClockTree, Source
from mcusim.devices.raspberrypi.registers import Peripheral

GPOUT0, GPOUT1, GPOUT2, GPOUT3, REF, SYS, PERI, USB, ADC, RTC = range(0x00, 0x78, 0xC)
CTRL, DIV, SELECTED = 0x0, 0x4, 0x8
RESUS_CTRL, RESUS_STATUS = 0x78, 0x7C
FC0_REF_KHZ, FC0_MIN_KHZ, FC0_MAX_KHZ, FC0_DELAY, FC0_INTERVAL = 0x80, 0x84, 0x88, 0x8C, 0x90
FC0_SRC, FC0_STATUS, FC0_RESULT = 0x94, 0x98, 0x9C
WAKE_EN0, SLEEP_EN0, SLEEP_EN1, ENABLED0 = 0xA0, 0xA8, 0xAC, 0xB0
INTR, INTE, INTF, INTS = 0xB8, 0xBC, 0xC0, 0xC4
ENABLE = 1 << 11
PASS, DONE, RUNNING, SLOW, FAST = 1 << 0, 1 << 4, 1 << 8, 1 << 20, 1 << 24
MEASURE_S = 0.98e-6
"""The counter's shortest test; INTERVAL doubles it (pico-sdk, regs/clocks.h, FC0_INTERVAL)."""

PLLS_AND_PINS = (Source.PLL_USB, Source.PLL_SYS, Source.ROSC, Source.XOSC, Source.PIN0, Source.PIN1)
OUTPUT = (
    Source.PLL_SYS, Source.PIN0, Source.PIN1, Source.PLL_USB, Source.ROSC, Source.XOSC, Source.SYS,
    Source.USB, Source.ADC, Source.RTC, Source.REF,
)  # fmt: skip
AUXILIARY: Mapping[int, tuple[Source, ...]] = {
    REF: (Source.PLL_USB, Source.PIN0, Source.PIN1),
    SYS: (
        Source.PLL_SYS, Source.PLL_USB, Source.ROSC, Source.XOSC, Source.PIN0, Source.PIN1,
    ),
    PERI: (Source.SYS, Source.PLL_SYS, Source.PLL_USB, Source.ROSC, Source.XOSC, Source.PIN0,
           Source.PIN1),
    USB: PLLS_AND_PINS,
    ADC: PLLS_AND_PINS,
    RTC: PLLS_AND_PINS,
    **dict.fromkeys((GPOUT0, GPOUT1, GPOUT2, GPOUT3), OUTPUT),
}  # fmt: skip
"""Sources by CTRL.AUXSRC (pico-sdk, regs/clocks.h)."""
GLITCHLESS = {REF: (Source.ROSC, None, Source.XOSC), SYS: (Source.REF, None)}
"""Sources by CTRL.SRC; None is the auxiliary one."""
NAMES = {REF: Source.REF, SYS: Source.SYS, PERI: Source.PERI, USB: Source.USB, ADC: Source.ADC,
         RTC: Source.RTC}  # fmt: skip
MEASURED = (
    None, Source.PLL_SYS, Source.PLL_USB, Source.ROSC, Source.ROSC, Source.XOSC, Source.PIN0,
    Source.PIN1, Source.REF, Source.SYS, Source.PERI, Source.USB, Source.ADC, Source.RTC,
)  # fmt: skip
"""By FC0_SRC."""


class RpClocks(Peripheral):
    """A multiplexer switches at once. Resuscitation and clocks on pins are remembered only."""

    reset: ClassVar[Mapping[int, int]] = {
        **{clock + DIV: 0x100 for clock in (*AUXILIARY,) if clock != PERI},
        RESUS_CTRL: 0xFF, FC0_MAX_KHZ: 0x1FFFFFF, FC0_DELAY: 1, FC0_INTERVAL: 8,
        WAKE_EN0: 0xFFFFFFFF, WAKE_EN0 + 4: 0x7FFF, SLEEP_EN0: 0xFFFFFFFF, SLEEP_EN1: 0x7FFF,
    }  # fmt: skip

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._measured_s = 0.0
        self._result = 0
        for clock, source in NAMES.items():
            self._tree.frequency[source] = partial(self._output_hz, clock)
        # The boot ROM runs first, from the ring oscillator, whatever clock the board file has.
        host.started_at(ROSC_HZ)
        host.set_clock(ROSC_HZ)
        host.set_light_sleep("wfi")
        host.set_deep_sleep("sleep", self._fell_asleep, self._woke_up)

    def load(self, register: int) -> int:
        if register < RESUS_CTRL and register % 0xC == SELECTED:
            return self._selected(register - SELECTED)
        match register:
            case 0x98:
                return self._counter_status()
            case 0x9C:
                return self._result if self.host.seconds >= self._measured_s else 0
            case 0xB0 | 0xB4:
                return self.stored[WAKE_EN0 + register - ENABLED0]
            case 0xC4:
                return self.stored.get(INTF, 0)
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register in (RESUS_STATUS, FC0_STATUS, FC0_RESULT, ENABLED0, ENABLED0 + 4, INTR, INTS):
            return
        super().store(register, value)
        if register == FC0_SRC:
            self._measure(value)
        elif register < RESUS_CTRL:
            self._switch(register - register % 0xC)
        elif register in (SLEEP_EN0, SLEEP_EN1):
            self._tree.sleep_enabled = self.stored[SLEEP_EN0] | self.stored[SLEEP_EN1] << 32

    # --- generators ---

    def _switch(self, clock: int) -> None:
        if clock in (REF, SYS) and not self._output_hz(clock):
            self.host.warn(
                f"the firmware gives {NAMES[clock].value} a source that does not run: on "
                "silicon, the chip would stand still"
            )
        self._tree.changed(self.host)

    def _selected(self, clock: int) -> int:
        """One bit for the chosen source; always the first where there is no glitchless choice."""
        if clock not in GLITCHLESS:
            return 1
        return 1 << self._choice(clock)

    def _choice(self, clock: int) -> int:
        control = self.stored.get(clock + CTRL, 0)
        return min(control & (3 if clock == REF else 1), len(GLITCHLESS[clock]) - 1)

    def _output_hz(self, clock: int) -> float:
        control = self.stored.get(clock + CTRL, 0)
        source: Source | None = None
        if clock in GLITCHLESS:
            source = GLITCHLESS[clock][self._choice(clock)]
        elif not control & ENABLE:
            return 0.0
        if source is None:
            choices, chosen = AUXILIARY[clock], control >> 5 & 0xF
            if chosen >= len(choices):
                return 0.0
            source = choices[chosen]
        return self._tree.hz(source) / self._divider(clock)

    def _divider(self, clock: int) -> float:
        """An integer part of 2 to 24 bits, where 0 means the largest, above eight of a fraction."""
        if clock == PERI:
            return 1.0
        whole, fraction = self.stored[clock + DIV] >> 8, self.stored[clock + DIV] & 0xFF
        if clock in (REF, USB, ADC):
            return float(whole & 3 or 4)
        largest = 1 << (16 if clock == RTC else 24)
        return (whole & (largest - 1) or largest) + fraction / 256.0

    # --- frequency counter ---

    def _measure(self, value: int) -> None:
        source = MEASURED[value] if value < len(MEASURED) else None
        hz = 0.0 if source is None else self._tree.hz(source)
        self._measured_s = self.host.seconds + MEASURE_S * (1 << (self.stored[FC0_INTERVAL] & 0xF))
        # Kilohertz with five bits of fraction.
        self._result = round(hz / 1e3 * 32.0) & 0x3FFFFFFF

    def _counter_status(self) -> int:
        if self.host.seconds < self._measured_s:
            return RUNNING
        khz = self._result >> 5
        slow, fast = khz < self.stored.get(FC0_MIN_KHZ, 0), khz > self.stored[FC0_MAX_KHZ]
        return DONE | (SLOW if slow else FAST if fast else PASS)

    # --- sleep ---

    def _fell_asleep(self) -> None:
        self._tree.asleep = True
        self._tree.changed(self.host)

    def _woke_up(self) -> None:
        self._tree.asleep = False
        self._tree.changed(self.host)
