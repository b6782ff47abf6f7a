"""nRF52 non-volatile memory controller: writing and erasing flash, and the instruction cache."""

from __future__ import annotations

import numpy as np

from mcusim.devices.device import Device, Host
from mcusim.devices.nordic.clock_rates import microseconds
from mcusim.devices.nordic.fabric import NrfFabric

# PS, NVMC, Registers.
READY, READYNEXT, CONFIG = 0x400, 0x408, 0x504
ERASEPAGE, ERASEALL, ERASEUICR = 0x508, 0x50C, 0x514
ERASEPAGEPARTIAL, ERASEPAGEPARTIALCFG = 0x518, 0x51C
ICACHECNF = 0x540
CACHEEN = 1 << 0
READ_ONLY, WRITE, ERASE = 0, 1, 2
FLASH_BYTES, PAGE_BYTES = 1 << 20, 4096
WRITE_US, ERASE_PAGE_US, ERASE_ALL_US = 41.0, 85_000.0, 169_000.0
"""PS, NVMC: t_WRITE, t_ERASEPAGE and t_ERASEALL, maximum (quoted from memory)."""
ERASED = b"\xff"


class NrfNvmc(Device):
    """Stores to flash land at once; READY then stays 0 for the time that the words take.

    On silicon the core stands still meanwhile if it runs from flash; here it polls READY. The time
    is the same.
    """

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._fabric = host.shared(NrfFabric)
        self._flash = b""
        """What flash held when it was last looked at, while it can be written."""
        self._busy_until = 0

    def read(self, offset: int, size: int) -> int:
        if offset in (READY, READYNEXT):
            return int(self._is_ready())
        return super().read(offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        super().write(offset, size, value)
        if offset == ICACHECNF:
            self.host.flash.invalidate_icache()
            self.host.flash.set_icache(bool(value & CACHEEN))
        elif offset == CONFIG:
            self._configure(self._mode(value))
        elif self.stored.get(CONFIG, 0) & 3 == ERASE:
            self._erase(offset, value)

    def _mode(self, value: int) -> int:
        """CONFIG.WEN."""
        return value & 3

    def _configure(self, mode: int) -> None:
        self._take_writes()
        writable = mode == WRITE
        self._fabric.flash_writable = writable
        self.host.flash.set_flash_writable(writable)
        self._flash = self.host.read_memory(0, FLASH_BYTES) if writable else b""

    def _is_ready(self) -> bool:
        if self._fabric.now(self.host) < self._busy_until:
            return False
        self._take_writes()
        return self._fabric.now(self.host) >= self._busy_until

    def _take_writes(self) -> None:
        """Makes what was stored what flash can do: a write turns ones to zeros only."""
        if not self._flash:
            return
        stored = self.host.read_memory(0, FLASH_BYTES)
        if stored == self._flash:
            return
        before, after = np.frombuffer(self._flash, "<u4"), np.frombuffer(stored, "<u4")
        words = np.flatnonzero(before != after)
        for word in words.tolist():
            value = int(before[word] & after[word])
            self.host.write_memory(4 * word, value.to_bytes(4, "little"))
        self._flash = self.host.read_memory(0, FLASH_BYTES)
        self._work(len(words) * WRITE_US)

    def _erase(self, offset: int, value: int) -> None:
        if offset in (ERASEPAGE, ERASEPAGEPARTIAL):
            page = value & ~(PAGE_BYTES - 1)
            self.host.write_memory(page, ERASED * PAGE_BYTES)
            part_ms = self.stored.get(ERASEPAGEPARTIALCFG, 10) & 0x7F
            self._work(ERASE_PAGE_US if offset == ERASEPAGE else 1000.0 * part_ms)
        elif offset == ERASEALL and value & 1:
            self.host.write_memory(0, ERASED * FLASH_BYTES)
            self._work(ERASE_ALL_US)
        if offset in (ERASEUICR, ERASEALL) and value & 1 and self._fabric.uicr is not None:
            self._fabric.uicr.erase()
            self._work(ERASE_PAGE_US)

    def _work(self, time_us: float) -> None:
        now = self._fabric.now(self.host)
        self._busy_until = max(self._busy_until, now) + microseconds(time_us)
