"""mcusim's machine without its run loop: programs run one by one from given registers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from plain_core import FLAGS

from mcusim.boards import Board, load_board
from mcusim.cpu.unicorn_arm import REGISTERS, Cause, Stopped, run
from mcusim.firmware import load_firmware
from mcusim.machine.activity import INDEX, INSTRUCTION_CLASSES
from mcusim.machine.machine import Machine

ROOT = Path(__file__).resolve().parents[2]
PREBUILT = ROOT / "firmware_samples" / "prebuilt"
BOARDS = ("nrf52840", "nucleo-l4r5zi")
FLASH = {"nrf52840": 0, "nucleo-l4r5zi": 0x08000000}
RAM = 0x20000000
FPU_ON = bytes.fromhex("4ef68850 cef20000 4ff47001 0160 abbe")
"""movw r0, #0xed88; movt r0, #0xe000; mov.w r1, #0xf00000; str r1, [r0]; bkpt #0xab: CPACR."""
NAMES = [f"r{i}" for i in range(13)] + ["sp", "lr"]
CLASSES = [INDEX[name] for name in INSTRUCTION_CLASSES]


@cache
def board_named(name: str) -> Board:
    """A shipped board, loaded once."""
    return load_board(name)


def sample(name: str, board: str) -> Path:
    """A prebuilt sample."""
    return PREBUILT / f"{name}-{board}.elf"


def machine_with(board: Board, binary: bytes, base: int, *, accurate: bool) -> Machine:
    """A machine with a raw binary in its memory."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "firmware.bin"
        path.write_bytes(binary)
        return Machine(board, load_firmware(path, base), accurate=accurate)


@dataclass(frozen=True)
class Outcome:
    """What one program did."""

    stopped: Stopped
    instructions: int
    cycles: int
    by_class: int
    state: dict[str, int]
    ram: bytes


class Rig:
    """A machine that runs programs of one image one after the other."""

    def __init__(self, board: Board, binary: bytes, base: int, *, accurate: bool) -> None:
        self.machine = machine_with(board, binary, base, accurate=accurate)
        self.engine = self.machine.engine
        self.machine.start()
        self.execute(RAM, {}, RAM, FPU_ON)

    def execute(
        self, pc: int, registers: dict[str, int], ram_at: int, ram: bytes, slice_cycles: int = 0
    ) -> Outcome:
        """Runs one program from `pc` to its BKPT or fault."""
        engine = self.engine
        engine.write(ram_at, ram)
        for name in NAMES:
            engine.set_reg(REGISTERS[name], registers.get(name, 0))
        cycles, instructions = engine.cycles, engine.instructions
        classes = int(np.asarray(engine.activity())[CLASSES].sum())
        stopped = self._run(pc, slice_cycles)
        if stopped.cause is not Cause.BREAKPOINT:
            engine.give_back(stopped.pc)
        engine.settle()
        return Outcome(
            stopped,
            engine.instructions - instructions,
            engine.cycles - cycles,
            int(np.asarray(engine.activity())[CLASSES].sum()) - classes,
            self._state(),
            engine.read(ram_at, len(ram)),
        )

    def _run(self, pc: int, slice_cycles: int) -> Stopped:
        never = (1 << 64) - 1
        while True:
            limit = self.engine.cycles + slice_cycles if slice_cycles else never
            self.engine.set_limits(limit, never)
            stopped = run(self.engine, pc)
            if stopped.cause is not Cause.LIMIT:
                return stopped
            pc = stopped.pc

    def _state(self) -> dict[str, int]:
        values = {f"r{i}": self.engine.reg(REGISTERS[name]) for i, name in enumerate(NAMES)}
        values["flags"] = self.engine.reg(REGISTERS["xpsr"]) & FLAGS
        return values
