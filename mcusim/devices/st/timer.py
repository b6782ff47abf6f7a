"""STM32 general-purpose and basic timers (RM0432 40 to 43): counters worked out from the time.

No work is done per tick: the counter is where it was last known plus the time since, and an event
is planned only for what interrupts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.bus_clock import BusClock
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.words import WordDevice

CR1, DIER, SR, EGR, CNT, PSC, ARR = 0x00, 0x0C, 0x10, 0x14, 0x24, 0x28, 0x2C  # RM0432 40.4
CCMR = (0x18, 0x1C)
CCR = (0x34, 0x38, 0x3C, 0x40)
CEN, UDIS, URS, OPM, DIR, ARPE = (1 << n for n in (0, 1, 2, 3, 4, 7))
UIF, UG = 1, 1
FLAGS = 0x1F
APB2_BASE = 0x40010000
UPDATE_LINE, COMPARE_LINE = 1, 3
"""Of the four interrupt lines of TIM1 and TIM8: break, update, trigger, compare."""


class Stm32Timer(WordDevice):
    """Counts up or down at the timers' clock over PSC + 1, with update and compare events.

    Centre-aligned counting counts up; repetition counter, outputs, slave modes, DMA and triggers
    aren't modelled. A channel set to capture waits for an edge that never comes. In Stop modes the
    counter stands still; it runs on while the RCC gates its clock.
    """

    reset: ClassVar[Mapping[int, int]] = {ARR: 0xFFFF}
    top: ClassVar[int] = 0xFFFF

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._position = 0
        """Ticks into the period at `_since`."""
        self._since = 0
        self._cycles_per_tick = 1
        self._begin()
        self._clocks = Clocks.of(host)
        self._clocks.watch(self._clock_changed)
        self._bus = host.shared(BusClock)
        self._event = host.add_timer(self._due)

    def _begin(self) -> None:
        self.stored[ARR] = self._arr = self.top
        self._psc = 0

    def restart(self) -> None:
        super().restart()
        self._begin()
        self._position = 0
        self._set_rate()
        self._plan()

    # --- registers ---

    def load(self, register: int) -> int:
        if register in (CNT, SR):
            self._catch_up()
        if register == CNT:
            return self._count()
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        self._catch_up()
        if register == SR:
            # Flags are cleared by writing 0.
            self.stored[SR] = self.stored.get(SR, 0) & value
        elif register == CNT:
            self._set_count(value & self.top)
        elif register == EGR:
            self._generate(value)
        elif register == CR1:
            super().store(register, value)
        elif register in (ARR, *CCR):
            super().store(register, value & self.top)
            if register == ARR and not self.stored.get(CR1, 0) & ARPE:
                count = self._count()
                self._arr = value & self.top
                self._set_count(count)
        else:
            super().store(register, value)
        self._plan()

    def _generate(self, value: int) -> None:
        for channel in range(1, 5):
            if value >> channel & 1:
                self.stored[SR] = self.stored.get(SR, 0) | 1 << channel
        if value & UG:
            if not self.stored.get(CR1, 0) & (UDIS | URS):
                self.stored[SR] = self.stored.get(SR, 0) | UIF
            self._load_preloads()
            self._position = 0

    def _load_preloads(self) -> None:
        self._psc, self._arr = self.stored.get(PSC, 0) & 0xFFFF, self.stored[ARR]
        self._set_rate()

    # --- counting ---

    @property
    def _counting(self) -> bool:
        return bool(self.stored.get(CR1, 0) & CEN)

    @property
    def _down(self) -> bool:
        return bool(self.stored.get(CR1, 0) & DIR)

    def _count(self) -> int:
        position = min(self._position, self._arr)
        return self._arr - position if self._down else self._position

    def _set_count(self, count: int) -> None:
        self._position = max(0, self._arr - count) if self._down else count

    def _set_rate(self) -> None:
        clocks = self._clocks
        late = self.base >= APB2_BASE
        divider = clocks.timer2_divider if late else clocks.timer1_divider
        self._cycles_per_tick = divider * (self._psc + 1)

    def _clock_changed(self) -> None:
        self._catch_up()
        self._set_rate()
        self._plan()

    def _catch_up(self) -> None:
        """Brings position and flags to the present."""
        now = self._bus.now(self.host)
        if not self._counting:
            self._since = now
            return
        ticks = (now - self._since) // self._cycles_per_tick
        if ticks <= 0:
            return
        self._note_compares(ticks)
        self._since += ticks * self._cycles_per_tick
        rest = self._ticks_to_update()
        if ticks < rest:
            self._position += ticks
            return
        self._update(ticks - rest)

    def _update(self, ticks_after: int) -> None:
        control = self.stored.get(CR1, 0)
        if not control & UDIS:
            self.stored[SR] = self.stored.get(SR, 0) | UIF
            old = self._cycles_per_tick
            self._load_preloads()
            if self._cycles_per_tick != old:
                # The new prescaler counts from the update on.
                self._since -= ticks_after * old
                ticks_after = (self._bus.now(self.host) - self._since) // self._cycles_per_tick
                self._since += ticks_after * self._cycles_per_tick
        if control & OPM:
            self.stored[CR1] = control & ~CEN
            self._position = 0
            return
        self._position = ticks_after % (self._arr + 1)

    def _ticks_to_update(self) -> int:
        # Past ARR the counter runs to its top before it starts again.
        last = self._arr if self._position <= self._arr else self.top
        return last + 1 - self._position

    def _ticks_to_compare(self, channel: int) -> int:
        """Ticks until the counter equals the compare register; 0 when it never will."""
        compare = self.stored.get(CCR[channel], 0)
        if compare > self._arr or self._captures(channel):
            return 0
        target = self._arr - compare if self._down else compare
        return (target - self._position - 1) % (self._arr + 1) + 1

    def _captures(self, channel: int) -> bool:
        """Whether CCxS makes the channel an input."""
        mode = self.stored.get(CCMR[channel // 2], 0)
        return bool(mode >> 8 * (channel % 2) & 3)

    def _note_compares(self, ticks: int) -> None:
        flags = self.stored.get(SR, 0)
        for channel in range(4):
            if 0 < self._ticks_to_compare(channel) <= ticks:
                flags |= 2 << channel
        self.stored[SR] = flags

    # --- events ---

    def _due(self) -> None:
        self._catch_up()
        self._plan()

    def _plan(self) -> None:
        """Drives the interrupt and plans the next event that could change it."""
        flags, enabled = self.stored.get(SR, 0) & FLAGS, self.stored.get(DIER, 0) & FLAGS
        self._drive(flags & enabled)
        waits = []
        if self._counting:
            missing = enabled & ~flags
            if missing & UIF or self.stored.get(CR1, 0) & OPM:
                waits.append(self._ticks_to_update())
            for channel in range(4):
                ticks = self._ticks_to_compare(channel)
                if missing & 2 << channel and ticks:
                    waits.append(ticks)
        if waits:
            due = self._since + min(waits) * self._cycles_per_tick
            self._bus.schedule(self.host, self._event, due)
        else:
            self._bus.cancel(self.host, self._event)

    def _drive(self, flags: int) -> None:
        if len(self.interrupts) > COMPARE_LINE:
            self.interrupt(bool(flags & UIF), UPDATE_LINE)
            self.interrupt(bool(flags & ~UIF), COMPARE_LINE)
        else:
            self.interrupt(bool(flags))
