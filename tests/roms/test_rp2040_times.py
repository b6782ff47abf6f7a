"""How long the boot ROM's routines take, against the averages of the datasheet (2.8.3.2.2)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rom_rig import DATA, RETURN, STACK, Rom, double, single

import mcusim
from mcusim.cpu.unicorn_arm import REGISTERS, run

FIRMWARE = Path(__file__).parents[2] / "firmware_samples" / "prebuilt" / "hello-rp2040.elf"
PUBLISHED = {
    "add": (0x00, 71, 91),
    "subtract": (0x04, 74, 95),
    "multiply": (0x08, 58, 155),
    "divide": (0x0C, 71, 183),
    "root": (0x18, 63, 169),
    "to int": (0x1C, 40, 75),
    "to fixed point": (0x20, 39, 74),
    "to unsigned": (0x24, 39, 63),
    "from int": (0x2C, 55, 69),
    "from unsigned": (0x34, 54, 64),
    "compare": (0x54, 25, 39),
    "to int64": (0x6C, 54, 64),
    "to the other precision": (0x7C, 15, 23),
}
OF_TWO = ("add", "subtract", "multiply", "divide", "compare")


@pytest.fixture(scope="module")
def cycles() -> Iterator[Callable[..., int]]:
    """Counts the cycles of a routine with its return."""
    with mcusim.start(FIRMWARE, board="rp2040") as simulation:
        engine = simulation.machine.engine
        engine.write(RETURN + 0x1000, b"\x00\xbe\x00\xbe")
        engine.set_limits(1 << 60, 1 << 60)

        def count(function: int, *words: int) -> int:
            for number, word in enumerate(words):
                engine.set_reg(REGISTERS[f"r{number}"], word & 0xFFFFFFFF)
            engine.set_reg(REGISTERS["sp"], STACK)
            engine.set_reg(REGISTERS["lr"], RETURN + 0x1000 | 1)
            before = engine.cycles
            run(engine, function)
            return engine.cycles - before

        yield count


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("name", PUBLISHED)
def test_routines_take_as_long_as_the_chips(
    cycles: Callable[..., int], name: str, wide: bool
) -> None:
    offset, *published = PUBLISHED[name]
    rom, generator, taken = Rom(), random.Random(3), []
    function = rom.word(rom.look_up(DATA, "SD" if wide else "SF") + offset) & ~1

    def words(value: float) -> tuple[int, ...]:
        return double(value) if wide else (single(value),)

    for _ in range(60):
        a, b = generator.uniform(0.1, 50), generator.uniform(0.1, 50)
        if name.startswith("from"):
            given: tuple[int, ...] = (generator.getrandbits(32),)
        else:
            given = (*words(a), *words(b)) if name in OF_TWO else (*words(a), 5)
        taken.append(cycles(function, *given))
    assert sum(taken) / len(taken) == pytest.approx(published[wide], rel=0.2)
