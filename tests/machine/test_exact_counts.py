"""Instruction counts, registers and memory against plain Unicorn and QEMU."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import programs
import pytest
from assembly import assemble, firmware
from plain_core import BREAKPOINT, CORE, Counter, Halt, PlainCore
from rig import BOARDS, FLASH, NAMES, Outcome, Rig, board_named, sample
from unicorn import arm_const as arm

import mcusim
from mcusim.cpu.unicorn_arm import REGISTERS, run
from mcusim.firmware import load_firmware
from mcusim.machine.bus import Bus
from mcusim.machine.machine import Machine

COUNT = 1000
COUNT_STM32 = 200
SEED = 20260
SCRATCH = 0x20001000
STACK_TOP = 0x20001C00
RAM_BYTES = 0xC00
FLASH_DATA = 0x80

ENDING = ["coremix", "cpp", "fault-bus", "fault-jump", "fault-nofpu", "fault-svc", "fault-udf"]
ENDING += ["fibonacci", "hello", "memory", "overflow", "regions", "spin", "uart"]
SYSTEM_CONTROL = 0xE000E
"""Answered by the native core, not by a device."""
QEMU = "qemu-system-arm"


class Reference:
    """Plain cores with the same programs: one without any hook, one that counts."""

    def __init__(self, board: str, image: bytes) -> None:
        self.plain = PlainCore(board_named(board))
        self.counted = PlainCore(board_named(board))
        for core in (self.plain, self.counted):
            core.write(FLASH[board], image)
        self.counter = Counter(self.counted)

    def execute(
        self, core: PlainCore, pc: int, registers: dict[str, int], ram: bytes
    ) -> tuple[Halt, dict[str, int], bytes]:
        core.write(SCRATCH, ram)
        for number, name in zip(CORE, NAMES, strict=True):
            core.uc.reg_write(number, registers.get(name, 0))
        halt = core.run(pc)
        return halt, core.state(), bytes(core.uc.mem_read(SCRATCH, RAM_BYTES))

    def count(self, pc: int, registers: dict[str, int], ram: bytes) -> int:
        self.counter.reset()
        halt, _, _ = self.execute(self.counted, pc, registers, ram)
        return self.counter.finish(halt)


@cache
def image_of(count: int, base: int) -> tuple[bytes, tuple[tuple[str, int], ...]]:
    """Firmware with all programs, and where each begins."""
    source, names = programs.batch(count, SEED)
    binary = firmware("start:\n" + source, base)
    labels = assemble("start:\n" + source, base + 0x400).labels
    return binary, tuple((name, labels[name]) for name in names)


def start_of(seed: int, flash: int) -> tuple[dict[str, int], bytes]:
    """Registers and memory that a program begins with."""
    random = Random(seed)
    registers = {f"r{i}": random.getrandbits(random.choice((3, 8, 32))) for i in range(7)}
    registers |= {"r7": 4, "r8": SCRATCH, "r9": SCRATCH + 256, "r10": flash + FLASH_DATA}
    registers |= {"sp": STACK_TOP, "lr": 0xFFFFFFFF}
    return registers, random.randbytes(RAM_BYTES)


@pytest.mark.parametrize(("board", "count"), [("nrf52840", COUNT), ("nucleo-l4r5zi", COUNT_STM32)])
def test_generated_programs_count_and_compute_as_plain_unicorn_does(board: str, count: int) -> None:
    image, starts = image_of(count, FLASH[board])
    reference = Reference(board, image)
    rigs = {
        (fidelity, size): Rig(
            board_named(board), image, FLASH[board], accurate=fidelity == "accurate"
        )
        for fidelity, size in (("accurate", 0), ("fast", 0), ("accurate", 7), ("fast", 3))
    }
    faults = 0
    for i, (name, pc) in enumerate(starts):
        registers, ram = start_of(i, FLASH[board])
        halt, state, memory = reference.execute(reference.plain, pc, registers, ram)
        expected = reference.count(pc, registers, ram)
        faults += halt.interrupt != BREAKPOINT
        outcomes = {
            key: rig.execute(pc, registers, SCRATCH, ram, key[1]) for key, rig in rigs.items()
        }
        for key, outcome in outcomes.items():
            assert outcome.stopped.pc == halt.pc, (name, key)
            assert outcome.state == state, (name, key)
            assert outcome.ram == memory, (name, key)
            assert outcome.instructions == expected, (name, key)
            assert outcome.by_class == expected, (name, key)
        check_slices(name, outcomes)
    assert faults > count // 10


def check_slices(name: str, outcomes: dict[tuple[str, int], Outcome]) -> None:
    """Where a run is cut makes no difference in cycles."""
    assert outcomes["accurate", 0].cycles == outcomes["accurate", 7].cycles, name
    assert outcomes["fast", 0].cycles == outcomes["fast", 3].cycles, name


class Recorder:
    """Remembers what devices answered, to answer the same to plain Unicorn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[tuple[int, int]] = []
        original = Bus.read

        def read(bus: Bus, address: int, size: int) -> int:
            value = original(bus, address, size)
            self.answers.append((address, value))
            return value

        monkeypatch.setattr(Bus, "read", read)
        # What is published is read past the bus.
        monkeypatch.setattr(Machine, "publish", lambda *_: None)

    def replay(self) -> Iterator[tuple[int, int]]:
        return iter(self.answers)


