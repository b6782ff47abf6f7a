"""Who reaches the peripherals and coupled memories of Corstone-300, also against QEMU."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_sse300_security import GATE, both, compile_both, printed

SECURE, NON_SECURE = 0x50080000, 0x40080000
"""The access configuration of each state."""
FPGAIO, PPC, PORT, STATUS = 0x49302000, 8, 1 << 2, 1 << 6
"""LEDs at its Non-secure address; its controller (PERIPH expansion 2), port and interrupt bit."""
NS_PORTS, S_USERS = SECURE + 0x80 + PPC, SECURE + 0xC0 + PPC
NS_USERS = NON_SECURE + 0xC0 + PPC
SET_UP = """
divide();
region(4, 0x40000000u, 0x4FFFFFFFu, 0);
uint32_t CALLED_NS (*start)(uint32_t) = (void *)((uint32_t)rest & ~1u);
(void)start;
"""
USE = f"""{GATE}
NS_CODE uint32_t rest(uint32_t x) {{
  ns_print(R32({FPGAIO:#x}u));
  R32({FPGAIO:#x}u) = x;
  ns_print(R32({FPGAIO:#x}u));
  return 0;
}}
static void use(uint32_t x) {{
  print(R32({FPGAIO + 0x10000000:#x}u));
  R32({FPGAIO + 0x10000000:#x}u) = x;
  print(R32({FPGAIO + 0x10000000:#x}u));
}}
"""
# QEMU's controllers are never cleared: a test looks once.
SHOW = f"R32({SECURE + 0x28:#x}u) = {STATUS}; print(R32({SECURE + 0x20:#x}u));"


def test_a_peripheral_is_for_one_of_the_states(tmp_path: Path) -> None:
    body = f"""{SET_UP}
use(1); start(2); use(3);
R32({NS_PORTS:#x}u) = {PORT}; __asm volatile("dsb\\n isb");
start(1); use(2); start(3);{SHOW}
"""
    ours, theirs = both(tmp_path, body, USE)
    assert ours == theirs
    assert [int(word, 16) for word in ours] == [
        *(0, 1, 0, 0, 1, 3), *(3, 1, 0, 0, 1, 3), STATUS,
    ]  # fmt: skip


UNPRIVILEGED = '__asm volatile("msr control, %0\\n isb" :: "r"(1));'
PRIVILEGED = '__asm volatile("svc 0"); '


@pytest.mark.parametrize("users", [0, PORT], ids=["privileged", "all"])
def test_and_for_privileged_code_or_all_of_it(users: int, tmp_path: Path) -> None:
    outside = f"""{USE}
static void tell(void) {{ __asm volatile("msr control, %0\\n isb" :: "r"(0)); }}
"""
    body = f"""{SET_UP}
handler = tell;
R32({S_USERS:#x}u) = {users}; use(1);
{UNPRIVILEGED} R32({FPGAIO + 0x10000000:#x}u) = 2;
uint32_t seen = R32({FPGAIO + 0x10000000:#x}u); {PRIVILEGED}
print(seen); print(R32({FPGAIO + 0x10000000:#x}u));{SHOW}
"""
    ours, theirs = both(tmp_path, body, outside)
    assert ours == theirs
    seen = [2, 2, 0] if users else [0, 1, STATUS]
    assert [int(word, 16) for word in ours] == [0, 1, *seen]


def test_unprivileged_code_of_the_non_secure_state(tmp_path: Path) -> None:
    outside = f"""{GATE}
NS_CODE uint32_t rest(uint32_t x) {{
  __asm volatile("msr control, %0\\n isb" :: "r"(x));
  R32({FPGAIO:#x}u) = 2;
  return R32({FPGAIO:#x}u);
}}
"""
    body = f"""{SET_UP}
R32({NS_PORTS:#x}u) = {PORT}; __asm volatile("dsb\\n isb");
print(start(0)); print(start(1));
R32({NS_USERS:#x}u) = {PORT}; __asm volatile("dsb\\n isb");
print(start(1));{SHOW}
"""
    ours, theirs = both(tmp_path, body, outside)
    assert ours == theirs
    assert [int(word, 16) for word in ours] == [2, 0, 2, STATUS]


def test_what_is_kept_out_can_be_a_bus_error(tmp_path: Path) -> None:
    outside = f"""{GATE}
static void tell(void) {{
  print(last); print(R32(0xE000ED28u)); print(R32(0xE000ED38u)); finish();
}}
NS_CODE uint32_t rest(uint32_t x) {{ return R32(x); }}
"""
    body = f"""{SET_UP}
handler = tell;
R32({SECURE + 0x10:#x}u) = 1;
R32(0xE000ED24u) |= 1u << 17; __asm volatile("dsb\\n isb");
start({FPGAIO:#x}u);
"""
    # On QEMU 7.2 it reads as zero all the same.
    ours = printed(compile_both(tmp_path, body, outside))
    assert [int(word, 16) for word in ours] == [5, 0x8200, FPGAIO]


def test_blocked_accesses_of_peripherals_interrupt(tmp_path: Path) -> None:
    outside = f"""{USE}
static void tell(void) {{ R32({SECURE + 0x24:#x}u) = {STATUS}; }}
"""
    body = f"""{SET_UP}
handler = tell;
R32({SECURE + 0x28:#x}u) = {STATUS};
ENABLE(10);
start(1); use(1);
print(last); print(R32({SECURE + 0x20:#x}u));
"""
    ours = printed(compile_both(tmp_path, body, outside))
    assert [int(word, 16) for word in ours] == [0, 0, 0, 1, 16 + 10, 0]


def test_registers_of_the_access_configuration(tmp_path: Path) -> None:
    # QEMU has no ports 3 to 6 of the first controller of the peripheral interconnect.
    offsets = [0x14, *range(0x20, 0x2C, 4), *range(0x50, 0xD0, 4), *range(0xFD0, 0x1000, 4)]
    offsets = [o for o in offsets if o not in (0x24, 0x70, 0xB0)]
    places = [base + o for base in (SECURE, NON_SECURE) for o in offsets]
    places = [p for p in places if p < NON_SECURE + 0x50 or p >= NON_SECURE + 0x90]
    body = "".join(f"R32({p:#x}u) = 0xFFFFFFFFu;\n" for p in places)
    body += "".join(f"print(R32({p:#x}u));\n" for p in places)
    ours, theirs = both(tmp_path, body)
    assert ours == theirs
    assert ours


GATES = """
static void tell(void) { print(last); print(R32(0xE000ED28u)); print(R32(0xE000ED38u)); finish(); }
"""


@pytest.mark.parametrize("fault", [True, False])
def test_blocks_of_the_coupled_memories_are_secure_until_the_gate_opens(
    fault: bool, tmp_path: Path
) -> None:
    # QEMU has no gates before the coupled memories.
    outside = f"""{GATE}{GATES}
NS_CODE uint32_t rest(uint32_t x) {{ R32(x) = 7; return R32(x); }}
"""
    body = f"""{SET_UP}
handler = tell;
region(5, 0x20008000u, 0x2000FFFFu, 0);
R32(0xE000ED24u) |= 1u << 17;
R32(0xE001E600u) = {int(fault)};
R32(0xE001E614u) = 1;
print(R32(0xE001E604u));
__asm volatile("dsb\\n isb");
print(start(0x20008000u)); print(R32(0x30008000u));
print(start(0x20008400u)); print(R32(0x30008400u));
"""
    ours = [int(word, 16) for word in printed(compile_both(tmp_path, body, outside))]
    refused = [5, 0x8200, 0x20008400] if fault else [0, 0]
    # 512 blocks of 1 kB.
    assert ours == [1 << 31 | 9 << 8 | 5, 7, 7, *refused]
