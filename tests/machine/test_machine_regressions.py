"""Bugs that were found once, each held by the test that showed it."""

from __future__ import annotations

import time
from dataclasses import replace

import msgspec
import pytest
from assembly import assemble, firmware
from rig import Rig, board_named, sample

import mcusim
from mcusim.machine import run_loop

FIDELITIES = ("accurate", "fast")
ENABLE_FPU = "ldr r4, =0xe000ed88\nldr r0, [r4]\norr r0, #0xf00000\nstr r0, [r4]\ndsb\n"
COUNTER = "ldr r4, =0xe0001000\nmovs r0, #1\nstr r0, [r4]\n"


def leave(register):
    return (
        f"push {{{register}}}\nldr r1, =0x20026\npush {{r1}}\nmov r1, sp\nmovs r0, #0x20\n"
        "bkpt #0xab\nb .\n.ltorg\n"
    )


def run(source, tmp_path, fidelity="accurate", board="nrf52840", **options):
    base = 0 if board == "nrf52840" else 0x08000000
    path = tmp_path / "program.bin"
    path.write_bytes(firmware("start:\n" + source, base))
    options.setdefault("max_time_s", 0.01)
    return mcusim.run(path, board=board, base=base, fidelity=fidelity, **options)


@pytest.mark.parametrize("fidelity", FIDELITIES)
@pytest.mark.parametrize("hint", ["wfe", "yield", "wfe.w", "yield.w"])
def test_wfe_and_yield_do_nothing(hint, fidelity, tmp_path):
    # Unicorn leaves PC *behind* the hint; run_loop looks for it at PC.
    result = run(f"movs r2, #4\n{hint}\nadds r2, #3\n" + leave("r2"), tmp_path, fidelity)
    assert result.exit_code == 7
    assert result.instructions == 3 + 6
    assert sum(f.cycles for f in result.functions) == result.cycles  # add_instruction has no block


@pytest.mark.parametrize("condition", ["eq", "ne"])
def test_wfe_in_an_it_block_keeps_the_it_state(condition, tmp_path):
    other = "ne" if condition == "eq" else "eq"
    source = (
        f"movs r2, #0\ncmp r2, r2\nitte {condition}\nwfe{condition}\nadd{condition} r2, #1\n"
        f"add{other} r2, #32\n"
    )
    assert run(source + leave("r2"), tmp_path).exit_code == (1 if condition == "eq" else 32)


def test_bkpt_in_an_it_block_keeps_the_it_state(tmp_path):
    source = (
        "movs r2, #0\nldr r1, =0x400\nmovs r0, #3\ncmp r2, r2\nitte eq\naddeq r2, #1\n"
        "bkpt #0xab\naddne r2, #64\nadds r2, #4\n"
    )
    assert run(source + leave("r2"), tmp_path).exit_code == 5


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_wide_wfi_ends_the_run(fidelity, tmp_path):
    assert run("wfi.w\nb .\n", tmp_path, fidelity).outcome == "exited"


def test_counter_read_twice_in_a_block_differs_in_fast(tmp_path):
    source = COUNTER + "ldr r0, [r4, #4]\nldr r1, [r4, #4]\nldr r2, [r4, #4]\nudf #0\n.ltorg\n"
    for fidelity in FIDELITIES:
        registers = run(source, tmp_path, fidelity).fault.registers
        assert registers["r0"] < registers["r1"] < registers["r2"], fidelity


def test_markers_in_one_block_have_a_length_in_fast(tmp_path):
    source = (
        "ldr r6, =0xe000007c\nldr r5, =0x80000001\nmovs r7, #1\n"
        "str r5, [r6]\nnop\nnop\nstr r7, [r6]\n"
    )
    for fidelity in FIDELITIES:
        assert run(source + leave("r7"), tmp_path, fidelity).regions[0].cycles_total == 3, fidelity


