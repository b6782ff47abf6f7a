"""FICR: what the factory wrote into the chip."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.device import Device
from mcusim.devices.nordic import temp

UNPROGRAMMED = 0xFFFFFFFF
VALUES: dict[int, int] = {
    0x010: 4096,  # CODEPAGESIZE
    0x014: 256,  # CODESIZE, in pages
    0x060: 0x6D637573,  # DEVICEID: any 64 bits
    0x064: 0x696D3430,
    0x0A0: 0xFFFFFFFF,  # DEVICEADDRTYPE: random
    0x0A4: 0x5349D301,  # DEVICEADDR: any 48 bits
    0x0A8: 0xFFFFC04D,
    0x100: 0x00052840,  # INFO.PART
    0x104: 0x41414430,  # INFO.VARIANT: AAD0
    0x108: 0x00002004,  # INFO.PACKAGE: QI, aQFN73
    0x10C: 256,  # INFO.RAM, kB
    0x110: 1024,  # INFO.FLASH, kB
    # Part and revision as the errata code of Nordic's MDK asks for them: nRF52840, revision 3.
    0x130: 0x08,
    0x134: 0x03,
    **{0x404 + 4 * i: value for i, value in enumerate(temp.SLOPES)},
    **{0x41C + 4 * i: value for i, value in enumerate(temp.OFFSETS)},
    **{0x434 + 4 * i: value for i, value in enumerate(temp.ENDS)},
    0x450: 0xFFFFFF5F,  # NFC.TAGHEADER0
}
"""Offsets and values by PS, FICR, Registers, and nrf52840.svd."""


class NrfFicr(Device):
    """The nRF52840's. Read-only; what isn't given reads as erased flash."""

    values: ClassVar[dict[int, int]] = VALUES

    def read(self, offset: int, size: int) -> int:
        word = self.values.get(offset & ~3, UNPROGRAMMED)
        return word >> 8 * (offset & 3) & (1 << 8 * size) - 1

    def write(self, offset: int, size: int, value: int) -> None:
        self.host.warn(f"write to FICR at 0x{self.base + offset:08x}: it is read-only")
