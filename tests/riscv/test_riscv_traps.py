"""Traps, interrupts and registers of a RISC-V hart, by the Privileged Architecture 20211203."""

from __future__ import annotations

from pathlib import Path

import pytest
import riscv_lab as lab
from riscv_code import DONE, SKIP, START, TO_USER

MIE, MPIE, MPP = 1 << 3, 1 << 7, 3 << 11


@pytest.mark.parametrize(
    ("code", "cause", "value"),
    [
        (".word 0xFFFFFFFF", 2, 0xFFFFFFFF),
        (".half 0", 2, 0),
        ("csrr t3, 0x7C0", 2, 0x7C002E73),
        ("csrw mhartid, t3", 2, 0xF14E1073),
        ("csrr t3, time", None, 0),
        ("ebreak", 3, 0),
        ("li t3, 0x80000002\n lw t4, 0(t3)", 4, 0x80000002),
        ("li t3, 0x80000001\n lhu t4, 0(t3)", 4, 0x80000001),
        ("li t3, 0x80000001\n sh t4, 2(t3)", 6, 0x80000003),
        ("li t3, 0x80000002\n lr.w t4, (t3)", 4, 0x80000002),
        ("li t3, 0x80000002\n sc.w t4, t5, (t3)", 6, 0x80000002),
        ("li t3, 0x80000002\n amoadd.w t4, t5, (t3)", 6, 0x80000002),
        ("li t3, 0x08000000\n lb t4, 5(t3)", 5, 0x08000005),
        ("li t3, 0x08000000\n sw t4, 4(t3)", 7, 0x08000004),
        ("li t3, 0x08000000\n amoswap.w t4, t5, (t3)", 7, 0x08000000),
        ("la t3, _start\n sw t4, 0(t3)", 7, lab.FLASH),
        ("ecall", 11, 0),
    ],
)
def test_an_exception_tells_its_cause_and_its_value(
    code: str, cause: int | None, value: int, tmp_path: Path
) -> None:
    """3.1.15 and 3.1.16; the handler skips the instruction."""
    source = START + f"    csrsi mstatus, 8\n    {code}\n" + DONE + SKIP
    result, words = lab.words_of(tmp_path, source, 4)
    assert result.outcome == "exited", result.fault
    if cause is None:
        assert words[0] == 0
        return
    assert words[0] == cause
    assert words[2] == value
    # 3.1.6.1: interrupts off, and the level and enable of before in MPP and MPIE.
    assert words[3] & (MIE | MPIE | MPP) == MPIE | MPP


def test_a_store_that_fails_changes_nothing_behind_it(tmp_path: Path) -> None:
    code = """
    li t3, 0x08000000
    li t4, 1
    sw t4, 0(t3)
    addi t4, t4, 1
    sw t4, 16(s0)
"""
    _, words = lab.words_of(tmp_path, START + code + DONE + SKIP, 5)
    assert words[4] == 2


def test_a_return_to_an_encoding_that_does_not_exist(tmp_path: Path) -> None:
    """No block is under way then, and the address is far from the last one's."""
    code = """
    la t0, done
    csrw mtvec, t0
    addi t0, s0, 64         # memory that holds zeros
    csrw mepc, t0
    mret
    .balign 4
done:
    csrr t0, mcause
    sw t0, 0(s0)
"""
    _, words = lab.words_of(tmp_path, START + code + DONE + SKIP, 1)
    assert words[0] == 2


def test_a_call_to_the_environment_from_user_mode(tmp_path: Path) -> None:
    """3.3.1; in user mode machine registers are illegal (2.1)."""
    code = (
        """
    li t0, -1
    csrw pmpaddr0, t0
    li t0, 0x1F             # all of memory, for user mode, too
    csrw pmpcfg0, t0
"""
        + TO_USER
        + """
    csrr t3, mstatus
    sw t3, 16(s0)
    lw t4, 0(s0)
    sw t4, 20(s0)
    ecall
    lw t4, 0(s0)
    sw t4, 24(s0)
    la t0, back
    j out
out:
    .word 0xFFFFFFFF        # in user mode still
back:
    lw t3, 12(s0)
    sw t3, 28(s0)
"""
    )
    _, words = lab.words_of(tmp_path, START + code + DONE + SKIP, 8)
    assert words[5] == 2  # the register was refused
    assert words[6] == 8
    assert words[7] & MPP == 0


