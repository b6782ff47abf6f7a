"""RP2040, execute in place (2.6.3): what a miss of the cache takes, its mirrors, its counters."""

from __future__ import annotations

from pathlib import Path

import pytest
from pico_lab import BOARD, build, execute

import mcusim

COUNTERS = """
#define HITS R32(0x1400000C)
#define ACCESSES R32(0x14000010)
"""
SEEN = """
static uint32_t *next = (uint32_t *)results;
static void seen(uint32_t address) {
  HITS = ACCESSES = 1;
  (void)R32(address);
  *next++ = HITS << 8 | ACCESSES;
}
"""
HIT, MISS = 0x101, 0x001
"""What `seen` reports of one access."""


def stalls(folder: Path, body: str, outside: str = "") -> int:
    """Cycles that the core waits in a program, all of it in flash."""
    result, _ = execute(folder, body, outside)
    return result.cores[0].activity["stall"]


# Address and mode bits take 8 clocks, 4 are waited, and 32 bits take 8, four at a time; 7 cycles
# more select the flash and hand the data over.
@pytest.mark.parametrize(("divider", "cycles"), [(2, 47), (4, 87), (8, 167)])
def test_half_a_line_that_misses_takes_its_serial_transfer(
    tmp_path: Path, divider: int, cycles: int
) -> None:
    def waits(words: int, step: int) -> int:
        body = f"""
R32(0x18000008) = 0;
R32(0x18000014) = {divider};
R32(0x18000008) = 1;
for (uint32_t at = 0; at < {words} * {step}; at += {step}) (void)R32(0x10100000u + at);
"""
        return stalls(tmp_path, body)

    # One half of a line comes without the other: lines cost twice as much as words that lie apart.
    assert waits(96, 4) - waits(32, 4) == 64 * cycles
    assert waits(96, 8) - waits(32, 8) == 64 * cycles


def test_code_without_the_cache_takes_as_long_as_others_measured(tmp_path: Path) -> None:
    # oberon-rtk.org, description/flash-memory: "about 400 nanoseconds per load" from flash, and
    # "below 20" from RAM, of calls that increment a variable in loops of 2 turns each.
    outside = f"""
static __attribute__((noinline)) void increment(volatile int *i) {{ (*i)++; }}
static __attribute__((noinline)) void loops(int turns) {{
  volatile int i;
  {"i = 0; while (i < turns) increment(&i);" * 8}
}}"""

    def counts(turns: int) -> tuple[int, int]:
        result, _ = execute(tmp_path, f"R32(0x14000000) = 0;\nloops({turns});", outside)
        activity = result.cores[0].activity
        return activity["cycles"], activity["flash_fetch"] + activity["flash_data"]

    (cycles, loads), (more_cycles, more_loads) = counts(2), counts(102)
    nanoseconds = (more_cycles - cycles) / (more_loads - loads) / 125e6 * 1e9
    assert nanoseconds == pytest.approx(400, rel=0.03)


def test_counters_and_mirrors_of_the_cache(tmp_path: Path) -> None:
    # 0x10: looks and keeps; 0x11: looks; 0x12: keeps; 0x13: neither (2.6.3.1).
    accesses = [
        (0x10001000, MISS),
        (0x10001000, HIT),
        (0x10001004, MISS),  # the other half of the line
        (0x10001004, HIT),
        (0x11001000, HIT),
        (0x12001000, MISS),
        (0x13001000, MISS),
        (0x11002000, MISS),
        (0x10002000, MISS),
        (0x12002008, MISS),
        (0x10002008, HIT),
        (0x13002010, MISS),
        (0x10002010, MISS),
    ]
    body = "".join(f"seen({address:#x}u);\n" for address, _ in accesses)
    _, found = execute(tmp_path, body, COUNTERS + SEEN, in_ram=True)
    assert found[: len(accesses)] == [kind for _, kind in accesses]


