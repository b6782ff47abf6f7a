"""Stacks: main and process, which of them is in use, and those of an RTOS's tasks."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from assembly import HEADER, PREFIX, firmware
from intelhex import IntelHex
from rig import BOARDS, sample

import mcusim
from mcusim import Result
from mcusim.firmware import load_firmware

FIDELITIES = ("accurate", "fast")

SOURCE = """
start:
    push {{r0-r3}}
    ldr r0, =0x20004000
    msr psp, r0
    movs r0, #{control}
    msr control, r0
    isb
    push {{r0-r7}}
    bl deep
    pop {{r0-r7}}
    movs r0, #0
    msr control, r0
    isb
    sub sp, #64
    bl shallow
    wfi
    .ltorg
deep:
    push {{r4, r5, lr}}
    pop {{r4, r5, pc}}
shallow:
    push {{r4, lr}}
    pop {{r4, pc}}
"""


def peaks(control: int, fidelity: str, tmp_path: Path) -> tuple[dict[str, int], int]:
    path = tmp_path / "stacks.bin"
    path.write_bytes(firmware(SOURCE.format(control=control)))
    result = mcusim.run(path, board="nrf52840", base=0, fidelity=fidelity)  # type: ignore[arg-type]
    assert result.outcome == "exited"
    stacks = {stack.name: stack.peak_bytes for stack in result.memory.stacks}
    return stacks, result.memory.ram_peak_bytes


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_process_stack_is_measured_beside_the_main_stack(fidelity: str, tmp_path: Path) -> None:
    stacks, peak = peaks(2, fidelity, tmp_path)
    assert stacks == {"main": 16 + 64 + 8, "process": 32 + 12}
    assert peak == sum(stacks.values())


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_unprivileged_code_stays_on_its_stack(fidelity: str, tmp_path: Path) -> None:
    # With CONTROL.nPRIV set, a write to CONTROL is ignored (ARM DDI0403E B1.4.4).
    stacks, _ = peaks(3, fidelity, tmp_path)
    assert stacks == {"main": 16, "process": 64 + 8}


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_without_a_process_stack_there_is_one(fidelity: str, tmp_path: Path) -> None:
    stacks, peak = peaks(0, fidelity, tmp_path)
    assert stacks == {"main": 16 + 64 + 8}
    assert peak == stacks["main"]


INTERRUPTED = """
start:
    ldr r0, =0xE000ED08
    ldr r1, =table
    str r1, [r0]
    ldr r0, =0x20004000
    msr psp, r0
    movs r0, #2
    msr control, r0
    isb
    push {r0-r3}
    ldr r0, =0xE000ED04
    mov r1, #0x10000000
    str r1, [r0]
    dsb
    isb
    wfi
    .ltorg
    .thumb_func
pendsv:
    bx lr
    .balign 512
table:
    .space 56
    .word pendsv
