"""The partition table that esp-idf makes by default: one application without updates."""

from __future__ import annotations

import hashlib
import struct
from typing import NamedTuple

TABLE_OFFSET = 0x8000
_MAGIC, _MD5_MAGIC = b"\xaa\x50", b"\xeb\xeb"
_LAYOUT = struct.Struct("<2sBBII16sI")
"""esp_partition_info_t (esp-idf, esp_flash_partitions.h)."""


class Partition(NamedTuple):
    """One row of the table; offset and size in bytes."""

    kind: int
    subtype: int
    offset: int
    size: int
    name: bytes


DEFAULT = (
    Partition(1, 2, 0x9000, 0x6000, b"nvs"),
    Partition(1, 1, 0xF000, 0x1000, b"phy_init"),
    Partition(0, 0, 0x10000, 0x100000, b"factory"),
)
"""esp-idf, components/partition_table/partitions_singleapp.csv."""


def partition_table() -> bytes:
    """The rows, and the MD5 sum that follows them."""
    rows = b"".join(
        _LAYOUT.pack(_MAGIC, p.kind, p.subtype, p.offset, p.size, p.name, 0) for p in DEFAULT
    )
    digest = hashlib.md5(rows, usedforsecurity=False).digest()
    return rows + _MD5_MAGIC + b"\xff" * 14 + digest
