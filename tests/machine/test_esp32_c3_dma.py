"""ESP32-C3: SPI2 fed by GDMA from linked lists, in programs built here."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_esp32_c3 import run

HEAD = """
typedef volatile struct list { uint32_t control; void *buffer; volatile struct list *next; } list_t;
#define GDMA(offset) REG32(0x6003F000u + (offset))
#define SPI2(offset) REG32(0x60024000u + (offset))
#define OWNED (1u << 31)
#define LAST (1u << 30)
static uint8_t sent[100];
static volatile uint8_t received[100];
static list_t out[2] = {
  {OWNED | 64u << 12 | 64, sent, &out[1]},
  {OWNED | LAST | 36u << 12 | 36, sent + 64, 0},
};
static list_t in[2] = {
  {OWNED | 60, (void *)received, &in[1]},
  {OWNED | 60, (void *)(received + 60), 0},
};
static void link(list_t *first_out, list_t *first_in) {
  GDMA(0x160) = GDMA(0x1C0) = 0; /* SPI2, on pair 1 */
  GDMA(0x190) = 1u << 2;         /* writes owners back */
  GDMA(0x134) = GDMA(0x194) = 1u << 12;
  GDMA(0x1A0) = (uint32_t)first_out & 0xFFFFF;
  GDMA(0x1A0) |= 1u << 21;
  GDMA(0x140) = (uint32_t)first_in & 0xFFFFF;
  GDMA(0x140) |= 1u << 22;
}
static void transfer(unsigned bytes) {
  SPI2(0xE8) = 6;
  SPI2(0x0C) = 1u << 31;
  SPI2(0x10) = 3u << 27 | 1;
  SPI2(0x1C) = bytes * 8 - 1;
  SPI2(0x30) = 3u << 27;
  SPI2(0x00) = 1u << 24;
  while (SPI2(0x00) >> 24 & 1) {}
}
"""


def output(folder: Path, body: str) -> list[int]:
    result = run(folder, HEAD + "int main(void) {\n" + body + "\nreturn 0;\n}\n")
    assert (result.exit_code, result.warnings) == (0, [])
    return [int(number) for number in result.output.split()]


def test_lists_are_followed_and_tell_what_was_done(tmp_path: Path) -> None:
    body = """
      link(out, in);
      transfer(100);
      unsigned ones = 0;
      for (int i = 0; i < 100; ++i) ones += received[i] == 0xFF;
      print("%u %u %u ", ones, GDMA(0x10), GDMA(0x18) | GDMA(0x14));
      print("%u %u ", out[0].control >> 31, out[1].control >> 31);
      print("%u %u ", in[0].control, in[1].control);
      print("%u %u ", GDMA(0x148) == (uint32_t)&in[1], GDMA(0x1A8) == (uint32_t)&out[1]);
      print("%u %u %u\\n", GDMA(0x140) >> 24 & 1, GDMA(0x1A0) >> 23 & 1, SPI2(0x3C));
    """
    in_done = 60 | 60 << 12
    in_last = 1 << 30 | 40 << 12 | 60
    expected = [100, 0x11B, 0, 0, 0, in_done, in_last, 1, 1, 1, 1, 1 << 12]
    assert output(tmp_path, body) == expected


def test_lists_without_room_or_data_are_told_by_both(tmp_path: Path) -> None:
    body = """
      in[0].next = 0;
      out[0].next = 0;
      link(out, in);
      transfer(100);
      print("%u %u\\n", GDMA(0x10), SPI2(0x3C));
    """
    assert output(tmp_path, body) == [0x189, 1 << 12 | 1 << 1 | 1 << 0]


@pytest.mark.parametrize(
    "broken",
    [
        "out[0].control &= ~OWNED; in[0].control &= ~OWNED;",
        "out[0].control &= ~0xFFF000u; in[0].control &= ~0xFFFu;",
        "out[0].buffer = in[0].buffer = (void *)0x10;",
    ],
)
def test_a_broken_descriptor_is_an_error(broken: str, tmp_path: Path) -> None:
    body = broken + 'link(out, in); transfer(100); print("%u\\n", GDMA(0x10));'
    assert output(tmp_path, body) == [1 << 5 | 1 << 6 | 1 << 7]


def test_a_list_that_was_lengthened_goes_on(tmp_path: Path) -> None:
    body = """
      out[0].next = in[0].next = 0;
      out[0].control = OWNED | 60u << 12 | 60;
      link(out, in);
      transfer(60);
      out[0].next = &out[1];
      in[0].next = &in[1];
      GDMA(0x1A0) |= 1u << 22;
      GDMA(0x140) |= 1u << 23;
      GDMA(0x1C) = ~0u;
      SPI2(0x38) = ~0u;
      transfer(36);
      print("%u %u\\n", GDMA(0x10), SPI2(0x3C));
    """
    assert output(tmp_path, body) == [0x11B, 1 << 12]


def test_the_end_of_a_list_interrupts(tmp_path: Path) -> None:
    """The line of the matrix is looked at, as the interrupt would be taken by it."""
    body = """
      GDMA(0x18) = 1u << 1;
      link(out, in);
      print("%u ", REG32(0x600C20FCu) >> 13 & 1);
      transfer(100);
      print("%u\\n", REG32(0x600C20FCu) >> 13 & 1);
    """
    assert output(tmp_path, body) == [0, 1]
