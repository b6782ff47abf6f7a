"""A decoded RISC-V instruction: what timing and accounting want to know of it, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass

from mcusim.timing.instruction import NO_REGISTER, Kind

RA, SP = 1, 2
"""x1 and x2 (RISC-V ELF psABI, integer register convention)."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, decoded from its encoding alone.

    A compressed one is what it expands to: C.ADDI is "addi" with a `size` of 2.
    """

    size: int
    """2 or 4 bytes."""
    mnemonic: str
    """In lower case as the ISA manual has it ("amoadd.w"); "illegal" for what RV32IMAFDC lacks."""
    kind: Kind
    rd: int = NO_REGISTER
    """x register written, x0 included."""
    rs1: int = NO_REGISTER
    rs2: int = NO_REGISTER
    reads: int = 0
    """x registers read, a bit each; never x0."""
    writes: int = 0
    """x registers written, a bit each; never x0."""
    fpu_reads: int = 0
    """f registers read, a bit each."""
    fpu_writes: int = 0
    immediate: int | None = None
    """Of arithmetic, LUI and AUIPC (shifted into place), and JALR; sign-extended."""
    base: int = NO_REGISTER
    """x register that the address of a memory access is counted from."""
    displacement: int = 0
    """Bytes added to the base."""
    access_bytes: int = 0
    conditional: bool = False
    """A branch that may fall through."""
    branch_offset: int | None = None
    """Bytes from a branch or JAL to its target."""
    csr: int | None = None
    """Number of the control and status register of a CSR instruction."""

    @property
    def call(self) -> bool:
        """JAL or JALR that links in ra; with t0, it calls a shared prologue (-msave-restore)."""
        return self.rd == RA and self.kind in (Kind.BRANCH, Kind.BRANCH_REGISTER)

    @property
    def is_amo(self) -> bool:
        """An atomic memory operation: it loads a word and stores another (ISA manual, Zaamo)."""
        return self.mnemonic.startswith("amo")

    @property
    def returns(self) -> bool:
        """JALR that jumps to ra without a link: a return by the hints of the ISA manual, 2.5."""
        return self.kind is Kind.BRANCH_REGISTER and self.rd == 0 and self.rs1 == RA

    @property
    def moves_sp(self) -> bool:
        """Whether it adds a constant to SP."""
        return self.mnemonic == "addi" and self.rd == self.rs1 == SP

    @property
    def sets_sp(self) -> bool:
        """Whether it gives SP a value that its old one does not tell."""
        return self.rd == SP and not self.moves_sp

    @property
    def touches_fpu(self) -> bool:
        """Whether it needs the floating-point unit."""
        return bool(self.fpu_reads | self.fpu_writes)
