"""ESP32-C3 timer group: a timer of 54 bits, a watchdog, and the calibration of slow clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.espressif.clocks import RC_FAST_DIVIDED_HZ, RC_SLOW_HZ, XTAL32K_HZ, XTAL_HZ
from mcusim.devices.espressif.peripheral import InterruptRegisters
from mcusim.devices.espressif.reset_cause import CORE_WATCHDOG, CPU_WATCHDOG, ResetCause
from mcusim.devices.espressif.up_counter import Alarm, UpCounter
from mcusim.devices.espressif.watchdog import UNLOCKED, Stage, StagedWatchdog, WatchdogDevice

T0CONFIG, T0LO, T0HI, T0UPDATE, T0ALARMLO, T0ALARMHI = range(0x00, 0x18, 4)
T0LOADLO, T0LOADHI, T0LOAD = 0x18, 0x1C, 0x20
WDTCONFIG0, WDTCONFIG1, WDTCONFIG2, WDTFEED, WDTWPROTECT = 0x48, 0x4C, 0x50, 0x60, 0x64
RTCCALICFG, RTCCALICFG1, INT_ENA = range(0x68, 0x74, 4)
RTCCALICFG2 = 0x80
USE_XTAL, ALARM_EN, AUTORELOAD, INCREASE, EN = 1 << 9, 1 << 10, 1 << 29, 1 << 30, 1 << 31
WDT_USE_XTAL = 1 << 21
CALI_CYCLING, CALI_RDY, CALI_START = 1 << 12, 1 << 15, 1 << 31
T0_INTERRUPT, WDT_INTERRUPT = 1 << 0, 1 << 1
BITS = 54
STAGE_BITS = (29, 27, 25, 23)
OFF, INTERRUPT, RESET_CPU, RESET_SYSTEM = range(4)
"""What a stage does at its end (TRM v1.3, 12.2.2.2)."""
CALIBRATED_HZ = (RC_SLOW_HZ, RC_FAST_DIVIDED_HZ, XTAL32K_HZ)
"""By TIMG_RTC_CALI_CLK_SEL."""


class EspTimerGroup(WatchdogDevice):
    """The bootloader has switched off the watchdog that guards it (flash boot protection).

    A calibration is done at once, and finds the nominal frequencies.
    """

    reset: ClassVar[Mapping[int, int]] = {
        T0CONFIG: 1 << 13 | AUTORELOAD | INCREASE,
        WDTCONFIG0: 1 << 15 | 1 << 18,
        WDTCONFIG1: 1 << 16,
        WDTCONFIG2: 26_000_000,
        WDTCONFIG2 + 4: 0x7FFFFFF,
        WDTCONFIG2 + 8: 0xFFFFF,
        WDTCONFIG2 + 12: 0xFFFFF,
        WDTWPROTECT: UNLOCKED,
        RTCCALICFG: CALI_CYCLING | 1 << 13 | 1 << 16,
    }
    watchdog_config, watchdog_feed = WDTCONFIG0, WDTFEED
    interrupt_registers = InterruptRegisters(ena=INT_ENA, raw=0x74, st=0x78, clr=0x7C)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._cause = host.shared(ResetCause)
        self._counter = UpCounter(host, BITS)
        self._alarm = Alarm(host, self._reached)
        self._watchdog = StagedWatchdog(host)
        self.clocks.watch(self._changed)

    def placed(self, base: int) -> None:
        super().placed(base)
        places = (base + T0UPDATE, 0xFFFFFFFF, base + T0LO, base + T0HI)
        self.host.latch(self._counter.latch, *places)

    def load(self, register: int) -> int:
        match register:
            case 0x04:
                return self._counter.latch.latched & 0xFFFFFFFF
            case 0x08:
                return self._counter.latch.latched >> 32
            case 0x68:
                value = self.stored[RTCCALICFG]
                return value | CALI_RDY if value & (CALI_START | CALI_CYCLING) else value
            case 0x6C:
                return self._calibrated() << 7 | 1
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x0C:
                self._counter.take()
            case 0x20:
                self._reload()
                self._changed()
            case 0x04 | 0x08 | 0x6C:
                return
            case _:
                super().store(register, value)
                if register in (T0CONFIG, T0ALARMLO, T0ALARMHI, INT_ENA):
                    self._changed()

    # --- timer ---

    def _reload(self) -> None:
        self._counter.set(self._pair(T0LOADHI, T0LOADLO))

    def _pair(self, high: int, low: int) -> int:
        return self.stored.get(high, 0) << 32 | self.stored.get(low, 0)

    def _timer_hz(self) -> float:
        config = self.stored[T0CONFIG]
        if not config & EN:
            return 0.0
        source_hz = XTAL_HZ if config & USE_XTAL else self.clocks.apb_hz
        divider = config >> 13 & 0xFFFF or 0x10000
        hz = self.clocks.running(source_hz) / max(divider, 2)
        return hz if config & INCREASE else -hz

    def _reached(self) -> None:
        self.pending |= T0_INTERRUPT
        self.stored[T0CONFIG] &= ~ALARM_EN
        if self.stored[T0CONFIG] & AUTORELOAD:
            self._reload()
        self.drive()

    # --- watchdog ---

    def _watchdog_hz(self, config: int) -> float:
        source_hz = XTAL_HZ if config & WDT_USE_XTAL else self.clocks.apb_hz
        prescaler = self.stored[WDTCONFIG1] >> 16 or 1
        return self.clocks.running(source_hz) / prescaler

    def _stage(self, number: int, config: int) -> Stage:
        ticks = self.stored[WDTCONFIG2 + 4 * number] or 1
        action = config >> STAGE_BITS[number] & 3
        causes = {RESET_CPU: CPU_WATCHDOG, RESET_SYSTEM: CORE_WATCHDOG}
        if action == INTERRUPT:
            return ticks, self._warn
        if action in causes:
            return ticks, lambda: self._bite(causes[action])
        return ticks, None

    def _warn(self) -> None:
        self.pending |= WDT_INTERRUPT
        self.drive()

    def _bite(self, causes: tuple[int, int]) -> None:
        self._cause.code = causes[1 if self.name.endswith("1") else 0]
        self.host.reset(
            "watchdog",
            f"the watchdog of {self.name} (MWDT) reset the chip: it was not fed in time; write "
            f"TIMG_WDTFEED more often, or raise the stages' TIMG_WDT_STGn_HOLD",
        )

    # --- both ---

    def _calibrated(self) -> int:
        """Cycles of the crystal in TIMG_RTC_CALI_MAX cycles of the slow clock."""
        config = self.stored[RTCCALICFG]
        slow_hz = CALIBRATED_HZ[min(config >> 13 & 3, 2)]
        return round((config >> 16 & 0x7FFF) * XTAL_HZ / slow_hz) & 0x1FFFFFF

    def _changed(self) -> None:
        self._counter.set_rate(self._timer_hz())
        if self.stored[T0CONFIG] & ALARM_EN:
            self._alarm.after(self._counter.seconds_to(self._pair(T0ALARMHI, T0ALARMLO)))
        else:
            self._alarm.stop()
        self._configure_watchdog()
        self.drive()

    def drive(self) -> None:
        self.interrupt(bool(self.enabled & T0_INTERRUPT), 0)
        self.interrupt(bool(self.enabled & WDT_INTERRUPT), 1)
