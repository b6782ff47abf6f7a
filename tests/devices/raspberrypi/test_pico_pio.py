"""PIO of the RP2040: programs of the datasheet's chapter 3 and others, in their cycles."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from pico_lab import BOARD, build, execute, words

import mcusim
from mcusim.simulation import Simulation

PIO = '#include "pio.h"'
RELEASE = "release(1u << 10 | 1u << 11 | 1u << 5 | 1u << 8);\n"
PIN_0_TO_PIO = "R32(IO_BANK0 + 4) = 6;\n"
Edge = tuple[int, int, bool]


def edges_of(elf: Path, pins: set[int]) -> tuple[list[Edge], list[int], Simulation]:
    """Runs to the end; the cycle, pin and level of each edge, and the firmware's results."""
    seen: list[Edge] = []
    with mcusim.start(elf, board=BOARD, max_time_s=1.0) as simulation:
        block: Any = simulation.machine.devices["pio0"]

        def take(port: str, pin: int, level: bool) -> None:
            if pin in pins:
                seen.append((block.now, pin, level))

        simulation.machine.pin_listeners.append(take)
        simulation.run_to_end()
        return seen, words(simulation), simulation


def gaps(edges: list[Edge]) -> list[int]:
    cycles = [edge[0] for edge in edges]
    return [after - before for before, after in itertools.pairwise(cycles)]


@pytest.mark.parametrize(
    ("divider", "high", "low"), [(0x10000, 2, 2), (0x20000, 4, 4), (0x00030000, 6, 6)]
)
def test_a_square_wave_has_the_datasheets_cycles(
    tmp_path: Path, divider: int, high: int, low: int
) -> None:
    # squarewave of 3.2.2: set pindirs, 1; again: set pins, 1 [1]; set pins, 0; jmp again.
    body = (
        RELEASE
        + PIN_0_TO_PIO
        + f"""
PROGRAM(PIO0, 0xE081, 0xE101, 0xE000, 0x0001);
CLKDIV(PIO0, 0) = {divider:#x};
PINCTRL(PIO0, 0) = 1u << 26;
CTRL(PIO0) = 1u << 8 | 1;
for (volatile int i = 0; i < 20; i++) continue;
CTRL(PIO0) = 0;
"""
    )
    edges, _, _ = edges_of(build(tmp_path, body, PIO), {0})
    rising = [edge for edge in edges if edge[2]]
    assert len(rising) > 20
    assert set(gaps(rising)) == {high + low}
    assert gaps(edges)[0::2][:10] == [high] * 10


def test_a_fractional_divider_lengthens_some_periods(tmp_path: Path) -> None:
    # One toggle a cycle of the machine, at 2.5 cycles of the system: 3.5.5, figure of 2.5.
    body = (
        RELEASE
        + PIN_0_TO_PIO
        + """
PROGRAM(PIO0, 0xE081, 0xE001, 0xE000);
CLKDIV(PIO0, 0) = 2u << 16 | 0x80u << 8;
EXECCTRL(PIO0, 0) = WRAP(1u, 2u);
PINCTRL(PIO0, 0) = 1u << 26;
CTRL(PIO0) = 1u << 8 | 1;
for (volatile int i = 0; i < 20; i++) continue;
CTRL(PIO0) = 0;
"""
    )
    edges, _, _ = edges_of(build(tmp_path, body, PIO), {0})
    found = gaps(edges)
    assert len(found) > 30
    assert set(found) == {2, 3}
    assert all(sum(pair) == 5 for pair in zip(found[:-1:2], found[1::2], strict=False))