"""
"""A process stack of 16 bytes under the frame that PendSV stacks."""


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_frame_of_an_exception_is_on_the_interrupted_stack(fidelity: str, tmp_path: Path) -> None:
    path = tmp_path / "interrupted.bin"
    path.write_bytes(firmware(INTERRUPTED))
    result = mcusim.run(path, board="nrf52840", base=0, fidelity=fidelity)  # type: ignore[arg-type]
    assert result.outcome == "exited"
    assert [stack.peak_bytes for stack in result.memory.stacks] == [16 + 32]


BOOTLOADER = """
start:
    push {{r0-r7}}
    ldr r0, ={top:#x}
    {set}
    ldr r1, =application
    bx r1
    .ltorg
    .thumb_func
application:
    cpsid i
    push {{r0, r1}}
    push {{r0, r1, lr}}
    cpsie i
    ldr r0, =0xE000ED08
    ldr r1, =table
    str r1, [r0]
    ldr r0, =0xE000ED04
    mov r1, #0x10000000
    str r1, [r0]
    dsb
    isb
    wfi
    .ltorg
    .thumb_func
pendsv:
    bx lr
    .balign 512
table:
    .space 56
    .word pendsv
"""
"""Leads to another program on its own stack, as bootloaders do; the reset's is at 0x20008000."""


@pytest.mark.parametrize("fidelity", FIDELITIES)
@pytest.mark.parametrize(
    ("top", "setting"),
    [(0x20004000, "msr msp, r0"), (0x20010000, "msr msp, r0"), (0x20010000, "mov sp, r0")],
)
def test_a_main_stack_that_was_moved_counts_from_its_new_top(
    top: int, setting: str, fidelity: str, tmp_path: Path
) -> None:
    path = tmp_path / "bootloader.bin"
    path.write_bytes(firmware(BOOTLOADER.format(top=top, set=setting)))
    result = mcusim.run(path, board="nrf52840", base=0, fidelity=fidelity)  # type: ignore[arg-type]
    assert result.outcome == "exited"
    # A frame of eight words at a multiple of eight bytes.
    own = 20 + 4 + 32
    stacks = [(stack.name, stack.top, stack.peak_bytes) for stack in result.memory.stacks]
    assert stacks == [("main", 0x20008000, 32), ("main", top, own)]
    assert result.memory.ram_peak_bytes == own


RESTARTED = """
start:
    ldr r0, =0x20004000
    msr msp, r0
    push {r0-r3}
    ldr r0, =0x20004000
    msr msp, r0
    push {r0-r7}
    wfi
"""
"""Start-up code sets the pointer before its first use; an RTOS then drops what is on the stack."""


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_a_main_stack_goes_on_where_nothing_else_began(fidelity: str, tmp_path: Path) -> None:
    path = tmp_path / "restarted.bin"
    path.write_bytes(firmware(RESTARTED))
    result = mcusim.run(path, board="nrf52840", base=0, fidelity=fidelity)  # type: ignore[arg-type]
    assert [(s.top, s.peak_bytes) for s in result.memory.stacks] == [(0x20004000, 32)]


@cache
def ran(name: str, board: str, fidelity: str = "accurate") -> Result:
    """One run of each, shared by the tests."""
    return mcusim.run(sample(name, board), board=board, fidelity=fidelity)  # type: ignore[arg-type]


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_each_task_has_its_stack(fidelity: str, board: str) -> None:
    result = ran("tasks", board, fidelity)
    assert (result.exit_code, result.memory.collision) == (0, None)
    main, *tasks = result.memory.stacks
    assert (main.name, main.task, main.holder) == ("main", "", "")
    assert [stack.task for stack in tasks] == ["steady", "nested", "heaped"]
    assert [stack.holder for stack in tasks[:2]] == ["steady_stack", "nested_stack"]
    assert re.fullmatch(r"heap block 0x2000\w{4} from main", tasks[2].holder)
    for stack in tasks:
        assert stack.name == "process"
        assert stack.limit is not None
        assert stack.top == stack.limit + 512
        assert 0 < stack.peak_bytes < 512
        assert stack.call_stack[-1].function == stack.task


@pytest.mark.parametrize("board", BOARDS)
def test_stacks_of_tasks_take_no_further_ram(board: str) -> None:
    memory = ran("tasks", board).memory
    assert memory.stack_peak_bytes == sum(stack.peak_bytes for stack in memory.stacks)
    main = memory.stacks[0].peak_bytes
    static_and_heap = memory.ram_static_bytes + memory.heap_peak_bytes
    assert static_and_heap < memory.ram_peak_bytes <= static_and_heap + main


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("fidelity", FIDELITIES)
@pytest.mark.parametrize(
    ("name", "task", "hit"),
    [
        ("tasks-overflow", "nested", "ledger"),
        ("tasks-heap-overflow", "heaped", r"heap block 0x2000\w{4} from _calloc_r"),
    ],
)
def test_overflow_of_a_tasks_stack_is_told(
    name: str, task: str, hit: str, fidelity: str, board: str
) -> None:
    result = ran(name, board, fidelity)
    assert result.exit_code == 1, "the firmware found damage"
    collision = result.memory.collision
    assert collision is not None
    assert collision.stack == f"the stack of task {task}"
    assert re.fullmatch(hit, collision.hit)
    assert (collision.function, collision.line[:7]) == ("nest", "main.c:")
    stack = next(stack for stack in result.memory.stacks if stack.task == task)
    assert collision.sp < (stack.limit or 0)
    assert collision.message in result.warnings


SWITCHING = """
table:
    .word 0x20008000, start + 1
    .space 48
    .word pendsv + 1
    .thumb_func
start:
    ldr r0, =upper + 256
    msr psp, r0
    movs r0, #2
    msr control, r0
    isb
    push {r0-r3}
    ldr r0, =lower + 256
    ldr r1, =0xE000ED04
    mov r2, #0x10000000
    str r2, [r1]
    msr psp, r0
    isb
    push {r0, r1}
    wfi
    .ltorg
    .thumb_func
pendsv:
    bx lr
    .bss
    .type lower, %object
    .size lower, 256
lower: .space 256
    .space 1024
    .type upper, %object
    .size upper, 256
upper: .space 256
"""
"""PendSV comes at once after the switch of a task's stack by MSR."""


def linked(code: str, tmp_path: Path) -> Path:
    """An ELF file of code at 0 and variables at 0x20000000."""
    if shutil.which(f"{PREFIX}as") is None:
        pytest.skip(f"{PREFIX}as is not installed")
    source, built, elf = (tmp_path / f"stacks.{end}" for end in ("s", "o", "elf"))
    source.write_text(HEADER + code)
    subprocess.run([f"{PREFIX}as", "-o", built, source], check=True)
    options = ["-Ttext=0", "-Tbss=0x20000000", "-e", "0"]
    subprocess.run([f"{PREFIX}ld", *options, "-o", elf, built], check=True)
    return elf


def peak_bytes(code: str, tmp_path: Path) -> dict[str, int]:
    """Of each stack, by what holds it, of code whose stacks do not run into anything."""
    result = mcusim.run(linked(code, tmp_path), board="nrf52840")
    assert result.memory.collision is None
    return {stack.holder: stack.peak_bytes for stack in result.memory.stacks}


def test_exception_at_a_switch_of_stacks_is_on_the_new_one(tmp_path: Path) -> None:
    assert peak_bytes(SWITCHING, tmp_path) == {"upper": 16, "lower": 32}


STACK_IS_A_VARIABLE = """
table:
    .word main_stack + 256, start + 1
    .thumb_func
start:
    push {r0-r3}
    wfi
    .bss
    .type main_stack, %object
    .size main_stack, 256
main_stack: .space 256
"""
"""The last variable, as in Zephyr: the static data ends where the reset has SP begin."""


def test_main_stack_of_the_reset_may_be_a_variable(tmp_path: Path) -> None:
    result = mcusim.run(linked(STACK_IS_A_VARIABLE, tmp_path), board="nrf52840")
    assert result.memory.collision is None
    (stack,) = result.memory.stacks
    assert (stack.holder, stack.peak_bytes, stack.limit) == ("main_stack", 16, 0x20000000)
    assert result.memory.ram_peak_bytes == 256


LOADED = """
table:
    .word 0x20008000, start + 1
    .thumb_func
start:
    ldr r0, =lower + 256
    msr psp, r0
    movs r0, #2
    msr control, r0
    isb
    ldr r1, =saved
    ldr r0, =upper + 256
    str r0, [r1, #12]
    push {r0-r3}
    str.w sp, [r1, #8]
    ldr r5, =first
    ldr.w sp, [r1, #12]
    bx r5
    .thumb_func
first:
    push {r0, r1}
    ldr r5, =second
    ldr.w sp, [r1, #8]
    bx r5
    .thumb_func
second:
    push {r0-r7}
    wfi
    .ltorg
    .bss
    .type saved, %object
    .size saved, 16
saved: .space 16
    .type lower, %object
    .size lower, 256
lower: .space 256
    .space 1024
    .type upper, %object
    .size upper, 256
upper: .space 256
"""
"""A switch of tasks in thread mode, as in ChibiOS."""


def test_a_stack_pointer_from_memory_selects_a_stack(tmp_path: Path) -> None:
    assert peak_bytes(LOADED, tmp_path) == {"upper": 8, "lower": 16 + 32}


def test_a_stack_pointer_from_memory_leads_back_to_a_stack_without_a_variable(
    tmp_path: Path,
) -> None:
    code = LOADED.replace("=lower + 256", "=0x20000400")
    assert peak_bytes(code, tmp_path) == {"upper": 8, "": 16 + 32}


@pytest.mark.parametrize("board", BOARDS)
def test_tasks_are_told_apart_without_symbols(board: str, tmp_path: Path) -> None:
    image = load_firmware(sample("tasks", board))
    binary = tmp_path / "tasks.hex"
    content = IntelHex()
    for segment in image.segments:
        content.puts(segment.address, bytes(segment.data))
    content.write_hex_file(str(binary))
    with_symbols, without = ran("tasks", board), mcusim.run(binary, board=board)
    peaks = [sorted(s.peak_bytes for s in r.memory.stacks) for r in (with_symbols, without)]
    assert peaks[0] == peaks[1]
    assert len(peaks[0]) > 2
    assert without.memory.stack_peak_bytes == with_symbols.memory.stack_peak_bytes
