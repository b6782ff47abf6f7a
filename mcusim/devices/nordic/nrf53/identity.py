"""nRF5340 FICR and UICR: what the factory wrote, and the chip's configuration."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.nordic.ficr import NrfFicr
from mcusim.devices.nordic.uicr import NFC_PINS_ARE_GPIO, NrfUicr

NFCPINS = 0x028
FICR_VALUES: dict[int, int] = {
    # Part and revision as the errata code of Nordic's MDK asks for them (nrf53_erratas.h): the
    # nRF5340, and the last revision that it knows apart.
    0x130: 0x07,
    0x134: 0x05,
    0x204: 0x6D637573,  # INFO.DEVICEID: any 64 bits
    0x208: 0x696D3533,
    0x20C: 0x00005340,  # INFO.PART
    0x210: 0x514B4141,  # INFO.VARIANT: QKAA
    0x214: 0x00002000,  # INFO.PACKAGE: QK, aQFN94
    0x218: 512,  # INFO.RAM, kB
    0x21C: 1024,  # INFO.FLASH, kB
    0x220: 4096,  # INFO.CODEPAGESIZE
    0x224: 256,  # INFO.CODESIZE, in pages
    0x228: 0,  # INFO.DEVICETYPE: production
    0x450: 0xFFFFFF5F,  # NFC.TAGHEADER0
    0xC00: 0x00000210,  # TRNG90B.BYTES
}
"""Offsets and values by nrf5340_application.svd. TRIMCNF is erased: start-up code finds nothing to
copy, as the trim values of a chip are its own."""


class Nrf53Ficr(NrfFicr):
    """The nRF5340's, as Secure code reads it."""

    values: ClassVar[dict[int, int]] = FICR_VALUES


class Nrf53Uicr(NrfUicr):
    """The nRF5340's: APPROTECT and SECUREAPPROTECT are erased, NFC pins are GPIO."""

    programmed: ClassVar[dict[int, int]] = {NFCPINS: NFC_PINS_ARE_GPIO}
