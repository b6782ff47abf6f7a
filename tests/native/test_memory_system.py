"""The Cortex-M7's L1 caches, AXI memories and store buffer, by the cycles that programs take.

The chip is made up: latencies are round numbers, so that each expected value can be worked out from
the manual's rules (Cortex-M7 TRM DDI0489F, 5.9) on paper. Every test compares two programs that
differ in what they touch, or one program at two addresses.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import msgspec
import pytest
from assembly import assemble
from rig import Rig, board_named

from mcusim.boards import Board
from mcusim.boards.schema import L1, Axi, Cache, Memory, WaitStates

CODE = 0x08000400
DTCM = 0x20000000
AXI_RAM = 0x24000000
SHARED_RAM = 0x60000000
LATENCY = 10
ARRAY = 1 + 4
"""Cycles of one read of the flash array: one, and the wait states."""
ALL_ON = 0x30000
"""CCR: instruction and data cache."""

ENABLE = """
    ldr r11, =0xE000ED14
    ldr r12, =0x{ccr:x}
    str r12, [r11]
    dsb
    isb
"""


def _ram(name: str, base: int, axi: Axi | None) -> Memory:
    return Memory(
        name=name, kind="ram", base=base, size_bytes=0x10000, axi=axi, source="-", grade="assumed"
    )


@cache
def board() -> Board:
    """A Cortex-M7 with DTCM, RAM and flash behind AXI, small caches."""
    nucleo = board_named("nucleo-l4r5zi")
    axi = Axi(latency_cycles=LATENCY, source="-", grade="assumed")
    flash = msgspec.structs.replace(nucleo.flash_regions()[0], axi=axi)
    memory = [flash, _ram("dtcm", DTCM, None), _ram("axi", AXI_RAM, axi)]
    cache_of = Cache(
        line_bytes=32, sets=4, ways=2, enabled_at_reset=False, source="-", grade="assumed"
    )
    timing = msgspec.structs.replace(
        nucleo.chip.flash_timing,
        icache=None,
        dcache=None,
        read_bytes=16,
        wait_states=[WaitStates(up_to_hz=nucleo.clock_hz, wait_states=ARRAY - 1)],
    )
    chip = msgspec.structs.replace(
        nucleo.chip,
        core="cortex-m7",
        memory=memory,
        flash_timing=timing,
        l1=L1(icache=cache_of, dcache=cache_of),
        device=[],
        bit_band=False,
    )
    return replace(nucleo, chip=chip)


def cycles(body: str, *, ccr: int = ALL_ON, **registers: int) -> int:
    """Cycles of `body`, warm: it runs three times in a loop, and the last time counts.

    The reference is an empty body.
    """
    return _loop(body, ccr, registers) - _loop("", ccr, registers)


def _loop(body: str, ccr: int, registers: dict[str, int]) -> int:
    def program(times: int) -> int:
        source = (
            ENABLE.format(ccr=ccr)
            + f"    movs r10, #{times}\n    b 1f\n    .ltorg\n    .balign 32\n1:\n{body}\n"
            + "    subs r10, #1\n    bne.w 1b\n    bkpt #0\n    .ltorg\n"
        )
        code = assemble(source, CODE)
        rig = Rig(board(), code.code, CODE, accurate=True)
        return rig.execute(CODE, registers, DTCM, b"\0" * 64).cycles

    return program(4) - program(3)


def test_loads_from_tcm_never_wait() -> None:
    body = "ldr r0, [r1]\n nop.w\n nop.w\n ldr r0, [r2]"
    assert cycles(body, r1=DTCM, r2=DTCM + 32) == cycles(body, r1=DTCM, r2=DTCM)


def test_loads_that_hit_the_data_cache_never_wait() -> None:
    body = "ldr r0, [r1]\n nop.w\n nop.w\n ldr r0, [r2]"
    assert cycles(body, r1=AXI_RAM, r2=AXI_RAM + 32) == cycles(body, r1=DTCM, r2=DTCM)


@pytest.mark.parametrize("beat", range(4))
def test_a_missed_load_waits_for_its_own_beat_alone(beat: int) -> None:
    # Critical word first (5.9): the wanted 64 bits arrive after the latency, whichever they are.
    # Three lines of one set in a cache of two ways: the line is cleaned out, so that it misses.
    body = "mov r3, #0xE000E000\n add r3, #0xF00\n str r1, [r3, #0x5C]\n dsb\n ldr r0, [r2]"
    missed = cycles(body, r1=AXI_RAM, r2=AXI_RAM + 8 * beat)
    hit = cycles(body, r1=AXI_RAM + 0x1000, r2=AXI_RAM + 8 * beat)
    assert missed - hit == LATENCY


def test_the_rest_of_a_line_follows_a_beat_a_cycle() -> None:
    # The fourth beat of the line is there three cycles after the first.
    head = "mov r3, #0xE000E000\n add r3, #0xF00\n str r1, [r3, #0x5C]\n dsb\n"
    body = head + "ldm r2!, {r4-r9}\n ldm r2, {r4-r5}\n subs r2, #24"
    missed = cycles(body, r1=AXI_RAM, r2=AXI_RAM)
    hit = cycles(body, r1=AXI_RAM + 0x1000, r2=AXI_RAM)
    assert missed - hit == LATENCY + 2  # six words are three beats


def test_a_line_of_flash_takes_two_reads_of_its_array() -> None:
    head = "mov r3, #0xE000E000\n add r3, #0xF00\n str r1, [r3, #0x5C]\n dsb\n"
    flash = 0x08010000
    first = head + "ldr r0, [r2]"
    missed = cycles(first, r1=flash, r2=flash)
    hit = cycles(first, r1=flash + 0x1000, r2=flash)
    assert missed - hit == LATENCY + ARRAY
    both = head + "ldr r0, [r2]\n ldr r5, [r2, #16]"
    missed = cycles(both, r1=flash, r2=flash)
    hit = cycles(both, r1=flash + 0x1000, r2=flash)
    # The second load comes a cycle later, and waits for the second read.
    assert missed - hit == LATENCY + 2 * ARRAY - 1


def test_without_the_data_cache_each_load_goes_to_memory() -> None:
    body = "ldr r0, [r1]\n nop.w\n nop.w\n ldr r0, [r1]"
    without = cycles(body, ccr=0x20000, r1=AXI_RAM)
    assert without - cycles(body, r1=AXI_RAM) == 2 * LATENCY


def test_lines_in_use_push_each_other_out() -> None:
    # Nine lines do not fit into four sets of two ways; two do.
    def walk(lines: int) -> str:
        return "\n".join(f"ldr r0, [r1, #{32 * i}]" for i in range(lines))

    assert cycles(walk(2), r1=AXI_RAM) == cycles(walk(2), r1=DTCM)
    assert cycles(walk(9), r1=AXI_RAM) > cycles(walk(9), r1=DTCM) + LATENCY


def test_words_stored_one_a_cycle_do_not_wait() -> None:
    body = "\n".join(f"str r0, [r1, #{4 * i}]" for i in range(12))
    assert cycles(body, r1=DTCM) <= 12
    assert cycles(body, r1=AXI_RAM) == cycles(body, r1=DTCM)


@pytest.mark.parametrize(
    ("offsets", "published"), [((0,) * 40, 4.0), ((0, 4) * 20, 2.0)], ids=["one-bank", "two-banks"]
)
def test_bytes_clog_the_store_buffer(offsets: tuple[int, ...], published: float) -> None:
    # jnk0le/random, cortex_m7.md, stores: 4 cycles a byte store in one bank, 2 in alternating ones.
    def stores(count: int) -> int:
        return cycles("\n".join(f"strb r0, [r1, #{at}]" for at in offsets[:count]), r1=DTCM)

    assert (stores(40) - stores(20)) / 20 == pytest.approx(published, abs=0.1)


def test_a_fill_for_a_store_does_not_hold_up_the_core() -> None:
    head = "mov r3, #0xE000E000\n add r3, #0xF00\n str r1, [r3, #0x5C]\n dsb\n"
    missed = cycles(head + "str r0, [r2]", r1=AXI_RAM, r2=AXI_RAM)
    hit = cycles(head + "str r0, [r2]", r1=AXI_RAM + 0x1000, r2=AXI_RAM)
    assert missed == hit


def test_a_region_that_the_mpu_makes_non_cacheable_is_read_from_memory() -> None:
    # RASR: TEX 1, C 0, B 0 (DDI0403E, table B3-13), full access, 64 kB, enabled.
    mpu = """
    mov r3, #0xE000E000
    add r3, #0xD00
    movs r4, #0
    str r4, [r3, #0x98]
    str r1, [r3, #0x9C]
    ldr r4, =0x0308001F
    str r4, [r3, #0xA0]
    movs r4, #5
    str r4, [r3, #0x94]
    dsb
    isb
    ldr r0, [r2]
    nop.w
    nop.w
    ldr r0, [r2]
    """
    barred = cycles(mpu, r1=AXI_RAM, r2=AXI_RAM)
    open_ = cycles(mpu, r1=0x60000000, r2=AXI_RAM)
    assert barred - open_ == 2 * LATENCY


def test_code_that_fits_runs_from_the_instruction_cache() -> None:
    body = "\n".join(["nop.w"] * 24)  # three lines of 32 bytes
    assert cycles(body) <= 24
    assert cycles(body, ccr=0x10000) > cycles(body) + 3 * LATENCY


@pytest.mark.parametrize(("registers", "more"), [("r4-r7", 1), ("r4-r6", 0)])
def test_an_even_number_of_registers_is_stored_in_pairs_of_8_bytes(
    registers: str, more: int
) -> None:
    # jnk0le/random, cortex_m7.md, load/store multiple: off 8 bytes, one cycle more.
    body = f"stm r1, {{{registers}}}"
    assert cycles(body, r1=DTCM + 4) - cycles(body, r1=DTCM) == more