def test_conditional_counter_read_is_as_exact_as_an_unconditional_one(tmp_path):
    # `now` includes the `extra` cycle of the very load that is under way.
    plain = COUNTER + "cmp r0, r0\nnop\nldr r1, [r4, #4]\nudf #0\n.ltorg\n"
    it = COUNTER + "cmp r0, r0\nit eq\nldreq r1, [r4, #4]\nudf #0\n.ltorg\n"
    a = run(plain, tmp_path).fault.registers["r1"]
    b = run(it, tmp_path).fault.registers["r1"]
    assert (a, b) == (3, 2)  # str 1, cmp 1, nop 1 / IT folded 0


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_fpu_may_be_used_in_the_block_that_enables_it(fidelity, tmp_path):
    source = ENABLE_FPU + "vmov s0, r0\nmovs r2, #7\n" + leave("r2")
    assert run(source, tmp_path, fidelity).exit_code == 7


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_an_earlier_fault_of_the_block_is_the_one_reported(fidelity, tmp_path):
    result = run(
        "ldr r4, =0x60000000\nldr r0, [r4]\nvmov s0, r0\nb .\n.ltorg\n", tmp_path, fidelity
    )
    assert result.fault.kind == "BusFault: PRECISERR"


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_what_precedes_the_fpu_instruction_is_executed_and_counted(fidelity, tmp_path):
    result = run("movs r0, #1\nmovs r1, #2\nmovs r2, #3\nvmov s0, r0\nb .\n", tmp_path, fidelity)
    assert result.fault.pc == 0x406
    assert result.instructions == 3
    assert [result.fault.registers[r] for r in ("r0", "r1", "r2")] == [1, 2, 3]


def test_call_stack_of_nofpu_has_main(tmp_path):
    result = mcusim.run(sample("fault-nofpu", "nrf52840"), board="nrf52840")
    names = [frame.function for frame in result.fault.call_stack]
    assert names == ["trigger", "main", "Reset_Handler"]


def test_call_stack_of_a_jump_to_nowhere_has_the_caller(tmp_path):
    result = mcusim.run(sample("fault-jump", "nrf52840"), board="nrf52840")
    assert "trigger" in [frame.function for frame in result.fault.call_stack]


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_jump_without_the_thumb_bit_is_invstate(fidelity, tmp_path):
    source = "adr r3, 1f\nbx r3\n.balign 4\n1: adds r0, #1\nadds r0, #1\nb .\n"
    assert run(source, tmp_path, fidelity).fault.kind == "UsageFault: INVSTATE"


@pytest.mark.parametrize(
    "access", ["ldmia r4, {r0, r1}", "stmia r4, {r0, r1}", "ldrd r0, r1, [r4]", "strd r0, r1, [r4]",
               "ldrex r0, [r4]", "vldr s0, [r4]"])  # fmt: skip
def test_unaligned_multiple_access_is_a_fault(access, tmp_path):
    source = ENABLE_FPU + "isb\nldr r4, =0x20001002\n" + access + "\n" + leave("r2")
    fault = run(source, tmp_path).fault  # the fast fidelity does not look at addresses
    assert fault is not None
    assert fault.kind == "UsageFault: UNALIGNED"


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_instruction_across_two_memories_runs(fidelity, tmp_path):
    source = (
        "ldr r0, =0x2002fffc\nldr r1, =0xf04fbf00\nstr r1, [r0]\nldr r1, =0x4770022a\n"
        "str r1, [r0, #4]\nadds r0, #1\nblx r0\n"
    )
    # RuntimeError: a block runs outside all memories (not a McusimError)
    assert run(source + leave("r2"), tmp_path, fidelity, board="nucleo-l4r5zi").exit_code == 42


@pytest.mark.parametrize("accurate", [True, False])
def test_a_function_region_ends_at_its_return_although_a_marker_is_open(accurate):
    source = (
        "start: ldr r6, =0xe000007c\nldr r5, =0x80000001\nmovs r7, #1\nbl fun\n"
        + "nop\n" * 10 + "bl other\nstr r7, [r6]\nbl other\nbkpt #0xab\n.ltorg\n"
        "fun: push {r4, lr}\nstr r5, [r6]\npop {r4, pc}\nother: bx lr\n"
    )  # fmt: skip
    rig = Rig(board_named("nrf52840"), firmware(source), 0, accurate=accurate)
    rig.machine.regions._watch(assemble(source, 0x400).labels["fun"], "fun", inference=False)
    rig.execute(0x400, {"sp": 0x20001000}, 0x20000000, bytes(16))
    assert rig.engine.regions()[0]["calls"] == 1


def test_hit_wait_cycles_count_for_every_hit():
    board = board_named("nucleo-l4r5zi")
    timing = board.chip.flash_timing
    icache = msgspec.structs.replace(timing.icache, hit_wait_cycles=3)
    chip = msgspec.structs.replace(
        board.chip, flash_timing=msgspec.structs.replace(timing, icache=icache)
    )
    slow = mcusim.run(sample("regions", "nucleo-l4r5zi"), board=replace(board, chip=chip))
    assert slow.cycles_breakdown["fetch stalls"] > 3 * 3000


