"""Semihosting from small assembled programs: what is served, what is refused, what is hostile."""

from __future__ import annotations

from pathlib import Path

import pytest
from assembly import firmware

import mcusim
from mcusim import Result

CLOCK_HZ = 64_000_000
FAILED = 0xFFFFFFFF
BLOCK = 0x20001000
TEXT = 0x20001100
OUTSIDE = 0x60000000


def run_program(source: str, tmp_path: Path, **options: object) -> Result:
    """Runs an assembled program on the nRF52840 DK."""
    path = tmp_path / "program.bin"
    path.write_bytes(firmware("start:\n" + source))
    options.setdefault("max_time_s", 0.05)
    return mcusim.run(path, board="nrf52840", base=0, **options)  # type: ignore[arg-type]


def store(address: int, *words: int) -> str:
    """Source that writes words to memory."""
    lines = [f"ldr r6, ={address:#x}"]
    for i, word in enumerate(words):
        lines += [f"ldr r7, ={word:#x}", f"str r7, [r6, #{4 * i}]"]
    return "\n".join(lines) + "\n"


def call(operation: int, parameter: int) -> str:
    """Source of one call; its answer is in r0."""
    return f"mov r0, #{operation}\nldr r1, ={parameter:#x}\nbkpt #0xab\n"


def leave(register: str = "r0") -> str:
    """Source that exits with a register as the status."""
    return (
        f"mov r5, {register}\nldr r6, ={BLOCK:#x}\nldr r7, =0x20026\nstr r7, [r6]\n"
        "str r5, [r6, #4]\nmov r0, #0x20\nmov r1, r6\nbkpt #0xab\nb .\n.ltorg\n"
    )


def answer(operation: int, parameter: int, tmp_path: Path, before: str = "") -> Result:
    """The result of one call, whose answer is the exit status."""
    return run_program(before + call(operation, parameter) + leave(), tmp_path)


def test_exit_with_zero_and_with_error(tmp_path: Path) -> None:
    good = run_program(call(0x18, 0x20026) + "b .\n.ltorg\n", tmp_path)
    assert (good.outcome, good.exit_code, good.succeeded) == ("exited", 0, True)
    bad = run_program(call(0x18, 0x20023) + "b .\n.ltorg\n", tmp_path)
    assert (bad.outcome, bad.exit_code, bad.succeeded) == ("exited", 1, False)


@pytest.mark.parametrize("code", [0, 1, 42, 255])
def test_extended_exit_has_its_code(code: int, tmp_path: Path) -> None:
    assert run_program(f"mov r0, #{code}\n" + leave(), tmp_path).exit_code == code


def test_extended_exit_for_another_reason_fails(tmp_path: Path) -> None:
    source = store(BLOCK, 0x20024, 0) + call(0x20, BLOCK) + "b .\n.ltorg\n"
    assert run_program(source, tmp_path).exit_code == 1


def test_clocks_follow_the_simulated_time(tmp_path: Path) -> None:
    wait = "ldr r4, =600000\n1: subs r4, #1\nbne 1b\n"
    result = answer(0x10, 0, tmp_path, wait)
    assert result.exit_code == int(100 * result.time_s) > 0
    assert answer(0x31, 0, tmp_path).exit_code == CLOCK_HZ
    assert answer(0x11, 0, tmp_path).exit_code == 0


def test_elapsed_counts_cycles_in_64_bits(tmp_path: Path) -> None:
    wait = "ldr r4, =1000\n1: subs r4, #1\nbne 1b\n" + store(TEXT, 7, 7)
    source = (
        wait
        + call(0x30, TEXT)
        + f"ldr r3, ={TEXT:#x}\nldrd r0, r1, [r3]\norr r0, r0, r1, lsl #24\n"
    )
    result = run_program(source + leave(), tmp_path)
    assert result.exit_code is not None
    assert 2000 <= result.exit_code <= result.cycles < result.exit_code + 60


@pytest.mark.parametrize("handle", [2, 3])
def test_write_goes_to_the_output(handle: int, tmp_path: Path) -> None:
    before = store(TEXT, 0x6C6C6548, 0x0000216F) + store(BLOCK, handle, TEXT, 6)
    result = answer(0x05, BLOCK, tmp_path, before)
    assert (result.output, result.exit_code) == ("Hello!", 0)


@pytest.mark.parametrize("handle", [0, 1, 4, 77, 0xFFFFFFFF])
def test_write_to_another_handle_writes_nothing(handle: int, tmp_path: Path) -> None:
    result = answer(0x05, BLOCK, tmp_path, store(BLOCK, handle, TEXT, 6))
    assert (result.output, result.exit_code) == ("", 6)


def test_characters_and_strings_go_to_the_output(tmp_path: Path) -> None:
    text = store(TEXT, 0x6C6C6548, 0x0000216F)
    result = run_program(text + call(0x03, TEXT) + call(0x04, TEXT) + leave(), tmp_path)
    assert result.output == "HHello!"


def test_console_can_be_opened_and_is_a_terminal(tmp_path: Path) -> None:
    name = store(TEXT, 0x0074743A)
    for mode, handle in ((0, 1), (4, 2), (8, 3)):
        opened = name + store(BLOCK, TEXT, mode, 3)
        assert answer(0x01, BLOCK, tmp_path, opened).exit_code == handle
    assert answer(0x09, BLOCK, tmp_path, store(BLOCK, 1)).exit_code == 1
    assert answer(0x09, BLOCK, tmp_path, store(BLOCK, 9)).exit_code == 0


