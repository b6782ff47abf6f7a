"""nRF52 ROM table: the peripheral identification by which start-up code tells chip and revision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.words import Words

PIDR4, PIDR0, PIDR1, PIDR2, CIDR0 = 0xFD0, 0xFE0, 0xFE4, 0xFE8, 0xFF0
PART, REVISION = 0x008, 3
"""Of the nRF52840, as in FICR: nRF5 SDK 15, nrf_drv_usbd_errata.h asks for 0x08 here."""
DESIGNER, CONTINUATION = 0x44, 2
"""Nordic's in JEP106; where which part of it stands: ARM IHI0031, ADIv5, PIDR0 to PIDR4."""
JEDEC = 1 << 3


class NrfRomTable(Words):
    """The nRF52840's; its entries, which lead debuggers to the core's parts, read as 0."""

    reset: ClassVar[Mapping[int, int]] = {
        PIDR4: CONTINUATION,
        PIDR0: PART & 0xFF,
        PIDR1: (DESIGNER & 0xF) << 4 | PART >> 8,
        PIDR2: REVISION << 4 | JEDEC | DESIGNER >> 4,
        # Component class 1, a ROM table.
        **{CIDR0 + 4 * place: byte for place, byte in enumerate((0x0D, 0x10, 0x05, 0xB1))},
    }

    def store(self, register: int, value: int) -> None:
        """Read-only."""
