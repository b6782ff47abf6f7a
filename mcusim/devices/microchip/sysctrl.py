"""SAM D21 system controller (DS40001882, 17): oscillators, DFLL48M, FDPLL96M, ready flags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.microchip import clock_tree
from mcusim.devices.microchip.clock_tree import ClockTree
from mcusim.devices.microchip.registers import SamPeripheral

INTENCLR, INTENSET, INTFLAG, PCLKSR = 0x00, 0x04, 0x08, 0x0C
XOSC, XOSC32K, OSC32K, OSC8M = 0x10, 0x14, 0x18, 0x20
DFLLCTRL, DFLLVAL, DFLLMUL, BOD33 = 0x24, 0x28, 0x2C, 0x34
DPLLCTRLA, DPLLRATIO, DPLLCTRLB, DPLLSTATUS = 0x44, 0x48, 0x4C, 0x50
ENABLE, CLOSED_LOOP, RUNSTDBY = 1 << 1, 1 << 2, 1 << 6
XOSCRDY, XOSC32KRDY, OSC32KRDY, OSC8MRDY, DFLLRDY = (1 << n for n in range(5))
DFLLLCKF, DFLLLCKC, BOD33RDY, B33SRDY, DPLLLCKR = 1 << 6, 1 << 7, 1 << 9, 1 << 11, 1 << 15
SLOW_HZ, OSC8M_HZ, DFLL_HZ = 32768.0, 8e6, 48e6
XOSC32K_CYCLES = (1, 32, 2048, 4096, 16384, 32768, 65536, 131072)
"""Cycles that XOSC32K.STARTUP waits (ASF, enum system_xosc32k_startup)."""
DFLL_START_S = 8e-6
"""tSTARTUP, typical (DS40001882, 39.8.3)."""
DFLL_LOCK_S = 200e-6
"""tLOCK, typical, of the SAM D20's DFLL48M with 32.768 kHz (its datasheet, 32.12.3)."""
DPLL_LOCK_S = 25e-6
"""Assumed: the FDPLL96M's lock time is of this order."""
OSCILLATORS = {
    clock_tree.XOSC: (XOSC, XOSCRDY),
    clock_tree.OSC32K: (OSC32K, OSC32KRDY),
    clock_tree.XOSC32K: (XOSC32K, XOSC32KRDY),
    clock_tree.OSC8M: (OSC8M, OSC8MRDY),
    clock_tree.DFLL48M: (DFLLCTRL, DFLLLCKF | DFLLLCKC),
    clock_tree.FDPLL: (DPLLCTRLA, DPLLLCKR),
}
"""Control register and ready flags of a source, by its number in GENCTRL.SRC."""
CONTROLS = [register for register, _ in OSCILLATORS.values()]


