"""Peculiarities of Unicorn 2.1.4 that would make a simulator lie, each held by a test."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from assembly import assemble, firmware
from plain_core import CORE, PlainCore
from rig import Outcome, Rig, board_named

import mcusim
from mcusim import Result, _native
from mcusim.boards.schema import Chip, CoreOptions
from mcusim.cpu.unicorn_arm import CPUID, Cause, open_engine
from mcusim.errors import BoardError

FIDELITIES = ("accurate", "fast")
RAM = 0x20000000
ENABLE_FPU = "ldr r4, =0xe000ed88\nldr r0, [r4]\norr r0, #0xf00000\nstr r0, [r4]\ndsb\nisb\n"


def run_program(source: str, tmp_path: Path, fidelity: str, **options: object) -> Result:
    path = tmp_path / "program.bin"
    path.write_bytes(firmware("start:\n" + source))
    options.setdefault("max_time_s", 0.01)
    return mcusim.run(  # type: ignore[arg-type]
        path,
        board="nrf52840",
        base=0,
        fidelity=fidelity,
        **options,
    )


def execute(source: str, *, accurate: bool, slice_cycles: int = 0, **registers: int) -> Outcome:
    """Runs a snippet at 0x400 to its BKPT."""
    rig = Rig(board_named("nrf52840"), firmware("start:\n" + source), 0, accurate=accurate)
    state = {"sp": RAM + 0x1000, **registers}
    return rig.execute(0x400, state, RAM, bytes(0x1000), slice_cycles)


def leave(register: str) -> str:
    return (
        f"push {{{register}}}\nldr r1, =0x20026\npush {{r1}}\nmov r1, sp\nmovs r0, #0x20\n"
        "bkpt #0xab\nb .\n.ltorg\n"
    )


# --- which core it is ---


@pytest.mark.parametrize("fidelity", FIDELITIES)
@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("vadd.f64", ".inst.w 0xee300b00"),
        ("lda of v8-M", ".inst.w 0xe8d10faf"),
        ("stl of v8-M", ".inst.w 0xe8c10faf"),
        ("vmaxnm of FPv5", ".inst.w 0xfe800a00"),
        ("udf", "udf #7"),
    ],
)
def test_m4_rejects_what_an_m4_rejects(
    name: str, encoding: str, fidelity: str, tmp_path: Path
) -> None:
    result = run_program(ENABLE_FPU + "1: " + encoding + "\nb .\n.ltorg\n", tmp_path, fidelity)
    assert result.fault is not None, name
    assert result.fault.kind == "UsageFault: UNDEFINSTR"
    assert result.fault.pc == 0x412
    assert result.instructions == 6


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_m4_accepts_divide_dsp_and_single_precision(fidelity: str, tmp_path: Path) -> None:
    work = (
        "movs r1, #100\nmovs r2, #7\nudiv r3, r1, r2\nldr r1, =0x00030002\nldr r2, =0x00050004\n"
        "smlad r3, r1, r2, r3\nvmov s0, r3\nvcvt.f32.s32 s0, s0\nvadd.f32 s0, s0, s0\n"
        "vcvt.s32.f32 s0, s0\nvmov r3, s0\n"
    )
    result = run_program(ENABLE_FPU + work + leave("r3"), tmp_path, fidelity)
    assert result.exit_code == 2 * (14 + 3 * 5 + 2 * 4)


def test_a_core_that_unicorn_lacks_is_refused() -> None:
    with pytest.raises(BoardError, match="cortex-m4"):
        open_engine(chip_with("cortex-m85"), True)
    for core in CPUID:
        assert core in _native.CPU_MODELS
        assert open_engine(chip_with(core), False) is not None


def chip_with(core: str, *, security: bool = False) -> Chip:
    options = CoreOptions(security=security, source="this test", grade="assumed")
    return msgspec.structs.replace(board_named("nrf52840").chip, core=core, core_options=options)


def test_registers_are_read_in_place() -> None:
    for accurate in (True, False):
        for core in CPUID:
            for security in (True, False):
                engine = open_engine(chip_with(core, security=security), accurate)
                assert engine.registers_are_direct
                engine.drop_callbacks()


# --- conditional execution ---


@pytest.mark.parametrize("accurate", [True, False])
@pytest.mark.parametrize("higher", [True, False])
def test_memory_access_in_an_it_block_leaves_nothing_behind(accurate: bool, higher: bool) -> None:
    source = (
        "cmp r3, r1\nite hi\nldrhi r0, [r5]\nmovls r0, #0\nb 1f\n"
        "1: adds r6, #1\nadds r6, #1\nadds r6, #1\nbkpt #0xab\n"
    )
    outcome = execute(source, accurate=accurate, r1=5, r3=6 if higher else 5, r5=RAM, r0=9)
    assert outcome.state["r6"] == 3
    assert outcome.state["r0"] == 0
    assert outcome.instructions == 9


@pytest.mark.parametrize("accurate", [True, False])
@pytest.mark.parametrize("condition", ["eq", "ne"])
@pytest.mark.parametrize("slice_cycles", [0, 1, 2, 5])
def test_it_block_that_a_page_ends_in_goes_on_in_the_next(
    slice_cycles: int, condition: str, accurate: bool
) -> None:
    opposite = "ne" if condition == "eq" else "eq"
    for before in range(6):
        # The page ends at 0x800, between two of the four conditional instructions.
        source = (
            f"b.w go\n.space {0x3EC - 4 + 2 * before}\ngo: nop\ncmp r0, r0\nitete {condition}\n"
            f"add{condition}.w r1, r1, #1\nadd{opposite}.w r2, r2, #1\n"
            f"add{condition}.w r3, r3, #1\nadd{opposite}.w r4, r4, #1\nadds r5, #1\nbkpt #0xab\n"
        )
        outcome = execute(source, accurate=accurate, slice_cycles=slice_cycles)
        on = int(condition == "eq")
        values = [outcome.state[f"r{i}"] for i in range(1, 6)]
        assert values == [on, 1 - on, on, 1 - on, 1]
        assert outcome.instructions == 10


@pytest.mark.parametrize("accurate", [True, False])
def test_semihosting_call_inside_an_it_block_goes_on_within_it(
    accurate: bool, tmp_path: Path
) -> None:
    source = (
        "movs r2, #0\nldr r1, =0x400\nmovs r0, #3\ncmp r2, r2\nitte eq\naddeq r2, #1\nbkpt #0xab\n"
        "addne r2, #64\nadds r2, #4\n"
    )
    result = run_program(source + leave("r2"), tmp_path, "accurate" if accurate else "fast")
    assert result.outcome == "exited"
    assert result.output == "\0"


# --- translation blocks ---


@pytest.mark.parametrize("accurate", [True, False])
@pytest.mark.parametrize("slice_cycles", [0, 100])
def test_long_straight_code_in_several_translations_counts_once(
    accurate: bool, slice_cycles: int
) -> None:
    source = "adds r0, #1\nadd.w r1, r1, #1\n" * 1200 + "bkpt #0xab\n"
    outcome = execute(source, accurate=accurate, slice_cycles=slice_cycles)
    assert outcome.instructions == 2401
    assert outcome.by_class == 2401
    assert outcome.state["r0"] == outcome.state["r1"] == 1200


@pytest.mark.parametrize("accurate", [True, False])
def test_wide_instruction_across_a_page_counts_once(accurate: bool) -> None:
    source = "b.w go\n.space 0x3f6\ngo: adds r0, #1\nadds r0, #1\nadd.w r0, r0, #1\nbkpt #0xab\n"
    outcome = execute(source, accurate=accurate)
    assert outcome.instructions == 5
    assert outcome.state["r0"] == 3


@pytest.mark.parametrize("accurate", [True, False])
@pytest.mark.parametrize("slice_cycles", [0, 1, 7, 97])
def test_stopping_and_resuming_neither_loses_nor_repeats(slice_cycles: int, accurate: bool) -> None:
    source = (
        "movs r0, #200\n1: adds r1, #1\nstr r1, [r5]\nldr r2, [r5]\nadds r3, r2\n"
        "bl 2f\nsubs r0, #1\nbne 1b\nbkpt #0xab\n2: push {r4, lr}\nadds r6, #1\npop {r4, pc}\n"
    )
    whole = execute(source, accurate=accurate, r5=RAM)
    cut = execute(source, accurate=accurate, slice_cycles=slice_cycles, r5=RAM)
    assert cut == whole
    assert whole.state["r3"] == 200 * 201 // 2
    assert whole.state["r6"] == 200
    assert whole.instructions == 2 + 200 * 10


@pytest.mark.parametrize("accurate", [True, False])
@pytest.mark.parametrize("at", [0x20001000, 0x00801000])
def test_code_in_ram_that_changes_is_decoded_anew(at: int, accurate: bool) -> None:
    # movs r0, #<n>; bx lr, then three more instructions instead.
    short, long = "movs r0, #9\nbx lr\n", "movs r0, #1\nmuls r0, r0\nadds r0, #2\nbx lr\n"
    codes = [assemble(text, 0).code.ljust(8, b"\0") for text in (short, long, short)]
    write = ""
    for code in codes:
        low, high = (int.from_bytes(code[i : i + 4], "little") for i in (0, 4))
        write += (
            f"ldr r1, ={low:#x}\nstr r1, [r6]\nldr r1, ={high:#x}\nstr r1, [r6, #4]\n"
            f"ldr r2, ={at | 1:#x}\nblx r2\nadds r7, r0\n"
        )
    outcome = execute(write + "bkpt #0xab\n.ltorg\n", accurate=accurate, r6=0x20001000)
    assert outcome.state["r7"] == 9 + 3 + 9
    assert outcome.instructions == 3 * 7 + 1 + 2 + 4 + 2


@pytest.mark.parametrize("accurate", [True, False])
def test_code_that_rewrites_its_own_next_instruction_runs_as_on_plain_unicorn(
    accurate: bool,
) -> None:
    # The store changes the instruction right behind it, which without ISB may still be the old.
    body = assemble("strh r1, [r2]\nadds r0, #1\nadds r0, #1\nbx lr\n", 0).code
    changed = int.from_bytes(assemble("adds r0, #100\n", 0).code, "little")
    words = [int.from_bytes(body[i : i + 4], "little") for i in (0, 4)]
    source = (
        f"ldr r4, ={words[0]:#x}\nstr r4, [r6]\nldr r4, ={words[1]:#x}\nstr r4, [r6, #4]\n"
        f"ldr r1, ={changed:#x}\nadds r2, r6, #2\nadds r3, r6, #1\nblx r3\nbkpt #0xab\n.ltorg\n"
    )
    outcome = execute(source, accurate=accurate, r6=0x20001000)
    plain = PlainCore(board_named("nrf52840"))
    plain.write(0, firmware("start:\n" + source))
    plain.uc.reg_write(CORE[6], 0x20001000)
    plain.uc.reg_write(CORE[13], RAM + 0x1000)
    plain.run(0x400)
    assert outcome.state["r0"] == plain.state()["r0"]
    assert outcome.instructions == 13


# --- how execution stops ---


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_wfi_ends_the_run_and_is_counted(fidelity: str, tmp_path: Path) -> None:
    result = run_program("nop\nwfi\nb .\n", tmp_path, fidelity)
    assert (result.outcome, result.exit_code) == ("exited", None)
    assert "WFI" in result.reason
    assert result.instructions == 2


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_wfi_that_its_condition_skips_does_not_end_the_run(fidelity: str, tmp_path: Path) -> None:
    source = "movs r2, #7\ncmp r2, r2\nit ne\nwfine\n" + leave("r2")
    assert run_program(source, tmp_path, fidelity).exit_code == 7


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_sev_and_dbg_do_nothing(fidelity: str, tmp_path: Path) -> None:
    result = run_program(
        "movs r2, #7\nsev\nsev.w\ndbg #1\nnop.w\n" + leave("r2"), tmp_path, fidelity
    )
    assert result.exit_code == 7


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_svc_is_a_fault_after_it_has_executed(fidelity: str, tmp_path: Path) -> None:
    result = run_program("nop\nsvc #3\nb .\n", tmp_path, fidelity)
    assert result.fault is not None
    assert result.fault.kind == "SVC"
    assert result.instructions == 2


@pytest.mark.parametrize("fidelity", FIDELITIES)
@pytest.mark.parametrize("number", [0, 1, 0xAA, 0xAC, 0xFF])
def test_breakpoint_that_is_no_semihosting_is_a_fault(
    number: int, fidelity: str, tmp_path: Path
) -> None:
    result = run_program(f"nop\nbkpt #{number}\nb .\n", tmp_path, fidelity)
    assert result.fault is not None
    assert result.fault.kind == "HardFault: DEBUGEVT"
    assert result.fault.pc == 0x402
    assert result.instructions == 1


@pytest.mark.parametrize("accurate", [True, False])
def test_a_stop_at_an_address_with_bit_0_clear_resumes_in_thumb(accurate: bool) -> None:
    outcome = execute("adds r0, #1\nb 1f\n1: adds r0, #1\nbkpt #0xab\n", accurate=accurate,
                      slice_cycles=1)  # fmt: skip
    assert outcome.stopped.cause is Cause.BREAKPOINT
    assert outcome.state["r0"] == 2


def test_many_engines_can_live_and_die() -> None:
    for _ in range(60):
        rig = Rig(board_named("nrf52840"), firmware("start: bkpt #0xab\n"), 0, accurate=True)
        assert rig.execute(0x400, {"sp": RAM + 64}, RAM, bytes(64)).instructions == 1
        rig.machine.close()
