"""Decoding by fields gives what Capstone gives, for every halfword that it takes."""

from __future__ import annotations

from mcusim.timing.narrow import narrow
from mcusim.timing.thumb import disassembled, is_wide


def test_every_halfword_is_what_capstone_says() -> None:
    taken = {
        half: found
        for half in range(0x10000)
        if not is_wide(half) and (found := narrow(half)) is not None
    }
    assert len(taken) > 0xB000
    other = {
        hex(half): (found, said)
        for half, found in taken.items()
        if found != (said := disassembled(half.to_bytes(2, "little")))
    }
    assert other == {}
