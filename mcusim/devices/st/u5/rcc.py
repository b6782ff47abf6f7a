"""STM32U5 reset and clock control (RM0456, RCC): oscillators, PLL 1, prescalers, kernel clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.reset import Reset
from mcusim.devices.st.clocks import HSI16_HZ, LSE_HZ, LSI_HZ
from mcusim.devices.st.rcc_base import Ready, Stm32RccBase
from mcusim.devices.st.u5 import rcc_registers as rr

CLOCK_REGISTERS = frozenset(
    (rr.CR, rr.ICSCR1, rr.CFGR1, rr.CFGR2, rr.CFGR3, rr.PLL1CFGR, rr.PLL1DIVR, rr.PLL1FRACR)
)
"""Writing one hands the core clock over to the clock tree."""
USERS_OF = CLOCK_REGISTERS.union((rr.CCIPR1, rr.CCIPR3, rr.BDCR, rr.CSR))
SWS = 3 << 2


class Stm32u5Rcc(Stm32RccBase):
    """SWS follows SW.

    PLL 2 and 3 start, but feed nothing that is modelled; resets by xxxRSTR, the clock security
    system, clock outputs, LSIPREDIV and the MSI's locking to LSE aren't modelled.
    """

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

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._pclk3 = host.clock_hz
        self._clocks.kernel_hz = self._kernel_hz
        self._clocks.kernel_in_stop = self._kernel_in_stop
        self._clocks.stop_left = self._stop_left

    def inherit(self, before: Self, reset: Reset) -> None:
        """The backup domain and the flags stay (RM0456, RCC_CSR); a wake-up sets none."""
        self._inherit_backup_domain(before, rr.BDCR)
        flags = before.stored[rr.CSR] & rr.FLAGS
        self.stored[rr.CSR] = self.reset[rr.CSR] & ~rr.FLAGS | flags
        if reset.cause != "wake-up":
            self.stored[rr.CSR] |= rr.PINRSTF | rr.RESET_FLAGS.get(reset.cause, 0)
        self._distribute()

    def load(self, register: int) -> int:
        value = super().load(register)
        if register == rr.CFGR1:
            value = value & ~SWS | (value & 3) << 2
        return value

    def store(self, register: int, value: int) -> None:
        if register in (rr.CIFR, rr.CICR):
            return
        if register == rr.CFGR1:
            value &= ~SWS
        elif register == rr.BDCR and value & rr.BDRST:
            value = rr.BDRST
        elif register == rr.CSR:
            flags = 0 if value & rr.RMVF else self.stored[rr.CSR] & rr.FLAGS
            value = value & ~rr.FLAGS & ~rr.RMVF | flags
        super().store(register, value)
        self._start_oscillators(register)
        if register in CLOCK_REGISTERS:
            self._take_over(rr.msis_hz(self.reset[rr.ICSCR1], self.reset[rr.CSR]))
        if register in USERS_OF:
            self._distribute()

    # --- the clock tree ---

    def _msis_hz(self) -> float:
        return rr.msis_hz(self.stored[rr.ICSCR1], self.stored[rr.CSR])

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

    def _distribute(self) -> None:
        clocks, cfgr2 = self._clocks, self.stored.get(rr.CFGR2, 0)
        ahb = rr.ahb_divider(cfgr2)
        if clocks.running:
            sysclk = self._sysclk()
            if sysclk <= 0.0:
                self.host.warn("RCC_CFGR1 selects a clock for the core that is off")
                return
            self.host.set_clock(sysclk / ahb)
        # A clock that the user forces stays, whatever the prescalers say.
        clocks.hclk = self.host.clock_hz
        clocks.sysclk = clocks.hclk * ahb
        apb1, apb2 = rr.apb_divider(cfgr2 >> 4), rr.apb_divider(cfgr2 >> 8)
        clocks.pclk1, clocks.pclk2 = clocks.hclk / apb1, clocks.hclk / apb2
        self._pclk3 = clocks.hclk / rr.apb_divider(self.stored.get(rr.CFGR3, 0) >> 4)
        # RM0456, timer clock: that of the APB, doubled when that is divided.
        clocks.timer1_divider, clocks.timer2_divider = max(1, apb1 // 2), max(1, apb2 // 2)
        bdcr = self.stored.get(rr.BDCR, 0)
        clocks.lse, clocks.lsi = bool(bdcr & rr.LSEON), bool(bdcr & rr.LSION)
        clocks.rtc_hz = self._rtc_hz(bdcr)
        clocks.changed()

    def _rtc_hz(self, bdcr: int) -> float:
        if not bdcr & rr.RTCEN:
            return 0.0
        return (0.0, LSE_HZ, LSI_HZ, self._clocks.hse_hz / 32)[bdcr >> 8 & 3]

    def _kernel_choice(self, device: str) -> int:
        register, position, mask = rr.KERNEL_FIELDS.get(device, (rr.CCIPR1, 0, 0))
        return self.stored.get(register, 0) >> position & mask

    def _kernel_in_stop(self, device: str) -> bool:
        choice = self._kernel_choice(device)
        return choice in (rr.KERNEL_HSI16, rr.KERNEL_LSE, rr.KERNEL_MSIK)

    def _kernel_hz(self, device: str) -> float:
        """By CCIPR1 and CCIPR3."""
        clocks, cr = self._clocks, self.stored[rr.CR]
        match self._kernel_choice(device):
            case rr.KERNEL_SYSCLK:
                return clocks.sysclk
            case rr.KERNEL_HSI16:
                return HSI16_HZ if cr & rr.HSION else 0.0
            case rr.KERNEL_LSE:
                return LSE_HZ if clocks.lse else 0.0
            case rr.KERNEL_MSIK:
                msik = rr.msik_hz(self.stored[rr.ICSCR1], self.stored[rr.CSR])
                return msik if cr & rr.MSIKON else 0.0
        if device == "lpuart1":
            return self._pclk3
        return clocks.pclk2 if device == "usart1" else clocks.pclk1

    def _stop_left(self) -> None:
        """After Stop, SYSCLK is MSIS (up to 24 MHz) or HSI16 by STOPWUCK; PLLs and HSE are off."""
        if not self._clocks.running:
            return
        cfgr = self.stored.get(rr.CFGR1, 0)
        hsi = bool(cfgr & rr.STOPWUCK)
        self.stored[rr.CFGR1] = cfgr & ~3 | (rr.SW_HSI16 if hsi else rr.SW_MSIS)
        off = rr.PLLS_ON | rr.HSEON
        self.stored[rr.CR] = self.stored[rr.CR] & ~off | (rr.HSION if hsi else rr.MSISON)
        self._start_oscillators(rr.CR)
        self._distribute()
