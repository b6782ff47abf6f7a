"""STM32F7 reset and clock control (RM0385, RCC): oscillators, PLL, prescalers, kernel clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.f7 import rcc_registers as rr
from mcusim.devices.st.prescalers import apb_divider, bus_divider, timer_divider
from mcusim.devices.st.rcc_base import KernelField, Ready, ResetFlags, Stm32RccBase, Switch


class Stm32f7Rcc(Stm32RccBase):
    """Main PLL, prescalers and kernel clocks.

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
    switch = Switch(rr.CFGR, 3, "RCC_CFGR")
    # RM0385, RCC_CSR.
    reset_flags = ResetFlags(rr.CSR, rr.FLAGS, rr.RMVF, rr.PINRSTF, rr.RESET_FLAGS)
    peripheral_resets = rr.PERIPHERAL_RESETS
    bdcr = rr.BDCR
    lsi = (rr.CSR, rr.LSION)
    clock_registers = frozenset((rr.CR, rr.PLLCFGR, rr.CFGR))
    other_registers = frozenset((rr.DCKCFGR1, rr.DCKCFGR2, rr.BDCR, rr.CSR))
    kernel_fields: ClassVar[Mapping[str, KernelField]] = rr.KERNEL_FIELDS
    kernel_clocks = ("pclk", "sysclk", "hsi", "lse")
    on_apb2 = rr.ON_APB2

    def store(self, register: int, value: int) -> None:
        super().store(register, value & 0x7F00 if register == rr.CIR else value)

    def _reset_hz(self) -> float:
        return rr.HSI_HZ

    def _kernel_source_hz(self, name: str) -> float:
        return rr.HSI_HZ if self.stored[rr.CR] & rr.HSION else 0.0

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

    def _core_divider(self) -> int:
        return bus_divider(self.stored.get(rr.CFGR, 0) >> 4)

    def _divide(self, clocks: Clocks) -> None:
        cfgr = self.stored.get(rr.CFGR, 0)
        apb1, apb2 = apb_divider(cfgr >> 10), apb_divider(cfgr >> 13)
        clocks.hclk = self.host.clock_hz
        clocks.pclk1, clocks.pclk2 = clocks.hclk / apb1, clocks.hclk / apb2
        timpre = bool(self.stored.get(rr.DCKCFGR1, 0) & rr.TIMPRE)
        clocks.timer1_divider = timer_divider(apb1, timpre)
        clocks.timer2_divider = timer_divider(apb2, timpre)

    def _rtc_hse_hz(self) -> float:
        divider = self.stored.get(rr.CFGR, 0) >> 16 & 0x1F
        return self._clocks.hse_hz / divider if divider > 1 else 0.0

    def _select_after_stop(self) -> None:
        """SYSCLK is HSI; PLLs and HSE are off (RM0385, PWR, Stop mode)."""
        self.stored[rr.CFGR] = self.stored.get(rr.CFGR, 0) & ~3
        self.stored[rr.CR] = self.stored[rr.CR] & ~(rr.PLLS_ON | rr.HSEON) | rr.HSION
