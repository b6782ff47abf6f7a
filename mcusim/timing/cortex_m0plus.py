"""Timing of the Cortex-M0+: cycles of a basic block at zero wait states.

TRM: Arm Cortex-M0+ Technical Reference Manual (DDI0484C), table 3.1 "Cortex-M0+ instruction
summary". Instructions of its two-stage pipeline don't overlap, so the table is the whole model: no
stalls between them, and none for where a target lies.

A load or store of the single-cycle I/O port takes one cycle (TRM, table 3.1, note b). The native
core knows the addresses and takes the other cycle back.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from mcusim.boards.schema import CoreOptions
from mcusim.timing.block_facts import NO_FPU, block_flags, block_record
from mcusim.timing.cores import TimeBlock
from mcusim.timing.instruction import Instruction, Kind
from mcusim.timing.record import BlockFlag, pack
from mcusim.timing.thumb import decode, split

CPU = "cortex-m0plus"

REFILL = 1
"""What a taken branch takes beyond an instruction that isn't one: 2 cycles altogether."""
_SYSTEM_CYCLES = {"mrs": 3, "msr": 3, "wfi": 2, "wfe": 2}


def configured(options: CoreOptions | None) -> TimeBlock:
    """The block timer of a core with the multiplier that `options` name."""
    return partial(time_block, multiply_cycles=options.multiply_cycles if options else 1)


def time_block(
    address: int, code: bytes, it_state: int, accurate: bool, *, multiply_cycles: int = 1
) -> dict[str, Any]:
    """Times the basic block `code` at `address`.

    Args:
        address: of the first instruction.
        code: bytes of the block.
        it_state: always 0, as Armv6-M has no IT.
        accurate: makes no difference, as no cycle depends on an operand.
        multiply_cycles: of the multiplier, 1 or 32.

    Returns:
        The keyword arguments of `mcusim._native.Block`.
    """
    encodings = split(code)
    instructions = [decode(encoding) for encoding in encodings]
    refused = _first_refused(encodings)
    packed = []
    cycles = offset = 0
    for instruction in instructions:
        packed.append(pack(instruction, address + offset, offset, cycles, 0))
        cycles += _cycles(instruction, multiply_cycles)
        offset += instruction.size
    return block_record(
        address, code, instructions, cycles=cycles, packed=packed,
        taken_cycles=REFILL if instructions[-1].conditional else 0,
        flags=_flags(instructions, refused),
        first_fpu=refused,
    )  # fmt: skip


def _flags(instructions: list[Instruction], refused: int) -> BlockFlag:
    # What looks like an FPU instruction is undefined to Unicorn's core as well.
    flags = block_flags(instructions) & ~BlockFlag.USES_FPU
    return flags | BlockFlag.USES_FPU if refused != NO_FPU else flags


def _first_refused(encodings: list[bytes]) -> int:
    """Offset of the first instruction that Armv6-M lacks although Unicorn's Cortex-M0 takes it.

    The engine stops there as it does before the FPU of a core whose FPU is off.
    """
    offset = 0
    for encoding in encodings:
        half = int.from_bytes(encoding[:2], "little")
        compare = half & 0xF500 == 0xB100  # CBZ, CBNZ
        conditional = half >> 8 == 0xBF and half & 0xF != 0  # IT
        endianness = half & 0xFFF7 == 0xB650  # SETEND
        other_masks = half & 0xFFE0 == 0xB660 and half & 0x5 != 0  # CPS of A or F
        if len(encoding) == 2 and (compare or conditional or endianness or other_masks):
            return offset
        offset += len(encoding)
    return NO_FPU


def _cycles(instruction: Instruction, multiply_cycles: int) -> int:
    match instruction.kind:
        case Kind.LOAD | Kind.STORE:
            return 2
        case Kind.LOAD_MULTIPLE | Kind.STORE_MULTIPLE:
            # POP with PC: 3 + N, where N counts the PC too.
            return (3 if instruction.loads_pc else 1) + instruction.count
        case Kind.MULTIPLY:
            return multiply_cycles
        case Kind.BRANCH:
            if instruction.conditional:
                return 1
            return 3 if instruction.call else 2
        case Kind.BRANCH_REGISTER:
            return 2
        case Kind.BARRIER:
            return 3
        case Kind.SYSTEM:
            return _SYSTEM_CYCLES.get(instruction.mnemonic, 1)
        case _:
            return 1
