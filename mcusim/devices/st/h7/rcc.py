"""STM32H7 reset and clock control (RM0433, RM0455): oscillators, PLLs, domains, kernel clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.reset import Reset
from mcusim.devices.st.clocks import LSE_HZ, LSI_HZ
from mcusim.devices.st.h7 import rcc_registers as rr
from mcusim.devices.st.rcc_base import Ready, Stm32RccBase

CLOCK_REGISTERS = frozenset(
    (rr.CR, rr.CFGR, rr.D1CFGR, rr.D2CFGR, rr.D3CFGR, rr.PLLCKSELR, rr.PLLCFGR)
).union(rr.PLLDIVR, rr.PLLFRACR)
"""Writing one hands the core clock over to the clock tree."""
USERS_OF = CLOCK_REGISTERS.union((rr.D2CCIP2R, rr.D3CCIPR, rr.BDCR, rr.CSR))
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
    """The core runs at SYSCLK / D1CPRE, its buses at that over HPRE; SWS follows SW.

    Resets by xxxRSTR do nothing, the clock security system and clock outputs aren't modelled, and
    a PLL's input and range of frequencies aren't checked.
    """

    reset: ClassVar[Mapping[int, int]] = {**RESET, rr.RSR: 0x00FA0000}
    ready: ClassVar[Mapping[int, tuple[Ready, ...]]] = rr.READY
    ready_at_reset: ClassVar[tuple[tuple[int, int], ...]] = ((rr.CR, 0),)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks.kernel_hz = self._kernel_hz
        self._clocks.kernel_in_stop = self._kernel_in_stop
        self._clocks.stop_left = self._stop_left

    def inherit(self, before: Self, reset: Reset) -> None:
        """The backup domain and the flags stay (RM0433, RCC_RSR); a wake-up sets none."""
        self._inherit_backup_domain(before, rr.BDCR)
        self.stored[rr.RSR] = before.stored[rr.RSR]
        if reset.cause != "wake-up":
            self.stored[rr.RSR] |= rr.PINRSTF | rr.RESET_FLAGS.get(reset.cause, 0)
        self._distribute()

    def load(self, register: int) -> int:
        register = rr.at_first_address(register)
        value = super().load(register)
        if register == rr.CFGR:
            value = value & ~0x38 | (value & 7) << 3
        return value

    def store(self, register: int, value: int) -> None:
        register = rr.at_first_address(register)
        if register in (rr.CIFR, rr.CICR):
            return
        if register == rr.CR:
            value |= rr.HSIDIVF | rr.CPUCKRDY | rr.CDCKRDY
        elif register == rr.CFGR:
            value &= ~0x38
        elif register == rr.BDCR and value & rr.BDRST:
            value = rr.BDRST
        elif register == rr.RSR:
            value = 0 if value & rr.RMVF else self.stored[rr.RSR]
        super().store(register, value)
        self._start_oscillators(register)
        if register in CLOCK_REGISTERS:
            self._take_over(rr.HSI_HZ)
        if register in USERS_OF:
            self._distribute()

    # --- the clock tree ---

    def _source_hz(self, choice: int) -> float:
        """HSI, CSI or HSE, as PLLCKSELR.PLLSRC and CFGR.SW number them."""
        cr = self.stored[rr.CR]
        csi = rr.CSI_HZ if cr & rr.CSION else 0.0
        hse = self._clocks.hse_hz if cr & rr.HSEON else 0.0
        return (rr.hsi_hz(cr), csi, hse, 0.0)[choice & 3]

    def _pll_hz(self, number: int, output: str) -> float:
        source = self._source_hz(self.stored[rr.PLLCKSELR])
        return rr.pll_hz(number, output, self.stored, source)

    def _sysclk(self) -> float:
        choice = self.stored.get(rr.CFGR, 0) & 7
        return self._pll_hz(0, "p") if choice == rr.SW_PLL1 else self._source_hz(choice)

    def _distribute(self) -> None:
        clocks, stored = self._clocks, self.stored
        d1, d2, d3 = (stored.get(register, 0) for register in (rr.D1CFGR, rr.D2CFGR, rr.D3CFGR))
        core_divider, bus_divider = rr.prescaler(d1 >> 8), rr.prescaler(d1)
        if clocks.running:
            sysclk = self._sysclk()
            if sysclk <= 0.0:
                self.host.warn("RCC_CFGR selects a clock for the core that is off")
                return
            self.host.set_clock(sysclk / core_divider)
        # A clock that the user forces stays, whatever the prescalers say.
        core = self.host.clock_hz
        clocks.sysclk, clocks.hclk = core * core_divider, core / bus_divider
        clocks.bus_divider = bus_divider
        apb1, apb2 = rr.apb_prescaler(d2 >> 4), rr.apb_prescaler(d2 >> 8)
        clocks.pclk1, clocks.pclk2 = clocks.hclk / apb1, clocks.hclk / apb2
        clocks.pclk4 = clocks.hclk / rr.apb_prescaler(d3 >> 4)
        timpre = bool(stored.get(rr.CFGR, 0) & rr.TIMPRE)
        clocks.timer1_divider = bus_divider * rr.timer_divider(apb1, timpre)
        clocks.timer2_divider = bus_divider * rr.timer_divider(apb2, timpre)
        bdcr = stored.get(rr.BDCR, 0)
        clocks.lse = bool(bdcr & rr.LSEON)
        clocks.lsi = bool(stored.get(rr.CSR, 0) & rr.LSION)
        clocks.rtc_hz = self._rtc_hz(bdcr)
        clocks.changed()

    def _rtc_hz(self, bdcr: int) -> float:
        divider = self.stored.get(rr.CFGR, 0) >> 8 & 0x3F
        if not bdcr & rr.RTCEN:
            return 0.0
        hse = self._clocks.hse_hz / divider if divider > 1 else 0.0
        return (0.0, LSE_HZ, LSI_HZ, hse)[bdcr >> 8 & 3]

    def _kernel_choice(self, device: str) -> int:
        register, position = rr.KERNEL_FIELDS.get(device, (rr.D2CCIP2R, 0))
        return self.stored.get(register, 0) >> position & 7

    def _kernel_in_stop(self, device: str) -> bool:
        return self._kernel_choice(device) in (rr.KERNEL_HSI, rr.KERNEL_CSI, rr.KERNEL_LSE)

    def _kernel_hz(self, device: str) -> float:
        """By D2CCIP2R and D3CCIPR."""
        clocks = self._clocks
        match self._kernel_choice(device):
            case rr.KERNEL_PLL2Q | rr.KERNEL_PLL3Q as number:
                return self._pll_hz(number, "q")
            case rr.KERNEL_HSI:
                return rr.hsi_hz(self.stored[rr.CR])
            case rr.KERNEL_CSI:
                return rr.CSI_HZ if self.stored[rr.CR] & rr.CSION else 0.0
            case rr.KERNEL_LSE:
                return LSE_HZ if clocks.lse else 0.0
        if device == "lpuart1":
            return clocks.pclk4
        return clocks.pclk2 if device in rr.ON_APB2 else clocks.pclk1

    def _stop_left(self) -> None:
        """After Stop, SYSCLK is HSI or CSI by STOPWUCK; PLLs and HSE are off (RM0433, PWR)."""
        if not self._clocks.running:
            return
        csi = bool(self.stored.get(rr.CFGR, 0) & rr.STOPWUCK)
        self.stored[rr.CFGR] = self.stored.get(rr.CFGR, 0) & ~7 | (rr.SW_CSI if csi else rr.SW_HSI)
        off = rr.PLLS_ON | rr.HSEON
        self.stored[rr.CR] = self.stored[rr.CR] & ~off | (rr.CSION if csi else rr.HSION)
        self._start_oscillators(rr.CR)
        self._distribute()


class Stm32h7a3Rcc(Stm32h743Rcc):
    """That of the STM32H7A3: its flags of a power-on reset know one domain."""

    reset: ClassVar[Mapping[int, int]] = {**RESET, rr.RSR: 0x00E80000}
