"""FE310-G002 always-on domain (manual v1p5, 13 to 16): watchdog, RTC, low clock, sleep and wake-up.

The programs of the power management unit are remembered, but it always goes the same way: to sleep
at a write of pmusleep, and back, by a reset, at what pmuie allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.reset import Cause, Reset
from mcusim.devices.sifive import rtc, watchdog
from mcusim.devices.sifive.clocks import LFROSC_HZ, SifiveClocks
from mcusim.devices.sifive.registers import SifivePeripheral

LFROSCCFG, LFCLKMUX = 0x70, 0x7C
PMU = range(0x100, 0x150)
WAKEUP_PROGRAM, SLEEP_PROGRAM = 0x100, 0x120
PMUIE, PMUCAUSE, PMUSLEEP, PMUKEY = 0x140, 0x144, 0x148, 0x14C
ENABLE, READY = 1 << 30, 1 << 31
LFALT_HZ = 32768.0
"""A watch crystal's frequency at psdlfaltclk, which lfclkmux selects."""
WAKE_RTC = 1 << 1
WDOG_LINE, RTC_LINE = 0, 1
RESET_CAUSES: dict[Cause, int] = {"watchdog": 2 << 8}
"""resetcause of pmucause, where it is not 0: sifive-blocks, devices/mockaon, ResetCauses."""


class SifiveAon(SifivePeripheral):
    """Its 16 backup registers, counters and clocks outlive sleep, and nothing outlives a reset."""

    reset: ClassVar[Mapping[int, int]] = {
        LFROSCCFG: ENABLE | 0x10 << 16 | 4,
        # 15.4, tables 39 and 40.
        **dict.fromkeys(range(WAKEUP_PROGRAM, SLEEP_PROGRAM, 4), 0x030),
        WAKEUP_PROGRAM: 0x3F0,
        WAKEUP_PROGRAM + 4: 0x2F8,
        **dict.fromkeys(range(SLEEP_PROGRAM, PMUIE, 4), 0x3C0),
        SLEEP_PROGRAM: 0x2F0,
        SLEEP_PROGRAM + 4: 0x3F0,
        SLEEP_PROGRAM + 8: 0x3D0,
        PMUIE: 1,
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = host.shared(SifiveClocks)
        self._unlocked = False
        self._asleep = False
        self._watchdog = watchdog.Watchdog(host, name, lambda on: self.interrupt(on, WDOG_LINE))
        self._rtc = rtc.Rtc(host, self._rtc_changed)
        host.set_light_sleep("wait")

    def inherit(self, before: Self, reset: Reset) -> None:
        """A wake-up from sleep resets all but this domain."""
        if reset.cause != "wake-up":
            self.stored[PMUCAUSE] = RESET_CAUSES.get(reset.cause, 0)
            return
        self.stored = before.stored
        self.stored[PMUCAUSE] = before.stored.get(PMUCAUSE, 0) & 0xFF00 | 1
        self._clocks.set_low(before._clocks.low_hz)
        self._watchdog.resume(before._watchdog)
        self._rtc.resume(before._rtc)
        self.host.clear_memory()

    def load(self, register: int) -> int:
        if register in watchdog.REGISTERS:
            return self._watchdog.load(register)
        if register in rtc.REGISTERS:
            return self._rtc.load(register)
        if register == PMUKEY:
            return int(self._unlocked)
        value = super().load(register)
        if register == LFROSCCFG:
            return value & ~READY | (READY if value & ENABLE else 0)
        return 0 if register == PMUSLEEP else value

    def store(self, register: int, value: int) -> None:
        if register in watchdog.REGISTERS:
            self._watchdog.store(register, value)
        elif register in rtc.REGISTERS:
            self._rtc.store(register, value)
        elif register in PMU:
            self._store_pmu(register, value)
        else:
            super().store(register, value)
            if register in (LFROSCCFG, LFCLKMUX):
                self._set_low_clock()

    def _set_low_clock(self) -> None:
        config = self.stored[LFROSCCFG]
        if self.stored.get(LFCLKMUX, 0) & 1:
            self._clocks.set_low(LFALT_HZ)
        elif config & ENABLE:
            self._clocks.set_low(LFROSC_HZ / ((config & 0x3F) + 1))

    # --- sleep ---

    def _store_pmu(self, register: int, value: int) -> None:
        """Writes are locked until the key was written, and lock again."""
        if register == PMUKEY:
            self._unlocked = value == watchdog.KEY
            return
        unlocked, self._unlocked = self._unlocked, False
        if not unlocked or register == PMUCAUSE:
            return
        if register == PMUSLEEP:
            self._sleep()
        else:
            super().store(register, value | 1 if register == PMUIE else value)

    def _sleep(self) -> None:
        self._asleep = True
        self.host.switch_off(
            "sleep", "the RTC (pmuie bit 1) or dwakeup_n (pmuie bit 2, from outside)"
        )
        self._watchdog.sleep()
        self._rtc_changed(self._rtc.pending)

    def _rtc_changed(self, pending: bool) -> None:
        self.interrupt(pending, RTC_LINE)
        if pending and self._asleep and self.stored[PMUIE] & WAKE_RTC:
            self.host.reset("wake-up", f"{self.name}: the RTC woke the chip from sleep")
