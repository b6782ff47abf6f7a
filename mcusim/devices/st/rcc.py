"""STM32L4+ reset and clock control (RM0432 6): oscillators, PLL, prescalers, kernel clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st import rcc_registers as rr
from mcusim.devices.st.clocks import HSI16_HZ, Clocks
from mcusim.devices.st.prescalers import apb_divider, bus_divider, timer_divider
from mcusim.devices.st.rcc_base import KernelField, Ready, ResetFlags, Stm32RccBase, Switch


class Stm32Rcc(Stm32RccBase):
    """Multi-speed, 16 MHz and external oscillators, main PLL."""

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
    switch = Switch(rr.CFGR, 3, "RCC_CFGR")
    # RM0432 6.1.1 and 6.4.29.
    reset_flags = ResetFlags(rr.CSR, rr.FLAGS, rr.RMVF, rr.PINRSTF, rr.RESET_FLAGS)
    peripheral_resets = rr.PERIPHERAL_RESETS
    bdcr = rr.BDCR
    lsi = (rr.CSR, rr.LSION)
    interrupt_flags = (rr.CIFR, rr.CICR)
    clock_registers = frozenset((rr.CR, rr.ICSCR, rr.CFGR, rr.PLLCFGR))
    other_registers = frozenset((rr.CCIPR, rr.BDCR, rr.CSR))
    kernel_fields: ClassVar[Mapping[str, KernelField]] = rr.KERNEL_FIELDS
    kernel_clocks = ("pclk", "sysclk", "hsi", "lse")
    own_kernel_clocks: ClassVar[Mapping[str, tuple[str, ...]]] = rr.OWN_KERNEL_CLOCKS
    low_power_timers: ClassVar[Mapping[str, KernelField]] = rr.LOW_POWER_TIMERS
    buses: ClassVar[Mapping[int, str]] = rr.BUSES
    on_apb2 = ("usart1", "spi1")

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        if register == rr.CR and self.stored[rr.CR] >> 4 & 0xF >= len(rr.MSI_HZ):
            self.host.warn("RCC_CR selects an MSI range that doesn't exist")

    def _reset_hz(self) -> float:
        return rr.msi_hz(self.reset[rr.CR], self.reset[rr.CSR])

    def _kernel_source_hz(self, name: str) -> float:
        return HSI16_HZ if self.stored[rr.CR] & rr.HSION else 0.0

    def _sysclk(self) -> float:
        msi = rr.msi_hz(self.stored[rr.CR], self.stored[rr.CSR])
        match self.stored.get(rr.CFGR, 0) & 3:
            case rr.SW_HSI16:
                return HSI16_HZ
            case rr.SW_HSE:
                return self._clocks.hse_hz
            case rr.SW_PLL:
                return rr.pll_hz(self.stored[rr.PLLCFGR], msi, self._clocks.hse_hz)
            case _:
                return msi

    def _core_divider(self) -> int:
        return bus_divider(self.stored.get(rr.CFGR, 0) >> 4)

    def _divide(self, clocks: Clocks) -> None:
        cfgr = self.stored.get(rr.CFGR, 0)
        apb1, apb2 = apb_divider(cfgr >> 8), apb_divider(cfgr >> 11)
        clocks.hclk = self.host.clock_hz
        clocks.pclk1, clocks.pclk2 = clocks.hclk / apb1, clocks.hclk / apb2
        clocks.timer1_divider, clocks.timer2_divider = timer_divider(apb1), timer_divider(apb2)

    def _select_after_stop(self) -> None:
        """SYSCLK is MSI or HSI16 by STOPWUCK, and the PLLs are off (RM0432 5.3.6)."""
        cfgr = self.stored.get(rr.CFGR, 0)
        hsi = bool(cfgr & rr.STOPWUCK)
        off = rr.PLLS_ON | rr.HSEON | (0 if hsi else rr.HSION)
        self.stored[rr.CFGR] = cfgr & ~3 | (rr.SW_HSI16 if hsi else rr.SW_MSI)
        self.stored[rr.CR] = self.stored[rr.CR] & ~off | (rr.HSION if hsi else rr.MSION)