INTERRUPTS = """
    .balign 64
vectors:
    j trap
    .org vectors + 4 * 3
    j software
    .org vectors + 4 * 7
    j timer
    .org vectors + 4 * 11
    j external
software:
    li t1, 0x02000000
    sw zero, 0(t1)
    li t2, 3
    j note
timer:
    li t1, 0x02004004
    li t2, -1
    sw t2, 0(t1)
    li t2, 7
    j note
external:
    li t2, 11
note:
    lw t1, 0(s0)
    slli t1, t1, 4
    or t1, t1, t2
    sw t1, 0(s0)
    csrr t1, mcause
    sw t1, 4(s0)
    mret
"""


def test_vectored_interrupts_by_their_priority(tmp_path: Path) -> None:
    """3.1.7 and 3.1.9: software before timer; a wait for an interrupt ends for either (3.3.3)."""
    code = """
    la t0, vectors + 1
    csrw mtvec, t0
    li t1, 0x02004000
    sw zero, 4(t1)
    sw zero, 0(t1)          # due at once
    li t1, 0x02000000
    li t2, 1
    sw t2, 0(t1)
    li t0, 0x88
    csrw mie, t0
    wfi                     # both wait, and interrupts are off: it goes on
    lw t3, 0(s0)
    sw t3, 8(s0)
    csrsi mstatus, 8
    nop
    nop
"""
    source = START + code + DONE + INTERRUPTS + SKIP
    _, words = lab.words_of(tmp_path, source, 4)
    assert words[2] == 0
    assert words[0] == 0x37
    assert words[1] == 0x80000007


def test_counters_are_the_run_s_own(tmp_path: Path) -> None:
    """3.1.10 and 3.1.12: cycles and instructions before the one that reads, and inhibition."""
    code = """
    csrr s2, mcycle
    csrr s3, minstret
    nop
    nop
    csrr s4, mcycle
    csrr s5, minstret
    rdcycle s6
    rdinstret s7
    sub t0, s4, s2
    sw t0, 16(s0)
    sub t0, s5, s3
    sw t0, 20(s0)
    sub t0, s7, s5
    sw t0, 24(s0)
    csrwi mcountinhibit, 5
    csrr s2, mcycle
    csrr s3, minstret
    nop
    csrr s4, mcycle
    csrr s5, minstret
    csrwi mcountinhibit, 0
    sub t0, s4, s2
    sub t1, s5, s3
    or t0, t0, t1
    sw t0, 28(s0)
    li t0, 1000
    csrw minstret, t0
    csrr t1, minstret
    sw t1, 0(s0)
    csrw mcycleh, t0
    csrr t1, mcycleh
    sw t1, 4(s0)
"""
    _, words = lab.words_of(tmp_path, START + code + DONE + SKIP, 8)
    assert words[4:8] == [4, 4, 2, 0]
    assert words[:2] == [1000, 1000]


def test_counts_of_a_run_don_t_depend_on_who_reads_them(tmp_path: Path) -> None:
    body = "    csrr s2, minstret\n    sw s2, 16(s0)\n"
    result, words = lab.words_of(tmp_path, START + body + DONE + SKIP, 5)
    assert 0 < words[4] < result.instructions
    again, _ = lab.words_of(tmp_path, START + body + DONE + SKIP, 5, fidelity="fast")
    assert again.instructions == result.instructions


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (".word 0xFFFFFFFF", "illegal instruction", "illegal instruction 0xffffffff in _start"),
        ("unimp", "illegal instruction", "it is `unimp`, with which abort() may end"),
        ("csrr t0, 0x7C0", "illegal instruction", "in machine mode there is no register 0x7c0"),
        ("ecall", "environment call from M-mode", "mtvec is 0x00000000, where there is no code"),
        ("li t0, 0x10\n jr t0", "instruction access fault", "jump to 0x00000010"),
        ("li t0, 0x80000001\n lw t0, 0(t0)", "load address misaligned", "no multiple of its size"),
        ("li t0, 0x90000000\n lw t0, 0(t0)", "load access fault", "nothing is mapped there"),
        ("ebreak", "breakpoint", "not a semihosting call"),
        ("la t0, loop\n csrw mtvec, t0\n ecall\nloop: j loop", "environment call", "only branches"),
    ],
)
def test_without_a_handler_the_run_ends_with_a_sentence(
    code: str, kind: str, words: str, tmp_path: Path
) -> None:
    result = lab.run(tmp_path, f"_start: {code}\n")
    assert result.outcome == "fault"
    assert result.fault is not None
    assert kind in result.fault.kind
    assert words in result.fault.message
    assert set(result.fault.registers) >= {"ra", "sp", "a0", "t6", "pc"}


