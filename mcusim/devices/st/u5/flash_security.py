"""Which pages of the STM32U5's flash are Secure or privileged (RM0456, FLASH)."""

from __future__ import annotations

from itertools import groupby

from mcusim.devices.device import Host
from mcusim.devices.keeps import Keeps

WATERMARKS = {0x50: "secwm1r1", 0x60: "secwm2r1"}
"""SECWMxR1 of each bank, and the option bytes that it is loaded from."""
PAGE_BLOCKS = (range(0x80, 0x90, 4), range(0xA0, 0xB0, 4))
"""SECBBxR1 to R4 of each bank: a bit a page."""
PRIVILEGED_BLOCKS = (range(0xD0, 0xE0, 4), range(0xF0, 0x100, 4))
"""PRIVBBxR1 to R4, in the same way (CMSIS header stm32u575xx.h, FLASH_TypeDef)."""
PAGES_OF_BANK = 128
NO_PAGE = 0x7F
"""A watermark whose first page is behind its last one."""


class FlashSecurity:
    """A page is Secure by its bank's watermark or by its bit; as long as none is, that is all.

    Secure pages are kept from Non-secure accesses, others from Secure ones; privileged pages from
    unprivileged ones, with TrustZone off as well. The watermarks are read only: a programmer sets
    them (`--option-bytes`).
    """

    registers = tuple(
        register
        for registers in (WATERMARKS, *PAGE_BLOCKS, *PRIVILEGED_BLOCKS)
        for register in registers
    )

    def __init__(self, host: Host, stored: dict[int, int], page_bytes: int, secured: bool) -> None:
        self._host = host
        self._stored = stored
        self._page_bytes = page_bytes
        self._secured = secured
        self._acts = self._acted = False
        for register, name in WATERMARKS.items():
            loaded = host.option_bytes(name)
            stored[register] = NO_PAGE if loaded is None else loaded
        self.apply()

    def apply(self) -> None:
        """Takes over the registers as they are."""
        pages = [page for bank in range(2) for page in self._bank(bank)]
        any_set = any(secure or privileged for secure, privileged in pages)
        if not any_set and not self._acted:
            return
        self._acted = any_set
        self._acts = any(secure for secure, _ in pages)
        at = 0
        for (secure, privileged), run in groupby(pages):
            size = len(list(run)) * self._page_bytes
            self._host.filter_memory("flash", at, size, self._rule(secure, privileged))
            at += size

    def _bank(self, bank: int) -> list[tuple[bool, bool]]:
        """Of each page, whether it is Secure, and whether it is privileged."""
        mark = self._stored[list(WATERMARKS)[bank]]
        first, last = mark & 0x7F, mark >> 16 & 0x7F
        secure, privileged = self._bits(PAGE_BLOCKS[bank]), self._bits(PRIVILEGED_BLOCKS[bank])
        return [
            (
                self._secured and (first <= page <= last or bool(secure >> page & 1)),
                bool(privileged >> page & 1),
            )
            for page in range(PAGES_OF_BANK)
        ]

    def _bits(self, registers: range) -> int:
        """Those of all pages of a bank."""
        return sum(self._stored.get(at, 0) << 32 * n for n, at in enumerate(registers))

    def _rule(self, secure: bool, privileged: bool) -> Keeps:
        user = Keeps.USER if privileged else Keeps.NOTHING
        if not self._acts:
            return user
        return user | (Keeps.NON_SECURE if secure else Keeps.SECURE_DATA | Keeps.SECURE_FETCH)
