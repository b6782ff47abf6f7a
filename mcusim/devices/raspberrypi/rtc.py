"""RP2040 real-time clock (datasheet 4.8): a calendar with one alarm."""

from __future__ import annotations

from datetime import datetime, timedelta

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.clock_tree import ClockTree, Source
from mcusim.devices.raspberrypi.registers import Interrupts, Peripheral

CLKDIV_M1, SETUP0, SETUP1, CTRL, IRQ_SETUP0, IRQ_SETUP1 = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14
RTC1, RTC0, INTR, INTE, INTF, INTS = 0x18, 0x1C, 0x20, 0x24, 0x28, 0x2C
ENABLE, ACTIVE, LOAD = 1 << 0, 1 << 1, 1 << 4
MATCH_ENABLE, MATCH_ACTIVE = 1 << 28, 1 << 29
YEAR_ENABLE, MONTH_ENABLE, DAY_ENABLE = 1 << 26, 1 << 25, 1 << 24
WEEKDAY_ENABLE, HOUR_ENABLE, MINUTE_ENABLE, SECOND_ENABLE = 1 << 31, 1 << 30, 1 << 29, 1 << 28
START = datetime(2000, 1, 1)
SEARCH_DAYS = 366 * 5
"""How far ahead an alarm is looked for: a match on 29 February is at most so far."""
SLEEP_EN_BIT = 21
"""CLK_RTC_RTC in SLEEP_EN0 (pico-sdk, regs/clocks.h)."""


class RpRtc(Peripheral):
    """The day of the week is that of the calendar, whatever was set up; the year from 1 on."""

    reset_bit = 15

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.watch(self._rate_changed)
        self._base, self._since_s, self._hz = START, 0.0, 0.0
        self._alarm = host.add_timer(self._matched)
        self._interrupts = Interrupts(self.interrupt)
        self._latched = 0

    # --- registers ---

    def load(self, register: int) -> int:
        match register:
            case 0x0C:
                control = self.stored.get(CTRL, 0)
                return control | (ACTIVE if control & ENABLE else 0)
            case 0x10:
                setup = self.stored.get(IRQ_SETUP0, 0)
                return setup | (MATCH_ACTIVE if setup & MATCH_ENABLE else 0)
            case 0x18:
                return self._latched
            case 0x1C:
                return self._time()
            case 0x20:
                return self._interrupts.raw
            case 0x2C:
                return self._interrupts.status
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register in (RTC0, RTC1, INTR, INTS):
            return
        if register == CTRL:
            self._control(value)
        else:
            super().store(register, value)
        if register == CLKDIV_M1:
            self._rate_changed()
        if register in (IRQ_SETUP0, IRQ_SETUP1) and not self._match_enabled:
            # Firmware takes an alarm back to silence it.
            self._interrupts.raw = 0
        self._plan()
        self._update()

    def restart(self) -> None:
        super().restart()
        self._interrupts.raw = 0
        self._rate_changed()
        self._update()

    @property
    def _match_enabled(self) -> bool:
        return bool(self.stored.get(IRQ_SETUP0, 0) & MATCH_ENABLE)

    def _control(self, value: int) -> None:
        if value & LOAD:
            self._set_calendar()
        self.stored[CTRL] = value & ~(LOAD | ACTIVE)
        self._rate_changed()

    def _set_calendar(self) -> None:
        date, time = self.stored.get(SETUP0, 0), self.stored.get(SETUP1, 0)
        try:
            self._base = datetime(
                date >> 12 & 0xFFF, date >> 8 & 0xF, date & 0x1F,
                time >> 16 & 0x1F, time >> 8 & 0x3F, time & 0x3F,
            )  # fmt: skip
        except ValueError:
            self.host.warn("the firmware sets the RTC to a date that there is not")
        self._since_s = self.host.seconds

    # --- time ---

    def _now(self) -> datetime:
        seconds = (self.host.seconds - self._since_s) * self._hz
        return self._base + timedelta(seconds=seconds)

    def _rate_changed(self) -> None:
        """Seconds of the calendar in one of time: clk_rtc over CLKDIV_M1 + 1."""
        now = self._now()
        on = self.stored.get(CTRL, 0) & ENABLE and not self._tree.gated(SLEEP_EN_BIT)
        divider = (self.stored.get(CLKDIV_M1, 0) & 0xFFFF) + 1
        self._base, self._since_s = now, self.host.seconds
        self._hz = self._tree.hz(Source.RTC) / divider if on else 0.0
        self._plan()

    def _time(self) -> int:
        """RTC_0; RTC_1 is kept for the read that follows."""
        now = self._now() + timedelta(microseconds=50)
        self._latched = now.year << 12 | now.month << 8 | now.day
        weekday = now.isoweekday() % 7
        return weekday << 24 | now.hour << 16 | now.minute << 8 | now.second

    # --- the alarm ---

    def _plan(self) -> None:
        self.host.cancel(self._alarm)
        if not self._match_enabled or not self._hz:
            return
        now = self._now()
        wanted = self._next_match(now)
        if wanted is not None:
            seconds = (wanted - now).total_seconds() / self._hz
            self.host.schedule(self._alarm, self.host.cycle_in(max(seconds, 0.0)))

    def _next_match(self, now: datetime) -> datetime | None:
        """The first second from now on that agrees with all enabled fields."""
        date, time = self.stored.get(IRQ_SETUP0, 0), self.stored.get(IRQ_SETUP1, 0)
        first = now.replace(microsecond=0) + timedelta(seconds=1)
        for ahead in range(SEARCH_DAYS):
            day = (first + timedelta(days=ahead)).date()
            if not _day_matches(day.year, day.month, day.day, day.isoweekday() % 7, date, time):
                continue
            found = _second_of_day(time, first.hour * 3600 + first.minute * 60 + first.second
                                   if ahead == 0 else 0)  # fmt: skip
            if found is not None:
                return datetime(day.year, day.month, day.day) + timedelta(seconds=found)
        return None

    def _matched(self) -> None:
        self._interrupts.raw = 1
        self._update()
        self._plan()

    def _update(self) -> None:
        self._interrupts.enabled = self.stored.get(INTE, 0) & 1
        self._interrupts.forced = self.stored.get(INTF, 0) & 1
        self._interrupts.update()


def _day_matches(year: int, month: int, day: int, weekday: int, date: int, time: int) -> bool:
    return (
        (not date & YEAR_ENABLE or year == date >> 12 & 0xFFF)
        and (not date & MONTH_ENABLE or month == date >> 8 & 0xF)
        and (not date & DAY_ENABLE or day == date & 0x1F)
        and (not time & WEEKDAY_ENABLE or weekday == time >> 24 & 7)
    )


def _second_of_day(time: int, earliest: int) -> int | None:
    """The first second of a day, from `earliest` on, whose hour, minute and second match."""
    for second in range(earliest, 86400):
        if (
            (not time & HOUR_ENABLE or second // 3600 == time >> 16 & 0x1F)
            and (not time & MINUTE_ENABLE or second // 60 % 60 == time >> 8 & 0x3F)
            and (not time & SECOND_ENABLE or second % 60 == time & 0x3F)
        ):
            return second
    return None
