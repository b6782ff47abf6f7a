"""FE310-G002 PRCI (manual v1p5, 6): ring oscillator, crystal, PLL, and the core clock from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.sifive.clocks import HFROSC_HZ, SifiveClocks
from mcusim.devices.sifive.registers import SifivePeripheral

HFROSCCFG, HFXOSCCFG, PLLCFG, PLLOUTDIV = 0x00, 0x04, 0x08, 0x0C
ENABLE, READY = 1 << 30, 1 << 31
PLLSEL, PLLREFSEL, PLLBYPASS, PLLLOCK = 1 << 16, 1 << 17, 1 << 18, 1 << 31
DIVIDE_BY_1 = 1 << 8
LOCK_S = 100e-6
"""Time that the PLL needs at most to lock (6.5)."""
REFERENCE_HZ, VCO_HZ, OUTPUT_HZ = (6e6, 12e6), (384e6, 768e6), (48e6, 384e6)
"""What the divided reference, the VCO and the PLL's output must lie between (6.5)."""


class SifivePrci(SifivePeripheral):
    """The core clock follows each write. HFROSC's trim doesn't change its frequency."""

    reset: ClassVar[Mapping[int, int]] = {
        HFROSCCFG: ENABLE | 0x10 << 16 | 4,
        HFXOSCCFG: ENABLE,
        PLLCFG: PLLBYPASS | PLLREFSEL | 3 << 10 | 0x1F << 4 | 1,
        PLLOUTDIV: DIVIDE_BY_1,
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = host.shared(SifiveClocks)
        self._locks_at_s = 0.0

    def load(self, register: int) -> int:
        value = super().load(register)
        if register in (HFROSCCFG, HFXOSCCFG):
            return value & ~READY | (READY if value & ENABLE else 0)
        if register == PLLCFG:
            return value & ~PLLLOCK | (PLLLOCK if self._locked() else 0)
        return value

    def store(self, register: int, value: int) -> None:
        before = self.stored.get(PLLCFG, 0)
        super().store(register, value)
        if register == PLLCFG and (before ^ value) & ~PLLSEL:
            self._locks_at_s = self.host.seconds + LOCK_S
        if register <= PLLOUTDIV:
            self._set_core_clock()

    def _locked(self) -> bool:
        return not self.stored[PLLCFG] & PLLBYPASS and self.host.seconds >= self._locks_at_s

    def _set_core_clock(self) -> None:
        hz = self._pll_output_hz() if self.stored[PLLCFG] & PLLSEL else self._hfrosc_hz()
        if hz <= 0.0:
            self.host.end(
                f"the core clock stopped: {self.name} selects a source that is off (pllcfg = "
                f"0x{self.stored[PLLCFG]:08X}, hfrosccfg = 0x{self.stored[HFROSCCFG]:08X}, "
                f"hfxosccfg = 0x{self.stored[HFXOSCCFG]:08X})",
                failure="clock stopped",
            )
            return
        self._clocks.choose_core(self.host, hz)

    def _hfrosc_hz(self) -> float:
        config = self.stored[HFROSCCFG]
        return HFROSC_HZ / ((config & 0x3F) + 1) if config & ENABLE else 0.0

    def _hfxosc_hz(self) -> float:
        return self.host.external_clock_hz if self.stored[HFXOSCCFG] & ENABLE else 0.0

    def _pll_output_hz(self) -> float:
        config, divider = self.stored[PLLCFG], self.stored[PLLOUTDIV]
        hz = self._hfxosc_hz() if config & PLLREFSEL else self._hfrosc_hz()
        if not config & PLLBYPASS:
            hz = self._multiplied_hz(hz)
        return hz if divider & DIVIDE_BY_1 else hz / (2 * ((divider & 0x3F) + 1))

    def _multiplied_hz(self, source_hz: float) -> float:
        config = self.stored[PLLCFG]
        reference = source_hz / ((config & 7) + 1)
        vco = reference * 2 * ((config >> 4 & 0x3F) + 1)
        output = vco / (1 << (config >> 10 & 3))
        if config & PLLSEL:
            self._check("reference", reference, REFERENCE_HZ)
            self._check("VCO", vco, VCO_HZ)
            self._check("output", output, OUTPUT_HZ)
        return output

    def _check(self, what: str, hz: float, limits: tuple[float, float]) -> None:
        low, high = limits
        if hz and not low <= hz <= high:
            self.host.warn(
                f"{self.name}: the PLL's {what} is {hz / 1e6:g} MHz; it must lie between "
                f"{low / 1e6:g} and {high / 1e6:g} MHz"
            )
