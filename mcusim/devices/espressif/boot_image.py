"""Where the second-stage bootloader finds the application in flash, and maps it.

Nothing tells where the pages of an ELF's application would stand in flash. Here they follow each
other, first the one that the image begins with, as esptool's images have it.
"""

from __future__ import annotations

import struct

from mcusim.devices.device import Host
from mcusim.devices.espressif.flash_chip import (
    APPLICATION_OFFSET,
    ERASED,
    PAGE_BYTES,
    SIZE_BYTES,
    WINDOW,
    FlashChip,
)

MAGIC = b"\xe9"
HEADERS_BYTES = 32
"""Of the image's header and that of its first segment, in front of which nothing stands."""
DESCRIPTION_MAGIC = (0xABCD5432).to_bytes(4, "little")
"""esp-idf, esp_app_desc.h: it opens the constants, which are the first segment."""
HEADER = struct.pack(
    "<1sBBBIB3xHBHH4xB", MAGIC, 0, 2, 2 << 4 | 0xF, 0, 0xEE, 5, 0, 0, 0xFFFF, 0
).ljust(HEADERS_BYTES, ERASED)
"""esp_image_header_t (esp-idf, esp_app_format.h): DIO, 4 MB and 80 MHz, ESP32-C3. It tells no
segments and no entry, which only the bootloader asks for."""


def place_application(host: Host, chip: FlashChip) -> dict[int, int]:
    """Puts the pages that the application fills into the flash.

    Returns:
        The page of the flash by the entry of the MMU that shows it.
    """
    pages = {}
    for entry in range(SIZE_BYTES // PAGE_BYTES):
        content = host.read_memory(WINDOW + entry * PAGE_BYTES, PAGE_BYTES)
        if content and content != ERASED * PAGE_BYTES:
            pages[entry] = _with_header(content)
    order = sorted(pages, key=lambda entry: (not pages[entry].startswith(MAGIC), entry))
    mapped = {}
    for page, entry in enumerate(order, APPLICATION_OFFSET // PAGE_BYTES):
        chip.place(page * PAGE_BYTES, pages[entry])
        mapped[entry] = page
    return mapped


def _with_header(page: bytes) -> bytes:
    """The page with an image's header, where an ELF left room for it."""
    begins = page.startswith(ERASED * HEADERS_BYTES + DESCRIPTION_MAGIC)
    return HEADER + page[HEADERS_BYTES:] if begins else page
