"""STM32F7 reset and clock control (RM0385, RCC): oscillators, PLL, prescalers, kernel clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.reset import Reset
from mcusim.devices.st.clocks import LSE_HZ, LSI_HZ
from mcusim.devices.st.f7 import rcc_registers as rr
from mcusim.devices.st.rcc_base import Ready, Stm32RccBase

CLOCK_REGISTERS = (rr.CR, rr.PLLCFGR, rr.CFGR)


class Stm32f7Rcc(Stm32RccBase):
    """Main PLL, prescalers and kernel clocks; SWS follows SW.

    Resets by xxxRSTR do nothing, the clock security system and clock outputs aren't modelled.
    PLLI2S and PLLSAI start, but feed nothing that is modelled.
    """

    reset: ClassVar[Mapping[int, int]] = {
        rr.CR: 0x81,
        rr.PLLCFGR: 0x24003010,
        rr.AHB1ENR: 0x00100000,
        rr.CSR: 0x0E000000,
        rr.PLLI2SCFGR: 0x24003000,
        rr.PLLSAICFGR: 0x24003000,
    }
    ready: ClassVar[Mapping[int, tuple[Ready, ...]]] = rr.READY
    ready_at_reset: ClassVar[tuple[tuple[int, int], ...]] = ((rr.CR, 0),)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks.kernel_hz = self._kernel_hz
        self._clocks.kernel_in_stop = self._kernel_in_stop
        self._clocks.stop_left = self._stop_left

    def inherit(self, before: Self, reset: Reset) -> None:
        """The backup domain and the flags stay (RM0385, RCC_CSR); a wake-up sets none."""
        self._inherit_backup_domain(before, rr.BDCR)
        self.stored[rr.CSR] = before.stored[rr.CSR] & rr.FLAGS
        if reset.cause != "wake-up":
            self.stored[rr.CSR] |= rr.PINRSTF | rr.RESET_FLAGS.get(reset.cause, 0)
        self._distribute()

    def load(self, register: int) -> int:
        value = super().load(register)
        if register == rr.CFGR:
            value = value & ~0xC | (value & 3) << 2
        return value

    def store(self, register: int, value: int) -> None:
        if register == rr.CIR:
            value &= 0x7F00
        elif register == rr.CFGR:
            value &= ~0xC
        elif register == rr.BDCR and value & rr.BDRST:
            value = rr.BDRST
        elif register == rr.CSR:
            flags = 0 if value & rr.RMVF else self.stored[rr.CSR] & rr.FLAGS
            value = value & rr.LSION | flags
        super().store(register, value)
        self._start_oscillators(register)
        if register in CLOCK_REGISTERS:
            self._take_over(rr.HSI_HZ)
        if register in (*CLOCK_REGISTERS, rr.DCKCFGR1, rr.DCKCFGR2, rr.BDCR, rr.CSR):
            self._distribute()

    def _sysclk(self) -> float:
        cr = self.stored[rr.CR]
        match self.stored.get(rr.CFGR, 0) & 3:
            case rr.SW_HSI:
                return rr.HSI_HZ
            case rr.SW_HSE:
                return self._clocks.hse_hz if cr & rr.HSEON else 0.0
            case rr.SW_PLL if cr & rr.PLLON:
                return rr.pll_hz(self.stored[rr.PLLCFGR], self._clocks.hse_hz)
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
        apb1, apb2 = rr.apb_dividers(cfgr)
        clocks.pclk1, clocks.pclk2 = clocks.hclk / apb1, clocks.hclk / apb2
        timpre = bool(self.stored.get(rr.DCKCFGR1, 0) & rr.TIMPRE)
        clocks.timer1_divider = rr.timer_divider(apb1, timpre)
        clocks.timer2_divider = rr.timer_divider(apb2, timpre)
        bdcr = self.stored.get(rr.BDCR, 0)
        clocks.lse = bool(bdcr & rr.LSEON)
        clocks.lsi = bool(self.stored[rr.CSR] & rr.LSION)
        clocks.rtc_hz = self._rtc_hz(bdcr, cfgr)
        clocks.changed()

    def _rtc_hz(self, bdcr: int, cfgr: int) -> float:
        divider = cfgr >> 16 & 0x1F
        if not bdcr & rr.RTCEN:
            return 0.0
        hse = self._clocks.hse_hz / divider if divider > 1 else 0.0
        return (0.0, LSE_HZ, LSI_HZ, hse)[bdcr >> 8 & 3]

    def _kernel_choice(self, device: str) -> int:
        field = rr.KERNEL_FIELDS.get(device)
        return 0 if field is None else self.stored.get(rr.DCKCFGR2, 0) >> field & 3

    def _kernel_in_stop(self, device: str) -> bool:
        return self._kernel_choice(device) in (rr.KERNEL_HSI, rr.KERNEL_LSE)

    def _kernel_hz(self, device: str) -> float:
        """By DCKCFGR2."""
        clocks = self._clocks
        match self._kernel_choice(device):
            case rr.KERNEL_SYSCLK:
                return clocks.sysclk
            case rr.KERNEL_HSI:
                return rr.HSI_HZ if self.stored[rr.CR] & rr.HSION else 0.0
            case rr.KERNEL_LSE:
                return LSE_HZ if clocks.lse else 0.0
            case _:
                return clocks.pclk2 if device in rr.ON_APB2 else clocks.pclk1

    def _stop_left(self) -> None:
        """After Stop, SYSCLK is HSI; PLLs and HSE are off (RM0385, PWR, Stop mode)."""
        if not self._clocks.running:
            return
        self.stored[rr.CFGR] = self.stored.get(rr.CFGR, 0) & ~3
        self.stored[rr.CR] = self.stored[rr.CR] & ~(rr.PLLS_ON | rr.HSEON) | rr.HSION
        self._start_oscillators(rr.CR)
        self._distribute()
