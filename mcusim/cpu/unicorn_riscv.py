"""RISC-V harts on the native engine: what the chip chose, registers, and why execution stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from mcusim import _native
from mcusim.boards.riscv_schema import Riscv
from mcusim.boards.schema import Chip
from mcusim.cpu.stops import Cause, Stopped, error_cause
from mcusim.errors import BoardError
from mcusim.timing.instruction import Kind
from mcusim.timing.riscv.decode import decode, split

REGISTERS = _native.RISCV_REGISTERS
NAMES = tuple(name for name in REGISTERS if name != "pc")
"""The ABI's names, in the order of x0 to x31."""
XLEN_32 = 1 << 30
"""misa.MXL (Privileged Architecture 20211203, 3.1.1)."""
INTERRUPT = 1 << 31
"""In mcause, of an interrupt (3.1.15)."""
ILLEGAL, BREAKPOINT, LOAD_MISALIGNED, STORE_MISALIGNED = 2, 3, 4, 6
FETCH_FAULT, LOAD_FAULT, STORE_FAULT = 1, 5, 7

# Semihosting calls are EBREAK between SLLI x0, x0, 0x1f and SRAI x0, x0, 7, not compressed
# (RISC-V Semihosting 1.0, 2).
_BEFORE_CALL, _CALL, _AFTER_CALL = 0x01F01013, 0x00100073, 0x40705013

_KINDS = {"sifive-e31": _native.CoreKind.SIFIVE_E31}


def open_engine(chip: Chip, accurate: bool) -> _native.RiscvEngine:
    """Makes an engine of a chip's hart.

    Raises:
        BoardError: without the [riscv] table that says what the hart has.
    """
    if chip.riscv is None:
        raise BoardError(f"chip {chip.name!r} has a RISC-V core, and no [riscv] table")
    kind = _KINDS.get(chip.core, _native.CoreKind.RISCV)
    return _native.RiscvEngine(kind, accurate, _options(chip.riscv))


def misa(extensions: str) -> int:
    """The register that names the extensions: a bit for each letter."""
    return XLEN_32 | sum(1 << ord(letter) - ord("A") for letter in set(extensions))


def _options(chosen: Riscv) -> _native.RiscvOptions:
    return _native.RiscvOptions(
        misa=misa(chosen.extensions),
        vendor_id=chosen.vendor_id,
        architecture_id=chosen.architecture_id,
        implementation_id=chosen.implementation_id,
        vector_alignment=chosen.vector_alignment_bytes,
        pmp_regions=chosen.pmp_regions,
        trap_cycles=chosen.trap_cycles,
        vectored_only=chosen.vectored_only,
        counters=chosen.counters,
        counter_inhibit=chosen.counter_inhibit,
        vendor_interrupts=chosen.interrupts == "vendor",
        traps_misaligned=chosen.misaligned == "trap",
        custom=[(c.number, c.writable, c.at_reset, c.counts_cycles) for c in chosen.csr],
    )


def _cause(reason: str, number: int, write: bool) -> Cause:
    if reason in ("limit", "halt"):
        return Cause(reason)
    if reason == "unhandled":
        return Cause.NO_HANDLER
    if reason == "error":
        return error_cause(number, write)
    return {
        ILLEGAL: Cause.UNDEFINED,
        BREAKPOINT: Cause.BREAKPOINT,
        LOAD_MISALIGNED: Cause.UNALIGNED,
        STORE_MISALIGNED: Cause.UNALIGNED,
        # Where nothing answers, Unicorn reports errors, not interrupts.
        FETCH_FAULT: Cause.FORBIDDEN,
        LOAD_FAULT: Cause.FORBIDDEN,
        STORE_FAULT: Cause.FORBIDDEN,
    }.get(number, Cause.UNKNOWN)


class RiscV:
    """RV32 with machine mode, for a machine."""

    name: ClassVar[str] = "RISC-V"
    registers: ClassVar[Mapping[str, int]] = REGISTERS
    reported: ClassVar[tuple[str, ...]] = (*NAMES[1:], "pc")
    link: ClassVar[str] = "ra"
    arguments: ClassVar[tuple[str, str]] = ("a0", "a1")
    first_interrupt: ClassVar[int] = 0
    page_bytes: ClassVar[int] = 4096
    spins: ClassVar[tuple[bytes, ...]] = (b"\x01\xa0", b"\x6f\x00\x00\x00")

    def open_engine(self, chip: Chip, accurate: bool) -> _native.Engine:
        """Makes an engine of a chip's hart."""
        return open_engine(chip, accurate)

    def map_own_devices(self, engine: _native.Engine, chip: Chip) -> None:
        """A hart has no registers in memory."""

    def begin(self, engine: _native.Engine, start: int, entry: int | None) -> int:
        """Begins at the firmware's entry, as what runs before it would have it, or at `start`."""
        return start if entry is None else entry

    def as_stopped(
        self, reason: str, number: int, pc: int, address: int | None, write: bool
    ) -> Stopped:
        """What the engine tells of a stop."""
        return Stopped(_cause(reason, number, write), pc, address, number & 0xFFFFFFFF)

    def looked_at(self, engine: _native.Engine, stopped: Stopped) -> Stopped:
        """The stop tells everything."""
        return stopped

    def decode_state(self, state: int) -> int:
        """Nothing but the code decides."""
        return 0

    def calls_host(self, read: Callable[[int, int], bytes], pc: int) -> bool:
        """EBREAK between the two instructions that mark it."""
        code = read(pc - 4, 12)
        words = [int.from_bytes(code[at : at + 4], "little") for at in (0, 4, 8)]
        return words == [_BEFORE_CALL, _CALL, _AFTER_CALL]

    def skip_breakpoint(self, engine: _native.Engine) -> int:
        """Past EBREAK."""
        return 4

    def exception(self, engine: _native.Engine) -> int:
        """The cause of the trap that is served."""
        return as_riscv(engine).trap_cause

    def loads(self, code: bytes) -> Iterator[tuple[str, int]]:
        """Loads by a register other than SP."""
        for encoding in split(code):
            found = decode(encoding)
            if found.kind is Kind.LOAD and NAMES[found.base] not in ("sp", "gp"):
                yield NAMES[found.base], found.displacement


def as_riscv(engine: _native.Engine) -> _native.RiscvEngine:
    """The engine of a hart as what it is."""
    if not isinstance(engine, _native.RiscvEngine):
        raise TypeError(f"no RISC-V core: {engine}")
    return engine
