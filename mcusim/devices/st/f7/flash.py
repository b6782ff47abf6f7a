"""STM32F7 flash interface (RM0385, FLASH): wait states, accelerator, erase and program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.words import WordDevice

ACR, KEYR, OPTKEYR, SR, CR, OPTCR, OPTCR1 = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18
LATENCY, PRFTEN, ARTEN, ARTRST = 0xF, 1 << 8, 1 << 9, 1 << 11
EOP, PGAERR = 1 << 0, 1 << 5
PG, SER, MER, STRT, LOCK = 1 << 0, 1 << 1, 1 << 2, 1 << 16, 1 << 31
OPTLOCK, OPTSTRT = 1 << 0, 1 << 1
KEYS = {KEYR: (0x45670123, 0xCDEF89AB), OPTKEYR: (0x08192A3B, 0x4C5D6E7F)}
FLASH_BASE = 0x08000000


class Stm32f7Flash(WordDevice):
    """ACR sets wait states, prefetch and the accelerator (ART); CR erases and programs, at once.

    While PG is set, stores reach the flash as they are: that a cell must be erased before, and
    that PSIZE is the width of the store (PGPERR), isn't checked.
    """

    reset: ClassVar[Mapping[int, int]] = {
        CR: LOCK,
        OPTCR: 0xC0FFAAFC | OPTLOCK,
        OPTCR1: 0x00400080,
    }
    sector_kb: ClassVar[tuple[int, ...]] = (32, 32, 32, 32, 128, 256, 256, 256)
    """RM0385, table of the flash organisation: 1 MB."""
    cache_resets: ClassVar[int] = ARTRST
    """Bits of ACR that act and read as 0."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._keys: list[int] = []
        self._clocks = Clocks.of(host)
        self._clocks.watch(self._apply)

    def load(self, register: int) -> int:
        return 0 if register in KEYS else super().load(register)

    def store(self, register: int, value: int) -> None:
        if register == ACR:
            super().store(register, value & ~self.cache_resets)
            self._set_accelerator(value)
            self._apply()
        elif register in KEYS:
            self._unlock(register, value)
        elif register == SR:
            # Flags are cleared by writing 1.
            self.stored[SR] = self.stored.get(SR, 0) & ~value
        elif register == CR:
            self._set_cr(value)
        elif register == OPTCR:
            if not self.stored[OPTCR] & OPTLOCK:
                self.stored[OPTCR] = value & ~OPTSTRT
        else:
            super().store(register, value)

    def _set_accelerator(self, value: int) -> None:
        flash = self.host.flash
        flash.set_prefetch(bool(value & PRFTEN))
        flash.set_icache(bool(value & ARTEN))
        if value & ARTRST and not value & ARTEN:
            flash.invalidate_icache()

    def _apply(self) -> None:
        """Takes over the latency once the firmware's clock tree is in force."""
        if not self._clocks.running:
            return
        latency, needed = self.stored.get(ACR, 0) & LATENCY, self.host.required_wait_states
        self.host.flash.set_wait_states(latency)
        if latency < needed:
            self.host.warn(
                f"FLASH_ACR sets {latency} wait states, but the flash needs {needed} at this clock "
                f"({self.host.clock_hz / 1e6:g} MHz): on silicon, reads would fail"
            )

    def _unlock(self, register: int, key: int) -> None:
        self._keys.append(key)
        if tuple(self._keys[-2:]) != KEYS[register]:
            return
        if register == KEYR:
            self.stored[CR] &= ~LOCK
        else:
            self.stored[OPTCR] &= ~OPTLOCK

    def _set_cr(self, value: int) -> None:
        if self.stored[CR] & LOCK:
            return
        self.stored[CR] = value & ~STRT
        self.host.flash.set_flash_writable(bool(value & PG))
        if value & STRT:
            done = self._erase(value)
            self.stored[SR] = self.stored.get(SR, 0) | (EOP if done else PGAERR)
            self.host.flash.invalidate_icache()

    def _erase(self, control: int) -> bool:
        """Erases what CR names; False where there is no such memory."""
        if control & MER:
            return self.host.write_memory(FLASH_BASE, b"\xff" * (sum(self.sector_kb) << 10))
        sector = control >> 3 & 0xF
        if not control & SER or sector >= len(self.sector_kb):
            return False
        at = FLASH_BASE + (sum(self.sector_kb[:sector]) << 10)
        return self.host.write_memory(at, b"\xff" * (self.sector_kb[sector] << 10))
