"""How an RP2040 starts: boot ROM, second stage, flash, RAM, UF2."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from pico_lab import BOARD, build, execute

import mcusim
from mcusim.errors import FirmwareError
from mcusim.firmware import load_firmware


def uf2(elf: Path, family: int = 0xE48BFF56) -> bytes:
    """The loaded bytes of an ELF file as a UF2 file."""
    pieces = [
        (segment.address + at, segment.data[at : at + 256])
        for segment in load_firmware(elf).segments
        for at in range(0, len(segment.data), 256)
    ]
    blocks = []
    for number, (address, data) in enumerate(pieces):
        head = (0x0A324655, 0x9E5D5157, 0x2000, address, len(data), number, len(pieces), family)
        blocks.append(struct.pack("<8I476sI", *head, data, 0x0AB16F30))
    return b"".join(blocks)


def test_the_second_stage_hands_over_to_the_firmware(tmp_path: Path) -> None:
    elf = build(tmp_path, "")
    with mcusim.start(elf, board=BOARD) as simulation:
        simulation.run_to_end()
        ssi = simulation.machine.devices["ssi"]
        assert (ssi.read(0x14, 4), ssi.read(0x08, 4)) == (2, 1)
        result = simulation.finish()
    assert (result.outcome, result.exit_code, result.warnings) == ("exited", 0, [])


def test_a_wrong_checksum_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    elf = build(tmp_path, "")
    broken = bytearray(elf.read_bytes())
    at = broken.index(load_firmware(elf).segments[0].data[:64])
    broken[at] ^= 1
    elf.write_bytes(broken)
    result = mcusim.run(elf, board=BOARD)
    assert result.outcome == "fault"
    assert result.fault is not None
    assert "no valid second stage" in result.fault.message


def test_a_firmware_in_ram_starts_at_its_entry(tmp_path: Path) -> None:
    result, found = execute(tmp_path, "results[0] = 0x1234;", in_ram=True)
    assert (result.outcome, result.exit_code) == ("exited", 0)
    assert found[0] == 0x1234
    assert result.memory.flash_bytes == 0


def test_usb_boot_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    body = "((void (*)(uint32_t, uint32_t))rom_function('U', 'B'))(0, 0);"
    result, _ = execute(tmp_path, body)
    assert result.outcome == "exited"
    assert "USB boot" in result.reason


def test_uf2_runs_as_its_elf_does(tmp_path: Path) -> None:
    elf = build(tmp_path, "clock_to_125_mhz();")
    path = tmp_path / "main.uf2"
    path.write_bytes(uf2(elf))
    from_uf2, from_elf = (mcusim.run(firmware, board=BOARD) for firmware in (path, elf))
    assert from_uf2.cycles == from_elf.cycles
    assert from_uf2.outcome == from_elf.outcome == "exited"


def test_uf2_for_another_chip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "main.uf2"
    path.write_bytes(uf2(build(tmp_path, ""), family=0xE48BFF59))
    with pytest.raises(FirmwareError, match="for family 0xE48BFF59"):
        mcusim.run(path, board=BOARD)


def test_flash_is_erased_and_programmed_by_the_roms_functions(tmp_path: Path) -> None:
    outside = """
typedef void (*act)(void);
typedef void (*erase)(uint32_t, uint32_t, uint32_t, uint32_t);
typedef void (*program)(uint32_t, const uint8_t *, uint32_t);
static uint8_t page[512];
"""
    # From RAM: while the flash is set up for commands, no code can be in it.
    body = """
act connect = rom_function('I', 'F'), leave = rom_function('E', 'X');
act flush = rom_function('F', 'C'), enter = rom_function('C', 'X');
erase erase_range = rom_function('R', 'E');
program program_range = rom_function('R', 'P');
for (int i = 0; i < 512; ++i) page[i] = i * 7;
connect();
leave();
erase_range(0x40000, 0x11000, 0x10000, 0xD8);
program_range(0x40100, page, 512);
flush();
enter();
results[0] = R32(0x10040100);
results[1] = R32(0x100402FC);
results[2] = R32(0x100400FC);
results[3] = R32(0x10050FFC);
"""
    result, found = execute(tmp_path, body, outside, in_ram=True)
    assert result.outcome == "exited"
    expected = [bytes(i * 7 & 0xFF for i in range(at, at + 4)) for at in (0, 508)]
    assert found[:2] == [int.from_bytes(word, "little") for word in expected]
    assert found[2:4] == [0xFFFFFFFF] * 2
    # A block of 64 kB, a sector, two pages (W25Q16JV: 150, 45 and 0.4 ms).
    assert result.time_s == pytest.approx(0.150 + 0.045 + 2 * 0.4e-3, rel=0.03)


def test_watchdog_boots_where_the_scratch_registers_say(tmp_path: Path) -> None:
    outside = """
static void again(void) {
  results[1] = R32(WATCHDOG + 8);
  register uint32_t operation __asm("r0") = 0x18;
  register uint32_t reason __asm("r1") = 0x20026;
  for (;;) __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(reason) : "memory");
}
"""
    body = """
results[0]++;
uint32_t entry = (uint32_t)again | 1;
R32(WATCHDOG + 0x1C) = 0xB007C0D3;
R32(WATCHDOG + 0x20) = entry ^ -0xB007C0D3;
R32(WATCHDOG + 0x24) = 0x20042000;
R32(WATCHDOG + 0x28) = entry;
R32(WATCHDOG) = 1u << 31;
for (;;) continue;
"""
    result, found = execute(tmp_path, body, outside)
    assert (result.outcome, result.exit_code) == ("exited", 0)
    assert found[:2] == [1, 2]
    assert [row.cause for row in result.resets] == ["software"]


def test_a_breakpoint_in_exit_is_the_end_and_no_fault(tmp_path: Path) -> None:
    exits = '__attribute__((noinline)) void _exit(void) { for (;;) __asm volatile("bkpt 0"); }\n'
    result, _ = execute(tmp_path, "_exit();", exits)
    assert result.outcome == "exited"
    assert "_exit" in result.reason
    result, _ = execute(tmp_path, "leave();", exits.replace("_exit", "leave"))
    assert result.outcome == "fault"


def test_the_second_cores_stack_is_no_heap(tmp_path: Path) -> None:
    # What lies beyond the linker script's limit of the heap, and below the first core's stack.
    symbols = """
__asm(".global __HeapLimit\\n.set __HeapLimit, 0x20040000\\n.global _end\\n.set _end, 0x20000100");
"""
    body = "R32(0x20000200) = 1;\nR32(0x20040800) = 1;\n"
    result, _ = execute(tmp_path, body, symbols)
    assert result.memory.heap_peak_bytes == 0x104
