"""nRF52 PPI: channels from events to tasks, without the core."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.nordic.peripheral import EVENTS, NrfPeripheral

# PS, PPI, Registers.
CHEN, CHENSET, CHENCLR, CH, CHG, FORK = 0x500, 0x504, 0x508, 0x510, 0x800, 0x910
CHANNELS, GROUPS, ALL = 20, 6, 32

_TIMER0, _RTC0, _RADIO, _AAR, _CCM = (
    *(0x40008000, 0x4000B000, 0x40001000),
    *(0x4000F000, 0x4000F000),
)
FIXED: dict[int, tuple[int, int]] = {
    20: (_TIMER0 + 0x140, _RADIO + 0x000),
    21: (_TIMER0 + 0x140, _RADIO + 0x004),
    22: (_TIMER0 + 0x144, _RADIO + 0x010),
    23: (_RADIO + 0x128, _AAR + 0x000),
    24: (_RADIO + 0x100, _CCM + 0x000),
    25: (_RADIO + 0x104, _CCM + 0x004),
    26: (_RADIO + 0x104, _TIMER0 + 0x044),
    27: (_RADIO + 0x10C, _TIMER0 + 0x048),
    28: (_RTC0 + 0x140, _RADIO + 0x000),
    29: (_RTC0 + 0x140, _RADIO + 0x004),
    30: (_RTC0 + 0x140, _TIMER0 + 0x00C),
    31: (_RTC0 + 0x140, _TIMER0 + 0x000),
}
"""Channels whose ends can't be chosen (PS, PPI, Pre-programmed channels)."""


class NrfPpi(NrfPeripheral):
    """Twenty channels to program, twelve fixed ones, six groups to switch them."""

    reset: ClassVar[dict[int, int]] = {CHEN: 0}

    def task(self, offset: int) -> None:
        group = offset >> 3
        if group < GROUPS:
            members = self.stored.get(CHG + 4 * group, 0)
            enabled = self.stored[CHEN]
            self.stored[CHEN] = enabled & ~members if offset & 4 else enabled | members
            self._reroute()

    def value(self, offset: int) -> int:
        if offset in (CHENSET, CHENCLR):
            return self.stored[CHEN]
        return super().value(offset)

    def configured(self, offset: int, value: int) -> None:
        if offset == CHENSET:
            self.stored[CHEN] |= value
        elif offset == CHENCLR:
            self.stored[CHEN] &= ~value
        if offset < CHG or offset >= FORK:
            self._reroute()

    def _reroute(self) -> None:
        routes = self._routes()
        if routes != self.fabric.routes:
            self.fabric.reroute(routes)

    def _routes(self) -> dict[int, list[int]]:
        """Addresses of tasks by the event's, as the channels are now."""
        routes: dict[int, list[int]] = {}
        for channel in range(ALL):
            if self.stored[CHEN] >> channel & 1:
                event, task = self._ends(channel)
                fork = self.stored.get(FORK + 4 * channel, 0)
                tasks = [end for end in (task, fork) if end]
                if event & 0xFFF >= EVENTS and tasks:
                    routes.setdefault(event, []).extend(tasks)
        return routes

    def _ends(self, channel: int) -> tuple[int, int]:
        if channel in FIXED:
            return FIXED[channel]
        first = CH + 8 * channel
        return self.stored.get(first, 0), self.stored.get(first + 4, 0)
