"""nRF5340 NVMC: a page is erased by a store of ones to its first word, not by a register."""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.nordic.nvmc import (
    ERASE,
    ERASE_PAGE_US,
    ERASED,
    ERASEPAGEPARTIALCFG,
    FLASH_BYTES,
    PAGE_BYTES,
    WRITE,
    NrfNvmc,
)

# nRF5340 PS, NVMC, Registers: the next value of CONFIG.WEN.
PARTIAL_ERASE = 4
WORD = ERASED * 4
MARK = b"\xfe\xff\xff\xff"
PARTIAL_MS = 10
"""ERASEPAGEPARTIALCFG at reset."""


class Nrf53Nvmc(NrfNvmc):
    """While erasing is enabled, a page's first word that is all ones is kept at another value.

    So a store of ones shows in each page, whatever it held. Nobody reads those words between the
    write of CONFIG and the store.
    """

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.stored[ERASEPAGEPARTIALCFG] = PARTIAL_MS
        self._erasing = 0
        """CONFIG.WEN while it enables erasing."""
        self._kept = b""
        """What flash holds, while erasing is enabled."""

    def _configure(self, mode: int) -> None:
        self._take_erasures()
        self._put_back()
        super()._configure(mode & WRITE)
        if mode in (ERASE, PARTIAL_ERASE):
            self._erasing = mode
            self._kept = self.host.read_memory(0, FLASH_BYTES)
            self._mark()
            self.host.flash.set_flash_writable(True)

    def _mode(self, value: int) -> int:
        return value & 7

    def _take_writes(self) -> None:
        super()._take_writes()
        if self._take_erasures():
            self._mark()

    def _pages(self) -> range:
        return range(0, len(self._kept), PAGE_BYTES)

    def _mark(self) -> None:
        for page in self._pages():
            if self._kept.startswith(WORD, page):
                self.host.write_memory(page, MARK)

    def _take_erasures(self) -> bool:
        """Erases the pages whose first word the firmware has set to ones; whether there are any."""
        if not self._kept:
            return False
        flash = self.host.read_memory(0, FLASH_BYTES)
        erased = [page for page in self._pages() if flash.startswith(WORD, page)]
        if not erased:
            return False
        kept = bytearray(self._kept)
        for page in erased:
            kept[page : page + PAGE_BYTES] = ERASED * PAGE_BYTES
            self.host.write_memory(page, ERASED * PAGE_BYTES)
        self._kept = bytes(kept)
        part_us = 1000.0 * (self.stored[ERASEPAGEPARTIALCFG] & 0x7F)
        self._work(len(erased) * (ERASE_PAGE_US if self._erasing == ERASE else part_us))
        return True

    def _put_back(self) -> None:
        """Gives flash its content without the marks, and without stores that erase nothing."""
        flash = self.host.read_memory(0, len(self._kept))
        for page in self._pages():
            end = page + PAGE_BYTES
            if flash[page:end] != self._kept[page:end]:
                self.host.write_memory(page, self._kept[page:end])
        self._kept = b""
