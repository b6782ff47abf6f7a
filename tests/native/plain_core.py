"""A Cortex-M4 on plain Unicorn, with nothing of mcusim's engine: the reference of the tests."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass

import unicorn
from unicorn import arm_const as arm

from mcusim.boards import Board

CORE = [getattr(arm, f"UC_ARM_REG_R{i}") for i in range(13)]
CORE += [arm.UC_ARM_REG_SP, arm.UC_ARM_REG_LR]
FLAGS = 0xF80F0000
BREAKPOINT = 7
WINDOWS = ((0x40000000, 0x20000000), (0xE0000000, 0x100000))
HINTS = (b"\x20\xbf", b"\x10\xbf")
SEMIHOSTING = b"\xab\xbe"
EXIT_CALLS = (0x18, 0x20)

Read = Callable[[int, int], int]
Write = Callable[[int, int, int], None]


def is_wide(halfword: int) -> bool:
    """Whether a first halfword begins an instruction of 32 bits."""
    return halfword >> 11 in (0b11101, 0b11110, 0b11111)


@dataclass(frozen=True)
class Halt:
    """Where and why plain execution stopped."""

    pc: int
    error: int
    interrupt: int | None


class PlainCore:
    """Memories of a board, a core, and device reads that the test answers."""

    def __init__(
        self, board: Board, *, read: Read = lambda *_: 0, write: Write = lambda *_: None
    ) -> None:
        uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB)
        uc.ctl_set_cpu_model(arm.UC_CPU_ARM_CORTEX_M4)
        self.uc = uc
        self.interrupt: int | None = None
        self._keep: list[object] = []
        for memory in board.chip.memory:
            self._map(memory.base, memory.aliases, memory.size_bytes, memory.kind == "flash")
        for base, size in WINDOWS:
            uc.mmio_map(
                base,
                size,
                lambda _, offset, n, at: read(at + offset, n),
                base,
                lambda _, offset, n, value, at: write(at + offset, n, value),
                base,
            )
        uc.hook_add(unicorn.UC_HOOK_INTR, self._on_interrupt)

    def _map(self, base: int, aliases: list[int], size: int, flash: bool) -> None:
        fill = b"\xff" if flash else b"\0"
        buffer = ctypes.create_string_buffer(fill * size, size)
        self._keep.append(buffer)
        rights = unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC
        rights |= 0 if flash else unicorn.UC_PROT_WRITE
        for at in (base, *aliases):
            self.uc.mem_map_ptr(at, size, rights, ctypes.addressof(buffer))

    def _on_interrupt(self, uc: unicorn.Uc, number: int, _: object) -> None:
        self.interrupt = number
        uc.emu_stop()

    def write(self, address: int, data: bytes) -> None:
        """Loads memory, flash too."""
        self.uc.mem_write(address, data)

    def run(self, pc: int) -> Halt:
        """Runs from `pc` to whatever stops the core."""
        self.interrupt = None
        error = 0
        try:
            self.uc.emu_start(pc | 1, 0xFFFFFFFE)
        except unicorn.UcError as raised:
            error = raised.errno
        return Halt(self.uc.reg_read(arm.UC_ARM_REG_PC), error, self.interrupt)

    def run_served(self, pc: int) -> Halt:
        """Runs on through console calls and hints, to an exit call or to what is not served."""
        while True:
            halt = self.run(pc)
            code = bytes(self.uc.mem_read(halt.pc, 2)) if not self._nowhere(halt.pc) else b""
            if halt.error and code in HINTS:
                self.on_hint(halt.pc)
            elif halt.interrupt != BREAKPOINT or code != SEMIHOSTING or self._exits():
                return halt
            else:
                self.uc.reg_write(arm.UC_ARM_REG_R0, 0)
            pc = halt.pc + 2

    def _exits(self) -> bool:
        return self.uc.reg_read(arm.UC_ARM_REG_R0) in EXIT_CALLS

    def on_hint(self, pc: int) -> None:
        """A WFE or YIELD was met."""

    def _nowhere(self, address: int) -> bool:
        regions = [(base, end) for base, end, _ in self.uc.mem_regions()]
        devices = any(base <= address < base + size for base, size in WINDOWS)
        return devices or not any(base <= address < end for base, end in regions)

    def state(self) -> dict[str, int]:
        """r0 to r12, SP, LR and the flags."""
        values = {f"r{i}": self.uc.reg_read(number) for i, number in enumerate(CORE)}
        values["flags"] = self.uc.reg_read(arm.UC_ARM_REG_XPSR) & FLAGS
        return values


class Counter:
    """Counts instructions one by one as they execute, and those that their IT block skips."""

    def __init__(self, core: PlainCore) -> None:
        self._uc = core.uc
        self.executed = 0
        self.skipped = 0
        self.last = 0
        self._window: list[int] = []
        self._lengths: dict[int, tuple[int, ...]] = {}
        core.uc.hook_add(unicorn.UC_HOOK_CODE, self._on_code)

    def _on_code(self, _: object, address: int, __: int, ___: object) -> None:
        if self._window:
            self._advance(address)
        self._count(address)

    def _count(self, address: int) -> None:
        self.executed += 1
        self.last = address
        conditional = self._lengths.get(address)
        if conditional is None:
            conditional = self._lengths[address] = self._conditional(address)
        if conditional:
            self._window = list(conditional)

    def _advance(self, address: int) -> None:
        # In an IT block only the last instruction may branch, so all up to there were passed.
        if address in self._window:
            place = self._window.index(address)
            self.skipped += place
            del self._window[: place + 1]
        else:
            self.skipped += len(self._window)
            self._window = []

    def _conditional(self, address: int) -> tuple[int, ...]:
        half = int.from_bytes(self._uc.mem_read(address, 2), "little")
        if half >> 8 != 0xBF or half & 0xF == 0:
            return ()
        length = next(4 - bit for bit in range(4) if half >> bit & 1)
        at = address + 2
        addresses = []
        for _ in range(length):
            addresses.append(at)
            first = int.from_bytes(self._uc.mem_read(at, 2), "little")
            at += 4 if is_wide(first) else 2
        return tuple(addresses)

    def reset(self) -> None:
        """Begins anew."""
        self.executed = self.skipped = self.last = 0
        self._window = []

    def finish(self, halt: Halt) -> int:
        """Instructions of the run that `halt` ended; one that faulted is none."""
        if self._window:
            if halt.pc in self._window:
                self.skipped += self._window.index(halt.pc)
            elif halt.pc > self._window[-1]:
                self.skipped += len(self._window)
            self._window = []
        faulted = halt.interrupt != BREAKPOINT and halt.error != 0 and self.last == halt.pc
        return self.executed + self.skipped - int(faulted)