def test_progress_is_called_although_the_firmware_prints_often(tmp_path):
    source = (
        "ldr r4, =20000\n1: movs r0, #3\nldr r1, =0x20001000\nbkpt #0xab\nmov.w r5, #100\n"
        "2: subs r5, #1\nbne 2b\nsubs r4, #1\nbne 1b\n"
    )
    calls = []
    run(source + leave("r4"), tmp_path, max_time_s=1, progress=lambda *a: calls.append(a))
    assert calls


def test_a_flood_of_write0_is_cheap_enough(tmp_path):
    source = (
        "ldr r1, =0x20000000\nldr r2, =0x01010101\nldr r3, =0x20004000\nmov r5, r1\n"
        "3: str r2, [r5], #4\ncmp r5, r3\nblo 3b\n1: movs r0, #4\nldr r1, =0x20000000\n"
        "bkpt #0xab\nb 1b\n.ltorg\n"
    )
    began = time.monotonic()
    run(source, tmp_path, max_time_s=0.0006)
    assert time.monotonic() - began < 2


def test_semihosting_does_not_write_flash(tmp_path):
    source = "ldr r1, =0x500\nmovs r0, #0x30\nbkpt #0xab\nldr r2, =0x500\nldr r2, [r2]\n"
    assert run(source + ".balign 4\n" + leave("r2"), tmp_path).exit_code in (0xFFFFFFFF, 0)


def test_reset_request_ends_the_run_before_a_breakpoint_of_the_same_block(tmp_path):
    source = "ldr r4, =0xe000ed0c\nldr r0, =0x05fa0004\nstr r0, [r4]\ndsb\nmovs r2, #7\n"
    assert "reset" in run(source + leave("r2"), tmp_path).reason


def test_a_breakpoint_without_symbols_says_that_it_may_be_the_end(tmp_path):
    result = run("bkpt #0\nb .\n", tmp_path)
    assert result.outcome == "fault"
    assert "BKPT in 0x00000400" in result.fault.message
    assert "if main has returned, that is _exit: the ELF's symbols would tell" in (
        result.fault.message
    )


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_a_fault_counts_no_device_access(fidelity, tmp_path):
    result = run("ldr r4, =0x60000000\nldr r0, [r4]\nb .\n.ltorg\n", tmp_path, fidelity)
    assert result.activity["device"] == 0


MPU_AND_IT = """
start:
    ldr r6, =0xE000ED98
    movs r7, #0
    str r7, [r6]
    ldr r7, =0x20000000
    str r7, [r6, #4]
    ldr r7, =0x0303002F
    str r7, [r6, #8]
    movs r7, #5
    ldr r6, =0xE000ED94
    str r7, [r6]
    dsb
    isb
    ldr r4, =0x50000000
    mov r1, #0x2000
    movs r0, #0
    movs r3, #{condition}
    cmp r3, #0
    ite ne
    {access}ne.w r1, [r4, #0x508]
    {access}eq.w r1, [r4, #0x50c]
    b 1f
1:  adds r0, #1
    adds r0, #1
    adds r0, #1
    ldr r6, =0x20001000
    ldr r7, =0x20026
    stm r6, {{r7}}
    str r0, [r6, #4]
    movs r0, #0x20
    mov r1, r6
    bkpt #0xab
    .ltorg
"""
"""A device's register in an IT block, with an MPU region of 16 MB on RAM; exits with 3."""


@pytest.mark.parametrize("access", ["str", "ldr"])
@pytest.mark.parametrize("condition", [0, 1])
def test_access_that_asks_the_mpu_leaves_no_it_state_behind(condition, access, tmp_path):
    path = tmp_path / "mpu.bin"
    path.write_bytes(firmware(MPU_AND_IT.format(condition=condition, access=access)))
    result = mcusim.run(path, board="nrf52840", base=0)
    assert result.exit_code == 3, "no instruction after the IT block was skipped"


SURVIVOR = """
start:
    ldr r0, =0xE000ED08
    ldr r1, =table
    str r1, [r0]
    movs r2, #{faults}
1:  ldr r0, =0x60000000
    ldr.w r1, [r0]
    subs r2, #1
    bne 1b
    ldr r0, =25000000
2:  subs r0, #1
    bne 2b
    ldr r0, =0x60000000
    {last}
    movs r0, #0x18
    ldr r1, =0x20026
    bkpt #0xab
    .ltorg
    .thumb_func
hard_fault:
    ldr r0, [sp, #24]
    adds r0, #4
    str r0, [sp, #24]
    bx lr
    .balign 512
table:
    .space 12
    .word hard_fault
"""
"""Its handler goes on behind the faulting instruction; a second of work follows."""


