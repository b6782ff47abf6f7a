"""Parts of the programs of these tests: a start, an end, a handler that skips, user mode."""

from __future__ import annotations

START = """
_start:
    la sp, _stack_top
    la t0, trap
    csrw mtvec, t0
    la s0, _data
"""
SKIP = """
    .balign 64
trap:                       # stores mcause, mepc, mtval and mstatus, and skips the instruction
    csrr t0, mcause
    sw t0, 0(s0)
    csrr t0, mepc
    sw t0, 4(s0)
    lhu t1, 0(t0)
    andi t1, t1, 3
    addi t0, t0, 2
    addi t1, t1, -3
    bnez t1, 1f
    addi t0, t0, 2
1:  csrw mepc, t0
    csrr t0, mtval
    sw t0, 8(s0)
    csrr t0, mstatus
    sw t0, 12(s0)
    mret
    .data
    .word 0, 0, 0, 0, 0, 0, 0, 0
"""
DONE = "\n    li a0, 0\n    j exit\n"
TO_USER = """
    la t0, user
    csrw mepc, t0
    li t0, 0x1800
    csrc mstatus, t0
    mret
user:
"""