def test_autopush_and_autopull_move_a_word_each_two_clocks(tmp_path: Path) -> None:
    # auto_push_pull of 3.5.4: out x, 32; in x, 32. A ninth word finds the machine and both FIFOs
    # full: four received, one stalled in IN, four to send (one of them in the OSR).
    body = (
        RELEASE
        + """
PROGRAM(PIO0, 0x6020, 0x4020);
SHIFTCTRL(PIO0, 0) = AUTOPUSH | AUTOPULL | 3u << 18;
EXECCTRL(PIO0, 0) = WRAP(0u, 1u);
CTRL(PIO0) = 1;
for (uint32_t i = 0; i < 5; i++) TXF(PIO0, 0) = 100 + i;
for (uint32_t i = 0; i < 5; i++) results[i] = RXF(PIO0, 0);
for (uint32_t i = 0; i < 9; i++) TXF(PIO0, 0) = i;
results[5] = FLEVEL(PIO0);
results[6] = FDEBUG(PIO0);
FDEBUG(PIO0) = 0xFFFFFFFF;
results[7] = FDEBUG(PIO0);
CTRL(PIO0) = 0;
"""
    )
    _, found = execute(tmp_path, body, PIO)
    assert found[:5] == [100, 101, 102, 103, 104]
    assert found[5] & 0xFF == 0x43 or found[5] & 0xFF == 0x44
    # The machine stalled on its empty FIFO before; now it stalls, and says so again, on a full one.
    assert found[6] & 0x01000001 == 0x01000001
    assert found[7] == 1


def test_instructions_come_from_the_system_and_from_the_fifo(tmp_path: Path) -> None:
    # exec_example of 3.5.7: hang: jmp hang; execute: out exec, 32; jmp execute.
    body = (
        RELEASE
        + """
PROGRAM(PIO0, 0x0000, 0x60E0, 0x0001);
SHIFTCTRL(PIO0, 0) = AUTOPULL | 3u << 18;
CTRL(PIO0) = 1;
INSTR(PIO0, 0) = 0x0001;
TXF(PIO0, 0) = 0x6020;
TXF(PIO0, 0) = 12345678;
TXF(PIO0, 0) = 0x4020;
TXF(PIO0, 0) = 0x8000;
while (FSTAT(PIO0) & RX_EMPTY(0)) continue;
results[0] = RXF(PIO0, 0);
INSTR(PIO0, 1) = 0x20A0;
results[1] = EXECCTRL(PIO0, 1) >> 31;
INSTR(PIO0, 1) = 0xA042;
results[2] = EXECCTRL(PIO0, 1) >> 31;
"""
    )
    _, found = execute(tmp_path, body, PIO)
    assert found[0] == 12345678
    # wait 1 pin 0 stalls a machine that is not even enabled, until a NOP takes its place.
    assert found[1:3] == [1, 0]


def test_a_uart_sends_at_its_rate(tmp_path: Path) -> None:
    # pull side 1 [7]; set x, 7 side 0 [7]; out pins, 1; jmp x-- 2 [6]: eight cycles a bit.
    body = (
        "clock_to_125_mhz();\n"
        + RELEASE
        + PIN_0_TO_PIO
        + """
PROGRAM(PIO0, 0x9FA0, 0xF727, 0x6001, 0x0642);
CLKDIV(PIO0, 0) = 135u << 16 | 162u << 8;
EXECCTRL(PIO0, 0) = 1u << 30 | WRAP(0u, 3u);
SHIFTCTRL(PIO0, 0) = 1u << 30 | 1u << 19;
PINCTRL(PIO0, 0) = 2u << 29 | 1u << 20;
INSTR(PIO0, 0) = 0xA042 | 0x1800;
EXECCTRL(PIO0, 0) = 3u << 29 | WRAP(0u, 3u);
INSTR(PIO0, 0) = 0xA042 | 0x1800;
EXECCTRL(PIO0, 0) = 1u << 30 | WRAP(0u, 3u);
CTRL(PIO0) = 1;
for (const char *c = "PIO!"; *c; c++) {
  while (FSTAT(PIO0) & 1u << 16) continue;
  TXF(PIO0, 0) = *c;
}
while (!(FSTAT(PIO0) & TX_EMPTY(0))) continue;
FDEBUG(PIO0) = 1u << 24;
while (!(FDEBUG(PIO0) & 1u << 24)) continue;
"""
    )
    edges, _, _ = edges_of(build(tmp_path, body, PIO), {0})
    bit = 8 * (135 + 162 / 256)
    text = []
    while edges:
        start = next((cycle for cycle, _, level in edges if not level), None)
        if start is None:
            break
        middles = [start + (1.5 + n) * bit for n in range(8)]
        levels = [next(e[2] for e in reversed(edges) if e[0] <= middle) for middle in middles]
        text.append(sum(level << n for n, level in enumerate(levels)))
        edges = [edge for edge in edges if edge[0] > start + 9.5 * bit]
    assert bytes(text) == b"PIO!"


