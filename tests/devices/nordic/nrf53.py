"""The nRF5340's addresses for test firmware, under names that nrf.h has not taken."""

from __future__ import annotations

from pathlib import Path

from firmware_lab import execute

from mcusim.result import Result

BOARD = "nrf5340"
HEADER = """
#undef CLOCK
#undef POWER
#undef NVMC
#undef EGU0
#undef P0
#undef FICR
#undef RTC1
#undef TIMER0
#undef UART0
#undef WDT
#define CACHE 0x50001000u
#define SPU 0x50003000u
#define REGULATORS 0x50004000u
#define CLOCK 0x50005000u
#define CTRLAP 0x50006000u
#define UART0 0x50008000u
#define GPIOTE0 0x5000D000u
#define TIMER0 0x5000F000u
#define RTC1 0x50015000u
#define DPPIC 0x50017000u
#define WDT 0x50018000u
#define EGU0 0x5001B000u
#define NVMC 0x50039000u
#define VMC 0x50081000u
#define P0 0x50842500u
#define FICR 0x00FF0000u
#define HFCLKCTRL REG(CLOCK + 0x558)
#define RESETREAS REG(CLOCK + 0x400)
__attribute__((noinline, unused, aligned(16))) static void spend(uint32_t count) {
  __asm volatile("1: subs %0, #1\\n bne 1b" : "+l"(count) : : "cc");
}
"""


def run(folder: Path, body: str, outside: str = "") -> tuple[Result, dict[str, list[int]]]:
    """Builds and runs for the nRF5340; the run and what it reported."""
    return execute(folder, body, HEADER + outside, board=BOARD)
