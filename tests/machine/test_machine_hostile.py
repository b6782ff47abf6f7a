"""Firmware that is random, cut off or malicious: it ends in a result or a clean error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from assembly import firmware

import mcusim
from mcusim.errors import McusimError

FUZZ_SEEDS = 200
FUZZ_SCRIPT = """
import json, sys, random, pathlib
import mcusim
from mcusim.errors import McusimError
folder, first, last = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
outcomes = {}
for seed in range(first, last):
    r = random.Random(seed)
    size = r.choice((64, 512, 4096, 20000))
    board, base = r.choice((("nrf52840", 0), ("nucleo-l4r5zi", 0x08000000)))
    sp = 0x20000000 + 4 * r.randrange(1, 0x8000)
    entry = base + 0x40 + 2 * r.randrange(8)
    body = bytearray(r.randbytes(size))
    if r.random() < 0.7:  # mostly narrow instructions, which get further
        for i in range(1, size, 2):
            body[i] = r.choice((0x18, 0x20, 0x30, 0x40, 0x42, 0x46, 0x60, 0x68, 0x88, 0xB4, 0xBC,
                                0xBF, 0xD1, 0xE0, 0xE7, 0xF8, 0xEB, 0xEE, 0xFB, 0xE8))
    data = sp.to_bytes(4, "little") + (entry | 1).to_bytes(4, "little") + bytes(56) + body
    path = folder / f"{seed}.bin"
    path.write_bytes(data)
    print(seed, flush=True, file=sys.stderr)
    try:
        result = mcusim.run(path, board=board, base=base, max_instructions=20000,
                            max_time_s=0.01, fidelity=r.choice(("accurate", "fast")))
        classes = ("alu", "multiply", "divide", "branch", "load", "store", "fpu", "other")
        assert sum(result.activity[c] for c in classes) == result.instructions
        assert result.activity["cycles"] == result.cycles
        result.to_json()
        key = result.outcome
    except McusimError as error:
        key = type(error).__name__
    outcomes[key] = outcomes.get(key, 0) + 1
print(json.dumps(outcomes))
"""


def test_random_firmware_ends_cleanly(tmp_path: Path) -> None:
    """In a process of its own: a crash of the core must not take the tests along."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", FUZZ_SCRIPT, str(tmp_path), "0", str(FUZZ_SEEDS)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"seed {done.stderr.strip()[-1500:]}"
    outcomes = json.loads(done.stdout)
    assert sum(outcomes.values()) == FUZZ_SEEDS
    assert outcomes["fault"] > FUZZ_SEEDS // 4


def run_bytes(data: bytes, tmp_path: Path, **options: object) -> mcusim.Result:
    path = tmp_path / "firmware.bin"
    path.write_bytes(data)
    return mcusim.run(path, board="nrf52840", base=0, max_time_s=0.01, **options)  # type: ignore[arg-type]


def outcome_of(data: bytes, tmp_path: Path) -> str:
    """How a run ends, or "error" for one line of an error."""
    try:
        return run_bytes(data, tmp_path).outcome
    except McusimError as error:
        return "error" if str(error) and "\n" not in str(error) else "unhelpful error"


def vector(sp: int, entry: int) -> bytes:
    return (sp.to_bytes(4, "little") + entry.to_bytes(4, "little")).ljust(0x400, b"\0")


@pytest.mark.parametrize(
    "sp", [0, 4, 0x10, 0x20000000, 0x2003FFFF, 0x20040000, 0x60000000, 0xFFFFFFFF]
)
@pytest.mark.parametrize("entry", [0x401, 0x400, 0, 0xFFFFFFFF, 0x20000001, 0x30000001, 0x40000001])
def test_any_vector_table_gives_a_result_or_an_error(sp: int, entry: int, tmp_path: Path) -> None:
    # push {r4, lr}; b .
    data = vector(sp, entry) + bytes.fromhex("10b5fee7")
    assert outcome_of(data, tmp_path) in ("fault", "limit", "error")


@pytest.mark.parametrize("size", [0, 1, 4, 7, 8, 9])
def test_a_cut_off_file_gives_a_result_or_an_error(size: int, tmp_path: Path) -> None:
    data = vector(0x20001000, 0x9)[:size]
    assert outcome_of(data, tmp_path) in ("fault", "error")


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
@pytest.mark.parametrize(
    "target", [0x30000001, 0x40000001, 0xE0000001, 0xE000E001, 0xEFFFFFFF, 0x10000001, 0x00100001]
)
def test_code_runs_only_in_memory(target: int, fidelity: str, tmp_path: Path) -> None:
    data = firmware(f"start: ldr r0, ={target:#x}\nbx r0\n.ltorg\n")
    result = run_bytes(data, tmp_path, fidelity=fidelity)
    assert result.fault is not None
    assert result.fault.kind == "BusFault: IBUSERR"
    assert result.fault.pc == target & ~1
    assert result.instructions == 2


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
@pytest.mark.parametrize("target", [0xFFFFFFF9, 0xFFFFFFFD, 0xFFFFFFE9])
def test_exception_return_without_an_exception_is_a_fault(
    target: int, fidelity: str, tmp_path: Path
) -> None:
    data = firmware(f"start: ldr r0, ={target:#x}\nbx r0\n.ltorg\n")
    result = run_bytes(data, tmp_path, fidelity=fidelity)
    assert result.fault is not None
    assert result.fault.kind == "UsageFault: INVPC"


def test_flash_cannot_be_written_by_a_store(tmp_path: Path) -> None:
    result = run_bytes(firmware("start: ldr r0, =0x500\nstr r0, [r0]\nb .\n.ltorg\n"), tmp_path)
    assert result.fault is not None
    assert result.fault.kind == "BusFault: PRECISERR"
    assert result.fault.address == 0x500
    assert "flash can't be written" in result.fault.message