def test_a_flag_interrupts_and_wakes_in_its_cycle(tmp_path: Path) -> None:
    # set x, 31; jmp x-- 1 [31]; irq wait 0; jmp 0: the flag comes 1 + 32 * 32 cycles in, and the
    # machine goes on when the handler has lowered it.
    outside = (
        PIO
        + """
static void lower(void) {
  results[results[0]++ + 1] = R32(0xE000E018u);
  PIO_IRQ(PIO0) = 1;
  (void)PIO_IRQ(PIO0);
}
"""
    )
    body = (
        RELEASE
        + """
handler = lower;
PROGRAM(PIO0, 0xE03F, 0x1F41, 0xC020, 0x0000);
EXECCTRL(PIO0, 0) = WRAP(0u, 31u);
R32(PIO0 + 0x12C) = 1u << 8;
ENABLE_INTERRUPT(7);
R32(0xE000E014u) = 0xFFFFFF;
R32(0xE000E018u) = 0;
R32(0xE000E010u) = 5;
CTRL(PIO0) = 1;
while (results[0] < 5) wfi();
CTRL(PIO0) = 0;
"""
    )
    _, found = execute(tmp_path, body, outside)
    first, second = (found[n] - found[n + 1] for n in (3, 4))
    # From handler to handler, with all code in the cache: the flag's 1025 cycles, the jump and the
    # set before them, and what the handler takes until its store, the same each time.
    assert first == second
    assert 1027 <= first <= 1090


def test_dma_feeds_and_drains_a_machine(tmp_path: Path) -> None:
    # out x, 8; in x, 8 with thresholds of 8 and 32: four words in, one out, bytes in order.
    body = (
        RELEASE
        + """
static const uint32_t from[8] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88};
release(1u << 2);
PROGRAM(PIO1, 0x6028, 0x4028);
SHIFTCTRL(PIO1, 3) = AUTOPUSH | AUTOPULL | 3u << 18 | 8u << 25;
EXECCTRL(PIO1, 3) = WRAP(0u, 1u);
R32(DMA + 0x00) = (uint32_t)from;
R32(DMA + 0x04) = PIO1 + 0x1C;
R32(DMA + 0x08) = 8;
R32(DMA + 0x0C) = 11u << 15 | 0u << 11 | 1u << 4 | 2u << 2 | 1;
R32(DMA + 0x40) = PIO1 + 0x2C;
R32(DMA + 0x44) = (uint32_t)&results[0];
R32(DMA + 0x48) = 2;
R32(DMA + 0x4C) = 15u << 15 | 1u << 11 | 1u << 5 | 2u << 2 | 1;
results[2] = R32(DMA + 0x48);
CTRL(PIO1) = 1u << 3;
while (R32(DMA + 0x4C) & 1u << 24) continue;
results[3] = R32(DMA + 0x08);
"""
    )
    _, found = execute(tmp_path, body, PIO)
    assert found[:4] == [0x44332211, 0x88776655, 2, 0]


def test_spi_loops_back_on_one_pin(tmp_path: Path) -> None:
    # spi_cpha0 of 3.6.1: out pins, 1 side 0 [1]; in pins, 1 side 1 [1]; data on pin 0, clock on 1.
    body = (
        RELEASE
        + PIN_0_TO_PIO
        + """
R32(IO_BANK0 + 12) = 6;
PROGRAM(PIO0, 0x6101, 0x5101);
EXECCTRL(PIO0, 0) = WRAP(0u, 1u);
SHIFTCTRL(PIO0, 0) = AUTOPUSH | AUTOPULL | 8u << 20 | 8u << 25;
PINCTRL(PIO0, 0) = 2u << 26;
INSTR(PIO0, 0) = 0xE083;
PINCTRL(PIO0, 0) = 1u << 29 | 1u << 20 | 1u << 10;
BYPASS(PIO0) = 1;
CTRL(PIO0) = 1;
for (int i = 0; i < 3; i++) {
  R8(PIO0 + 0x10) = (uint8_t)(0xA5 + 7 * i);
  while (FSTAT(PIO0) & RX_EMPTY(0)) continue;
  results[i] = RXF(PIO0, 0);
}
"""
    )
    edges, found, _ = edges_of(build(tmp_path, body, PIO), {1})
    assert found[:3] == [0xA5, 0xAC, 0xB3]
    assert len([edge for edge in edges if edge[2]]) == 24
    assert gaps(edges)[:15] == [2] * 15