def test_without_the_cache_nothing_hits_and_accesses_are_counted(tmp_path: Path) -> None:
    body = """
R32(0x14000000) = 1;
(void)R32(0x10001000);
HITS = ACCESSES = 1;
(void)R32(0x10001000);
R32(0x14000000) = 0;
for (int i = 0; i < 5; i++) (void)R32(0x10001000);
R32(0x14000000) = 1;
(void)R32(0x10001000);
results[0] = HITS;
results[1] = ACCESSES;
"""
    _, found = execute(tmp_path, body, COUNTERS, in_ram=True)
    assert found[:2] == [2, 7]


@pytest.mark.parametrize(("mirror", "waits"), [(0x10, 0), (0x11, 1), (0x12, 1), (0x13, 1)])
def test_loads_by_a_mirror_wait_each_time_or_once(tmp_path: Path, mirror: int, waits: int) -> None:
    body = "volatile int loads = {};\nfor (int i = 0; i < loads; i++) (void)R32(0x{:02x}100000u);"
    found = stalls(tmp_path, body.format(24, mirror)) - stalls(tmp_path, body.format(8, mirror))
    assert found == 16 * waits * 47


def test_code_at_the_uncached_mirror_comes_from_flash_each_time(tmp_path: Path) -> None:
    outside = """
static __attribute__((noinline, aligned(4))) int twice(int i) { return 2 * i; }
"""
    body = """
int (*volatile mirrored)(int) = (int (*)(int))((uint32_t)twice + 0x{:x}000000u);
for (int i = 0; i < {}; i++) mirrored(i);
"""

    def waits(mirror: int, calls: int) -> int:
        return stalls(tmp_path, body.format(mirror, calls), outside)

    # The function is two instructions, one word.
    assert waits(3, 40) - waits(3, 20) == 20 * 47
    assert waits(0, 40) == waits(0, 20)


def test_the_fast_fidelity_says_that_it_does_not_count(tmp_path: Path) -> None:
    elf = build(tmp_path, "results[0] = R32(0x14000010);")
    result = mcusim.run(elf, board=BOARD, fidelity="fast")
    assert [text for text in result.warnings if "does not count accesses" in text]


def test_a_store_drops_half_a_line_and_changes_nothing(tmp_path: Path) -> None:
    # pico-examples, flash_cache_perfctr.c: a store is no access, and the next load misses.
    body = """
(void)R32(0x10001000);
(void)R32(0x10001004);
HITS = ACCESSES = 1;
R32(0x10001000) = 0;
results[0] = ACCESSES;
results[1] = R32(0x10001000);
results[2] = HITS << 8 | ACCESSES;
(void)R32(0x10001004);
results[3] = HITS << 8 | ACCESSES;
R8(0x10001005) = 7;
results[4] = R32(0x10001004);
results[5] = HITS << 8 | ACCESSES;
R32(0x14000000) = 1;
R32(0x13001004) = 0;
(void)R32(0x10001004);
results[6] = HITS << 8 | ACCESSES;
"""
    _, found = execute(tmp_path, body, COUNTERS, in_ram=True)
    assert found[:7] == [0, 0xFFFFFFFF, 0x001, 0x102, 0xFFFFFFFF, 0x103, 0x204]


def test_a_store_by_another_mirror_faults(tmp_path: Path) -> None:
    result, _ = execute(tmp_path, "R32(0x13100000) = 0;")
    assert result.outcome == "fault"
    assert "write to 0x13100000" in result.reason


