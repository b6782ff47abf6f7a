"""The clocks of a SAM D21: oscillators, generators, and who gets which (DS40001882, 14 and 15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mcusim.devices.device import Host

RESET_HZ = 1e6
"""OSC8M divided by 8 (hal_atmel, component/sysctrl.h: reset value of OSC8M)."""
XOSC, GCLKIN, GCLKGEN1, OSCULP32K, OSC32K, XOSC32K, OSC8M, DFLL48M, FDPLL = range(9)
"""Sources of a generator, by GENCTRL.SRC (hal_atmel, component/gclk.h)."""
GENERATORS = 9
DFLL48M_REFERENCE, FDPLL_REFERENCE, WDT, RTC, EIC = 0, 1, 3, 4, 5
CHANNELS = {
    "wdt": WDT,
    "rtc": RTC,
    "eic": EIC,
    **{f"sercom{number}": 0x14 + number for number in range(6)},
    "tc3": 0x1B,
    "tc4": 0x1C,
    "tc5": 0x1C,
    "adc": 0x1E,
}
"""The generic clock of a peripheral, by CLKCTRL.ID (hal_atmel, component/gclk.h)."""


@dataclass(slots=True)
class Generator:
    """One clock generator."""

    source: int = OSC8M
    divider: int = 1
    on: bool = False


class ClockTree:
    """Frequencies in hertz; whoever depends on one asks to be told of changes."""

    def __init__(self) -> None:
        self.running = False
        """Whether the tree determines the core clock; until then, it is the board's."""
        self.standby = False
        self.source_hz: Callable[[int], float] = lambda source: RESET_HZ if source == OSC8M else 0.0
        """The frequency of an oscillator or loop, 0 while it is off."""
        self.generators: list[Generator] = []
        self.channels: dict[int, int] = {}
        """The generator of each generic clock that is on."""
        self.cpu_divider = 1
        self._users: list[Callable[[], None]] = []
        self._asked: set[int] = set()
        self.reset_generators()

    def reset_generators(self) -> None:
        """Generator 0 on OSC8M and 2 on OSCULP32K (DS40001882, GCLK, reset values)."""
        self.generators = [Generator() for _ in range(GENERATORS)]
        self.generators[0].on = True
        self.generators[2] = Generator(OSCULP32K, on=True)
        self.channels.clear()

    def watch(self, changed: Callable[[], None]) -> None:
        """Has `changed` called after each change."""
        self._users.append(changed)

    def take_over(self, host: Host) -> None:
        """From the first choice of a clock on, the tree determines the core clock."""
        if not self.running:
            self.running = True
            host.started_at(RESET_HZ)

    def changed(self, host: Host) -> None:
        """Hands the core its clock and tells all users."""
        core_hz = self.generator_hz(0, host) / self.cpu_divider
        if self.running and core_hz and not self.standby:
            host.set_clock(core_hz)
        for user in self._users:
            user()

    def generator_hz(self, number: int, host: Host) -> float:
        """The output of a generator."""
        if number >= GENERATORS or number in self._asked:
            return 0.0
        generator = self.generators[number]
        if number == 0 and not self.running:
            return 0.0 if self.standby else host.clock_hz
        if not generator.on:
            return 0.0
        # A loop may have itself as its reference, by way of its generator: then nothing runs.
        self._asked.add(number)
        try:
            if generator.source == GCLKGEN1:
                return self.generator_hz(1, host) / generator.divider
            return self.source_hz(generator.source) / generator.divider
        finally:
            self._asked.discard(number)

    def channel_hz(self, channel: int, host: Host) -> float:
        """The generic clock with this number."""
        number = self.channels.get(channel)
        return 0.0 if number is None else self.generator_hz(number, host)

    def peripheral_hz(self, name: str, host: Host) -> float:
        """The generic clock of the peripheral with this name."""
        return self.channel_hz(CHANNELS[name], host)
