"""Firmware files: what is loaded where, symbols, source lines, sizes, and whether it fits a board.

    image = load_firmware("model.elf")
    check_placement(image, board.chip.memory, board.first_vectors)

Nothing here executes code. A firmware file is untrusted input: whatever is wrong with it ends in
one `mcusim.errors.FirmwareError` with a one-line message, in bounded time and memory.
"""

from __future__ import annotations

from mcusim.firmware.esp_image import as_flashed
from mcusim.firmware.image import Arch, FirmwareImage, Section, Segment
from mcusim.firmware.lines import LineTable
from mcusim.firmware.load import load_firmware
from mcusim.firmware.pair import with_secure
from mcusim.firmware.placement import (
    check_architecture,
    check_hart_start,
    check_placement,
    is_all_in_ram,
    ram_entry,
    vectors_behind_bootloader,
)
from mcusim.firmware.sizes import (
    flash_bytes,
    flash_sections,
    largest_symbols,
    ram_sections,
    reserved_sections,
    static_ram_bytes,
)
from mcusim.firmware.symbols import FunctionMatch, Symbol, SymbolTable

__all__ = [
    "Arch",
    "FirmwareImage",
    "FunctionMatch",
    "LineTable",
    "Section",
    "Segment",
    "Symbol",
    "SymbolTable",
    "as_flashed",
    "check_architecture",
    "check_hart_start",
    "check_placement",
    "flash_bytes",
    "flash_sections",
    "is_all_in_ram",
    "largest_symbols",
    "load_firmware",
    "ram_entry",
    "ram_sections",
    "reserved_sections",
    "static_ram_bytes",
    "vectors_behind_bootloader",
    "with_secure",
]
