"""Physical memory protection of a RISC-V hart (Privileged Architecture 20211203, 3.7)."""

from __future__ import annotations

from pathlib import Path

import pytest
import riscv_lab as lab
from riscv_code import DONE, SKIP, START, TO_USER

OPEN = """
    li t0, -1               # entry 7: all of memory, for user mode, too
    srli t0, t0, 1
    csrw pmpaddr7, t0
    li t0, 0x1F000000
    csrw pmpcfg1, t0
"""
FORBID = """
    la t0, guard
    srli t0, t0, 2
    csrw pmpaddr0, t0
    li t0, {configuration}
    csrw pmpcfg0, t0
"""
FILL = """
    la t3, guard
    li t4, 0x00018082       # RET and C.NOP
    sw t4, 0(t3)
    sw t4, 8(t3)
"""
GUARD = """
    .data
    .space 64
    .balign 16
guard: .space 16
"""
FOUR_BYTES, LOCKED = 2 << 3, 0x80
READ, WRITE, EXECUTE = 1, 2, 4
GUARD_AT = lab.RAM + 96
"""Behind the words that the handler writes."""


def program(configuration: int, code: str) -> str:
    forbid = FORBID.format(configuration=configuration)
    return START + OPEN + FILL + forbid + code + DONE + SKIP + GUARD


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
@pytest.mark.parametrize(
    ("rights", "code", "cause"),
    [
        (READ, "lw t4, 0(t3)", None),
        (WRITE | READ, "sw t4, 0(t3)", None),
        (0, "lw t4, 0(t3)", 5),
        (EXECUTE, "lbu t4, 3(t3)", 5),
        (READ, "sw t4, 0(t3)", 7),
        (READ, "sb t4, 1(t3)", 7),
        (0, "lr.w t4, (t3)", 5),
        (READ, "sc.w t4, t5, (t3)", 7),
        (READ, "amoadd.w t4, t5, (t3)", 7),
        (0, "amoadd.w t4, t5, (t3)", 7),
        (READ, "mv a1, t3\n c.sw a2, 0(a1)", 7),
        (0, "mv a1, t3\n c.lw a2, 0(a1)", 5),
        (0, "mv s1, sp\n mv sp, t3\n c.lwsp a2, 0(sp)\n mv sp, s1", 5),
        (READ, "mv s1, sp\n mv sp, t3\n c.swsp a2, 0(sp)\n mv sp, s1", 7),
        (READ | WRITE, "sw t4, 4(t3)", None),
        (EXECUTE, "jalr t3", None),
        (READ | WRITE, "la t0, fetched\n csrw mtvec, t0\n jalr t3\n .balign 4\n fetched:", 1),
    ],
)
def test_a_locked_entry_binds_machine_mode(
    rights: int, code: str, cause: int | None, fidelity: str, tmp_path: Path
) -> None:
    """3.7.1: an access that its entry does not allow is a fault of its kind, with its address."""
    seen = "    csrr t0, mcause\n    sw t0, 0(s0)\n    csrr t0, mtval\n    sw t0, 8(s0)\n"
    source = program(rights | FOUR_BYTES | LOCKED, f"    csrw mcause, zero\n    {code}\n{seen}")
    result, words = lab.words_of(tmp_path, source, 4, fidelity=fidelity, max_time_s=0.1)
    assert result.outcome == "exited", result.fault
    assert words[0] == (cause or 0)
    if cause is not None:
        assert words[2] & ~3 == GUARD_AT & ~3


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_a_forbidden_store_changes_nothing(fidelity: str, tmp_path: Path) -> None:
    code = """
    sw t3, 0(t3)
    addi t3, t3, 4
    sw zero, 0(t3)
"""
    source = program(READ | FOUR_BYTES | LOCKED, code)
    _, words = lab.words_of(tmp_path, source, 28, fidelity=fidelity)
    guard = (GUARD_AT - lab.RAM) // 4
    assert words[guard : guard + 3] == [0x00018082, 0, 0x00018082]