def plain_run(path: Path, board: str, recorder: Recorder) -> int:
    """Instructions that plain Unicorn executes of a sample."""
    answers = recorder.replay()

    def read(address: int, size: int) -> int:
        if address >> 12 == SYSTEM_CONTROL:
            return 0
        expected, value = next(answers)
        assert address == expected
        return value

    core = PlainCore(board_named(board), read=read)
    image = load_firmware(path)
    for segment in image.segments:
        core.write(segment.address, segment.data)
    table = bytes(core.uc.mem_read(board_named(board).chip.vector_table, 8))
    core.uc.reg_write(arm.UC_ARM_REG_SP, int.from_bytes(table[:4], "little"))
    counter = Counter(core)
    halt = core.run_served(int.from_bytes(table[4:], "little") & ~1)
    return counter.finish(halt)


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("name", [name for name in ENDING if name != "fault-nofpu"])
def test_samples_count_as_plain_unicorn_does(
    name: str, board: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sample(name, board)
    recorder = Recorder(monkeypatch)
    accurate = mcusim.run(path, board=board)
    expected = plain_run(path, board, recorder)
    assert accurate.instructions == expected
    monkeypatch.undo()
    # One prints cycle counts, whose digits take instructions; the other waits for the line.
    if name not in ("regions", "uart"):
        assert mcusim.run(path, board=board, fidelity="fast").instructions == expected


@pytest.mark.parametrize("accurate", [True, False])
def test_digits_is_at_the_same_place_after_the_same_count(accurate: bool) -> None:
    board, limit = "nrf52840", 2_000_000
    image = load_firmware(sample("digits", board))
    machine = Machine(board_named(board), image, accurate=accurate)
    pc = machine.start()
    machine.engine.set_limits((1 << 64) - 1, limit)
    stopped = run(machine.engine, pc)
    count = machine.engine.instructions
    core = PlainCore(board_named(board))
    for segment in image.segments:
        core.write(segment.address, segment.data)
    core.uc.reg_write(arm.UC_ARM_REG_SP, machine.initial_sp)
    counter = StoppingCounter(core, count)
    core.run(pc)
    assert counter.next_pc == stopped.pc
    values = {f"r{i}": machine.engine.reg(REGISTERS[name]) for i, name in enumerate(NAMES)}
    assert values == counter.state
    machine.close()


class StoppingCounter(Counter):
    """Takes the state before the instruction after the first `limit`."""

    def __init__(self, core: PlainCore, limit: int) -> None:
        super().__init__(core)
        self._core = core
        self._limit = limit
        self.next_pc = 0
        self.state: dict[str, int] = {}

    def _count(self, address: int) -> None:
        if self.executed + self.skipped < self._limit:
            super()._count(address)
        elif not self.state:
            self.next_pc = address
            self.state = self._core.state()
            del self.state["flags"]
            self._core.uc.emu_stop()


@pytest.mark.skipif(shutil.which(QEMU) is None, reason=f"{QEMU} is not installed")
@pytest.mark.parametrize("name", ["hello", "cpp", "memory", "spin"])
def test_samples_count_as_qemu_does(name: str, tmp_path: Path) -> None:
    path = sample(name, "nrf52840")
    log = tmp_path / "trace"
    # One instruction a translation block; those that an IT block skips are blocks too.
    subprocess.run(
        [
            *(QEMU, "-M", "mps2-an386", "-display", "none", "-serial", "none", "-monitor", "none"),
            *("-semihosting-config", "enable=on,target=native", "-kernel", path),
            *("-singlestep", "-d", "exec,nochain", "-D", log),
        ],
        capture_output=True,
        timeout=60,
        check=False,
    )
    lines = sum(line.startswith(b"Trace ") for line in log.read_bytes().splitlines())
    assert mcusim.run(path, board="nrf52840").instructions == lines
