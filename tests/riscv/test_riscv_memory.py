"""Stacks, regions and heaps of firmware for a RISC-V hart."""

from __future__ import annotations

from pathlib import Path

import pytest
import riscv_lab as lab
from riscv_code import DONE, SKIP, START


def test_the_stack_is_measured_from_where_start_up_code_sets_it(tmp_path: Path) -> None:
    source = (
        START
        + """
    call deep
"""
        + DONE
        + """
deep:
    addi sp, sp, -128
    sw ra, 124(sp)
    call leaf
    lw ra, 124(sp)
    addi sp, sp, 128
    ret
leaf:
    addi sp, sp, -32
    addi sp, sp, 32
    ret
"""
        + SKIP
    )
    result = lab.run(tmp_path, source)
    (stack,) = result.memory.stacks
    assert stack.peak_bytes == 160
    assert stack.top == lab.RAM + 0x4000


def test_a_stack_pointer_that_start_up_code_clears_is_no_stack(tmp_path: Path) -> None:
    """As riscv-rt clears all registers before it sets those that it needs."""
    cleared = f"""
    li sp, {lab.RAM + 0x4000:#x}
    j 1f
1:  addi sp, sp, -16
    j 1f
1:  li sp, 0
    j 1f
1:
"""
    source = START.replace("_start:", "_start:" + cleared, 1) + DONE + SKIP
    result = lab.run(tmp_path, source)
    assert sum(stack.peak_bytes for stack in result.memory.stacks) == 16
    assert result.memory.ram_peak_bytes < 0x4000


def test_a_region_is_a_function_from_its_call_to_its_return(tmp_path: Path) -> None:
    source = (
        START
        + "    call work\n    call work\n"
        + DONE
        + "    .type work, @function\nwork:\n    nop\n    nop\n    ret\n    .size work, .-work\n"
        + SKIP
    )
    result = lab.run(tmp_path, source, roi=["work"])
    (region,) = [r for r in result.regions if r.name == "work"]
    assert region.calls == 2


def test_a_heap_above_the_stack_and_without_a_symbol(tmp_path: Path) -> None:
    source = """
_start:
    la sp, stack_top
    li a0, 64
    call _sbrk
    addi sp, sp, -32
    sw zero, 0(sp)
    addi sp, sp, 32
    li a0, 0
    j exit
    .type _sbrk, @function
_sbrk:
    la a0, stack_top  # called once
    ret
    .size _sbrk, . - _sbrk
    .bss
    .balign 16
    .space 256
stack_top: .space 128
"""
    memory = lab.run(tmp_path, source).memory
    assert (memory.heap_source, memory.heap_peak_bytes) == ("sbrk", 64)
    assert memory.collision is None


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_an_atomic_operation_reads_and_writes(fidelity: str, tmp_path: Path) -> None:
    """It loads a word and stores another (ISA manual, Zaamo); LR only loads, SC only stores."""
    counts = []
    for code in (
        "",
        "    amoadd.w t1, t2, (s0)\n",
        "    lr.w t1, (s0)\n    sc.w t1, t2, (s0)\n",
        "    li t3, 0x02004000\n    amoor.w t1, zero, (t3)\n",
    ):
        source = START + 3 * code + DONE + SKIP
        activity = lab.run(tmp_path, source, fidelity=fidelity).activity
        columns = ("ram_read", "ram_write", "store", "load", "device")
        counts.append([activity[name] for name in columns])
    none, *others = counts
    added = [[a - b for a, b in zip(other, none, strict=True)] for other in others]
    devices = [3, 3] if fidelity == "fast" else [0, 0]  # its addresses are not looked at
    assert added == [[3, 3, 3, 0, 0], [3, 3, 3, 3, 0], [*devices, 3, 0, 6]]