class SamSysctrl(SamPeripheral):
    """Ready flags follow their enables after the start-up time.

    The DFLL48M gives 48 MHz in open loop, whatever its calibration, and its reference times MUL in
    closed loop. ONDEMAND starts nothing later than ENABLE does. Brown-out detection, voltage
    reference and regulator are remembered.
    """

    widths: ClassVar[Mapping[int, int]] = {
        **dict.fromkeys((INTENCLR, INTENSET, INTFLAG, PCLKSR, OSC32K, OSC8M, DFLLVAL, DFLLMUL), 4),
        **dict.fromkeys((XOSC, XOSC32K, DFLLCTRL), 2),
        **dict.fromkeys((BOD33, DPLLRATIO, DPLLCTRLB), 4),
        DPLLCTRLA: 1,
        DPLLSTATUS: 1,
    }
    reset: ClassVar[Mapping[int, int]] = {
        XOSC: 0x0080, XOSC32K: 0x0080, OSC32K: 0x003F0080, OSC8M: 0x87070382,
        DFLLCTRL: 0x0080, DPLLCTRLA: 0x80,
    }  # fmt: skip

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.running = False
        self._tree.source_hz = self.source_hz
        self._ready_s = {OSC8M: 0.0}
        self._loop_closed = False
        self._timer = host.add_timer(self._settle)
        self._status = self._flags()

    # --- registers ---

    def load(self, register: int) -> int:
        match register:
            case 0x00:
                return self.stored.get(INTENSET, 0)
            case 0x0C:
                self._settle()
                return self._status
            case 0x50:
                return 0xF if self._is_ready(DPLLCTRLA) else 0
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register == INTENCLR:
            self.stored[INTENSET] = self.stored.get(INTENSET, 0) & ~value
        elif register == INTENSET:
            self.stored[INTENSET] = self.stored.get(INTENSET, 0) | value
        elif register == INTFLAG:
            self.stored[INTFLAG] = self.stored.get(INTFLAG, 0) & ~value
        elif register not in (PCLKSR, DPLLSTATUS):
            super().store(register, value)
        if register in CONTROLS:
            self._control(register)
        self._settle()
        if register in (*CONTROLS, DFLLMUL, DPLLRATIO, DPLLCTRLB):
            self._tree.changed(self.host)

    def _control(self, register: int) -> None:
        self._tree.take_over(self.host)
        if not self.stored[register] & ENABLE:
            self._ready_s.pop(register, None)
        elif register == XOSC and not self.host.external_clock_hz:
            self.host.warn(
                "the firmware starts the external oscillator (XOSC), but the board has none: "
                "give its frequency in the board file (external_clock_hz)"
            )
        elif register not in self._ready_s:
            self._ready_s[register] = self.host.seconds + self._start_s(register)
        elif register == DFLLCTRL and self._closes_loop():
            self._ready_s[register] = self.host.seconds + DFLL_LOCK_S
        self._loop_closed = bool(self.stored[DFLLCTRL] & CLOSED_LOOP)

    def _closes_loop(self) -> bool:
        return bool(self.stored[DFLLCTRL] & CLOSED_LOOP) and not self._loop_closed

    def _start_s(self, register: int) -> float:
        control = self.stored[register]
        match register:
            case 0x10:
                return (1 << (control >> 12 & 0xF)) / SLOW_HZ
            case 0x14:
                return (XOSC32K_CYCLES[control >> 8 & 7] + 3) / SLOW_HZ
            case 0x18:
                # 3, 4, 6, 10 and so on (ASF, enum system_osc32k_startup).
                return (2 + (1 << (control >> 8 & 7))) / SLOW_HZ
            case 0x24:
                return DFLL_LOCK_S if control & CLOSED_LOOP else DFLL_START_S
        return DPLL_LOCK_S if register == DPLLCTRLA else 0.0

    # --- flags ---

    def _is_ready(self, register: int) -> bool:
        since = self._ready_s.get(register)
        return since is not None and self.host.seconds >= since - 1e-12

    def _flags(self) -> int:
        # DFLLRDY tells that a write has arrived, whether the DFLL48M runs or not.
        status = DFLLRDY | B33SRDY | (BOD33RDY if self.stored.get(BOD33, 0) & ENABLE else 0)
        for register, flags in OSCILLATORS.values():
            if self._is_ready(register) and (register != DFLLCTRL or self._loop_closed):
                status |= flags
        return status

    def _settle(self) -> None:
        """Brings the flags to the present, and plans when they change next."""
        status = self._flags()
        if status != self._status:
            self.stored[INTFLAG] = self.stored.get(INTFLAG, 0) | status & ~self._status
            self._status = status
            self._tree.changed(self.host)
        self.host.publish(self.base + PCLKSR, status)
        self.interrupt(bool(self.stored.get(INTFLAG, 0) & self.stored.get(INTENSET, 0)))
        now = self.host.seconds
        waits = [at - now for at in self._ready_s.values() if at - now > 1e-12]
        if waits:
            self.host.schedule(self._timer, self.host.cycle_in(min(waits)))

    # --- frequencies ---

    def source_hz(self, source: int) -> float:
        """The frequency of a source of GENCTRL.SRC; 0 while it is off."""
        if source == clock_tree.OSCULP32K:
            return SLOW_HZ
        if source not in OSCILLATORS:
            return 0.0
        register, _ = OSCILLATORS[source]
        if not self._is_ready(register):
            return 0.0
        if self._tree.standby and not self.stored[register] & RUNSTDBY:
            return 0.0
        if register == OSC8M:
            return OSC8M_HZ / (1 << (self.stored[OSC8M] >> 8 & 3))
        if register == XOSC:
            return self.host.external_clock_hz
        if register == DFLLCTRL:
            return self._dfll_hz()
        return self._dpll_hz() if register == DPLLCTRLA else SLOW_HZ

    def _dfll_hz(self) -> float:
        if not self._loop_closed:
            return DFLL_HZ
        reference = self._tree.channel_hz(clock_tree.DFLL48M_REFERENCE, self.host)
        return reference * (self.stored.get(DFLLMUL, 0) & 0xFFFF)

    def _dpll_hz(self) -> float:
        ratio, control = self.stored.get(DPLLRATIO, 0), self.stored.get(DPLLCTRLB, 0)
        if control >> 4 & 3 == 0:
            reference = self.source_hz(clock_tree.XOSC32K)
        elif control >> 4 & 3 == 1:
            divider = 2 * ((control >> 16 & 0x7FF) + 1)
            reference = self.source_hz(clock_tree.XOSC) / divider
        else:
            reference = self._tree.channel_hz(clock_tree.FDPLL_REFERENCE, self.host)
        return reference * ((ratio & 0xFFF) + 1 + (ratio >> 16 & 0xF) / 16)
