"""PIO of the RP2350: what its version adds (datasheet 11)."""

from __future__ import annotations

from pathlib import Path

from pico2_lab import execute

PIO = '#include "pio.h"\n#define PIO2 0x50400000u'
RELEASE = "release(7u << 11 | 1u << 6 | 1u << 9);\n"


def test_a_third_block_with_words_in_any_order(tmp_path: Path) -> None:
    # in null, 32 aside: mov isr, y; mov rxfifo[2], isr; mov isr, ~y; mov rxfifo[y], isr; jmp self.
    body = (
        RELEASE
        + """
PROGRAM(PIO2, 0xE041, 0xA0C2, 0x801A, 0xA0CA, 0x8010, 0x0005);
SHIFTCTRL(PIO2, 2) = 1u << 15;
CTRL(PIO2) = 1u << 2;
for (volatile int i = 0; i < 10; i++) continue;
results[0] = R32(PIO2 + 0x128 + 0x20 + 8);
results[1] = R32(PIO2 + 0x128 + 0x20 + 4);
results[2] = R32(PIO2 + 0x44);
CTRL(PIO2) = 0;
SHIFTCTRL(PIO2, 2) = 1u << 14;
R32(PIO2 + 0x128 + 0x20 + 12) = 0x600D;
INSTR(PIO2, 2) = 0x809B;
INSTR(PIO2, 2) = 0xA027;
SHIFTCTRL(PIO2, 2) = 0;
INSTR(PIO2, 2) = 0xA0C1;
INSTR(PIO2, 2) = 0x8020;
results[3] = RXF(PIO2, 2);
"""
    )
    _, found, _ = execute(tmp_path, body, PIO)
    assert found[:4] == [1, 0xFFFFFFFE, 0x10200404, 0x600D]


def test_blocks_reach_their_neighbours(tmp_path: Path) -> None:
    # Block 0 sets a flag of the next block, which waits for it, and starts that block's machine.
    body = (
        RELEASE
        + """
PROGRAM(PIO0, 0xC019, 0x0001);
PROGRAM(PIO1, 0x20C1, 0xE027, 0xA0C1, 0x8020, 0x0004);
EXECCTRL(PIO1, 1) = WRAP(0u, 31u);
EXECCTRL(PIO0, 0) = WRAP(0u, 31u);
CTRL(PIO0) = 1u << 24 | 2u << 20;
results[0] = CTRL(PIO1);
results[1] = FSTAT(PIO1) & RX_EMPTY(1);
CTRL(PIO0) = 1;
while (FSTAT(PIO1) & RX_EMPTY(1)) continue;
results[2] = RXF(PIO1, 1);
results[3] = PIO_IRQ(PIO1);
"""
    )
    _, found, _ = execute(tmp_path, body, PIO)
    assert found[:4] == [2, 1 << 9, 7, 0]


def test_directions_come_from_a_register_and_pins_from_a_window(tmp_path: Path) -> None:
    # mov pindirs, ~null; mov pins, ~null: 4 pins from 16 + 2 on, of pins 16 to 47.
    body = (
        RELEASE
        + """
for (int pin = 18; pin < 22; pin++) {
  R32(IO_BANK0 + 8 * pin + 4) = 8;
  R32(PADS_BANK0 + 4 + 4 * pin) = 0x56;
}
R32(PIO2 + 0x168) = 16;
PINCTRL(PIO2, 0) = 4u << 20 | 2u;
INSTR(PIO2, 0) = 0xA06B;
INSTR(PIO2, 0) = 0xA00B;
results[0] = R32(SIO + 4) >> 16;
PINCTRL(PIO2, 0) = 3u << 15;
SHIFTCTRL(PIO2, 0) = 2;
INSTR(PIO2, 0) = 0xA0C0;
INSTR(PIO2, 0) = 0x8020;
results[1] = RXF(PIO2, 0);
"""
    )
    _, found, edges = execute(tmp_path, body, PIO)
    assert found[:2] == [0x3C, 3]
    assert edges == [(pin, True) for pin in range(18, 22)]
