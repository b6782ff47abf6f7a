"""Arm M-profile cores on the native engine: model, registers, and why execution stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

from mcusim import _native
from mcusim.boards.schema import MOST_INTERRUPTS, Chip
from mcusim.boards.trustzone import attributed
from mcusim.cpu.stops import Cause, Stopped, error_cause
from mcusim.errors import BoardError
from mcusim.timing.instruction import PC, SP, Kind
from mcusim.timing.thumb import decode, split

REGISTERS = _native.REGISTERS
GENERAL = ("r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12")
REPORTED = (*GENERAL, "sp", "lr", "pc", "xpsr")

# Exception numbers that Unicorn reports for M-profile cores (QEMU target/arm/cpu.h, EXCP_*).
_UNDEFINED, _SVC, _PREFETCH_ABORT, _DATA_ABORT, _BKPT = 1, 2, 3, 4, 7
_EXCEPTION_EXIT, _NOCP, _INVSTATE, _STKOF, _UNALIGNED = 8, 17, 18, 19, 22
_DIVIDE_BY_ZERO = 100  # the engine's own (native/arm_engine.hpp)
EXC_RETURN_LOWEST = 0xF0000000
EXCEPTION_NUMBER = 0x1FF
"""In xPSR (ARM DDI0403E B1.4.2)."""


FIRST_INTERRUPT = 16
"""Exception number of interrupt 0 (ARM DDI0403E B1.5.2)."""
BKPT_IMMEDIATE = 0xAB
"""Of a semihosting call (Arm "Semihosting for AArch32", 2.0)."""
BRANCH_TO_SELF = b"\xfe\xe7"
THUMB = 1 << 24
"""The T bit of xPSR."""

CPUID = {
    "cortex-m0plus": 0x410CC601,  # r0p1 (TRM DDI0484C, 4.2)
    "cortex-m4": 0x410FC241,  # r0p1 (TRM 100166, 4.1)
    "cortex-m7": 0x411FC271,  # r1p1 (TRM DDI0489, 3.2)
    "cortex-m33": 0x410FD213,  # r0p3 (TRM 100230, CPUID)
    "cortex-m55": 0x411FD221,  # r1p1 (TRM 101051, CPUID)
}
"""CPUID register by core."""

WITHOUT_FAULT_STATUS = {"cortex-m0plus"}
"""Cores of Armv6-M: each fault is a HardFault (DDI0419, B1.5.6)."""

_INTERRUPTS = {"cortex-m0plus": 32}


def open_engine(chip: Chip, accurate: bool) -> _native.ArmEngine:
    """Makes an engine of a chip's core.

    Raises:
        BoardError: for a core without an execution model.
    """
    model = _native.CPU_MODELS.get(chip.core)
    if model is None or chip.core not in CPUID:
        known = ", ".join(sorted(CPUID))
        raise BoardError(f"core {chip.core!r} can't be executed; there are {known}")
    engine = _native.ArmEngine(
        model, accurate, chip.priority_bits, CPUID[chip.core], _options(chip.core, chip)
    )
    for bus in chip.device_bus:
        engine.add_device_bus(bus.base, bus.size_bytes, bus.read_wait_cycles, bus.write_wait_cycles)
    for port in chip.core_options.io_port if chip.core_options else ():
        engine.add_io_port(port.base, port.size_bytes)
    return engine


def _options(core: str, chip: Chip) -> _native.CoreOptions:
    chosen = chip.core_options
    lines = chosen.interrupts if chosen else None
    return _native.CoreOptions(
        interrupts=_INTERRUPTS.get(core, MOST_INTERRUPTS) if lines is None else lines,
        mpu_regions=8 if chip.mpu_regions is None else chip.mpu_regions,
        fpu=core not in WITHOUT_FAULT_STATUS and (chosen is None or chosen.fpu),
        systick=chosen is None or chosen.systick,
        vector_table_register=chosen is None or chosen.vector_table_register,
        unprivileged=chosen is None or chosen.unprivileged,
        security=chosen is not None and chosen.security,
        coprocessors=sum(3 << 2 * n for n in chosen.coprocessors) if chosen else 0,
    )


def run(engine: _native.Engine, pc: int, until: int | None = None) -> Stopped:
    """Runs from `pc` until something stops the core."""
    return as_stopped(*(engine.run(pc) if until is None else engine.run(pc, until)))


def as_stopped(reason: str, number: int, at: int, address: int | None, write: bool) -> Stopped:
    """What the engine tells of a stop."""
    return Stopped(_cause(reason, number, at, address, write), at, address, number)


def skip_instruction(engine: _native.Engine) -> None:
    """Advances ITSTATE past an instruction that the host executes (ARM DDI0403E A7.3.2)."""
    xpsr = engine.reg(REGISTERS["xpsr"])
    state = it_state(xpsr)
    if not state & 0xF:
        return
    state = 0 if not state & 0x7 else state & 0xE0 | state << 1 & 0x1F
    cleared = xpsr & ~0x0600FC00
    engine.set_reg(REGISTERS["xpsr"], cleared | (state & 0xFC) << 8 | (state & 0x3) << 25)


def it_state(xpsr: int) -> int:
    """ITSTATE: xPSR[15:10] and xPSR[26:25] (ARM DDI0403E B1.4.2)."""
    return xpsr >> 8 & 0xFC | xpsr >> 25 & 0x3


def _cause(reason: str, number: int, pc: int, address: int | None, write: bool) -> Cause:
    if reason in ("limit", "halt"):
        return Cause(reason)
    if reason == "unhandled":
        # With a handler, it was the frame that had no room.
        return Cause.NO_HANDLER if address is None else Cause.NO_STACK
    if reason == "interrupt":
        return _interrupt_cause(number, pc)
    return error_cause(number, write)


def _interrupt_cause(number: int, pc: int) -> Cause:
    if number in (_PREFETCH_ABORT, _EXCEPTION_EXIT) and pc >= EXC_RETURN_LOWEST:
        return Cause.EXCEPTION_RETURN
    return {
        _UNDEFINED: Cause.UNDEFINED,
        _SVC: Cause.SUPERVISOR_CALL,
        _PREFETCH_ABORT: Cause.FETCH,
        _DATA_ABORT: Cause.UNALIGNED,  # of LDREX and STREX, the only ones that it checks
        _BKPT: Cause.BREAKPOINT,
        _NOCP: Cause.NO_COPROCESSOR,
        _INVSTATE: Cause.INVALID_STATE,
        _STKOF: Cause.STACK_LIMIT,
        _UNALIGNED: Cause.UNALIGNED,
        _DIVIDE_BY_ZERO: Cause.DIVIDE_BY_ZERO,
    }.get(number, Cause.UNKNOWN)


class Arm:
    """The M profile, for a machine."""

    name: ClassVar[str] = "Arm"
    registers: ClassVar[Mapping[str, int]] = REGISTERS
    reported: ClassVar[tuple[str, ...]] = REPORTED
    link: ClassVar[str] = "lr"
    arguments: ClassVar[tuple[str, str]] = ("r0", "r1")
    first_interrupt: ClassVar[int] = FIRST_INTERRUPT
    page_bytes: ClassVar[int] = 1024
    spins: ClassVar[tuple[bytes, ...]] = (BRANCH_TO_SELF,)

    def open_engine(self, chip: Chip, accurate: bool) -> _native.Engine:
        """Makes an engine of a chip's core."""
        return open_engine(chip, accurate)

    def map_own_devices(self, engine: _native.Engine, chip: Chip) -> None:
        """Maps the system control space, and the words that stand for bits."""
        core = as_arm(engine)
        core.map_system_control()
        if chip.bit_band:
            core.map_bit_band()
        for base, size_bytes, security in attributed(chip):
            core.attribute(base, size_bytes, security)

    def begin(self, engine: _native.Engine, start: int, entry: int | None) -> int:
        """Loads SP and PC from the vector table at `start` as the silicon does."""
        as_arm(engine).set_vector_table(start)
        words = engine.read(start, 8)
        sp, first = (int.from_bytes(words[i : i + 4], "little") for i in (0, 4))
        engine.set_reg(REGISTERS["sp"], sp & ~3)
        engine.set_reg(REGISTERS["lr"], 0xFFFFFFFF)
        engine.select_stack(sp & ~3, first & ~1)
        return first & ~1

    def as_stopped(
        self, reason: str, number: int, pc: int, address: int | None, write: bool
    ) -> Stopped:
        """What the engine tells of a stop."""
        return as_stopped(reason, number, pc, address, write)

    def looked_at(self, engine: _native.Engine, stopped: Stopped) -> Stopped:
        """Unicorn reports a jump without the Thumb bit as an undefined instruction."""
        if stopped.cause is Cause.UNDEFINED and not engine.reg(REGISTERS["xpsr"]) & THUMB:
            return replace(stopped, cause=Cause.INVALID_STATE)
        return stopped

    def decode_state(self, state: int) -> int:
        """ITSTATE."""
        return it_state(state)

    def calls_host(self, read: Callable[[int, int], bytes], pc: int) -> bool:
        """BKPT 0xAB."""
        return read(pc, 2) == bytes([BKPT_IMMEDIATE, 0xBE])

    def skip_breakpoint(self, engine: _native.Engine) -> int:
        """Past BKPT, in an IT block too."""
        skip_instruction(engine)
        return 2

    def exception(self, engine: _native.Engine) -> int:
        """IPSR."""
        return engine.reg(REGISTERS["xpsr"]) & EXCEPTION_NUMBER

    def loads(self, code: bytes) -> Iterator[tuple[str, int]]:
        """Loads that count from a register alone, and not from SP or PC."""
        for encoding in split(code):
            found = decode(encoding)
            if found.kind is Kind.LOAD and found.base < SP and found.index > PC:
                yield f"r{found.base}", found.displacement


def as_arm(engine: _native.Engine) -> _native.ArmEngine:
    """The engine of an Arm core as what it is."""
    if not isinstance(engine, _native.ArmEngine):
        raise TypeError(f"no Arm core: {engine}")
    return engine
