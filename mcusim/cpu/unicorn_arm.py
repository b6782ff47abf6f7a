"""Arm M-profile cores on the native engine: model, registers, and why execution stopped."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mcusim import _native
from mcusim.boards.schema import MOST_INTERRUPTS, Chip
from mcusim.errors import BoardError

REGISTERS = _native.REGISTERS
GENERAL = ("r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12")
REPORTED = (*GENERAL, "sp", "lr", "pc", "xpsr")

# Exception numbers that Unicorn reports for M-profile cores (QEMU target/arm/cpu.h, EXCP_*).
_UNDEFINED, _SVC, _PREFETCH_ABORT, _DATA_ABORT, _BKPT = 1, 2, 3, 4, 7
_EXCEPTION_EXIT, _NOCP, _INVSTATE, _STKOF, _UNALIGNED = 8, 17, 18, 19, 22
_DIVIDE_BY_ZERO, _NON_SECURE = 100, 101  # the engine's own (native/arm_engine.hpp)
# Error codes of uc_emu_start (unicorn.h, uc_err).
_READ_UNMAPPED, _WRITE_UNMAPPED, _FETCH_UNMAPPED, _INSN_INVALID = 6, 7, 8, 10
_WRITE_PROT, _READ_PROT, _FETCH_PROT, _EXCEPTION = 12, 13, 14, 21
EXC_RETURN_LOWEST = 0xF0000000
EXCEPTION_NUMBER = 0x1FF
"""In xPSR (ARM DDI0403E B1.4.2)."""


class Cause(Enum):
    """Why the core stopped."""

    LIMIT = "limit"
    HALT = "halt"  # WFI, or the address to stop at
    BREAKPOINT = "breakpoint"
    SUPERVISOR_CALL = "supervisor call"
    EXCEPTION_RETURN = "exception return"
    UNDEFINED = "undefined instruction"
    NO_COPROCESSOR = "no coprocessor"
    INVALID_STATE = "invalid state"
    STACK_LIMIT = "stack limit"
    UNALIGNED = "unaligned access"
    DIVIDE_BY_ZERO = "division by zero"
    NON_SECURE = "change to Non-secure state"
    FETCH = "instruction fetch"
    READ = "data read"
    WRITE = "data write"
    NO_HANDLER = "exception without handler"  # `number` tells which
    NO_STACK = "exception without stack"  # `address` is where its frame would be
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Stopped:
    """One stop of the core."""

    cause: Cause
    pc: int
    address: int | None = None
    """Of the data access that failed."""
    number: int = 0


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
    if number in (_FETCH_UNMAPPED, _FETCH_PROT):
        return Cause.FETCH
    if number in (_READ_UNMAPPED, _READ_PROT, _WRITE_UNMAPPED, _WRITE_PROT):
        return Cause.WRITE if write else Cause.READ
    return Cause.UNDEFINED if number in (_INSN_INVALID, _EXCEPTION) else Cause.UNKNOWN


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
        _NON_SECURE: Cause.NON_SECURE,
    }.get(number, Cause.UNKNOWN)