def test_code_that_rewrites_itself_forever_is_bounded_by_its_limit(tmp_path: Path) -> None:
    source = """
start:
    ldr r0, =0x20001000
    ldr r1, =0x47702300
    movs r4, #0
1:  adds r4, #1
    bfi r1, r4, #0, #8
    str r1, [r0]
    adds r2, r0, #1
    blx r2
    b 1b
    .ltorg
"""
    result = run_bytes(firmware(source), tmp_path)
    assert result.outcome == "limit"
    assert result.time_s == pytest.approx(0.01, rel=0.01)


def test_stack_that_wraps_around_the_address_space_ends(tmp_path: Path) -> None:
    result = run_bytes(firmware("start: push {r0-r7}\nb start\n"), tmp_path)
    assert result.outcome == "fault"
    assert result.fault is not None
    assert result.fault.address is not None
    assert result.memory.stacks[0].peak_bytes >= 0x8000


def test_endless_recursion_ends_in_a_fault_with_a_bounded_call_stack(tmp_path: Path) -> None:
    result = run_bytes(firmware("start: push {r0, lr}\nbl start\n"), tmp_path)
    assert result.fault is not None
    assert 0 < len(result.fault.call_stack) <= 64


def test_a_clock_slower_than_any_board_has_is_no_wrong_option(tmp_path: Path) -> None:
    # RCC_CR: MSI at 100 kHz; RCC_CFGR: HCLK is that over 512; FLASH_ACR: no wait states.
    source = """
start:
    ldr r4, =0x40021000
    movs r0, #9
    str r0, [r4]
    movs r0, #0xf0
    str r0, [r4, #8]
    ldr r4, =0x40022000
    movs r0, #0
    str r0, [r4]
    ldr r0, [r4]
    udf #0
    .ltorg
"""
    path = tmp_path / "firmware.bin"
    path.write_bytes(firmware(source, base=0x08000000))
    result = mcusim.run(path, board="nucleo-l4r5zi", base=0x08000000)
    assert result.fault is not None
    assert result.fault.kind == "UsageFault: UNDEFINSTR"
    assert result.cycles / result.time_s < 10e3


def test_a_store_that_no_manual_defines_reaches_a_register(tmp_path: Path) -> None:
    # STMDB r2, {r0, r1, pc} (UNPREDICTABLE: a list with the PC), first in its block, to NVIC_IPR.
    source = "start: ldr r2, =0xe000e40c\nb 1f\n1: .short 0xe902, 0x8003\nudf #0\n.ltorg\n"
    result = run_bytes(firmware(source), tmp_path)
    assert result.fault is not None
    assert result.fault.kind == "UsageFault: UNDEFINSTR"


def test_the_alias_of_the_nvic_has_nothing_behind_the_last_interrupt(tmp_path: Path) -> None:
    # NVIC_ISER9 and NVIC_IABR15 of the Non-secure state, by the alias that Secure code has of it.
    source = """
start:
    ldr r4, =0xe002e100
    mvn r0, #0
    str r0, [r4, #0x24]
    ldr r1, [r4, #0x24]
    ldr r2, [r4, #0x23c]
    udf #0
    .ltorg
"""
    path = tmp_path / "firmware.bin"
    path.write_bytes(firmware(source))
    result = mcusim.run(path, board="nrf5340", base=0)
    assert result.fault is not None
    assert result.fault.kind == "UsageFault: UNDEFINSTR"
    assert (result.fault.registers["r1"], result.fault.registers["r2"]) == (0, 0)


def test_a_vector_table_at_the_end_of_the_addresses_is_told_of(tmp_path: Path) -> None:
    # VTOR is 0xFFFFFF80, and SVCall's vector lies beyond 4 GB with some of the interrupts.
    source = """
start:
    ldr r4, =0xe000ed08
    ldr r0, =0xffffff80
    str r0, [r4]
    ldr r4, =0xe000e100
    mov r0, #1 << 24
    str r0, [r4]
    str r0, [r4, #0x100]
    dsb
    isb
    b .
    .ltorg
"""
    result = run_bytes(firmware(source), tmp_path)
    assert result.fault is not None
    assert "has no handler" in result.fault.message


@pytest.mark.parametrize("limit", ["--max-instructions=1", "--max-time=15ns"])
def test_a_limit_at_an_fpu_instruction_ends_the_run(limit: str, tmp_path: Path) -> None:
    # In a process of its own, as the run would not end.
    path = tmp_path / "firmware.bin"
    path.write_bytes(firmware("start: b 1f\n.balign 4\n1: movs r0, #1\nvmov s0, r0\nb .\n"))
    command = ["run", str(path), "--board=nrf52840", "--base=0", "--quiet", limit]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mcusim", *command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "stopped at the limit of" in done.stderr


def test_endless_changes_of_the_clock_take_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcusim.machine.clock.CHANGES_LIMIT", 300)
    # RCC_CFGR: HCLK is the system clock over 2 and over 4 in turn.
    source = """
start:
    ldr r4, =0x40021008
    movs r0, #0x80
    movs r1, #0x90
1:  str r0, [r4]
    str r1, [r4]
    b 1b
    .ltorg
"""
    path = tmp_path / "firmware.bin"
    path.write_bytes(firmware(source, base=0x08000000))
    result = mcusim.run(path, board="nucleo-l4r5zi", base=0x08000000, max_instructions=30_000)
    assert (result.outcome, result.instructions < 1000) == ("limit", True)
    assert "after 300 changes of the core's clock" in result.reason
