"""A branch to itself is accounted for many turns at once: the counts are those of turn by turn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rig import FLASH, RAM, board_named, machine_with

import mcusim
from mcusim.cpu.unicorn_arm import REGISTERS, Cause, run
from mcusim.machine.activity import INDEX

NARROW, WIDE = bytes.fromhex("fee7"), bytes.fromhex("fff7febf")
NEVER = (1 << 64) - 1


def spin(board: str, code: bytes, base: int, cycles: int, step: int) -> tuple[int, int, list[int]]:
    """Cycles, instructions and activity of a spin up to a cycle, looked at every `step` cycles."""
    machine = machine_with(board_named(board), code, base, accurate=True)
    engine = machine.engine
    for limit in range(step, cycles + 1, step):
        engine.set_limits(limit, NEVER)
        assert run(engine, base).cause is Cause.LIMIT
    engine.settle()
    return engine.cycles, engine.instructions, engine.activity()


@pytest.mark.parametrize("board", ["nrf52840", "nucleo-l4r5zi"])
@pytest.mark.parametrize("code", [NARROW, WIDE])
@pytest.mark.parametrize("base", ["flash", "ram"])
def test_many_turns_at_once_count_as_turn_by_turn(board: str, code: bytes, base: str) -> None:
    at = FLASH[board] if base == "flash" else RAM
    whole = spin(board, code, at, 3000, 3000)
    assert whole == spin(board, code, at, 3000, 1)
    assert whole[1] >= 3000 / 4, "a turn is one instruction"


def test_an_instruction_limit_falls_on_its_turn() -> None:
    base = FLASH["nucleo-l4r5zi"]
    engine = machine_with(board_named("nucleo-l4r5zi"), NARROW, base, accurate=True).engine
    engine.set_limits(NEVER, 12_345)
    assert run(engine, base).cause is Cause.LIMIT
    assert engine.instructions == 12_345
    assert np.asarray(engine.activity())[INDEX["branch"]] == 12_345


def test_interrupts_come_on_time_in_a_spin(tmp_path: Path) -> None:
    # SP, reset, 13 vectors that aren't used, SysTick.
    words = [0x20001000, 0x41, *[0] * 13, 0x5B]
    main = bytes.fromhex(
        "4ef20000"  # movw r0, #0xe000
        "cef20000"  # movt r0, #0xe000
        "40f2e731"  # movw r1, #999
        "4161"  # str r1, [r0, #20]
        "0721"  # movs r1, #7
        "0161"  # str r1, [r0, #16]
        "0024"  # movs r4, #0
        "fee7"  # b .
    )
    assert len(main) <= 0x5A - 0x40
    systick = bytes.fromhex("01347047")  # adds r4, #1; bx lr
    image = b"".join(w.to_bytes(4, "little") for w in words) + main
    image += bytes(0x5A - len(image)) + systick
    path = tmp_path / "spin.bin"
    path.write_bytes(image)
    with mcusim.start(path, board="nrf52840", base=0) as simulation:
        assert simulation.run(1.0)
        ticks = simulation.machine.engine.reg(REGISTERS["r4"])
    assert ticks == pytest.approx(64e6 / 1000, abs=1)
