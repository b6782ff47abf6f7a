"""STM32U3 reset and clock control (RM0487, RCC): there is no PLL, MSI gives up to 96 MHz."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.clocks import HSI16_HZ
from mcusim.devices.st.rcc_base import KernelField, Ready, ResetFlags
from mcusim.devices.st.u3 import rcc_registers as rr
from mcusim.devices.st.u5.rcc import Stm32u5Rcc

WAKES_AT_MOST_HZ = 48e6


class Stm32u3Rcc(Stm32u5Rcc):
    """MSI on LSE or HSE becomes ready, and keeps its frequency; LSIPREDIV isn't modelled."""

    reset: ClassVar[Mapping[int, int]] = {
        rr.CR: rr.MSISON | rr.MSIKON,
        # 12 MHz: MSIRC1 / 2 (RM0487 10.2.3).
        rr.CSR: 0x0C001100,
        # FLASH and SRAM1; SRAM2 (RM0487, from the STM32U5's values).
        rr.AHB1ENR1: 0x80000100,
        rr.AHB2ENR1: 0x40000000,
    }
    ready: ClassVar[Mapping[int, tuple[Ready, ...]]] = rr.READY
    ready_at_reset: ClassVar[tuple[tuple[int, int], ...]] = ((rr.CR, 0), (rr.CR, 3))
    reset_flags = ResetFlags(rr.CSR, rr.FLAGS, rr.RMVF, rr.PINRSTF, rr.RESET_FLAGS)
    peripheral_resets = rr.PERIPHERAL_RESETS
    bdcr = rr.BDCR
    lsi = (rr.CSR, rr.LSION)
    interrupt_flags = (rr.CIFR, rr.CICR)
    clock_registers = frozenset((rr.CR, rr.ICSCR1, rr.CFGR1, rr.CFGR2, rr.CFGR3, rr.CFGR4))
    other_registers = frozenset((rr.CCIPR1, rr.CCIPR3, rr.BDCR, rr.CSR))
    kernel_fields: ClassVar[Mapping[str, KernelField]] = rr.KERNEL_FIELDS
    kernel_clocks = ("pclk", "hsi", "lse", "msik")

    def _icscr1(self) -> int:
        return self.stored.get(rr.ICSCR1, 0)

    def _reset_hz(self) -> float:
        return rr.msis_hz(0, self.reset[rr.CSR])

    def _msis_hz(self) -> float:
        return rr.msis_hz(self._icscr1(), self.stored[rr.CSR])

    def _kernel_source_hz(self, name: str) -> float:
        cr = self.stored[rr.CR]
        if name == "hsi":
            return HSI16_HZ if cr & rr.HSION else 0.0
        return rr.msik_hz(self._icscr1(), self.stored[rr.CSR]) if cr & rr.MSIKON else 0.0

    def _sysclk(self) -> float:
        match self.stored.get(rr.CFGR1, 0) & 3:
            case rr.SW_MSIS:
                return self._msis_hz()
            case rr.SW_HSI16:
                return HSI16_HZ
            case rr.SW_HSE if self.stored[rr.CR] & rr.HSEON:
                return self._clocks.hse_hz
        return 0.0

    def _select_after_stop(self) -> None:
        """SYSCLK is MSIS (up to 48 MHz) or HSI16 by STOPWUCK; HSE is off (RM0487 9.3.5, 10.3)."""
        cfgr = self.stored.get(rr.CFGR1, 0)
        hsi = bool(cfgr & rr.STOPWUCK)
        self.stored[rr.CFGR1] = cfgr & ~3 | (rr.SW_HSI16 if hsi else rr.SW_MSIS)
        on = rr.HSION if hsi else rr.MSISON
        self.stored[rr.CR] = self.stored[rr.CR] & ~rr.HSEON | on
        if self._msis_hz() > WAKES_AT_MOST_HZ:
            self.stored[rr.ICSCR1] = self._icscr1() & ~rr.MSISDIV | 1 << 29
