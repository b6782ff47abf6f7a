"""ESP32-C3 low-power management: slow clock and its timer, resets, sleep (TRM v1.3, 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.espressif import reset_cause
from mcusim.devices.espressif.clocks import SLOW_HZ, XTAL_HZ
from mcusim.devices.espressif.peripheral import InterruptRegisters
from mcusim.devices.espressif.rtc_sleep import RtcSleep, Wake
from mcusim.devices.espressif.up_counter import UpCounter
from mcusim.devices.espressif.watchdog import UNLOCKED, Stage, StagedWatchdog, WatchdogDevice
from mcusim.devices.reset import Reset

OPTIONS0, SLP_TIMER0, SLP_TIMER1, TIME_UPDATE, TIME_LOW0, TIME_HIGH0 = range(0x00, 0x18, 4)
STATE0, ANA_CONF, RESET_STATE, WAKEUP_STATE = 0x18, 0x34, 0x38, 0x3C
INT_ENA = 0x40
STORE0, STORE4, CLK_CONF, DIG_PWC = 0x50, 0xB8, 0x70, 0x88
WDTCONFIG0, WDTCONFIG1, WDTFEED, WDTWPROTECT = 0x90, 0x94, 0xA4, 0xA8
SWD_CONF, SLP_WAKEUP_CAUSE = 0xAC, 0xF8
INT_ENA_W1TS, INT_ENA_W1TC = 0x100, 0x104
RETAINED = (*range(STORE0, STORE0 + 16, 4), *range(STORE4, STORE4 + 16, 4))
"""RTC_CNTL_STORE0 to 7: no reset but power-on reaches them."""
CRYSTAL_MHZ = round(XTAL_HZ / 1e6)
"""The bootloader leaves it in STORE4, twice (esp-idf, rtc.h of the ESP32-C3, RTC_XTAL_FREQ_REG)."""
SW_SYSTEM_RESET, SW_CPU_RESET = 1 << 31, 1 << 5
ALARM_ENABLE, UPDATE, SLEEP_ENABLE = 1 << 16, 1 << 31, 1 << 31
DIGITAL_POWER_DOWN = 1 << 31
WAKEUP_INTERRUPT, WDT_INTERRUPT = 1 << 0, 1 << 3
WDT_PAUSE_IN_SLEEP = 1 << 9
STAGE_BITS = (28, 25, 22, 19)
OFF, INTERRUPT, RESET_CPU, RESET_CORE, RESET_SYSTEM = range(5)
BITS = 48


class EspRtcCntl(WatchdogDevice):
    """The bootloader has fed and disabled the watchdogs; the super watchdog feeds itself.

    Brown-out, the glitch detector and power domains other than sleep aren't modelled.
    """

    reset: ClassVar[Mapping[int, int]] = {
        OPTIONS0: 1 << 28 | 1 << 27 | 1 << 26 | 2 << 14 | 1 << 13,
        CLK_CONF: 1 << 28 | 172 << 17 | 3 << 12 | 1 << 9 | 1 << 4 | 1 << 3,
        WAKEUP_STATE: 0xC << 15,
        STORE4: CRYSTAL_MHZ << 16 | CRYSTAL_MHZ,
        WDTCONFIG0: 1 << 16 | 1 << 13 | 1 << 9,
        WDTCONFIG1: 200_000,
        WDTCONFIG1 + 4: 80_000,
        WDTCONFIG1 + 8: 0xFFF,
        WDTCONFIG1 + 12: 0xFFF,
        WDTWPROTECT: UNLOCKED,
        SWD_CONF: 1 << 31 | 300 << 18,
    }
    watchdog_config, watchdog_feed = WDTCONFIG0, WDTFEED
    interrupt_registers = InterruptRegisters(ena=INT_ENA, raw=0x44, st=0x48, clr=0x4C)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._cause = host.shared(reset_cause.ResetCause)
        self._reset_code = reset_cause.POWER_ON
        self._counter = UpCounter(host, BITS)
        self._counter.set_rate(self.clocks.slow_hz)
        self._watchdog = StagedWatchdog(host)
        self._sleep = RtcSleep(host, self.clocks, self._woken)
        self.clocks.watch(self._configure_watchdog)

    def inherit(self, before: Self, reset: Reset) -> None:
        """The slow timer goes on, the scratch registers keep what they hold, the cause is told."""
        self._reset_code = reset_cause.DEEP_SLEEP
        if reset.cause != "wake-up":
            self._reset_code = before._cause.code
        self._counter.set(before._counter.value)
        self.stored.update({r: before.stored[r] for r in RETAINED if r in before.stored})
        self.stored[CLK_CONF] = before.stored[CLK_CONF]
        self._choose_slow_clock()
        if reset.cause == "wake-up":
            self.stored[SLP_WAKEUP_CAUSE] = before._sleep.cause.value
            self.host.clear_memory(kept=("rtc-fast",))

    def load(self, register: int) -> int:
        match register:
            case 0x38:
                return self._reset_code | super().load(register) & ~0x3F
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                super().store(register, value & ~(SW_SYSTEM_RESET | SW_CPU_RESET))
                self._reset_by_software(value)
            case 0x0C:
                if value & UPDATE:
                    now = self._counter.value
                    self.stored[TIME_LOW0], self.stored[TIME_HIGH0] = now & 0xFFFFFFFF, now >> 32
            case 0x18:
                super().store(register, value & ~SLEEP_ENABLE)
                if value & SLEEP_ENABLE:
                    self._fall_asleep()
            case 0x100:
                self.stored[INT_ENA] = self.stored.get(INT_ENA, 0) | value
            case 0x104:
                self.stored[INT_ENA] = self.stored.get(INT_ENA, 0) & ~value
            case 0x10 | 0x14 | 0xF8:
                return
            case 0x70:
                super().store(register, value)
                self._choose_slow_clock()
            case _:
                super().store(register, value)
        self.drive()

    # --- clock and resets ---

    def _choose_slow_clock(self) -> None:
        source = min(self.stored[CLK_CONF] >> 30 & 3, len(SLOW_HZ) - 1)
        self.clocks.slow_hz = SLOW_HZ[source]
        self._counter.set_rate(self.clocks.slow_hz)
        self._configure_watchdog()

    def _reset_by_software(self, value: int) -> None:
        if not value & (SW_SYSTEM_RESET | SW_CPU_RESET):
            return
        whole = bool(value & SW_SYSTEM_RESET)
        self._cause.code = reset_cause.CORE_SOFTWARE if whole else reset_cause.CPU_SOFTWARE
        name = "RTC_CNTL_SW_SYS_RST" if whole else "RTC_CNTL_SW_PROCPU_RST"
        self.host.reset("software", f"the firmware asked for a reset ({name})")

    # --- watchdog ---

    def _watchdog_hz(self, config: int) -> float:
        paused = self.clocks.stopped and config & WDT_PAUSE_IN_SLEEP
        return 0.0 if paused else self.clocks.slow_hz

    def _stage(self, number: int, config: int) -> Stage:
        # The first stage's unit is twice that of the others: a multiplier of the eFuses, here 1.
        ticks = self.stored[WDTCONFIG1 + 4 * number] << (1 if number == 0 else 0)
        action = config >> STAGE_BITS[number] & 7
        codes = {
            RESET_CPU: reset_cause.CPU_RTC_WATCHDOG,
            RESET_CORE: reset_cause.CORE_RTC_WATCHDOG,
            RESET_SYSTEM: reset_cause.SYSTEM_RTC_WATCHDOG,
        }
        if action == INTERRUPT:
            return ticks or 1, self._warn
        if action in codes:
            return ticks or 1, lambda: self._bite(codes[action])
        return ticks or 1, None

    def _warn(self) -> None:
        self.pending |= WDT_INTERRUPT
        self.drive()

    def _bite(self, code: int) -> None:
        self._cause.code = code
        self.host.reset(
            "watchdog",
            "the watchdog of the RTC (RWDT) reset the chip: it was not fed in time; write "
            "RTC_CNTL_WDT_FEED more often, or raise the stages' RTC_CNTL_WDT_STGn_HOLD",
        )

    # --- sleep ---

    def _fall_asleep(self) -> None:
        enabled = self.stored[WAKEUP_STATE] >> 15
        timer_s = None
        if self.stored.get(SLP_TIMER1, 0) & ALARM_ENABLE:
            high = self.stored.get(SLP_TIMER1, 0) & 0xFFFF
            timer_s = self._counter.seconds_to(high << 32 | self.stored.get(SLP_TIMER0, 0))
        deep = bool(self.stored.get(DIG_PWC, 0) & DIGITAL_POWER_DOWN)
        self._sleep.begin(Wake(enabled), timer_s, deep=deep)

    def _woken(self) -> None:
        self.pending |= WAKEUP_INTERRUPT
        self.stored[SLP_WAKEUP_CAUSE] = self._sleep.cause.value
        self._configure_watchdog()
        self.drive()
