"""A decoded instruction: what timing and accounting want to know of it, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

NO_REGISTER = 255
SP, LR, PC = 13, 14, 15


class Kind(Enum):
    """Groups of instructions that the timing tables treat alike."""

    # There is one object of each: the name, which an enumeration hashes by, takes longer.
    __hash__ = object.__hash__

    ALU = auto()
    MULTIPLY = auto()
    DIVIDE_UNSIGNED = auto()
    DIVIDE_SIGNED = auto()
    LOAD = auto()
    STORE = auto()
    LOAD_MULTIPLE = auto()  # LDM, POP, LDRD, VLDM
    STORE_MULTIPLE = auto()
    LOAD_EXCLUSIVE = auto()
    STORE_EXCLUSIVE = auto()
    PRELOAD = auto()  # PLD, PLI: an address, and nothing that the program sees
    BRANCH = auto()  # to a label
    BRANCH_REGISTER = auto()  # BX, BLX Rm, MOV PC, ADD PC
    BRANCH_TABLE = auto()  # TBB, TBH
    FPU = auto()
    VECTOR_LOAD = auto()  # addresses are found as it executes
    VECTOR_STORE = auto()
    IT = auto()
    NOP = auto()
    BARRIER = auto()
    SYSTEM = auto()  # MSR, MRS, CPS, SVC, BKPT, hints


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, decoded from its encoding alone; addresses are resolved by the block."""

    size: int
    """2 or 4 bytes."""
    mnemonic: str
    kind: Kind
    reads: int = 0
    """Core registers read, a bit each."""
    writes: int = 0
    """Core registers written, a bit each."""
    operands: tuple[int, ...] = ()
    """Core registers of arithmetic in the order of the assembler's text."""
    shifted: bool = False
    """Whether the last of them passes the shifter on its way (`r2, lsl #3`)."""
    immediate: int | None = None
    """The last operand of arithmetic, where it is a constant."""
    base: int = NO_REGISTER
    """Base register of a memory access; PC for a literal."""
    index: int = NO_REGISTER
    shift: int = 0
    displacement: int = 0
    """Bytes added to the base for the (first) access; 0 when post-indexed."""
    access_bytes: int = 0
    count: int = 0
    """Consecutive accesses; of an FPU transfer, the core registers that it names."""
    writeback: bool = False
    target_register: int = NO_REGISTER
    """Register that a single load writes, or that a store reads as data."""
    loads_pc: bool = False
    conditional: bool = False
    """A branch that may fall through (B<cond>, CBZ, CBNZ)."""
    branch_offset: int | None = None
    """Bytes from a branch to the label that it names."""
    call: bool = False
    sp_change: int = 0
    """Bytes added to SP."""
    touches_fpu: bool = False
    fpu_reads: int = 0
    """Single-precision registers read, a bit each."""
    fpu_writes: int = 0
    it_length: int = 0
    """IT: number of instructions that it makes conditional."""
    dividend: int = NO_REGISTER
    divisor: int = NO_REGISTER
    writes_stack_select: bool = False

    @property
    def address_registers(self) -> int:
        """Registers that make the address of the access, a bit each; 0 without an access."""
        mask = 0
        for register in (self.base, self.index):
            if register not in (NO_REGISTER, PC):
                mask |= 1 << register
        return mask
