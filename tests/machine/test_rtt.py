"""SEGGER's Real Time Transfer: text in RAM that a debug probe takes away."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "devices" / "nordic"))

from firmware_lab import build

import mcusim
from mcusim.result import Result

BLOCK = """
struct up {{
  const char *name; char *buffer; unsigned size, write; volatile unsigned read; unsigned flags;
}};
static char ring[{size}];
struct {{ char id[16]; int ups, downs; struct up up[1]; }} _SEGGER_RTT;
#define UP (*(volatile struct up *)_SEGGER_RTT.up)
static void begin(void) {{
  struct up *up = &_SEGGER_RTT.up[0];
  *up = (struct up){{"{name}", ring, sizeof ring, 0, 0, 0}};
  _SEGGER_RTT.ups = 1;
  for (int i = 0; i < 11; ++i) ((volatile char *)_SEGGER_RTT.id)[i] = "SEGGER RTT"[i];
}}
/* Waits while the ring is full. */
static void put(char c) {{
  struct up *up = &_SEGGER_RTT.up[0];
  unsigned next = (up->write + 1) % up->size;
  while (next == up->read) continue;
  ((volatile char *)ring)[up->write] = c;
  *(volatile unsigned *)&up->write = next;
}}
static inline void say(const char *text) {{ while (*text) put(*text++); }}
"""


def run(
    body: str, folder: Path, size: int = 64, name: str = "Terminal", max_time_s: float = 1.0
) -> Result:
    elf = build(folder, body, BLOCK.format(size=size, name=name))
    return mcusim.run(elf, board="nrf52840", max_time_s=max_time_s)


def test_text_is_in_the_output(tmp_path: Path) -> None:
    result = run('begin(); say("hello"); say(" from RAM\\n");', tmp_path)
    assert result.outcome == "exited"
    assert result.output == "hello from RAM\n"


def test_a_firmware_that_waits_for_room_gets_it(tmp_path: Path) -> None:
    body = "begin(); for (int i = 0; i < 1000; ++i) put('a' + i % 26);"
    result = run(body, tmp_path)
    assert result.output == "".join(chr(ord("a") + i % 26) for i in range(1000))
    # One look each two milliseconds, at a ring of 64 bytes that holds 63.
    assert result.time_s == pytest.approx(2e-3 * (1000 // 63), rel=0.01)
    assert run(body, tmp_path).cycles == result.cycles


def test_the_last_words_before_a_fault_are_there(tmp_path: Path) -> None:
    result = run('begin(); say("panic"); __builtin_trap();', tmp_path)
    assert result.outcome == "fault"
    assert result.output == "panic"


def test_sleep_without_end_is_still_noticed(tmp_path: Path) -> None:
    result = run('begin(); say("good night"); for (;;) __asm volatile("wfi");', tmp_path)
    assert result.outcome == "exited"
    assert result.output == "good night"


@pytest.mark.parametrize(
    "wrong",
    [
        "*(volatile char *)_SEGGER_RTT.id = 0;",
        "*(volatile int *)&_SEGGER_RTT.ups = 0;",
        "*(volatile int *)&_SEGGER_RTT.ups = -1;",
        "UP.size = 0;",
        "UP.write = 64;",
        "UP.size = UP.write = 0xFFFFFFFF;",
        "UP.buffer = (char *)0xFFFFFFF0;",
        "UP.buffer = (char *)0x40000000;",
        "UP.read = 0xFFFFFFFF;",
    ],
)
def test_a_damaged_block_gives_nothing(wrong: str, tmp_path: Path) -> None:
    result = run(f'begin(); say("text"); {wrong} for (;;);', tmp_path, max_time_s=0.01)
    assert result.outcome == "limit"
    assert result.output == ""


def test_encoded_messages_are_not_shown(tmp_path: Path) -> None:
    result = run('begin(); say("\\x01\\x02");', tmp_path, name="defmt")
    assert result.output == ""
    assert any("defmt" in warning for warning in result.warnings)
