"""Which pages of the STM32U5's flash are Secure (RM0456, FLASH): watermarks and single pages."""

from __future__ import annotations

from itertools import groupby

from mcusim.devices.device import Host
from mcusim.devices.keeps import Keeps

WATERMARKS = {0x50: "secwm1r1", 0x60: "secwm2r1"}
"""SECWMxR1 of each bank, and the option bytes that it is loaded from."""
PAGE_BLOCKS = (range(0x80, 0x90, 4), range(0xA0, 0xB0, 4))
"""SECBBxR1 to R4 of each bank: a bit a page."""
PAGES_OF_BANK = 128
NO_PAGE = 0x7F
"""A watermark whose first page is behind its last one."""


class FlashSecurity:
    """A page is Secure by its bank's watermark or by its bit; as long as none is, nothing acts.

    Secure pages are kept from Non-secure accesses, others from Secure ones. The watermarks are
    read only: a programmer sets them (`--option-bytes`).
    """

    registers = (*WATERMARKS, *PAGE_BLOCKS[0], *PAGE_BLOCKS[1])

    def __init__(self, host: Host, stored: dict[int, int], page_bytes: int) -> None:
        self._host = host
        self._stored = stored
        self._page_bytes = page_bytes
        self._acts = False
        for register, name in WATERMARKS.items():
            loaded = host.option_bytes(name)
            stored[register] = NO_PAGE if loaded is None else loaded
        self.apply()

    def apply(self) -> None:
        """Takes over the registers as they are."""
        secure = [page for bank in range(2) for page in self._bank(bank)]
        if not any(secure) and not self._acts:
            return
        self._acts = any(secure)
        at = 0
        for is_secure, run in groupby(secure):
            size = len(list(run)) * self._page_bytes
            self._host.filter_memory("flash", at, size, self._rule(is_secure))
            at += size

    def _bank(self, bank: int) -> list[bool]:
        """Of each page, whether it is Secure."""
        mark = self._stored[list(WATERMARKS)[bank]]
        first, last = mark & 0x7F, mark >> 16 & 0x7F
        bits = [self._stored.get(register, 0) for register in PAGE_BLOCKS[bank]]
        return [
            first <= page <= last or bool(bits[page // 32] >> page % 32 & 1)
            for page in range(PAGES_OF_BANK)
        ]

    def _rule(self, secure: bool) -> Keeps:
        if not self._acts:
            return Keeps.NOTHING
        return Keeps.NON_SECURE if secure else Keeps.SECURE_DATA | Keeps.SECURE_FETCH
