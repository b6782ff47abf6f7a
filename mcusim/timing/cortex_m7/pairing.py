"""Which two instructions may issue in one cycle: the older by what the younger must not be.

JNK: measured on an STM32H743, jnk0le/random "pipeline cycle test/doc/cortex_m7.md" (3dfc2abd).
LLVM: ARMScheduleM7.td.
"""

from __future__ import annotations

from enum import IntFlag


class Trait(IntFlag):
    """What the rules of pairing ask of an instruction."""

    ANY = 1
    ALONE = 1 << 1
    OLDER_ONLY = 1 << 2
    INLINE_SHIFT = 1 << 3  # operand2 through the shifter, or a shifted constant
    SHIFT = 1 << 4  # LSL, LSR, ASR, ROR by themselves
    BIT_FIELD = 1 << 5  # DSP and bit field instructions that use the early shifter
    MULTIPLY = 1 << 6
    STORE = 1 << 7
    LOAD = 1 << 8
    BRANCH = 1 << 9
    FPU = 1 << 10
    ARITHMETIC = 1 << 11  # of the FPU
    MULTIPLY_ADD = 1 << 12  # single precision
    TRANSFER = 1 << 13  # VLDR, VSTR, VMOV of single precision
    CONSTANT = 1 << 14  # VMOV of an immediate
    AWAITS_MULTIPLY_ADD = 1 << 15  # not within 3 cycles after a multiply-add
    FUSED = 1 << 16
    DOUBLE = 1 << 17  # arithmetic of double precision
    DOUBLE_MULTIPLY_ADD = 1 << 18


_BARS = {
    Trait.ALONE: Trait.ANY,
    # JNK, operand2: the matrix; bitfield: "can't be dual issued with operand2 inline_shifted_reg".
    Trait.INLINE_SHIFT: Trait.INLINE_SHIFT,
    Trait.SHIFT: Trait.INLINE_SHIFT,
    Trait.BIT_FIELD: Trait.INLINE_SHIFT,
    # JNK, multiplication: not with each other, not with stores; stores: not two.
    Trait.MULTIPLY: Trait.MULTIPLY | Trait.STORE,
    Trait.STORE: Trait.STORE | Trait.MULTIPLY,
    Trait.BRANCH: Trait.BRANCH,  # LLVM: one unit
    # JNK, fpu (single precision).
    Trait.ARITHMETIC: Trait.ARITHMETIC,
    Trait.CONSTANT: Trait.CONSTANT,
    # JNK, fpu (double precision): with integer instructions only, FMA not with loads and stores.
    Trait.DOUBLE: Trait.FPU,
    Trait.DOUBLE_MULTIPLY_ADD: Trait.FPU | Trait.LOAD | Trait.STORE,
}


def bars(traits: Trait) -> Trait:
    """Traits that the younger instruction must not have beside an older one with `traits`."""
    barred = Trait.ALONE | Trait.OLDER_ONLY
    for trait, younger in _BARS.items():
        if traits & trait:
            barred |= younger
    return barred