@pytest.mark.parametrize("mode", [0, 1, 4, 8])
def test_host_files_are_refused(mode: int, tmp_path: Path) -> None:
    path = b"/etc/passwd\0"
    words = [int.from_bytes(path[i : i + 4], "little") for i in range(0, 12, 4)]
    before = store(TEXT, *words) + store(BLOCK, TEXT, mode, 11)
    result = answer(0x01, BLOCK, tmp_path, before)
    assert result.exit_code == FAILED
    assert any("/etc/passwd" in w and "refused" in w for w in result.warnings)
    assert result.output == ""


@pytest.mark.parametrize("operation", [0x0D, 0x0E, 0x0F, 0x12, 0x14, 0x99])
def test_what_is_not_served_fails_with_a_warning(operation: int, tmp_path: Path) -> None:
    result = answer(operation, 0, tmp_path)
    assert result.exit_code == FAILED
    assert any(f"0x{operation:02x}" in warning for warning in result.warnings)


def test_system_writes_no_file_and_runs_no_command(tmp_path: Path) -> None:
    command = b"touch owned\0"
    words = [int.from_bytes(command[i : i + 4], "little") for i in range(0, 12, 4)]
    answer(0x12, BLOCK, tmp_path, store(TEXT, *words) + store(BLOCK, TEXT, 11))
    assert [p.name for p in tmp_path.iterdir()] == ["program.bin"]


OPERATIONS = [*range(0x00, 0x33), 0x100, 0xFFFF]
POINTERS = [0, OUTSIDE, 0xFFFFFFFC, 0xFFFFFFFF, 0x2003FFFE, 0x40000000]


@pytest.mark.parametrize("pointer", POINTERS)
def test_any_pointer_can_be_given_to_any_call(pointer: int, tmp_path: Path) -> None:
    calls = "".join(call(op, pointer) for op in OPERATIONS if op not in (0x18, 0x20))
    calls = calls.replace("mov r0, #256", "movw r0, #256")
    result = run_program(calls.replace("mov r0, #65535", "movw r0, #65535") + leave("r4"), tmp_path)
    assert result.outcome == "exited"
    assert result.exit_code == 0


@pytest.mark.parametrize("pointer", POINTERS[1:])
def test_exit_with_a_wild_pointer_still_exits(pointer: int, tmp_path: Path) -> None:
    result = run_program(call(0x20, pointer) + "b .\n.ltorg\n", tmp_path)
    assert (result.outcome, result.exit_code) == ("exited", 1)


@pytest.mark.parametrize(
    ("address", "length"),
    [(TEXT, 0xFFFFFFFF), (TEXT, 0x7FFFFFFF), (OUTSIDE, 16), (0xFFFFFFF0, 64), (0x2003FFF0, 64)],
)
def test_write_reads_nothing_outside_memory(address: int, length: int, tmp_path: Path) -> None:
    result = answer(0x05, BLOCK, tmp_path, store(BLOCK, 2, address, length))
    assert result.outcome == "exited"
    assert result.output == ""


def test_output_is_bounded(tmp_path: Path) -> None:
    before = store(BLOCK, 2, 0x20000000, 0x10000) + "mov r4, #40\n"
    loop = "2:\n" + call(0x05, BLOCK) + "subs r4, #1\nbne 2b\n"
    result = run_program(before + loop + leave("r4"), tmp_path)
    assert len(result.output.encode()) <= 1 << 20
    assert any("dropped" in warning for warning in result.warnings)
    assert result.exit_code == 0


def test_warnings_are_bounded(tmp_path: Path) -> None:
    touch = (
        "ldr r0, =0x40100000\nmov r4, #200\n2: str r4, [r0]\nadd r0, #0x1000\nsubs r4, #1\nbne 2b\n"
    )
    result = run_program(touch + leave("r4"), tmp_path)
    assert result.exit_code == 0
    assert 0 < len(result.warnings) <= 60
    assert all("no device is modelled" in warning for warning in result.warnings)


def test_semihosting_counts_its_instruction_once(tmp_path: Path) -> None:
    ten = run_program(call(0x31, 0) * 10 + leave(), tmp_path)
    twenty = run_program(call(0x31, 0) * 20 + leave(), tmp_path)
    assert twenty.instructions - ten.instructions == 30
    for result in (ten, twenty):
        assert sum(row.cycles for row in result.functions) == result.cycles


def test_features_are_those_of_the_specification(tmp_path: Path) -> None:
    """Newlib asks for them before main, and then gives exit's status in full."""
    name = b":semihosting-features"
    words = [int.from_bytes(name[i : i + 4].ljust(4, b"\0"), "little") for i in range(0, 24, 4)]
    opened = store(TEXT, *words) + store(BLOCK, TEXT, 0, len(name)) + call(0x01, BLOCK)
    keep = f"ldr r6, ={BLOCK:#x}\nstr r0, [r6]\n"
    length = run_program(opened + keep + call(0x0C, BLOCK) + leave(), tmp_path)
    assert (length.exit_code, length.warnings) == (5, [])
    read = f"{keep}ldr r7, =0x20001200\nstr r7, [r6, #4]\nmov r7, #8\nstr r7, [r6, #8]\n"
    missing = run_program(opened + read + call(0x06, BLOCK) + leave(), tmp_path)
    assert missing.exit_code == 8 - 5
    skip = keep + "mov r7, #4\nstr r7, [r6, #4]\n" + call(0x0A, BLOCK)
    load = call(0x06, BLOCK) + "ldr r7, =0x20001200\nldrb r0, [r7]\n"
    extensions = run_program(
        opened + skip + read.replace("str r0, [r6]\n", "") + load + leave(), tmp_path
    )
    assert extensions.exit_code == 3, "SYS_EXIT_EXTENDED, and stdout apart from stderr"