def test_a_handler_that_traps_itself_is_a_trap_loop(tmp_path: Path) -> None:
    source = """
_start:
    la t0, trap
    csrw mtvec, t0
    ecall
    .balign 4
trap:
    li t1, 0x90000000
    sw t0, 0(t1)
    mret
"""
    result = lab.run(tmp_path, source)
    assert result.outcome == "fault"
    assert result.fault is not None
    assert "again and again" in result.fault.message


def test_an_interrupt_without_a_handler(tmp_path: Path) -> None:
    source = """
_start:
    li t0, 8
    csrw mie, t0
    csrsi mstatus, 8
    li t1, 0x02000000
    sw t0, 4(t1)
    li t0, 1
    sw t0, 0(t1)
1:  j 1b
"""
    result = lab.run(tmp_path, source, max_time_s=0.01)
    assert result.fault is not None
    assert "machine software interrupt" in result.fault.kind


def test_a_wait_that_nothing_ends(tmp_path: Path) -> None:
    result = lab.run(tmp_path, "_start: wfi\n")
    assert result.outcome == "exited"
    assert "nothing is left to wake it" in result.reason


def test_the_timer_wakes_the_core_and_the_time_asleep_counts(tmp_path: Path) -> None:
    code = """
    la t0, vectors + 1
    csrw mtvec, t0
    li t1, 0x02004000
    li t2, 16000
    sw t2, 0(t1)
    sw zero, 4(t1)
    li t0, 0x80
    csrw mie, t0
    csrsi mstatus, 8
    wfi
"""
    result, words = lab.words_of(tmp_path, START + code + DONE + INTERRUPTS + SKIP, 2)
    assert words[0] == 7
    assert 16_000 <= result.cycles < 16_100
    assert result.instructions < 100


def test_a_register_that_is_only_tried_leaves_no_handler_behind(tmp_path: Path) -> None:
    """As freedom-metal's src/entry.S does it: the vector is the code behind the access."""
    source = """
_start:
    la t0, behind
    csrw mtvec, t0
    csrw 0x7C1, zero
    .balign 4
behind:
    j behind
"""
    result = lab.run(tmp_path, source, max_time_s=1e-3)
    assert result.outcome == "limit"
    assert result.hot_loop is not None
    assert result.hot_loop.handler == ""


def test_instructions_that_the_hart_lacks_are_illegal(tmp_path: Path) -> None:
    own = lab.board(tmp_path, extensions="IMC")
    result = lab.run(tmp_path, "_start: la t0, _data\n amoadd.w t1, t1, (t0)\n", own_board=own)
    assert result.fault is not None
    assert "RV32IMC" in result.fault.message


def test_registers_of_the_vendor_s_own(tmp_path: Path) -> None:
    more = (
        'csr = [{ name = "mpcer", number = 0x7E0, writable = 0x7FF, at_reset = 1 },'
        ' { name = "mpccr", number = 0x7E2, counts_cycles = true }]'
    )
    own = lab.board(tmp_path, more=more)
    code = """
    csrr t0, 0x7E0
    sw t0, 0(s0)
    li t0, -1
    csrw 0x7E0, t0
    csrr t0, 0x7E0
    sw t0, 4(s0)
    csrw 0x7E2, zero
    nop
    nop
    csrr t0, 0x7E2
    sw t0, 8(s0)
"""
    _, words = lab.words_of(tmp_path, START + code + DONE + SKIP, 4, own_board=own)
    assert words[:3] == [1, 0x7FF, 2]


def test_an_instruction_that_is_only_tried_is_no_fault(tmp_path: Path) -> None:
    source = """
_start:
    la t0, 1f
    csrw mtvec, t0
    csrwi 0x7c1, 0
    .balign 4
1:  la t0, trap
    csrw mtvec, t0
    li t1, 20000000  # for longer than a fault's handler is given
2:  addi t1, t1, -1
    bnez t1, 2b
    li a0, 0
    j exit
    .balign 4
trap: j trap
"""
    result = lab.run(tmp_path, source)
    assert (result.outcome, result.fault) == ("exited", None)


def test_a_fault_is_over_once_its_handler_enables_interrupts(tmp_path: Path) -> None:
    """Zephyr aborts the thread, and goes on with another without an MRET."""
    source = """
_start:
    la t0, trap
    csrw mtvec, t0
    li t0, 0x90000000
    lw t1, 0(t0)
    .balign 4
trap:
    csrsi mstatus, 8
    li t1, 20000000  # for longer than a fault's handler is given
2:  addi t1, t1, -1
    bnez t1, 2b
    li a0, 0
    j exit
"""
    result = lab.run(tmp_path, source)
    assert (result.outcome, result.fault) == ("exited", None)
