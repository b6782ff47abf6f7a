"""Call stacks, from the frames that the engine kept, in the user's terms."""

from __future__ import annotations

from mcusim.firmware import FirmwareImage
from mcusim.result import FrameInfo

Frame = tuple[int, int, int]
"""Address of the callee, return address, SP at the call."""

DEPTH_LIMIT = 64


def call_stack(image: FirmwareImage, pc: int, frames: list[Frame]) -> list[FrameInfo]:
    """Names the levels, innermost first; beyond `DEPTH_LIMIT` the outermost are left out."""
    # Level by level: where execution is, then where each call came from.
    places = [pc] + [return_address - 2 for _, return_address, _ in reversed(frames)]
    levels = []
    for address in places[:DEPTH_LIMIT]:
        found = image.symbol_at(address)
        name = found[0] if found else f"0x{address:08x}"
        levels.append(FrameInfo(function=name, address=address, line=image.line_at(address)))
    return levels
