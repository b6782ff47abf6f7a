"""STM32G0 reset and clock control (RM0444 5): oscillators, PLL, prescalers, kernel clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.clocks import HSI16_HZ, LSE_HZ, LSI_HZ, Clocks
from mcusim.devices.st.g0 import rcc_registers as rr
from mcusim.devices.st.prescalers import apb_divider, bus_divider, timer_divider
from mcusim.devices.st.rcc_base import KernelField, Ready, ResetFlags, Stm32RccBase, Switch


class Stm32g0Rcc(Stm32RccBase):
    """One AHB and one APB.

    The PLL's outputs P and Q (TIM1 and TIM15 at twice the core's clock) aren't modelled.
    """

    reset: ClassVar[Mapping[int, int]] = {
        rr.CR: rr.HSION,
        rr.PLLCFGR: 0x1000,
        rr.AHBENR: 0x100,
        rr.CSR: 0x0C000000,
    }
    ready: ClassVar[Mapping[int, tuple[Ready, ...]]] = rr.READY
    ready_at_reset: ClassVar[tuple[tuple[int, int], ...]] = ((rr.CR, 8),)
    switch = Switch(rr.CFGR, 7, "RCC_CFGR")
    # RM0444, RCC_CSR.
    reset_flags = ResetFlags(rr.CSR, rr.FLAGS, rr.RMVF, rr.PINRSTF, rr.RESET_FLAGS)
    peripheral_resets = rr.PERIPHERAL_RESETS
    bdcr = rr.BDCR
    lsi = (rr.CSR, rr.LSION)
    interrupt_flags = (rr.CIFR, rr.CICR)
    clock_registers = frozenset((rr.CR, rr.CFGR, rr.PLLCFGR))
    other_registers = frozenset((rr.CCIPR, rr.BDCR, rr.CSR))
    kernel_fields: ClassVar[Mapping[str, KernelField]] = rr.KERNEL_FIELDS
    kernel_clocks = ("pclk", "sysclk", "hsi", "lse")
    own_kernel_clocks: ClassVar[Mapping[str, tuple[str, ...]]] = rr.OWN_KERNEL_CLOCKS
    low_power_timers: ClassVar[Mapping[str, KernelField]] = rr.LOW_POWER_TIMERS

    def _reset_hz(self) -> float:
        return HSI16_HZ

    def _kernel_source_hz(self, name: str) -> float:
        return HSI16_HZ if self.stored[rr.CR] & rr.HSION else 0.0

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

    def _core_divider(self) -> int:
        return bus_divider(self.stored.get(rr.CFGR, 0) >> 8)

    def _divide(self, clocks: Clocks) -> None:
        apb = apb_divider(self.stored.get(rr.CFGR, 0) >> 12)
        clocks.hclk = self.host.clock_hz
        clocks.pclk1 = clocks.pclk2 = clocks.hclk / apb
        clocks.timer1_divider = clocks.timer2_divider = timer_divider(apb)

    def _select_after_stop(self) -> None:
        """SYSCLK is HSISYS; PLL and HSE are off (RM0444, PWR, Stop 0 mode)."""
        self.stored[rr.CFGR] = self.stored.get(rr.CFGR, 0) & ~7
        self.stored[rr.CR] = self.stored[rr.CR] & ~(rr.PLLON | rr.HSEON) | rr.HSION
