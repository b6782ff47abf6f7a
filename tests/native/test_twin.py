"""The native accounting against its plain Python twin, cycle by cycle and event by event."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import msgspec
import programs
import pytest
from assembly import assemble, firmware
from plain_core import CORE
from rig import BOARDS, FLASH, NAMES, Rig, board_named, sample
from twin import Twin
from unicorn import arm_const as arm

import mcusim
from mcusim import _native
from mcusim._native import CoreKind
from mcusim.boards import Board
from mcusim.cpu.unicorn_arm import Cause
from mcusim.devices.device import FlashControl
from mcusim.firmware import load_firmware
from mcusim.machine.activity import COLUMNS, INDEX

SAMPLES = ["hello", "cpp", "memory", "regions", "uart", "fault-udf", "fault-jump", "fault-svc"]
SAMPLES += ["fibonacci"]
COUNT = 300
SEED = 77
SCRATCH = 0x20001000


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("name", SAMPLES)
def test_samples_cost_what_the_twin_counts(name: str, board: str) -> None:
    path = sample(name, board)
    result = mcusim.run(path, board=board)
    chip = board_named(board)
    twin = Twin(chip)
    for segment in load_firmware(path).segments:
        twin.core.write(segment.address, segment.data)
    table = twin.read_memory(chip.chip.vector_table, 8)
    twin.core.uc.reg_write(arm.UC_ARM_REG_SP, int.from_bytes(table[:4], "little"))
    twin.run(int.from_bytes(table[4:], "little") & ~1)
    assert result.activity == dict(zip(COLUMNS, twin.activity(), strict=True))
    assert result.cycles == twin.cycles


SETTINGS = {
    "reset": (None, None, None, None),
    "everything": (5, True, True, True),
    "prefetch alone": (4, True, False, False),
    "no accelerator": (3, False, False, False),
    "instruction cache": (5, False, True, False),
    "data cache and prefetch": (2, True, False, True),
    "no wait states": (0, False, False, False),
}
SERIAL = (37, 5)
"""Setup cycles of a serial flash, and cycles a byte."""


def setup(flash: FlashControl, settings: tuple[int | None, ...]) -> None:
    """Sets wait states, prefetch and caches of the native flash or of the twin's."""
    names = ("set_wait_states", "set_prefetch", "set_icache", "set_dcache")
    for name, value in zip(names, settings, strict=True):
        if value is not None:
            getattr(flash, name)(value)


def compare(
    board: Board,
    base: int,
    settings: tuple[int | None, ...],
    count: int,
    serial: tuple[int, int] = (0, 0),
) -> None:
    """Runs generated programs, one after the other, with all caches kept warm between them."""
    source, names = programs.batch(count, SEED)
    image = firmware("start:\n" + source, base)
    labels = assemble("start:\n" + source, base + 0x400).labels
    rig = Rig(board, image, base, accurate=True)
    twin = Twin(board)
    twin.core.write(base, image)
    twin.switch_fpu_on()
    setup(rig.engine, settings)
    setup(twin.flash, settings)
    rig.engine.set_serial_read(*serial)
    twin.flash.set_serial_read(*serial)
    random = Random(SEED)
    for name in names:
        registers = {f"r{i}": random.getrandbits(random.choice((4, 32))) for i in range(7)}
        registers |= {"r8": SCRATCH, "r9": SCRATCH, "r10": base + 0x80, "sp": SCRATCH + 0xC00}
        ram = random.randbytes(0xC00)
        outcome = rig.execute(labels[name], registers, SCRATCH, ram)
        twin.core.write(SCRATCH, ram)
        for number, register in zip(CORE, NAMES, strict=True):
            twin.core.uc.reg_write(number, registers.get(register, 0))
        twin._block = None
        twin.run(labels[name], served=False)
        assert rig.engine.cycles == twin.cycles, name
        if outcome.stopped.cause in (Cause.BREAKPOINT, Cause.UNDEFINED, Cause.SUPERVISOR_CALL):
            assert rig.engine.activity()[INDEX["cycles"]] == twin.cycles
    assert list(rig.engine.activity()) == twin.activity()


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("board", BOARDS)
def test_generated_programs_cost_what_the_twin_counts(board: str, setting: str) -> None:
    compare(board_named(board), FLASH[board], SETTINGS[setting], COUNT)


@pytest.mark.parametrize("setting", ["everything", "instruction cache", "no wait states"])
@pytest.mark.parametrize("board", BOARDS)
def test_serial_flash_costs_what_the_twin_counts(board: str, setting: str) -> None:
    compare(board_named(board), FLASH[board], SETTINGS[setting], COUNT, SERIAL)


def test_slow_memory_costs_what_the_twin_counts() -> None:
    board = board_named("nrf52840")
    memory = [
        msgspec.structs.replace(m, read_wait_cycles=2, write_wait_cycles=1)
        if m.kind == "ram"
        else m
        for m in board.chip.memory
    ]
    slow = replace(board, chip=msgspec.structs.replace(board.chip, memory=memory))
    compare(slow, 0, SETTINGS["everything"], COUNT)


@pytest.mark.parametrize("setting", ["everything", "instruction cache", "no wait states"])
@pytest.mark.parametrize(
    "change",
    [
        {"line_bytes": 8, "sets": 1, "ways": 2, "keeps_prefetched": False},
        {"line_bytes": 16, "sets": 4, "ways": 2, "serves_data": True},
    ],
    ids=["keeps only missed lines", "serves data"],
)
def test_other_caches_cost_what_the_twin_counts(change: dict[str, int], setting: str) -> None:
    board = board_named("nucleo-l4r5zi")
    timing = board.chip.flash_timing
    assert timing.icache is not None
    cache = msgspec.structs.replace(timing.icache, **change)
    timing = msgspec.structs.replace(timing, icache=cache)
    other = replace(board, chip=msgspec.structs.replace(board.chip, flash_timing=timing))
    compare(other, 0x08000000, SETTINGS[setting], COUNT)


@pytest.mark.parametrize(
    ("dividend", "divisor", "cycles"),
    [(0, 0, 2), (7, 0, 2), (3, 4, 3), (4, 4, 5), (15, 1, 5), (16, 1, 6), (0xFFFFFFFF, 1, 12)],
)
def test_divide_takes_2_to_12_cycles_by_quotient(dividend: int, divisor: int, cycles: int) -> None:
    assert _native.divide_cycles(CoreKind.CORTEX_M4, dividend, divisor) == cycles
