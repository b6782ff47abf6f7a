"""UF2 files: 512-byte blocks, each with its address and the family of chips it is for.

Format: github.com/microsoft/uf2, README.md.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from mcusim.errors import FirmwareError
from mcusim.firmware.image import ADDRESS_SPACE, MAX_IMAGE_BYTES, Arch, FirmwareImage, Segment
from mcusim.firmware.names import hex32

BLOCK_BYTES, PAYLOAD_BYTES = 512, 476
MAGIC = b"UF2\n"
_SECOND_MAGIC, _LAST_MAGIC = 0x9E5D5157, 0x0AB16F30
_NOT_FLASHED, _IS_FILE, _HAS_FAMILY = 1 << 0, 1 << 12, 1 << 13
_ADVICE = "make the UF2 file again"


class Block(NamedTuple):
    """What one block puts where."""

    number: int
    family: int | None
    address: int
    data: bytes


def load_uf2(path: str, data: bytes, sha256: str, family: int) -> FirmwareImage:
    """Read the blocks that are for a family of chips, or for none in particular.

    Raises FirmwareError, which names the block that is wrong, or the families that there are.
    """
    blocks = list(_blocks(path, data))
    chosen = [block for block in blocks if block.family in (family, None)]
    if not chosen:
        there = ", ".join(sorted({hex32(block.family or 0) for block in blocks}))
        raise FirmwareError(
            f"{path}: a UF2 file for family {there or 'none'}, and the board's chip is of family"
            f" {hex32(family)}; check --board"
        )
    segments = tuple(_joined(path, chosen))
    if sum(len(segment.data) for segment in segments) > MAX_IMAGE_BYTES:
        raise FirmwareError(f"{path}: more data than a firmware may load; check the file")
    return FirmwareImage(
        path=path, sha256=sha256, format="uf2", arch=Arch.ARM, entry=None, segments=segments
    )


def _blocks(path: str, data: bytes) -> Iterator[Block]:
    """The blocks whose data goes into memory."""
    if len(data) % BLOCK_BYTES:
        rest = len(data) % BLOCK_BYTES
        raise FirmwareError(
            f"{path}: truncated: {rest} B behind the last whole block of {BLOCK_BYTES} B; {_ADVICE}"
        )
    for number in range(len(data) // BLOCK_BYTES):
        raw = data[number * BLOCK_BYTES : (number + 1) * BLOCK_BYTES]
        first, second, flags, address, size, _, _, family = struct.unpack_from("<4s7I", raw)
        (last,) = struct.unpack_from("<I", raw, BLOCK_BYTES - 4)
        if (first, second, last) != (MAGIC, _SECOND_MAGIC, _LAST_MAGIC):
            raise FirmwareError(f"{path}: wrong UF2: block {number} has no magic; {_ADVICE}")
        if flags & (_NOT_FLASHED | _IS_FILE):
            continue
        if size > PAYLOAD_BYTES or address + size > ADDRESS_SPACE:
            what = f"{size} B at {hex32(address)} in block {number}"
            raise FirmwareError(f"{path}: wrong UF2: {what}; {_ADVICE}")
        yield Block(number, family if flags & _HAS_FAMILY else None, address, raw[32 : 32 + size])


def _joined(path: str, blocks: list[Block]) -> Iterator[Segment]:
    """Blocks that touch as one segment; none may lie over another."""
    parts: list[bytes] = []
    start = end = -1
    for block in sorted(blocks, key=lambda block: block.address):
        if block.address < end:
            what = f"block {block.number} at {hex32(block.address)} lies over another"
            raise FirmwareError(f"{path}: wrong UF2: {what}; {_ADVICE}")
        if block.address != end:
            if parts:
                yield Segment(start, b"".join(parts))
            parts, start = [], block.address
        parts.append(block.data)
        end = block.address + len(block.data)
    yield Segment(start, b"".join(parts))
