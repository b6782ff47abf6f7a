"""What devices drive at the cores: interrupt lines, and what a RISC-V hart takes beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mcusim import _native
from mcusim.boards import Board
from mcusim.boards.schema import Device, Memory, Npu
from mcusim.cpu.architecture import Architecture
from mcusim.cpu.unicorn_arm import as_arm
from mcusim.cpu.unicorn_riscv import as_riscv
from mcusim.devices.keeps import WHOLE_WORD, Keeps
from mcusim.machine.bus import Bus
from mcusim.machine.cores import Coprocessor, Cores


class CoreInputs:
    """A part of the `Host` of devices (mcusim.devices.Host)."""

    architecture: Architecture
    cores: Cores
    engine: _native.Engine
    board: Board
    _bus: Bus
    _interrupt_controller: Callable[[int, bool], None] | None = None

    def set_interrupt(self, number: int, level: bool, core: int | None = None) -> None:
        """Drives the interrupt line `number` of the chip: of one core, or of all."""
        if self._interrupt_controller is not None:
            self._interrupt_controller(number, level)
            return
        engines = self.cores.engines
        for engine in engines if core is None else engines[core : core + 1]:
            engine.set_line(self.architecture.first_interrupt + number, level)

    def take_interrupts(self, controller: Callable[[int, bool], None]) -> None:
        """Has a device get the levels of the chip's interrupt lines, instead of the core."""
        self._interrupt_controller = controller

    def attribute(self, base: int, size_bytes: int, security: str) -> None:
        """Has the chip say of addresses that they are Secure, callable or Non-secure."""
        for engine in self.cores.engines:
            as_arm(engine).attribute(base, size_bytes, security)

    def filter_memory(
        self, name: str, offset: int, size_bytes: int, keeps: Keeps, core: int | None = None
    ) -> None:
        """Has a controller keep accesses out of a part of a memory, as far as that goes."""
        for memory in self.board.chip.memory:
            inside = min(size_bytes, memory.size_bytes - offset)
            if memory.name == name and inside > 0:
                for base in (memory.base, *memory.aliases):
                    self._filter(base + offset, inside, keeps, core)

    def filter_addresses(self, base: int, size_bytes: int, keeps: Keeps) -> None:
        """Has a controller keep accesses out of addresses; data there are a bus error."""
        rule = keeps | Keeps.WITH_FAULT if keeps else keeps
        self._filter(base, size_bytes, rule, None)

    def _filter(self, base: int, size_bytes: int, rule: Keeps, core: int | None) -> None:
        engines = self.cores.engines
        for engine in engines if core is None else engines[core : core + 1]:
            as_arm(engine).filter_memory(base, size_bytes, rule)

    def filter_device(self, name: str, keeps: Keeps, core: int | None = None) -> None:
        """Has a controller keep accesses out of a device, at all of its addresses."""
        for found, base, size_bytes in self._places():
            if found == name:
                self._filter(base, size_bytes, keeps, core)

    def watch_filters(self, told: Callable[[str, int, bool], None]) -> None:
        """Tells the memory or device and the offset of each access that a controller kept out."""

        def tell(address: int, foreign: bool) -> None:
            for name, base, size_bytes in self._places():
                if base <= address < base + size_bytes:
                    told(name, address - base, foreign)

        for engine in self.cores.engines:
            as_arm(engine).set_filter_told(tell)

    def _places(self) -> Iterator[tuple[str, int, int]]:
        """Name, address and size in bytes of each memory and device, at all of its addresses."""
        chip = self.board.chip
        entries: tuple[Memory | Device | Npu, ...] = (*chip.memory, *chip.device, *chip.npu)
        for entry in entries:
            for base in (entry.base, *entry.aliases):
                yield entry.name, base, entry.size_bytes

    def screen_device(
        self,
        name: str,
        refused: Callable[[], None] | None,
        allowed: Callable[[int, bool], int] = lambda _offset, _write: 0,
    ) -> None:
        """Keeps Non-secure accesses out of a device, and tells of each; None: lets them in again.

        `allowed` says which bits of a word they reach all the same, by the word's offset; the
        second argument: it is a write. Of an access that reaches some, nobody is told.
        """

        def passes(address: int, offset: int, write: bool) -> int:
            if as_arm(self.engine).secure_access(address):
                return WHOLE_WORD
            bits = allowed(offset, write)
            if not bits and refused is not None:
                refused()
            return bits

        for entry in self.board.chip.device:
            if entry.name == name:
                self._bus.screen(entry.base, None if refused is None else passes)
                for base in (entry.base, *entry.aliases):
                    for engine in self.cores.engines:
                        engine.withdraw(base, entry.size_bytes)

    @property
    def privileged(self) -> bool:
        """Whether the access under way is one of privileged code."""
        return self.engine.privileged

    def latch(
        self, counter: _native.LatchedCounter, trigger: int, bits: int, low: int, high: int
    ) -> None:
        """Has writes to `trigger` latch a counter, and reads of its halves answered from it."""
        if all(self._bus.may_publish(address) for address in (trigger, low, high)):
            for engine in self.cores.engines:
                counter.place(engine, trigger, bits, low, high)

    def set_coprocessor(self, number: int, execute: Coprocessor) -> None:
        """Takes what executes a coprocessor's instructions."""
        self.cores.set_coprocessor(number, execute)

    def add_double_coprocessor(self, number: int) -> None:
        """Gives each core the RP2350's coprocessor for double precision."""
        for engine in self.cores.engines:
            as_arm(engine).add_double_coprocessor(number)

    def add_redundancy_coprocessor(
        self, number: int, salt: int, failed: Callable[[bool], None]
    ) -> None:
        """Gives each core the RP2350's coprocessor for checks, with its random number."""
        for engine in self.cores.engines:
            as_arm(engine).add_redundancy_coprocessor(number, salt, failed)

    def set_core_line(self, number: int, level: bool) -> None:
        """Drives the interrupt input `number` of a RISC-V hart, as mip counts them."""
        self.engine.set_line(number, level)

    def set_core_interrupt(self, number: int) -> None:
        """Has a RISC-V hart take an interrupt by the number of its cause; 0: none."""
        as_riscv(self.engine).set_vendor_cause(number)

    def set_core_deep_sleep(self, on: bool) -> None:
        """Has the next WFI of a RISC-V hart lead to deep sleep."""
        as_riscv(self.engine).set_sleep_deep(on)

    def set_core_time(self, read: Callable[[], int]) -> None:
        """Has a RISC-V hart see a clock in its registers time and timeh."""
        as_riscv(self.engine).set_time(read)