def test_an_entry_without_a_lock_binds_user_mode_alone(tmp_path: Path) -> None:
    code = f"""
    lw t4, 0(t3)
    sw t4, 16(s0)           # machine mode reads it
{TO_USER}
    lw t4, 0(t3)
    lw t4, 0(s0)
    sw t4, 20(s0)
"""
    source = program(FOUR_BYTES, code + "    li a0, 0\n    j exit\n")
    _, words = lab.words_of(tmp_path, source, 6)
    assert words[4] == 0x00018082
    assert words[5] == 5


def test_user_mode_may_do_nothing_without_an_entry(tmp_path: Path) -> None:
    """3.7.1.3: with entries implemented, and none that matches."""
    source = START + TO_USER + "    nop\n" + DONE + SKIP
    result = lab.run(tmp_path, source.replace("csrw mtvec, t0", "nop"))
    assert result.fault is not None
    assert "instruction access fault" in result.fault.kind
    assert "physical memory protection forbids it to user mode" in result.fault.message


def test_mprv_has_loads_and_stores_checked_as_user_mode_s(tmp_path: Path) -> None:
    """3.1.6.3: by MPP, while code is fetched as machine mode's."""
    code = """
    li t0, 0x1800
    csrc mstatus, t0
    li t0, 0x20000
    csrs mstatus, t0        # MPRV, with MPP of user mode
    lw t4, 0(t3)
    csrc mstatus, t0
    lw t4, 0(s0)
    sw t4, 16(s0)
    csrw mcause, zero
    lw t4, 0(t3)            # as machine mode
    csrr t4, mcause
    sw t4, 20(s0)
"""
    _, words = lab.words_of(tmp_path, program(FOUR_BYTES, code), 6)
    assert words[4:] == [5, 0]


def test_what_is_locked_stays_until_a_reset(tmp_path: Path) -> None:
    """3.7.1.2; a locked range locks where it begins (3.7.1.1)."""
    top_of_range = 1 << 3
    code = """
    li t0, 0x100
    csrw pmpaddr0, t0
    csrw pmpcfg0, zero
    csrr t0, pmpcfg0
    sw t0, 16(s0)
    csrw pmpaddr0, zero     # where the range of entry 1 begins
    csrw pmpaddr1, zero
    csrr t0, pmpaddr0
    sw t0, 20(s0)
    csrr t0, pmpaddr1
    sw t0, 24(s0)
"""
    first = "    li t0, 0x200\n    csrw pmpaddr1, t0\n"
    configuration = (LOCKED | top_of_range | READ) << 8
    source = START + first + FORBID.format(configuration=configuration) + code + DONE + SKIP
    _, words = lab.words_of(tmp_path, source + GUARD, 7)
    assert words[4:] == [configuration, GUARD_AT >> 2, 0x200]


def test_a_split_access_is_looked_up_in_parts(tmp_path: Path) -> None:
    """The part that is forbidden is told (3.1.16); which part of a store is done is open."""
    own = lab.board(tmp_path, misaligned="split")
    source = program(FOUR_BYTES | LOCKED, "    lw t4, -2(t3)\n    lw t4, -4(t3)\n")
    _, words = lab.words_of(tmp_path, source, 3, own_board=own)
    assert (words[0], words[2]) == (5, GUARD_AT)


def test_counts_of_a_fault_are_those_of_what_retired(tmp_path: Path) -> None:
    code = """
    csrr s2, minstret
    lw t4, 0(t3)
    csrr s3, minstret
    sub s3, s3, s2
    sw s3, 16(s0)
"""
    source = program(FOUR_BYTES | LOCKED, code)
    _, forbidden = lab.words_of(tmp_path, source, 5)
    handler = 16  # instructions of `trap`, after one of four bytes
    assert forbidden[4] == 1 + handler
