"""Option bytes: settings that a chip keeps in flash and loads at reset."""

from __future__ import annotations

import msgspec

from mcusim.boards.hints import nearest
from mcusim.boards.schema import Chip, Grade, OptionBytes
from mcusim.boards.trustzone import switched

WORD = 1 << 32


def option_problem(chip: Chip, name: str, value: int) -> tuple[str, str] | None:
    """What is wrong with programming `value` to a register or bit, and what to do; or None."""
    registers = {register.name for register in chip.option_bytes}
    bits = {bit for register in chip.option_bytes for bit in register.bits}
    known = sorted(registers) + sorted(bits)
    if not known:
        return f"{chip.title} has no option bytes in its chip file", "leave them out"
    if name not in known:
        close = nearest(name, known) or known
        return f"{chip.title} has no option bytes {name!r}", "choose one of " + ", ".join(close)
    limit = WORD if name in registers else 2
    if not 0 <= value < limit:
        return f"{name} = {value:#x} doesn't fit", f"use 0 to {limit - 1:#x}"
    return None


def programmed(chip: Chip, name: str, value: int, source: str, grade: Grade | None = None) -> Chip:
    """The chip with a register or bit of its option bytes programmed, as after its next reset.

    The value must have no `option_problem`; `grade` stays as it is without.
    """
    registers = [_with(r, name, value, source, grade or r.grade) for r in chip.option_bytes]
    changed = msgspec.structs.replace(chip, option_bytes=registers)
    zone = changed.trustzone
    if zone is not None and zone.bit:
        changed = switched(changed, option_bit(changed, zone.bit) == 1)
    timing = changed.flash_timing
    read_bytes = flash_read_bytes(changed)
    return msgspec.structs.replace(
        changed, flash_timing=msgspec.structs.replace(timing, read_bytes=read_bytes)
    )


def flash_read_bytes(chip: Chip) -> int:
    """Width of one read of the flash array with the option bytes as they are."""
    for mode in chip.flash_timing.mode:
        if option_bit(chip, mode.bit) == mode.value:
            return mode.read_bytes
    return chip.flash_timing.read_bytes


def option_bit(chip: Chip, bit: str) -> int | None:
    """A named bit of the option bytes; None where the chip has none of that name."""
    for register in chip.option_bytes:
        if bit in register.bits:
            return register.value >> register.bits[bit] & 1
    return None


def _with(register: OptionBytes, name: str, value: int, source: str, grade: Grade) -> OptionBytes:
    if name in register.bits:
        position = register.bits[name]
        value = register.value & ~(1 << position) | value << position
    elif name != register.name:
        return register
    return msgspec.structs.replace(register, value=value, source=source, grade=grade)
