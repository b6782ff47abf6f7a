"""Decoding 32-bit encodings by fields gives what Capstone gives."""

from __future__ import annotations

import random

from mcusim.timing.thumb import disassembled
from mcusim.timing.wide import wide

SAMPLES = 60_000
FIRST = ((0xE800, 0xF000), (0xF000, 0xF800), (0xF800, 0xFA00), (0xFA00, 0xFC00))
"""Ranges of the first halfword: pairs and lists, constants and branches, accesses, products."""
SECOND = ((0xFFFF, 0), (0x7FFF, 0), (0x0F0F, 0xF000), (0x0FFF, 0x0F00), (0xF0FF, 0), (0x1FFF, 0))
"""Bits of the second halfword that are drawn, and those that are set."""
COMMON = {
    *("add", "adds", "addw", "sub", "subs", "subw", "and", "bic", "orr", "eor", "rsb", "adc"),
    *("mov", "mvn", "movw", "cmp", "tst", "lsl", "lsr", "asr", "ubfx", "sbfx"),
    *("mul", "mla", "mls", "smull", "umull", "sdiv", "udiv"),
    *("ldr", "ldrb", "ldrh", "ldrsb", "ldrsh", "str", "strb", "strh", "ldrd", "strd"),
    *("ldm", "stm", "bl", "b", "beq", "ble"),
}


def encodings() -> set[tuple[int, int]]:
    """Random ones of the groups that are taken, and lists of registers on the stack."""
    draw = random.Random(20)
    found = set()
    for number in range(SAMPLES):
        first = draw.randrange(*FIRST[number % len(FIRST)])
        drawn, fixed = draw.choice(SECOND)
        found.add((first, draw.randrange(0x10000) & drawn | fixed))
    for first in (0xE92D, 0xE8BD, 0xFB91, 0xFBB1):
        found |= {(first, draw.randrange(0x10000) & 0xD0FF | 0xF0F0) for _ in range(100)}
        found |= {(first, draw.randrange(0x10000) & 0xDFFF) for _ in range(100)}
    return found


def test_what_is_taken_is_what_capstone_says() -> None:
    taken = {pair: said for pair in encodings() if (said := wide(*pair)) is not None}
    assert {said.mnemonic for said in taken.values()} >= COMMON | {"push", "pop"}
    other = {
        tuple(map(hex, pair)): (said, capstone)
        for pair, said in taken.items()
        if said != (capstone := disassembled(b"".join(half.to_bytes(2, "little") for half in pair)))
    }
    assert other == {}