def test_a_stream_of_the_flash_comes_word_by_word_and_by_dma(tmp_path: Path) -> None:
    body = """
clock_to_125_mhz();
release(1u << 2);
results[0] = R32(XIP_CTRL + 8);
R32(XIP_CTRL + 0x14) = 0x10000100;
R32(XIP_CTRL + 0x18) = 3;
while (!(R32(XIP_CTRL + 8) & 4)) continue;
results[1] = R32(XIP_CTRL + 0x18);
for (int i = 0; i < 3; i++) {
  while (R32(XIP_CTRL + 8) & 2) continue;
  results[2] += R32(XIP_CTRL + 0x1C) == R32(0x10000100 + 4 * i);
}
static uint32_t words[64];
for (int pass = 0; pass < 2; pass++) {  /* the second one finds its code in the cache */
  R32(XIP_CTRL + 0x14) = 0x10000200;
  R32(XIP_CTRL + 0x18) = 64;
  R32(DMA) = 0x50400000;
  R32(DMA + 4) = (uint32_t)words;
  R32(DMA + 8) = 64;
  SYSTICK_BEGIN;
  R32(DMA + 12) = 37u << 15 | 1u << 5 | 2u << 2 | 1;
  while (R32(DMA + 12) & 1u << 24) continue;
  results[3] = SYSTICK_CYCLES;
}
for (int i = 0; i < 64; i++) results[4] += words[i] == R32(0x10000200 + 4 * i);
R32(XIP_CTRL + 0x18) = 9;
R32(XIP_CTRL + 0x18) = 0;
results[5] = R32(XIP_CTRL + 0x18);
"""
    systick = """
#define SYSTICK_BEGIN \\
  (R32(0xE000E014u) = 0xFFFFFF, R32(0xE000E018u) = 0, R32(0xE000E010u) = 5)
#define SYSTICK_CYCLES (0xFFFFFFu - R32(0xE000E018u))
"""
    _, found = execute(tmp_path, body, systick)
    assert found[:3] == [3, 1, 3]
    # 64 transfers of 47 cycles, but for two that may be there already.
    assert 62 * 47 - 10 <= found[3] <= 64 * 47 + 30
    assert found[4:6] == [64, 0]


def test_the_ssi_reads_many_frames_by_dma(tmp_path: Path) -> None:
    # flash_bulk_read of pico-examples' flash_ssi_dma.c, with code in RAM; the firmware is not in
    # flash, which is erased but for what is programmed here.
    body = """
CLEAR(RESETS) = 1u << 2;
#define SSI 0x18000000u
static uint32_t words[64];
for (uint32_t i = 0; i < 256; i++) page[i] = (uint8_t)(3 * i);
((act)rom_function('I', 'F'))();
((act)rom_function('E', 'X'))();
((program)rom_function('R', 'P'))(0x1000, page, 256);
((act)rom_function('F', 'C'))();
R32(SSI + 8) = 0;
R32(SSI + 0x14) = 2;
R32(SSI) = 2u << 21 | 31u << 16 | 3u << 8;
R32(SSI + 4) = 63;
R32(SSI + 0xF4) = 0xA0u << 24 | 4u << 11 | 8u << 2 | 2u;
R32(SSI + 0x4C) = 3;
R32(SSI + 8) = 1;
R32(DMA) = SSI + 0x60;
R32(DMA + 4) = (uint32_t)words;
R32(DMA + 8) = 64;
R32(DMA + 12) = 1u << 22 | 39u << 15 | 1u << 5 | 2u << 2 | 1;
R32(0xE000E014u) = 0xFFFFFF;
R32(0xE000E018u) = 0;
R32(0xE000E010u) = 5;
R32(SSI + 0x60) = 0x1000u << 8 | 0xA0;
while (R32(DMA + 12) & 1u << 24) continue;
results[0] = 0xFFFFFF - R32(0xE000E018u);
for (int i = 0; i < 256; i++) results[1] += ((uint8_t *)words)[i] == page[i];
"""
    outside = """
typedef void (*act)(void);
typedef void (*program)(uint32_t, const uint8_t *, uint32_t);
static uint8_t page[256];
"""
    _, found = execute(tmp_path, body, outside, in_ram=True)
    assert found[1] == 256
    # Address and mode bits, dummy clocks, then 8 clocks a frame, each of two cycles.
    cycles = 2 * (8 + 4 + 64 * 8)
    assert cycles <= found[0] <= cycles + 40
