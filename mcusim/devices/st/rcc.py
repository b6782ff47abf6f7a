"""STM32L4+ reset and clock control (RM0432 6): oscillators, PLL, prescalers, kernel clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.reset import Reset
from mcusim.devices.st import rcc_registers as rr
from mcusim.devices.st.clocks import HSI16_HZ, LSE_HZ, LSI_HZ
from mcusim.devices.st.rcc_base import Ready, Stm32RccBase

CLOCK_REGISTERS = (rr.CR, rr.ICSCR, rr.CFGR, rr.PLLCFGR)


class Stm32Rcc(Stm32RccBase):
    """Multi-speed, 16 MHz and external oscillators, main PLL; SWS follows SW.

    Resets by xxxRSTR do nothing; the clock security system and clock outputs aren't modelled.
    """

    reset: ClassVar[Mapping[int, int]] = {
        rr.CR: 0x61,
        rr.ICSCR: 0x40000000,
        rr.PLLCFGR: 0x1000,
        rr.AHB1ENR: 0x100,
        rr.APB1ENR1: 0x400,
        rr.CSR: 0x0C000600,
    }
    ready: ClassVar[Mapping[int, tuple[Ready, ...]]] = rr.READY
    ready_at_reset: ClassVar[tuple[tuple[int, int], ...]] = ((rr.CR, 0),)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks.kernel_hz = self._kernel_hz
        self._clocks.kernel_in_stop = self._kernel_in_stop
        self._clocks.stop_left = self._stop_left

    def inherit(self, before: Self, reset: Reset) -> None:
        """The backup domain and the flags stay (RM0432 6.1.1 and 6.4.29); a wake-up sets none."""
        for register in (rr.BDCR, rr.CSR):
            self.stored[register] = before.stored.get(register, 0)
        self.stored[rr.CSR] = self.reset[rr.CSR] & ~rr.FLAGS | self.stored[rr.CSR] & rr.FLAGS
        if reset.cause != "wake-up":
            self.stored[rr.CSR] |= rr.PINRSTF | rr.RESET_FLAGS.get(reset.cause, 0)
        if (lse := (rr.BDCR, 0)) in before._ready_s:
            self._ready_s[lse] = before._ready_s[lse]
        self._clocks.running = before._clocks.running
        self._distribute()

    def load(self, register: int) -> int:
        value = super().load(register)
        if register == rr.CFGR:
            value = value & ~0xC | (value & 3) << 2
        return value

    def store(self, register: int, value: int) -> None:
        if register == rr.CFGR:
            value &= ~0xC
        elif register == rr.BDCR and value & rr.BDRST:
            value = rr.BDRST
        elif register == rr.CSR:
            value = self._flags_of_reset(value)
        elif register in (rr.CIFR, rr.CICR):
            return
        super().store(register, value)
        self._start_oscillators(register)
        if register in CLOCK_REGISTERS:
            self._take_over(rr.msi_hz(self.reset[rr.CR], self.reset[rr.CSR]))
            self._check_msi_range(register)
        if register in (*CLOCK_REGISTERS, rr.CCIPR, rr.BDCR, rr.CSR):
            self._distribute()

    def _flags_of_reset(self, value: int) -> int:
        flags = 0 if value & rr.RMVF else self.stored[rr.CSR] & rr.FLAGS
        return value & ~rr.FLAGS & ~rr.RMVF | flags

    def _check_msi_range(self, register: int) -> None:
        if register == rr.CR and self.stored[rr.CR] >> 4 & 0xF >= len(rr.MSI_HZ):
            self.host.warn("RCC_CR selects an MSI range that doesn't exist")

    def _kernel_choice(self, device: str) -> int:
        field = rr.KERNEL_FIELDS.get(device)
        return 0 if field is None else self.stored.get(rr.CCIPR, 0) >> field & 3

    def _kernel_in_stop(self, device: str) -> bool:
        choice = self._kernel_choice(device)
        if device in rr.LOW_POWER_TIMERS:
            return choice in (rr.KERNEL_LSI, rr.KERNEL_LSE)
        return choice in (rr.KERNEL_HSI16, rr.KERNEL_LSE)

    def _kernel_hz(self, device: str) -> float:
        """By CCIPR (RM0432 6.4.27)."""
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
                return clocks.pclk2 if device == "usart1" else clocks.pclk1

    def _sysclk(self) -> float:
        cr, csr = self.stored[rr.CR], self.stored[rr.CSR]
        msi = rr.msi_hz(cr, csr)
        match self.stored.get(rr.CFGR, 0) & 3:
            case rr.SW_HSI16:
                return HSI16_HZ
            case rr.SW_HSE:
                return self._clocks.hse_hz
            case rr.SW_PLL:
                return rr.pll_hz(self.stored[rr.PLLCFGR], msi, self._clocks.hse_hz)
            case _:
                return msi

    def _distribute(self) -> None:
        clocks, cfgr = self._clocks, self.stored.get(rr.CFGR, 0)
        if clocks.running:
            sysclk = self._sysclk()
            if sysclk <= 0.0:
                self.host.warn("RCC_CFGR selects the PLL, but its output is off (PLLCFGR)")
                return
            self.host.set_clock(sysclk / rr.ahb_divider(cfgr))
        # A clock that the user forces stays, whatever the prescalers say.
        clocks.hclk = self.host.clock_hz
        clocks.sysclk = clocks.hclk * rr.ahb_divider(cfgr)
        ppre1, ppre2 = rr.apb_dividers(cfgr)
        clocks.pclk1, clocks.pclk2 = clocks.hclk / ppre1, clocks.hclk / ppre2
        # RM0432 6.2.13: timers have the APB's clock, doubled when that is divided.
        clocks.timer1_divider = max(1, ppre1 // 2)
        clocks.timer2_divider = max(1, ppre2 // 2)
        bdcr = self.stored.get(rr.BDCR, 0)
        clocks.lse = bool(bdcr & rr.LSEON)
        clocks.lsi = bool(self.stored[rr.CSR] & rr.LSION)
        clocks.rtc_hz = self._rtc_hz(bdcr)
        clocks.changed()

    def _rtc_hz(self, bdcr: int) -> float:
        if not bdcr & rr.RTCEN:
            return 0.0
        return (0.0, LSE_HZ, LSI_HZ, self._clocks.hse_hz / 32)[bdcr >> 8 & 3]

    def _stop_left(self) -> None:
        """After Stop, SYSCLK is MSI or HSI16 by STOPWUCK, and the PLLs are off (RM0432 5.3.6)."""
        if not self._clocks.running:
            return
        cfgr = self.stored.get(rr.CFGR, 0)
        hsi = bool(cfgr & rr.STOPWUCK)
        off = 0x15000000 | rr.HSEON | (0 if hsi else rr.HSION)
        self.stored[rr.CFGR] = cfgr & ~3 | (rr.SW_HSI16 if hsi else rr.SW_MSI)
        self.stored[rr.CR] = self.stored[rr.CR] & ~off | (rr.HSION if hsi else rr.MSION)
        self._start_oscillators(rr.CR)
        self._distribute()
