"""Security states on the RP2350: what IDAU and ACCESSCTRL let through (datasheet 10.2, 10.6)."""

from __future__ import annotations

from pathlib import Path

import pytest
from pico2_lab import execute

SCRATCH = "R32(0x400D800Cu)"
"""The watchdog's SCRATCH0, which Secure privileged code alone reaches after reset."""
WATCHDOG, UART0, XIP_MAIN, SRAM8 = 0xD8, 0xA0, 0x18, 0x3C
STATES = """
#include "../two_states.h"
#define ACCESS(offset) R32(0x40060000u + (offset))
#define KEY 0xACCE0000u
static void divide(void) {
  region(0, 0x10010000u, 0x1001FFFFu, 0);
  region(1, 0x20040000u, 0x20081FFFu, 0);
  region(7, 0x00000000u, 0x00007FFFu, 0);
  R32(0xE000EDD0u) = 1;
  CPACR |= 0xFu << 20; /* calls clear the FPU's registers */
  __asm volatile("msr msp_ns, %0" ::"r"(0x20060000u));
  SYNC();
}
"""
TELL = """
static void tell(void) {
  uint32_t number;
  __asm volatile("mrs %0, ipsr" : "=r"(number));
  results[14] = number; results[15] = R32(0xE000ED38u);
  finish();
}
"""
CATCH = "handler = tell; R32(0xE000ED24u) |= 0xFu << 16;\n"


def run(folder: Path, body: str, rest: str = "", outside: str = "") -> list[int]:
    """What `body` in Secure state, and `rest` in Non-secure state where it is called, leave."""
    states = (
        f"{STATES}{TELL}\n{outside}\n"
        f"NS_CODE __attribute__((unused)) uint32_t rest(uint32_t x) {{\n{rest}\n  return x;\n}}\n"
    )
    result, words, _ = execute(
        folder, body, states, "-mcmse", "-Wno-unused-function", script="pico2_states.ld"
    )
    assert result.outcome == "exited", result.fault or result.reason
    return words


def test_a_peripheral_is_of_the_state_that_reaches_it(tmp_path: Path) -> None:
    body = f"""
divide();
{SCRATCH} = 5;
ACCESS({WATCHDOG}) = KEY | 0xFEu; SYNC(); /* NSP */
results[0] = CALL_NS(rest, 0);
results[1] = {SCRATCH};
"""
    rest = f"x = {SCRATCH}; {SCRATCH} = 6;"
    assert run(tmp_path, body, rest)[:2] == [5, 6]


def test_without_leave_it_is_a_bus_error(tmp_path: Path) -> None:
    body = f"{CATCH}divide(); CALL_NS(rest, 0); results[0] = 1;"
    words = run(tmp_path, body, f"x = {SCRATCH};")
    assert (words[0], words[14], words[15]) == (0, 5, 0x400D800C)


@pytest.mark.parametrize(("bits", "refused"), [(0xFC, 0), (0xF8, 5), (0xF4, 5), (0xEF, 5)])
def test_levels_of_secure_code_and_its_core(bits: int, refused: int, tmp_path: Path) -> None:
    body = f"""
{CATCH}
ACCESS({WATCHDOG}) = KEY | {bits:#x}u; SYNC();
__asm volatile("msr control, %0\\n isb" :: "r"(1));
results[0] = {SCRATCH} + 7;
"""
    words = run(tmp_path, body)
    assert words[14] == refused
    assert words[0] == (0 if refused else 7)


def test_memory_can_be_closed_to_non_secure_code(tmp_path: Path) -> None:
    body = f"""
{CATCH}
divide();
R32(0x20080000u) = 9;
results[0] = CALL_NS(rest, 0x20080000u);
ACCESS({SRAM8}) = KEY | 0xFCu; SYNC();
CALL_NS(rest, 0x20080000u);
"""
    words = run(tmp_path, body, "x = R32(x);")
    assert (words[0], words[14], words[15]) == (9, 5, 0x20080000)


def test_writes_need_the_password_and_secure_privileged_code(tmp_path: Path) -> None:
    body = f"""
divide();
ACCESS({UART0}) = 0; results[0] = ACCESS({UART0});
ACCESS({WATCHDOG}) = KEY | 0xFEu;
CALL_NS(rest, 0);
results[1] = ACCESS({UART0}); results[2] = ACCESS({WATCHDOG});
ACCESS(0x2000u + {UART0}) = KEY | 3u; results[3] = ACCESS({UART0}); /* SET, CLR */
ACCESS(0x3000u + {UART0}) = KEY | 2u; results[4] = ACCESS({UART0});
ACCESS(8) = KEY | 1u; results[5] = ACCESS({UART0}); results[6] = ACCESS({WATCHDOG});
ACCESS(0) = KEY | 1u; ACCESS({UART0}) = KEY; results[7] = ACCESS({UART0});
results[8] = ACCESS(0);
"""
    rest = f"""
ACCESS({UART0}) = KEY | 0xFFu; ACCESS({WATCHDOG}) = KEY | 1u;
ACCESS(0x3000u + {WATCHDOG}) = KEY | 2u;
"""
    assert run(tmp_path, body, rest)[:9] == [
        *(0xFC, 0xFC, 0xFF, 0xFF, 0xFD), *(0xFC, 0xB8, 0xFC, 5),
    ]  # fmt: skip


def test_the_boot_rom_and_its_ram(tmp_path: Path) -> None:
    body = f"{CATCH}divide(); results[0] = CALL_NS(rest, 0x10u); CALL_NS(rest, 0x400E0000u);"
    words = run(tmp_path, body, "x = R32(x);")
    assert words[0] & 0xFFFFFF == 0x02754D  # "Mu" and a version
    assert (words[14], words[15]) == (5, 0x400E0000)


def test_memory_that_the_sau_leaves_secure(tmp_path: Path) -> None:
    body = f"{CATCH}divide(); CALL_NS(rest, 0x20000000u);"
    assert run(tmp_path, body, "x = R32(x);")[14] == 7


@pytest.mark.parametrize(
    ("seccfg", "register", "bits", "errors"),
    [
        (3, SRAM8, 0xFF, 0),
        (1, SRAM8, 0xFF, 0),  # Non-secure: SRAM is open
        (1, SRAM8, 0xFC, 1 << 30),
        (0, SRAM8, 0xFE, 1 << 30),  # unprivileged
        (3, SRAM8, 0xBF, 1 << 30),  # no DMA
        (3, 0x40, 0xBF, 1 << 29),  # the bank that is written
    ],
)
def test_dma_reaches_what_its_channel_may(
    seccfg: int, register: int, bits: int, errors: int, tmp_path: Path
) -> None:
    body = f"""
release(1u << 2);
ACCESS({register}) = KEY | {bits:#x}u;
R32(0x20080000u) = 9; R32(0x20081000u) = 0;
R32(DMA + 0x480u) = {seccfg};
R32(DMA) = 0x20080000u; R32(DMA + 4) = 0x20081000u; R32(DMA + 8) = 1;
R32(DMA + 0x480u) = 3; /* locked */
R32(DMA + 0xCu) = 1u | 2u << 2 | 63u << 17; /* EN, words, unpaced */
while (R32(DMA + 0xCu) & 1u << 26) continue;
results[0] = R32(DMA + 0xCu) & 3u << 29; results[1] = R32(0x20081000u);
results[2] = R32(DMA + 0x480u);
"""
    words = run(tmp_path, body)
    assert words[:3] == [errors, 0 if errors else 9, seccfg | 4]
