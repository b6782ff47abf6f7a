"""Makes UF2 files, block by block (github.com/microsoft/uf2, README.md)."""

from __future__ import annotations

import struct

RP2040, RP2350 = 0xE48BFF56, 0xE48BFF59
HAS_FAMILY = 0x2000


def block(
    address: int, payload: bytes, family: int | None = RP2040, flags: int = 0, number: int = 0
) -> bytes:
    """One block."""
    flags |= 0 if family is None else HAS_FAMILY
    head = (0x0A324655, 0x9E5D5157, flags, address, len(payload), number, 1, family or 0)
    return struct.pack("<8I", *head) + payload.ljust(476, b"\0") + struct.pack("<I", 0x0AB16F30)
