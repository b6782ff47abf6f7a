"""STM32U5 reset and clock control (RM0456, RCC): oscillators, PLL 1, prescalers, kernel clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.clocks import HSI16_HZ, Clocks
from mcusim.devices.st.prescalers import apb_divider, bus_divider, timer_divider
from mcusim.devices.st.rcc_base import KernelField, Ready, ResetFlags, Stm32RccBase, Switch
from mcusim.devices.st.u5 import rcc_registers as rr


class Stm32u5Rcc(Stm32RccBase):
    """PLL 2 and 3 start, but feed nothing that is modelled; nor are LSIPREDIV and MSI on LSE."""

    reset: ClassVar[Mapping[int, int]] = {
        rr.CR: rr.MSISON | rr.MSIKON,
        rr.ICSCR1: 0x44000000,
        rr.PLL1DIVR: 0x01010280,
        rr.AHB1ENR: 0xD0200100,
        rr.AHB2ENR1: 0xC0000000,
        rr.CSR: 0x0C004400,
    }
    ready: ClassVar[Mapping[int, tuple[Ready, ...]]] = rr.READY
    ready_at_reset: ClassVar[tuple[tuple[int, int], ...]] = ((rr.CR, 0), (rr.CR, 4))
    switch = Switch(rr.CFGR1, 3, "RCC_CFGR1")
    # RM0456, RCC_CSR.
    reset_flags = ResetFlags(rr.CSR, rr.FLAGS, rr.RMVF, rr.PINRSTF, rr.RESET_FLAGS)
    peripheral_resets = rr.PERIPHERAL_RESETS
    bdcr = rr.BDCR
    lsi = (rr.BDCR, rr.LSION)
    interrupt_flags = (rr.CIFR, rr.CICR)
    clock_registers = frozenset(
        (rr.CR, rr.ICSCR1, rr.CFGR1, rr.CFGR2, rr.CFGR3, rr.PLL1CFGR, rr.PLL1DIVR, rr.PLL1FRACR)
    )
    other_registers = frozenset((rr.CCIPR1, rr.CCIPR3, rr.BDCR, rr.CSR))
    kernel_fields: ClassVar[Mapping[str, KernelField]] = rr.KERNEL_FIELDS
    kernel_clocks: ClassVar[tuple[str, ...]] = ("pclk", "sysclk", "hsi", "lse", "msik")
    own_kernel_clocks: ClassVar[Mapping[str, tuple[str, ...]]] = rr.OWN_KERNEL_CLOCKS
    on_apb2 = ("usart1", "spi1")

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._pclk3 = host.clock_hz

    def _reset_hz(self) -> float:
        return rr.msis_hz(self.reset[rr.ICSCR1], self.reset[rr.CSR])

    def _msis_hz(self) -> float:
        return rr.msis_hz(self.stored[rr.ICSCR1], self.stored[rr.CSR])

    def _kernel_source_hz(self, name: str) -> float:
        cr = self.stored[rr.CR]
        if name == "hsi":
            return HSI16_HZ if cr & rr.HSION else 0.0
        if name == "hse":
            return self._clocks.hse_hz if cr & rr.HSEON else 0.0
        msik = rr.msik_hz(self.stored[rr.ICSCR1], self.stored[rr.CSR])
        return msik if cr & rr.MSIKON else 0.0

    def _bus_hz(self, device: str) -> float:
        return self._pclk3 if device == "lpuart1" else super()._bus_hz(device)

    def _sysclk(self) -> float:
        stored = self.stored
        hse = self._clocks.hse_hz if stored[rr.CR] & rr.HSEON else 0.0
        match stored.get(rr.CFGR1, 0) & 3:
            case rr.SW_MSIS:
                return self._msis_hz()
            case rr.SW_HSI16:
                return HSI16_HZ
            case rr.SW_HSE:
                return hse
            case _ if not stored[rr.CR] & rr.PLL1ON:
                return 0.0
        config, dividers = stored.get(rr.PLL1CFGR, 0), stored[rr.PLL1DIVR]
        sources = (self._msis_hz(), HSI16_HZ, hse)
        return rr.pll1_hz(config, dividers, stored.get(rr.PLL1FRACR, 0), sources)

    def _core_divider(self) -> int:
        return bus_divider(self.stored.get(rr.CFGR2, 0))

    def _divide(self, clocks: Clocks) -> None:
        cfgr2 = self.stored.get(rr.CFGR2, 0)
        apb1, apb2 = apb_divider(cfgr2 >> 4), apb_divider(cfgr2 >> 8)
        clocks.hclk = self.host.clock_hz
        clocks.pclk1, clocks.pclk2 = clocks.hclk / apb1, clocks.hclk / apb2
        self._pclk3 = clocks.hclk / apb_divider(self.stored.get(rr.CFGR3, 0) >> 4)
        clocks.timer1_divider, clocks.timer2_divider = timer_divider(apb1), timer_divider(apb2)

    def _select_after_stop(self) -> None:
        """SYSCLK is MSIS (up to 24 MHz) or HSI16 by STOPWUCK; PLLs and HSE are off."""
        cfgr = self.stored.get(rr.CFGR1, 0)
        hsi = bool(cfgr & rr.STOPWUCK)
        self.stored[rr.CFGR1] = cfgr & ~3 | (rr.SW_HSI16 if hsi else rr.SW_MSIS)
        off = rr.PLLS_ON | rr.HSEON
        self.stored[rr.CR] = self.stored[rr.CR] & ~off | (rr.HSION if hsi else rr.MSISON)
