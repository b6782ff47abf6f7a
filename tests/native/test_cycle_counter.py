"""DWT->CYCCNT, read anywhere in a program, is the twin's count at that instruction."""

from __future__ import annotations

from random import Random

import pytest
from assembly import assemble, firmware
from plain_core import CORE
from programs import Generator
from rig import BOARDS, FLASH, NAMES, Rig, board_named
from twin import Twin

SCRATCH = 0x20001000
RAM_BYTES = 0x1800
STACK_TOP = SCRATCH + RAM_BYTES
SLOTS = 512
CODE_IN_RAM = 0x20010000
ENABLE = "movw r7, #0x1000\nmovt r7, #0xe000\nmovs r6, #1\nstr r6, [r7]"
COUNT = 150


class Reading(Generator):
    """Programs that read the counter here and there and keep what they read."""

    slot = 0

    def _statement(self, depth: int) -> None:
        if self._random.random() < 0.35:
            self._read(self._random.choice((1, 1, 2, 3)))
        super()._statement(depth)

    def _read(self, times: int) -> None:
        self._emit("movw r7, #0x1004", "movt r7, #0xe000")
        registers = self._random.sample(["r1", "r2", "r3"], times)
        for register in registers:
            self._emit(f"ldr {register}, [r7]")
        for register in registers:
            self.slot = (self.slot + 4) % 0x800
            self._emit(f"str.w {register}, [r8, #{SLOTS + self.slot}]")

    def _it(self) -> None:
        super()._it()
        self._read(1)


class Plain(Reading):
    """Without what only the accurate mode sees, and one reading a block."""

    def _statement(self, depth: int) -> None:
        self._labels += 1
        self._emit(f"b.w X{self._name}_{self._labels}", f"X{self._name}_{self._labels}:")
        self._read(1)
        kinds = [self._narrow, self._narrow, self._multiple]
        nested = [self._skip, self._loop] if depth < 2 else []
        chosen = self._random.choice([*kinds, *nested])
        if chosen in nested:
            chosen(depth)
        else:
            chosen()

    def _arithmetic(self, c: str = "") -> str:
        return f"add{c}.w r{self._random.randrange(7)}, r4, #1"


def sources(kind: type[Generator], count: int) -> tuple[str, list[str]]:
    names = [f"p{i}" for i in range(count)]
    texts = [kind(name, 1000 + i).program(fault=False) for i, name in enumerate(names)]
    enabled = [
        text.replace(f"{name}:", f"{name}:\n{ENABLE}", 1)
        for name, text in zip(names, texts, strict=True)
    ]
    return "\n".join(enabled), names


def compare(rig: Rig, twin: Twin, starts: list[int], flash: int) -> None:
    """Runs each program on both; what they read of the counter is in memory afterwards."""
    random = Random(5)
    read = 0
    for pc in starts:
        registers = {f"r{i}": random.getrandbits(16) for i in range(7)}
        registers |= {"r8": SCRATCH, "r9": SCRATCH, "r10": flash + 0x80, "sp": STACK_TOP}
        ram = bytes(RAM_BYTES)
        outcome = rig.execute(pc, registers, SCRATCH, ram)
        twin.core.write(SCRATCH, ram)
        for number, register in zip(CORE, NAMES, strict=True):
            twin.core.uc.reg_write(number, registers.get(register, 0))
        twin._block = None
        twin.run(pc, served=False)
        assert rig.engine.cycles == twin.cycles, hex(pc)
        mine, its = outcome.ram[SLOTS:], twin.read_memory(SCRATCH + SLOTS, RAM_BYTES - SLOTS)
        assert mine == its, hex(pc)
        read += sum(any(mine[i : i + 4]) for i in range(0, 0x800, 4))
    assert read > len(starts)


@pytest.mark.parametrize("board", BOARDS)
def test_every_reading_is_exact(board: str) -> None:
    source, names = sources(Reading, COUNT)
    image = firmware("start:\n" + source, FLASH[board])
    labels = assemble("start:\n" + source, FLASH[board] + 0x400).labels
    twin = Twin(board_named(board))
    twin.switch_fpu_on()
    twin.core.write(FLASH[board], image)
    rig = Rig(board_named(board), image, FLASH[board], accurate=True)
    compare(rig, twin, [labels[name] for name in names], FLASH[board])


@pytest.mark.parametrize("accurate", [True, False])
def test_readings_of_code_in_ram_are_exact_in_both_fidelities(accurate: bool) -> None:
    source, names = sources(Plain, COUNT)
    program = assemble(source, CODE_IN_RAM)
    image = firmware("start: nop\n")
    twin = Twin(board_named("nrf52840"))
    twin.switch_fpu_on()
    rig = Rig(board_named("nrf52840"), image, 0, accurate=accurate)
    for write in (rig.engine.write, twin.core.write):
        write(0, image)
        write(CODE_IN_RAM, program.code)
    compare(rig, twin, [program.labels[name] for name in names], 0)


WORK = 18
STRAIGHT = """
movw r7, #0xe010
movt r7, #0xe000
mvn r6, #0xff000000
str r6, [r7, #4]
str r6, [r7, #8]
movs r6, #5
str r6, [r7]
b.w {name}_straight
{name}_straight:
mov r7, r8
ldr r1, [r7, #4]
ldr r2, [r7, #8]
{work}
movw r7, #0x1000
movt r7, #0xe000
ldr r3, [r7, #4]
movw r7, #0xe010
movt r7, #0xe000
ldr r4, [r7, #8]
{work}
ldr r5, [r7, #8]
movw r7, #0x1000
movt r7, #0xe000
ldr r6, [r7, #4]
bkpt #0xab
"""


@pytest.mark.parametrize("accurate", [True, False])
def test_the_timers_agree_in_one_block_where_registers_are_used_again(accurate: bool) -> None:
    """Loads from other places before them have the same base register and offset."""
    work = "\n".join(["adds r0, #1"] * WORK)
    source = f"straight:\n{ENABLE}\n" + STRAIGHT.format(name="straight", work=work)
    program = assemble(source, CODE_IN_RAM)
    rig = Rig(board_named("nrf52840"), firmware("start: nop\n"), 0, accurate=accurate)
    rig.engine.write(CODE_IN_RAM, program.code)
    registers = {"r8": SCRATCH, "sp": STACK_TOP}
    state = rig.execute(CODE_IN_RAM, registers, SCRATCH, bytes(RAM_BYTES)).state
    # TRM 100166, 3.3.1: two cycles a lone load, one for each other instruction, and a load into a
    # pipeline that is not full up to one more.
    between = state["r4"] - state["r5"]
    assert 2 + WORK <= between <= 3 + WORK
    assert state["r6"] - state["r3"] - between in (8, 9)
