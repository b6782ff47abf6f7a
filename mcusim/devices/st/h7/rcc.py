"""STM32H7 reset and clock control (RM0433, RM0455): oscillators, PLLs, domains, kernel clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.h7 import rcc_registers as rr
from mcusim.devices.st.prescalers import apb_divider, bus_divider, timer_divider
from mcusim.devices.st.rcc_base import KernelField, Ready, ResetFlags, Stm32RccBase, Switch

RESET = {
    rr.CR: rr.HSION | rr.HSIDIVF | rr.CPUCKRDY | rr.CDCKRDY,
    rr.HSICFGR: 0x40000000,
    rr.CSICFGR: 0x20000000,
    rr.PLLCKSELR: 0x02020200,
    rr.PLLCFGR: 0x01FF0000,
    **dict.fromkeys(rr.PLLDIVR, 0x01010280),
    **dict.fromkeys(rr.PLLFRACR, 0),
}
"""As SystemInit of ST's system_stm32h7xx.c restores them."""


class Stm32h743Rcc(Stm32RccBase):
    """The core runs at SYSCLK / D1CPRE, its buses at that over HPRE.

    A PLL's input and range of frequencies aren't checked.
    """

    reset: ClassVar[Mapping[int, int]] = {**RESET, rr.RSR: 0x00FA0000}
    ready: ClassVar[Mapping[int, tuple[Ready, ...]]] = rr.READY
    ready_at_reset: ClassVar[tuple[tuple[int, int], ...]] = ((rr.CR, 0),)
    switch = Switch(rr.CFGR, 7, "RCC_CFGR")
    # RM0433, RCC_RSR.
    reset_flags = ResetFlags(rr.RSR, rr.FLAGS, rr.RMVF, rr.PINRSTF, rr.RESET_FLAGS)
    peripheral_resets = rr.H743_RESETS
    bdcr = rr.BDCR
    lsi = (rr.CSR, rr.LSION)
    interrupt_flags = (rr.CIFR, rr.CICR)
    clock_registers = frozenset(
        (rr.CR, rr.CFGR, rr.D1CFGR, rr.D2CFGR, rr.D3CFGR, rr.PLLCKSELR, rr.PLLCFGR)
    ).union(rr.PLLDIVR, rr.PLLFRACR)
    other_registers = frozenset((rr.D2CCIP2R, rr.D3CCIPR, rr.BDCR, rr.CSR))
    kernel_fields: ClassVar[Mapping[str, KernelField]] = rr.KERNEL_FIELDS
    kernel_clocks = ("pclk", "pll2q", "pll3q", "hsi", "csi", "lse")
    own_kernel_clocks: ClassVar[Mapping[str, tuple[str, ...]]] = rr.OWN_KERNEL_CLOCKS
    buses: ClassVar[Mapping[int, str]] = rr.BUSES
    on_apb2 = rr.ON_APB2

    def load(self, register: int) -> int:
        return super().load(rr.at_first_address(register))

    def store(self, register: int, value: int) -> None:
        register = rr.at_first_address(register)
        if register == rr.CR:
            value |= rr.HSIDIVF | rr.CPUCKRDY | rr.CDCKRDY
        super().store(register, value)

    def _reset_hz(self) -> float:
        return rr.HSI_HZ

    def _source_hz(self, choice: int) -> float:
        """HSI, CSI or HSE, as PLLCKSELR.PLLSRC and CFGR.SW number them."""
        cr = self.stored[rr.CR]
        csi = rr.CSI_HZ if cr & rr.CSION else 0.0
        hse = self._clocks.hse_hz if cr & rr.HSEON else 0.0
        return (rr.hsi_hz(cr), csi, hse, 0.0)[choice & 3]

    def _pll_hz(self, number: int, output: str) -> float:
        source = self._source_hz(self.stored[rr.PLLCKSELR])
        return rr.pll_hz(number, output, self.stored, source)

    def _kernel_source_hz(self, name: str) -> float:
        match name:
            case "hsi":
                return self._source_hz(rr.SW_HSI)
            case "csi":
                return self._source_hz(rr.SW_CSI)
            case "hse":
                return self._source_hz(rr.SW_HSE)
            case "per":
                choice = self.stored.get(rr.D1CCIPR, 0) >> 28 & 3
                return self._source_hz((rr.SW_HSI, rr.SW_CSI, rr.SW_HSE)[min(choice, 2)])
            case "pin":
                return 0.0  # nothing is connected to I2S_CKIN
            case _:
                return self._pll_hz(int(name[3]) - 1, name[4])

    def _bus_hz(self, device: str) -> float:
        return self._clocks.pclk4 if device in rr.ON_APB4 else super()._bus_hz(device)

    def _sysclk(self) -> float:
        choice = self.stored.get(rr.CFGR, 0) & 7
        return self._pll_hz(0, "p") if choice == rr.SW_PLL1 else self._source_hz(choice)

    def _core_divider(self) -> int:
        return bus_divider(self.stored.get(rr.D1CFGR, 0) >> 8)

    def _divide(self, clocks: Clocks) -> None:
        d1, d2, d3 = (self.stored.get(r, 0) for r in (rr.D1CFGR, rr.D2CFGR, rr.D3CFGR))
        clocks.bus_divider = bus_divider(d1)
        clocks.hclk = self.host.clock_hz / clocks.bus_divider
        apb1, apb2 = apb_divider(d2 >> 4), apb_divider(d2 >> 8)
        clocks.pclk1, clocks.pclk2 = clocks.hclk / apb1, clocks.hclk / apb2
        clocks.pclk4 = clocks.hclk / apb_divider(d3 >> 4)
        timpre = bool(self.stored.get(rr.CFGR, 0) & rr.TIMPRE)
        clocks.timer1_divider = clocks.bus_divider * timer_divider(apb1, timpre)
        clocks.timer2_divider = clocks.bus_divider * timer_divider(apb2, timpre)

    def _rtc_hse_hz(self) -> float:
        divider = self.stored.get(rr.CFGR, 0) >> 8 & 0x3F
        return self._clocks.hse_hz / divider if divider > 1 else 0.0

    def _select_after_stop(self) -> None:
        """SYSCLK is HSI or CSI by STOPWUCK; PLLs and HSE are off (RM0433, PWR)."""
        csi = bool(self.stored.get(rr.CFGR, 0) & rr.STOPWUCK)
        self.stored[rr.CFGR] = self.stored.get(rr.CFGR, 0) & ~7 | (rr.SW_CSI if csi else rr.SW_HSI)
        off = rr.PLLS_ON | rr.HSEON
        self.stored[rr.CR] = self.stored[rr.CR] & ~off | (rr.CSION if csi else rr.HSION)


class Stm32h7a3Rcc(Stm32h743Rcc):
    """That of the STM32H7A3: its flags of a power-on reset know one domain."""

    reset: ClassVar[Mapping[int, int]] = {**RESET, rr.RSR: 0x00E80000}
    peripheral_resets = rr.H7A3_RESETS
