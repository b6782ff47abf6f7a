"""Which application of a whole flash esp-idf's second-stage bootloader starts.

Layout: espressif/esp-idf, bootloader_support/include/esp_flash_partitions.h; the choice:
bootloader_support/src/bootloader_utility.c and bootloader_common_loader.c, without rollback.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable
from typing import NamedTuple

from mcusim.errors import FirmwareError

TABLE_OFFSET = 0x8000
_MAX_ROWS = 95
"""ESP_PARTITION_TABLE_MAX_ENTRIES."""
_SECTOR_BYTES = 0x1000
_ROW = struct.Struct("<2sBBII16sI")
_MAGIC, _MD5_MAGIC = b"\xaa\x50", b"\xeb\xeb"
_MD5_OFFSET = 16
"""Of the sum in its row."""
_APPLICATION, _DATA = 0, 1
_FACTORY, _TEST, _OTA, _OTA_MASK = 0x00, 0x20, 0x10, 0x0F
_DATA_OTA = 0x00
_SELECTION = struct.Struct("<I20sII")
"""esp_ota_select_entry_t: sequence number, label, state, CRC of the number."""
_EMPTY, _INVALID, _ABORTED = 0xFFFFFFFF, 3, 4


class Partition(NamedTuple):
    """A row of the table; offset and size in bytes."""

    kind: int
    subtype: int
    offset: int
    size: int


def has_table(data: bytes) -> bool:
    """Whether the content is a flash with a partition table where esp-idf has it by default."""
    return data[TABLE_OFFSET : TABLE_OFFSET + 2] == _MAGIC


def application_offset(path: str, data: bytes, bootable: Callable[[int], bool]) -> int:
    """Where the application lies that the bootloader starts.

    Args:
        path: for messages.
        data: the flash from its beginning, with a partition table.
        bootable: whether an image is at an offset.

    Raises FirmwareError for a broken table, or where none of its applications is there.
    """
    rows = _table(path, data)
    for partition in _in_order(data, rows):
        if partition.size and bootable(partition.offset):
            return partition.offset
    raise FirmwareError(
        f"{path}: a flash image whose partition table names no application that is there; build"
        " the firmware again"
    )


def _table(path: str, data: bytes) -> list[Partition]:
    rows = []
    for at in range(TABLE_OFFSET, TABLE_OFFSET + _MAX_ROWS * _ROW.size, _ROW.size):
        row = data[at : at + _ROW.size]
        if row[:2] == _MD5_MAGIC:
            digest = hashlib.md5(data[TABLE_OFFSET:at], usedforsecurity=False).digest()
            if row[_MD5_OFFSET:] != digest:
                raise FirmwareError(
                    f"{path}: the MD5 sum of the partition table is wrong, and the bootloader would"
                    " refuse it; write the table again"
                )
        if row[:2] != _MAGIC or len(row) < _ROW.size:
            break
        _, kind, subtype, offset, size, _, _ = _ROW.unpack(row)
        rows.append(Partition(kind, subtype, offset, size))
    return rows


def _in_order(data: bytes, rows: list[Partition]) -> list[Partition]:
    """The applications as the bootloader tries them: from the selected one down, then up."""
    found = {row.subtype: row for row in rows if row.kind == _APPLICATION}
    slots = [found[subtype] for subtype in sorted(found) if subtype & ~_OTA_MASK == _OTA]
    factory, test = ([found[kind]] if kind in found else [] for kind in (_FACTORY, _TEST))
    selection = next((r for r in rows if (r.kind, r.subtype) == (_DATA, _DATA_OTA)), None)
    number = None if selection is None else _selected(data, selection.offset, len(slots))
    if number is None and (selection is None or factory):
        return [*factory, *slots, *test]
    chosen = number or 0
    return [*reversed(slots[: chosen + 1]), *factory, *slots[chosen + 1 :], *test]


def _selected(data: bytes, offset: int, slots: int) -> int | None:
    """The slot of updates that the newer of two entries selects; None without any."""
    numbers = []
    for at in (offset, offset + _SECTOR_BYTES):
        if not slots or at + _SELECTION.size > len(data):
            continue
        number, _, state, crc = _SELECTION.unpack_from(data, at)
        intact = zlib.crc32(data[at : at + 4], 0xFFFFFFFF) == crc
        if intact and number != _EMPTY and state not in (_INVALID, _ABORTED):
            numbers.append(number)
    return (max(numbers) - 1) % slots if numbers else None
