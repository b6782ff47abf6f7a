"""STM32G0 reset and clock control (RM0444 5): oscillators, PLL, prescalers, kernel clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.reset import Reset
from mcusim.devices.st.clocks import HSI16_HZ, LSE_HZ, LSI_HZ
from mcusim.devices.st.g0 import rcc_registers as rr
from mcusim.devices.st.rcc_base import Ready, Stm32RccBase

CLOCK_REGISTERS = (rr.CR, rr.CFGR, rr.PLLCFGR)


class Stm32g0Rcc(Stm32RccBase):
    """One AHB and one APB; SWS follows SW.

    Resets by xxxRSTR do nothing; the clock security system, clock outputs, and the PLL's outputs P
    and Q (TIM1 and TIM15 at twice the core's clock) aren't modelled.
    """

    reset: ClassVar[Mapping[int, int]] = {
        rr.CR: rr.HSION,
        rr.PLLCFGR: 0x1000,
        rr.AHBENR: 0x100,
        rr.CSR: 0x0C000000,
    }
    ready: ClassVar[Mapping[int, tuple[Ready, ...]]] = rr.READY
    ready_at_reset: ClassVar[tuple[tuple[int, int], ...]] = ((rr.CR, 8),)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks.kernel_hz = self._kernel_hz
        self._clocks.kernel_in_stop = self._kernel_in_stop
        self._clocks.stop_left = self._stop_left

    def inherit(self, before: Self, reset: Reset) -> None:
        """The RTC domain and the flags stay (RM0444, RCC_CSR); a wake-up sets none."""
        self._inherit_backup_domain(before, rr.BDCR)
        self.stored[rr.CSR] = before.stored[rr.CSR] & rr.FLAGS
        if reset.cause != "wake-up":
            self.stored[rr.CSR] |= rr.PINRSTF | rr.RESET_FLAGS.get(reset.cause, 0)
        self._distribute()

    def load(self, register: int) -> int:
        value = super().load(register)
        if register == rr.CFGR:
            value = value & ~0x38 | (value & 7) << 3
        return value

    def store(self, register: int, value: int) -> None:
        if register in (rr.CIFR, rr.CICR):
            return
        if register == rr.CFGR:
            value &= ~0x38
        elif register == rr.BDCR and value & rr.BDRST:
            value = rr.BDRST
        elif register == rr.CSR:
            flags = 0 if value & rr.RMVF else self.stored[rr.CSR] & rr.FLAGS
            value = value & rr.LSION | flags
        super().store(register, value)
        self._start_oscillators(register)
        if register in CLOCK_REGISTERS:
            self._take_over(HSI16_HZ)
        if register in (*CLOCK_REGISTERS, rr.CCIPR, rr.BDCR, rr.CSR):
            self._distribute()

    def _sysclk(self) -> float:
        cr = self.stored[rr.CR]
        match self.stored.get(rr.CFGR, 0) & 7:
            case rr.SW_HSISYS:
                return rr.hsisys_hz(cr)
            case rr.SW_HSE:
                return self._clocks.hse_hz if cr & rr.HSEON else 0.0
            case rr.SW_PLL if cr & rr.PLLON:
                return rr.pll_hz(self.stored[rr.PLLCFGR], self._clocks.hse_hz)
            case rr.SW_LSI:
                return LSI_HZ
            case rr.SW_LSE:
                return LSE_HZ
            case _:
                return 0.0

    def _distribute(self) -> None:
        clocks, cfgr = self._clocks, self.stored.get(rr.CFGR, 0)
        if clocks.running:
            sysclk = self._sysclk()
            if sysclk <= 0.0:
                self.host.warn("RCC_CFGR selects a clock for the core that is off")
                return
            self.host.set_clock(sysclk / rr.ahb_divider(cfgr))
        # A clock that the user forces stays, whatever the prescalers say.
        clocks.hclk = self.host.clock_hz
        clocks.sysclk = clocks.hclk * rr.ahb_divider(cfgr)
        apb = rr.apb_divider(cfgr)
        clocks.pclk1 = clocks.pclk2 = clocks.hclk / apb
        # RM0444, figure of the clock tree: TIMPCLK is PCLK, doubled when that is divided.
        clocks.timer1_divider = clocks.timer2_divider = max(1, apb // 2)
        bdcr = self.stored.get(rr.BDCR, 0)
        clocks.lse = bool(bdcr & rr.LSEON)
        clocks.lsi = bool(self.stored[rr.CSR] & rr.LSION)
        clocks.rtc_hz = self._rtc_hz(bdcr)
        clocks.changed()

    def _rtc_hz(self, bdcr: int) -> float:
        if not bdcr & rr.RTCEN:
            return 0.0
        return (0.0, LSE_HZ, LSI_HZ, self._clocks.hse_hz / 32)[bdcr >> 8 & 3]

    def _kernel_choice(self, device: str) -> int:
        field = rr.KERNEL_FIELDS.get(device)
        return 0 if field is None else self.stored.get(rr.CCIPR, 0) >> field & 3

    def _kernel_in_stop(self, device: str) -> bool:
        choice = self._kernel_choice(device)
        if device in rr.LOW_POWER_TIMERS:
            return choice in (rr.KERNEL_LSI, rr.KERNEL_LSE)
        return choice in (rr.KERNEL_HSI16, rr.KERNEL_LSE)

    def _kernel_hz(self, device: str) -> float:
        """By CCIPR."""
        clocks = self._clocks
        match self._kernel_choice(device):
            case rr.KERNEL_LSI if device in rr.LOW_POWER_TIMERS:
                return LSI_HZ if clocks.lsi else 0.0
            case rr.KERNEL_SYSCLK:
                return clocks.sysclk
            case rr.KERNEL_HSI16:
                return HSI16_HZ if self.stored[rr.CR] & rr.HSION else 0.0
            case rr.KERNEL_LSE:
                return LSE_HZ if clocks.lse else 0.0
            case _:
                return clocks.pclk1

    def _stop_left(self) -> None:
        """After Stop, SYSCLK is HSISYS; PLL and HSE are off (RM0444, PWR, Stop 0 mode)."""
        if not self._clocks.running:
            return
        self.stored[rr.CFGR] = self.stored.get(rr.CFGR, 0) & ~7
        self.stored[rr.CR] = self.stored[rr.CR] & ~(rr.PLLON | rr.HSEON) | rr.HSION
        self._start_oscillators(rr.CR)
        self._distribute()
