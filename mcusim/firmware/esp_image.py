"""Application images of esp-idf (esptool's elf2image), alone or in an image of the whole flash.

Layout: espressif/esp-idf, bootloader_support/include/esp_app_format.h.
"""

from __future__ import annotations

import struct
from dataclasses import replace

import msgspec

from mcusim.errors import FirmwareError
from mcusim.firmware.esp_flash import application_offset, has_table
from mcusim.firmware.image import Arch, FirmwareImage, Segment
from mcusim.firmware.names import hex32

MAGIC = 0xE9
_START = bytes([MAGIC])
_HEADER = struct.Struct("<BBBBIB3sHBHH4sB")
_SEGMENT = struct.Struct("<II")
_MAX_SEGMENTS = 16
_PAGE_BYTES = 0x10000
_DESCRIPTION_MAGIC, _HASH_OFFSET = (0xABCD5432).to_bytes(4, "little"), 144
"""Of esp_app_desc_t, and of its app_elf_sha256 (esp-idf, esp_app_desc.h; esptool's
--elf-sha256-offset counts 32 bytes of headers more)."""
_MAPPED = range(0x3C000000, 0x3C800000)
"""What the data bus sees through the cache's MMU (esp-idf, soc.h: SOC_DROM_LOW, SOC_DROM_HIGH)."""
_LOWEST_LOADED = 0x10000000
"""What is to lie below is not loaded (esp-idf, esp_image_format.c: should_load): padding, and what
others than the boot loader look for in the image."""
RISCV_CHIPS = {5: "ESP32-C3"}
"""By esp_chip_id_t; the other RISC-V chips of the maker are not simulated."""
_OTHER_CHIPS = {
    0: "ESP32", 2: "ESP32-S2", 9: "ESP32-S3", 12: "ESP32-C2", 13: "ESP32-C6", 16: "ESP32-H2",
    18: "ESP32-P4",
}  # fmt: skip


def is_esp_image(data: bytes) -> bool:
    """Whether the content starts as an application or bootloader image does."""
    if len(data) < _HEADER.size or data[0] != MAGIC:
        return False
    return 1 <= data[1] <= _MAX_SEGMENTS and _chip_of(data) in {*RISCV_CHIPS, *_OTHER_CHIPS}


def load_esp_image(path: str, data: bytes, sha256: str) -> FirmwareImage:
    """Read the application of an image: its segments where the bootloader maps or loads them.

    Raises FirmwareError for another chip, a cut-off file, or a flash without an application.
    """
    chip = _chip_of(data)
    if chip not in RISCV_CHIPS:
        known = ", ".join(RISCV_CHIPS.values())
        raise FirmwareError(
            f"{path}: an image for the {_OTHER_CHIPS[chip]}; of this maker's chips, {known} can be"
            " simulated"
        )
    start = _application(path, data)
    segments, entry = _segments(path, data, start)
    return FirmwareImage(
        path=path,
        sha256=sha256,
        format="esp",
        arch=Arch.RISCV,
        entry=entry,
        segments=tuple(sorted(segments, key=lambda segment: segment.address)),
    )


def as_flashed(image: FirmwareImage) -> FirmwareImage:
    """An ELF as the boot loader has it in memory: each section where the firmware uses it.

    So esptool's elf2image takes an ELF (esptool, bin_image.py: ELFFile), and puts its hash into the
    application's description.
    """
    return _with_hash(_as_used(image)) if image.format == "elf" else image


def _as_used(image: FirmwareImage) -> FirmwareImage:
    # Zephyr's ELF has the places of the sections in the image as load addresses.
    loaded = [section for section in image.sections if section.loaded]
    if all(section.lma == section.vma for section in loaded):
        return image
    segments = [
        Segment(section.vma, image.read(section.lma, section.size) or b"")
        for section in loaded
        if section.vma >= _LOWEST_LOADED
    ]
    kept = [section for section in image.sections if section.vma >= _LOWEST_LOADED]
    return replace(
        image,
        segments=tuple(sorted(segments, key=lambda segment: segment.address)),
        sections=tuple(msgspec.structs.replace(section, lma=section.vma) for section in kept),
    )


def _with_hash(image: FirmwareImage) -> FirmwareImage:
    segments = tuple(
        Segment(segment.address, _described(segment.data, bytes.fromhex(image.sha256)))
        for segment in image.segments
    )
    return replace(image, segments=segments)


def _described(data: bytes, sha256: bytes) -> bytes:
    end = _HASH_OFFSET + len(sha256)
    if data[:4] != _DESCRIPTION_MAGIC or any(data[_HASH_OFFSET:end]) or len(data) < end:
        return data
    return data[:_HASH_OFFSET] + sha256 + data[end:]


def _chip_of(data: bytes) -> int:
    chip: int = _HEADER.unpack_from(data)[7]
    return chip


def _application(path: str, data: bytes) -> int:
    """Offset of the application: 0, or that of the one that a whole flash starts."""
    if not has_table(data):
        return 0
    return application_offset(path, data, lambda offset: data[offset : offset + 1] == _START)


def _segments(path: str, data: bytes, start: int) -> tuple[list[Segment], int]:
    """The segments of the image at `start`, and its entry point."""
    if start + _HEADER.size > len(data):
        raise _cut_off(path, start)
    header = _HEADER.unpack_from(data, start)
    count, entry = header[1], header[4]
    if count > _MAX_SEGMENTS:
        raise FirmwareError(f"{path}: {count} segments; an image has at most {_MAX_SEGMENTS}")
    segments = []
    at = start + _HEADER.size
    for _ in range(count):
        if at + _SEGMENT.size > len(data):
            raise _cut_off(path, at)
        address, size = _SEGMENT.unpack_from(data, at)
        at += _SEGMENT.size
        if at + size > len(data):
            raise _cut_off(path, at)
        if address >= _LOWEST_LOADED:
            skipped = _headers_in_page(at - start, address)
            segments.append(Segment(address - skipped, data[at - skipped : at + size]))
        at += size
    return segments, entry


def _headers_in_page(offset: int, address: int) -> int:
    """Bytes of the image's headers in front of its first segment, if a page of flash shows both."""
    is_first = offset == _HEADER.size + _SEGMENT.size
    return offset if is_first and address % _PAGE_BYTES == offset and address in _MAPPED else 0


def _cut_off(path: str, at: int) -> FirmwareError:
    return FirmwareError(f"{path}: the image is cut off at {hex32(at)}; copy the whole file")
