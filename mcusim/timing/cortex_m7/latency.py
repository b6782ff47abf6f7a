"""Cycles from the issue of an instruction to the issue of one that uses its result.

Stages that matter, as LLVM's ARMScheduleM7.td has them: EX1 computes addresses and early
arithmetic, EX2 has the late ALUs and data of word loads, EX3 that of byte and halfword loads and
the accumulator, EX4 data of stores. 0 means that both may issue in the same cycle.

- JNK: measured on an STM32H743, jnk0le/random "pipeline cycle test/doc/cortex_m7.md" (3dfc2abd);
- LLVM: ARMScheduleM7.td and, for what depends on both instructions, ARMLatencyMutations.cpp.
"""

from __future__ import annotations

from enum import IntEnum

Latencies = tuple[int, ...]
"""Cycles by `Need` for a core register, by `FloatNeed` for an FPU one."""


class Need(IntEnum):
    """How an instruction uses a core register; the columns of the table of results."""

    ADDRESS = 0  # base of an access
    INDEX = 1
    EARLY = 2  # an operand of ADD, SUB, MOV or a shift, to be done in the early ALU
    SHIFT = 3  # an operand that can't wait: through the shifter, or a bit field
    LATE = 4
    BESIDE_SHIFT = 5  # the late operand of an instruction that has one in SHIFT
    MULTIPLY = 6
    ACCUMULATE = 7
    STORE = 8
    TO_FPU = 9


# Columns:             ADDRESS INDEX EARLY SHIFT LATE BESIDE MULTIPLY ACCUMULATE STORE TO_FPU
EARLY: Latencies = (1, 1, 1, 1, 0, 0, 0, 0, 0, 1)
"""JNK overall: to the late ALU in 0 cycles, to the early one in the next; "any result" is stored
in the same cycle; VMOV has "1 cycle of input latency from any ALU"."""
REVERSED: Latencies = (2, 2, 1, 2, 0, 0, 0, 0, 0, 1)
"""REV, RBIT. JNK: not by an address, another REV or an inline shift in the next cycle."""
NEW_BASE: Latencies = (1, 1, 2, 1, 0, 0, 0, 0, 0, 1)
"""Base of a pre- or post-indexed access. JNK: not by the early ALU in the next cycle."""
LATE: Latencies = (2, 2, 2, 2, 1, 1, 1, 0, 0, 1)
"""JNK: the accumulator takes a result of the late ALU in the same cycle."""
SATURATED: Latencies = (3, 3, 3, 3, 2, 2, 2, 1, 0, 1)
"""LLVM: SSAT, USAT, QADD and their kind, USAD8: latency 2."""
MULTIPLIED: Latencies = (4, 4, 3, 3, 2, 2, 2, 1, 0, 1)
"""JNK: a cycle more than the late ALU, 1 along accumulators. LLVM: 4 to an address."""
LOADED_WORD: Latencies = (2, 3, 2, 2, 1, 2, 2, 0, 0, 1)
"""JNK loads, multiplication: the late ALU in the next cycle, but not if another operand is
early, and not a multiplication. LLVM: an index a cycle later than a base."""
LOADED_PART: Latencies = (3, 3, 3, 3, 2, 2, 2, 1, 0, 1)
"""Bytes and halfwords. JNK: late ALU in the second cycle, early ALU in the third."""
SYSTEM: Latencies = (3,) * len(Need)
"""LLVM: MRS, latency 3."""


class FloatNeed(IntEnum):
    """How an instruction uses an FPU register; the columns of the table of FPU results."""

    ADD = 0
    MULTIPLY = 1
    FUSED_ADDEND = 2  # VFMA and its kind
    CHAINED_ADDEND = 3  # VMLA and its kind, which round between
    FACTOR = 4  # of either
    STORE = 5
    TO_CORE = 6
    MOVE = 7


# Columns:       ADD MULTIPLY FUSED_ADDEND CHAINED_ADDEND FACTOR STORE TO_CORE MOVE
ADDED: Latencies = (3, 3, 3, 2, 3, 1, 3, 3)
"""VADD, VMUL. JNK fpu, "result latency". Other arithmetic: LLVM, WriteFPALU32."""
FUSED: Latencies = (5, 5, 3, 2, 5, 3, 5, 5)
"""VFMA. JNK fpu, "result latency"; as an addend of VADD, which it blocks for 3 cycles, derived."""
CHAINED: Latencies = (6, 6, 4, 3, 6, 4, 6, 6)
"""VMLA. As FUSED; as addend of VFMA derived: two cycles before the others, as for VFMA."""
LOADED: Latencies = (1, 1, 3, 2, 1, 0, 2, 1)
"""VLDR and each word of VLDM. JNK fpu: 1, "except as the vfma.f accumulate dependency"."""
MOVED: Latencies = (3, 3, 3, 3, 3, 1, 3, 3)
"""VMOV to an FPU register. JNK fpu: 3. To a store: LLVM, 3 less the 2 of M7Read_EX3."""
DOUBLE: Latencies = (3, 3, 3, 3, 3, 1, 3, 3)
"""JNK fpu (double precision): 3 cycles after the last that the instruction holds the pipeline,
as LLVM's latencies of 4, 7 and 11 for VADD, VMUL and VFMA have it."""
LOADED_DOUBLE: Latencies = (2, 2, 3, 3, 2, 0, 2, 2)
"""VLDR of a double. LLVM: M7LoadDP, a cycle more than a single; addends as LOADED, or MOVED."""
DIVIDED: Latencies = (0,) * len(FloatNeed)
"""VDIV, VSQRT: when they let go of the pipeline. LLVM: latencies 16 and 30, those of JNK."""