def survive(tmp_path, faults=1, last="nop"):
    path = tmp_path / "survivor.bin"
    path.write_bytes(firmware(SURVIVOR.format(faults=faults, last=last)))
    return mcusim.run(path, board="nrf52840", base=0, max_time_s=5.0)


def test_firmware_may_outlive_a_fault(tmp_path):
    result = survive(tmp_path)
    assert (result.outcome, result.exit_code) == ("exited", 0)
    assert result.time_s > 1.1
    assert [w for w in result.warnings if "the firmware handled a fault and went on: Bus" in w]


def test_fault_after_one_outlived_is_the_one_reported(tmp_path):
    result = survive(tmp_path, last="ldr.w r0, [r0, #8]\nb .\n.ltorg")
    assert result.outcome == "fault"
    assert result.fault.address == 0x60000008
    assert any("went on" in warning for warning in result.warnings)


UNPRIVILEGED = """
start:
    ldr r6, =0xE000ED98
    movs r7, #0
    str r7, [r6]
    str r7, [r6, #4]
    ldr r7, =0x0300003F
    str r7, [r6, #8]
    movs r7, #1
    str r7, [r6]
    ldr r7, =0x20001000
    str r7, [r6, #4]
    ldr r7, =0x01000013
    str r7, [r6, #8]
    movs r7, #5
    ldr r6, =0xE000ED94
    str r7, [r6]
    dsb
    movs r0, #1
    msr control, r0
    isb
    ldr r0, ={address}
    ldr r1, [r0]
    b .
    .ltorg
"""
"""All memory is open to all, but for 1 kB of RAM at 0x20001000; then code drops its privilege."""


@pytest.mark.parametrize(
    ("address", "kind", "why"),
    [
        ("0x20001008", "MemManage: DACCVIOL", "the MPU forbids it to unprivileged code"),
        ("0xE000ED94", "BusFault: PRECISERR", "a register of the core, for privileged code"),
    ],
)
def test_denied_access_says_who_denies_it(address, kind, why, tmp_path):
    path = tmp_path / "denied.bin"
    path.write_bytes(firmware(UNPRIVILEGED.format(address=address)))
    result = mcusim.run(path, board="nrf52840", base=0, max_time_s=0.01)
    assert result.outcome == "fault"
    assert result.fault.kind == kind
    assert result.fault.message.endswith(why)


MPU_OFF = """
start:
    ldr r6, =0xE000ED98
    movs r7, #0
    str r7, [r6]
    ldr r7, =0x20001000
    str r7, [r6, #4]
    ldr r7, =0x00000013
    str r7, [r6, #8]
    movs r7, #5
    ldr r6, =0xE000ED94
    str r7, [r6]
    dsb
    isb
    ldr r0, =0x20001008
    movs r1, #7
    movs r7, #0
    b 1f
1:  str r7, [r6]
    dmb
    str r1, [r0]
    ldr r2, [r0]
    ldr r6, =0x20002000
    ldr r7, =0x20026
    str r7, [r6]
    str r2, [r6, #4]
    movs r0, #0x20
    mov r1, r6
    bkpt #0xab
    .ltorg
"""
"""1 kB of RAM is closed; then the MPU is switched off, and a word there written and read."""


def test_mpu_that_is_switched_off_forbids_nothing_in_the_same_block(tmp_path):
    # As FreeRTOS does when it loads the regions of the next task.
    path = tmp_path / "off.bin"
    path.write_bytes(firmware(MPU_OFF))
    result = mcusim.run(path, board="nrf52840", base=0, max_time_s=0.01)
    assert (result.outcome, result.exit_code) == ("exited", 7)


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_where_a_run_is_cut_while_it_sleeps_makes_no_difference(fidelity, tmp_path, monkeypatch):
    source = (
        "ldr r0, =0xe000e010\nldr r1, =999\nstr r1, [r0, #4]\nmovs r1, #7\nstr r1, [r0]\n"
        "cpsid i\n1: adds r2, #1\nmuls r3, r2\nwfi\nldr r1, =0xe000ed04\nldr r4, =0x02000000\n"
        "str r4, [r1]\nb 1b\n"
    )  # fmt: skip
    results = []
    for slice_cycles in (1 << 20, 997):
        monkeypatch.setattr(run_loop, "FIRST_SLICE_CYCLES", slice_cycles)
        monkeypatch.setattr(run_loop, "LONGEST_SLICE_CYCLES", slice_cycles)
        result = run(source, tmp_path, fidelity, board="nucleo-l4r5zi")
        results.append(result.to_json())
    assert results[0] == results[1]
