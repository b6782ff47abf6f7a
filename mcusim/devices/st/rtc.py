"""STM32L4+ real-time clock (RM0432 49): calendar, wake-up timer, alarm A and B."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.keeps import WHOLE_WORD
from mcusim.devices.reset import Reset
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.exti_lines import ExtiLines
from mcusim.devices.st.words import WordDevice

TR, DR, CR, ISR, PRER, WUTR = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14  # RM0432 49.6
ALRMAR, ALRMBR, WPR, SSR = 0x1C, 0x20, 0x24, 0x28
ALRAE, ALRBE, WUTE, ALRAIE, ALRBIE, WUTIE = (1 << n for n in (8, 9, 10, 12, 13, 14))
ALRAWF, ALRBWF, WUTWF, INITS, RSF, INITF, INIT = (1 << n for n in (0, 1, 2, 4, 5, 6, 7))
ALRAF, ALRBF, WUTF = 1 << 8, 1 << 9, 1 << 10
KEYS = (0xCA, 0x53)
START = datetime(2000, 1, 1)
LONGEST_ALARM_S = 31 * 86400


def bcd(value: int) -> int:
    """A number of two digits in binary-coded decimal."""
    return value // 10 << 4 | value % 10


def number(digits: int) -> int:
    """The value of two digits in binary-coded decimal."""
    return (digits >> 4) * 10 + (digits & 0xF)


class Stm32Rtc(WordDevice):
    """Counts from RTCCLK (BDCR.RTCSEL); it starts at 2000-01-01 and knows the 24-hour format.

    Alarms match on the fields that aren't masked, except sub-seconds. Tamper, time stamps,
    calibration and shifting aren't modelled; backup registers keep their values.
    """

    reset: ClassVar[Mapping[int, int]] = {PRER: 0x7F00FF, WUTR: 0xFFFF}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = Clocks.of(host)
        self._clocks.watch(self._clock_changed)
        self._clocks.backup_reset.append(self.restart)
        self._lines = host.shared(ExtiLines)
        self._begin()
        self._rtc_hz = 0.0
        self._wake_up = host.add_timer(self._woken)
        self._alarm = host.add_timer(self._alarmed)
        self._wake_up_due_s: float | None = None
        self._next_alarm = (START, ALRAF)

    def _begin(self) -> None:
        self._keys: list[int] = []
        self._initialising = False
        self._flags = 0
        self._calendar = START
        self._counted_s = self.host.seconds

    def restart(self) -> None:
        """The backup domain is reset, with the backup registers."""
        super().restart()
        self._begin()
        self._start_wake_up()
        self._plan_alarm()

    def inherit(self, before: Self, reset: Reset) -> None:
        """All of it is in the backup domain, which no reset of the chip reaches (RM0432 49.3.8)."""
        self.stored, self._keys = before.stored, before._keys
        self._initialising, self._flags = before._initialising, before._flags
        self._calendar, self._counted_s = before._calendar, before._counted_s
        self._rtc_hz, self._wake_up_due_s = before._rtc_hz, before._wake_up_due_s
        self._clock_changed()

    # --- the calendar ---

    def _second_s(self) -> float:
        """Seconds that a second of the calendar takes; 0 without a clock."""
        prer = self.stored[PRER]
        ticks = ((prer >> 16 & 0x7F) + 1) * ((prer & 0x7FFF) + 1)
        return ticks / self._rtc_hz if self._rtc_hz else 0.0

    def _now(self) -> datetime:
        second = self._second_s()
        if not second or self._initialising:
            return self._calendar
        return self._calendar + timedelta(seconds=(self.host.seconds - self._counted_s) / second)

    def _rebase(self) -> None:
        self._calendar, self._counted_s = self._now(), self.host.seconds

    def _clock_changed(self) -> None:
        self._rebase()
        self._rtc_hz = self._clocks.rtc_hz
        self._plan_alarm()
        if self._wake_up_due_s is not None:
            rest_s = max(0.0, self._wake_up_due_s - self.host.seconds)
            self.host.schedule(self._wake_up, self.host.cycle_in(rest_s))

    def load(self, register: int) -> int:
        now = self._now()
        match register:
            case 0x00:
                return bcd(now.hour) << 16 | bcd(now.minute) << 8 | bcd(now.second)
            case 0x04:
                date = bcd(now.year - 2000) << 16 | now.isoweekday() << 13
                return date | bcd(now.month) << 8 | bcd(now.day)
            case 0x28:
                divider = (self.stored[PRER] & 0x7FFF) + 1
                return divider - 1 - int(now.microsecond * divider / 1e6)
            case 0x0C:
                return self._status(now)
        return super().load(register)

    def _status(self, now: datetime) -> int:
        control = self.stored.get(CR, 0)
        status = self._flags | RSF
        status |= 0 if control & ALRAE else ALRAWF
        status |= 0 if control & ALRBE else ALRBWF
        status |= 0 if control & WUTE else WUTWF
        status |= INITS if now.year > 2000 else 0
        return status | (INIT | INITF if self._initialising else 0)

    # --- writing ---

    def store(self, register: int, value: int) -> None:
        if register == WPR:
            self._keys = [*self._keys[-1:], value & 0xFF]
            return
        if register >= 0x50:
            super().store(register, value)  # backup registers
            return
        if tuple(self._keys) != KEYS:
            kept = self.protected_bits(register)
            if kept == WHOLE_WORD:
                return
            value = value & ~kept | self.stored.get(register, 0) & kept
        if register in (TR, DR):
            self._set_calendar(register, value)
        elif register == ISR:
            self._flags &= value | ~(ALRAF | ALRBF | WUTF)
            self._initialise(bool(value & INIT))
        else:
            self._rebase()
            super().store(register, value)
        if register == CR:
            self._start_wake_up()
        self._plan_alarm()

    def protected_bits(self, register: int) -> int:
        """The bits of a register that need the keys; of ISR's, INIT is (RM0432 49.3.7)."""
        return 0 if register == ISR else WHOLE_WORD

    def _set_calendar(self, register: int, value: int) -> None:
        if not self._initialising:
            return
        now = self._calendar
        try:
            if register == TR:
                hour, minute, second = (number(value >> at & 0x7F) for at in (16, 8, 0))
                now = now.replace(hour=hour, minute=minute, second=second, microsecond=0)
            else:
                year, month = number(value >> 16 & 0xFF), number(value >> 8 & 0x1F)
                now = now.replace(year=2000 + year, month=month, day=number(value & 0x3F))
        except ValueError:
            self.host.warn("RTC_TR or RTC_DR was set to a time that doesn't exist")
        self._calendar = now

    def _initialise(self, on: bool) -> None:
        if tuple(self._keys) != KEYS:
            return
        if on and not self._initialising:
            self._calendar = self._now()
        elif self._initialising and not on:
            self._counted_s = self.host.seconds
        self._initialising = on

    # --- the wake-up timer ---

    def _wake_up_period_s(self) -> float:
        choice, count = self.stored.get(CR, 0) & 7, (self.stored[WUTR] & 0xFFFF) + 1
        if choice & 4:
            return self._second_s() * (count + (0x10000 if choice & 2 else 0))
        return count * (16 >> choice) / self._rtc_hz if self._rtc_hz else 0.0

    def _start_wake_up(self) -> None:
        if not self.stored.get(CR, 0) & WUTE:
            self.host.cancel(self._wake_up)
            self._wake_up_due_s = None
        elif self._wake_up_due_s is None:
            self._next_wake_up(self.host.seconds)

    def _next_wake_up(self, since_s: float) -> None:
        period = self._wake_up_period_s()
        if period > 0.0:
            self._wake_up_due_s = since_s + period
            rest_s = max(0.0, self._wake_up_due_s - self.host.seconds)
            self.host.schedule(self._wake_up, self.host.cycle_in(rest_s))

    def _woken(self) -> None:
        self._flags |= WUTF
        if self.stored.get(CR, 0) & WUTIE:
            self._interrupt(self._lines.rtc_wake_up)
        self._next_wake_up(self._wake_up_due_s or self.host.seconds)

    def _interrupt(self, line: int) -> None:
        self._lines.rtc_event()
        self._lines.pulse(line)

    # --- alarms ---

    def _alarm_at(self, register: int) -> datetime | None:
        """The next time that matches an alarm register."""
        alarm = self.stored.get(register, 0)
        now = self._now().replace(microsecond=0) + timedelta(seconds=1)
        at = now
        for field, mask in ((0, 7), (8, 15), (16, 23)):
            if alarm >> mask & 1:
                continue
            wanted = number(alarm >> field & (0x3F if field == 16 else 0x7F))
            step = timedelta(seconds=(1, 60, 3600)[field // 8])
            for _ in range(60):
                if (at.second, at.minute, at.hour)[field // 8] == wanted:
                    break
                at += step
                at = self._cleared(at, alarm, field)
        if not alarm >> 31 & 1:
            at = self._alarm_day(alarm, at)
        return at if (at - now).total_seconds() <= LONGEST_ALARM_S else None

    @staticmethod
    def _cleared(at: datetime, alarm: int, field: int) -> datetime:
        """Fields below the one that moved start from 0 where any value matches."""
        if field >= 8 and alarm >> 7 & 1:
            at = at.replace(second=0)
        if field >= 16 and alarm >> 15 & 1:
            at = at.replace(minute=0)
        return at

    @staticmethod
    def _alarm_day(alarm: int, at: datetime) -> datetime:
        by_week, day = bool(alarm >> 30 & 1), number(alarm >> 24 & 0x3F)
        for _ in range(32):
            if (at.isoweekday() == (day & 0xF)) if by_week else (at.day == day):
                break
            at += timedelta(days=1)
        return at

    def _alarms(self) -> list[tuple[datetime, int]]:
        control, found = self.stored.get(CR, 0), []
        for register, enable, flag in ((ALRMAR, ALRAE, ALRAF), (ALRMBR, ALRBE, ALRBF)):
            at = self._alarm_at(register) if control & enable else None
            if at is not None:
                found.append((at, flag))
        return found

    def _plan_alarm(self) -> None:
        alarms, second = self._alarms(), self._second_s()
        if not alarms or not second or self._initialising:
            self.host.cancel(self._alarm)
            return
        self._next_alarm = min(alarms)
        rest = (self._next_alarm[0] - self._now()).total_seconds() * second
        self.host.schedule(self._alarm, self.host.cycle_in(max(0.0, rest)))

    def _alarmed(self) -> None:
        flag = self._next_alarm[1]
        self._flags |= flag
        if self.stored.get(CR, 0) & (ALRAIE if flag == ALRAF else ALRBIE):
            self._interrupt(self._lines.rtc_alarm)
        self._plan_alarm()
