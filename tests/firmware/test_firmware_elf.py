"""ELF files that are right: segments, sections and sizes against binutils."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from firmware_tools import FLASH, RAM, minimal_elf, require, run

from mcusim.firmware import (
    Arch,
    flash_bytes,
    flash_sections,
    largest_symbols,
    load_firmware,
    ram_sections,
    reserved_sections,
    static_ram_bytes,
)


def berkeley_sizes(path: Path) -> tuple[int, int, int]:
    """Return text, data and bss as the oracle counts them."""
    text, data, bss = run(require("size", path), path).splitlines()[1].split()[:3]
    return int(text), int(data), int(bss)


def test_sample_sizes_match_size(sample: Path) -> None:
    image = load_firmware(sample)
    text, data, bss = berkeley_sizes(sample)
    # To `size`, constants are text, wherever start-up copies them to.
    copied = sum(s.size for s in image.sections if s.kind == "rodata" and s.vma != s.lma)
    reserved = sum(row.size_bytes for row in reserved_sections(image))
    assert flash_bytes(image) == text + data
    assert static_ram_bytes(image) + reserved == data + bss + copied


def test_sample_loads_the_bytes_of_objcopy(sample: Path, tmp_path: Path) -> None:
    image = load_firmware(sample)
    run(require("objcopy", sample), "-O", "binary", sample, tmp_path / "flat.bin")
    flat = (tmp_path / "flat.bin").read_bytes()
    first = image.segments[0].address
    assert image.segments[-1].end - first == len(flat)
    for segment in image.segments:
        start = segment.address - first
        assert flat[start : start + len(segment.data)] == segment.data


def test_data_is_at_its_load_address_and_bss_is_not_loaded(tiny_elf: Path) -> None:
    image = load_firmware(tiny_elf)
    data = next(s for s in image.sections if s.name == ".data")
    assert data.vma == RAM
    assert data.lma > FLASH
    assert image.read(data.lma, 4) == (7).to_bytes(4, "little")
    assert image.read(RAM, 4) is None
    assert all(segment.address < RAM for segment in image.segments)


def test_sections_are_attributed_to_flash_and_ram(tiny_elf: Path) -> None:
    image = load_firmware(tiny_elf)
    flash = {row.name: row for row in flash_sections(image)}
    ram = {row.name: row for row in ram_sections(image)}
    assert flash[".data"].memory == ram[".data"].memory == "both"
    assert flash[".data"].address > FLASH
    assert ram[".data"].address == RAM
    assert ram[".bss"].memory == "ram"
    assert ram[".noinit"].size_bytes == 16
    assert "._user_heap_stack" not in ram
    assert [row.name for row in reserved_sections(image)] == ["._user_heap_stack"]


@pytest.mark.parametrize("name", [".mstack", ".pstack", ".msp_stack", ".msp_stack_seal_res"])
def test_stacks_of_chibios_and_tfm_are_no_static_data(
    name: str, tiny_elf: Path, tmp_path: Path
) -> None:
    """They come before all data, so that the end of one would be its stack's own limit."""
    elf = tmp_path / "named.elf"
    run(require("objcopy"), "--rename-section", f"._user_heap_stack={name}", tiny_elf, elf)
    image = load_firmware(elf)
    assert [row.name for row in reserved_sections(image)] == [name]
    assert name not in {row.name for row in ram_sections(image)}


def test_largest_symbols_are_sorted_and_limited(tiny_elf: Path) -> None:
    rows = largest_symbols(load_firmware(tiny_elf), 3)
    assert [(row.name, row.size_bytes, row.memory) for row in rows[:2]] == [
        ("arena", 300, "ram"),
        ("weights", 100, "flash"),
    ]
    assert len(rows) == 3


def test_image_describes_the_file(tiny_elf: Path) -> None:
    image = load_firmware(tiny_elf)
    assert (image.format, image.arch, image.path) == ("elf", Arch.ARM, str(tiny_elf))
    assert image.entry is not None
    assert image.entry & 1
    assert len(image.sha256) == 64


def test_elf_without_sections_is_counted_by_segment(tmp_path: Path) -> None:
    path = tmp_path / "bare.elf"
    path.write_bytes(minimal_elf(b"x" * 24))
    image = load_firmware(path)
    assert flash_bytes(image) == 24
    assert static_ram_bytes(image) == 0
    assert image.symbols.functions == ()


def test_elf_headers_in_the_first_segment_are_not_loaded(tmp_path: Path) -> None:
    require("gcc")
    (tmp_path / "a.c").write_text("int main(void) { return 0; }\n")
    flags = ["-mcpu=cortex-m4", "-nostdlib", "-Wl,-Ttext=0x8000", "-Wl,--no-warn-rwx-segments"]
    run(require("gcc"), *flags, "-Wl,-emain", "a.c", "-o", "a.elf", cwd=tmp_path)
    image = load_firmware(tmp_path / "a.elf")
    assert image.segments[0].address == 0x8000


def test_zeros_for_an_empty_section_in_front_of_data_are_not_loaded(tmp_path: Path) -> None:
    """As esp-idf's linker script keeps data clear of the RAM that its code fills."""
    require("gcc")
    (tmp_path / "a.c").write_text("int value = 7; int main(void) { return value; }\n")
    (tmp_path / "a.ld").write_text(
        "SECTIONS { .text 0x8000 : { *(.text) }\n"
        " .dram0.dummy 0x20000000 (NOLOAD) : { . = . + 0x100; } .data : { *(.data) } }"
    )
    flags = ["-mcpu=cortex-m4", "-nostdlib", "-Wl,--build-id=none,--no-warn-rwx-segments"]
    run(require("gcc"), *flags, "-Wl,-emain", "-Ta.ld", "a.c", "-o", "a.elf", cwd=tmp_path)
    image = load_firmware(tmp_path / "a.elf")
    loaded = next(s for s in image.segments if s.address >= RAM)
    assert (loaded.address, loaded.data) == (RAM + 0x100, b"\7\0\0\0")
    assert ".dram0.dummy" not in [row.name for row in ram_sections(image)]


def test_loading_imports_only_what_the_format_needs(tiny_elf: Path) -> None:
    code = (
        "import sys; from mcusim.firmware import load_firmware; load_firmware(sys.argv[1]);"
        "assert not {'intelhex', 'mcusim.boards', 'mcusim.firmware.debug_lines'} & set(sys.modules)"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code, str(tiny_elf)], cwd=root, check=True)