def test_a_machine_sees_a_pin_three_cycles_after_another_moved_it(tmp_path: Path) -> None:
    # Machine 0 raises pin 0 and lowers a flag's wait; machine 1 counts X down until it sees it:
    # one cycle until the level is on the pad, two in the synchroniser (3.5.6.3).
    count = """
static uint32_t count(uint32_t bypass) {
  CTRL(PIO0) = 0;
  BYPASS(PIO0) = bypass;
  INSTR(PIO0, 0) = 0xE000;
  INSTR(PIO0, 0) = 0x0000;
  INSTR(PIO0, 1) = 0xA02B;
  INSTR(PIO0, 1) = 0x0008;
  for (volatile int i = 0; i < 4; i++) continue;
  CTRL(PIO0) = 3u << 4 | 3;
  while (FSTAT(PIO0) & RX_EMPTY(1)) continue;
  return ~RXF(PIO0, 1);
}
"""
    body = (
        RELEASE
        + PIN_0_TO_PIO
        + """
PROGRAM(PIO0, 0xE081, 0xE001, 0x0002, 0, 0, 0, 0, 0, 0x00CA, 0x0048, 0xA0C1, 0x8020, 0x000C);
EXECCTRL(PIO0, 0) = WRAP(0u, 31u);
EXECCTRL(PIO0, 1) = WRAP(0u, 31u);
PINCTRL(PIO0, 0) = 1u << 26;
results[0] = count(0);
results[1] = count(1);
"""
    )
    _, found = execute(tmp_path, body, PIO + count)
    # set pindirs, set pins: the level is on the pad from the third cycle on. The loop tests in the
    # first, third and fifth: with the synchroniser it sees the pin in the fifth, without in the
    # third.
    assert found[:2] == [2, 1]


def test_pins_that_pio_drives_reach_gpio_and_its_interrupts(tmp_path: Path) -> None:
    outside = (
        PIO
        + """
static void on_edge(void) {
  results[0]++;
  R32(IO_BANK0 + 0xF0) = 0xF;
}
"""
    )
    # set pins, 1 [31]; set pins, 0 [31], eight times slower still.
    body = (
        RELEASE
        + PIN_0_TO_PIO
        + """
handler = on_edge;
PROGRAM(PIO0, 0xFF01, 0xFF00);
CLKDIV(PIO0, 0) = 8u << 16;
EXECCTRL(PIO0, 0) = WRAP(0u, 1u);
PINCTRL(PIO0, 0) = 1u << 26;
INSTR(PIO0, 0) = 0xE081;
CTRL(PIO0) = 1;
while (!(R32(SIO + 4) & 1)) continue;
while (R32(SIO + 4) & 1) continue;
results[1] = R32(IO_BANK0 + 0xF0) & 0xC;
R32(IO_BANK0 + 0xF0) = 0xF;
R32(IO_BANK0 + 0x100) = 8;
ENABLE_INTERRUPT(13);
while (results[0] < 3) wfi();
CTRL(PIO0) = 0;
"""
    )
    result, found = execute(tmp_path, body, outside)
    assert result.outcome == "exited"
    assert found[:2] == [3, 0xC]


def test_a_block_in_reset_forgets(tmp_path: Path) -> None:
    body = (
        RELEASE
        + """
PROGRAM(PIO0, 0x0000);
TXF(PIO0, 0) = 1;
CTRL(PIO0) = 1;
results[0] = FSTAT(PIO0);
SET(RESETS) = 1u << 10;
release(1u << 10);
results[1] = FSTAT(PIO0);
results[2] = CTRL(PIO0);
results[3] = R32(PIO0 + 0x44);
"""
    )
    _, found = execute(tmp_path, body, PIO)
    assert found[:4] == [0x0E000F00, 0x0F000F00, 0, 0x200404]
