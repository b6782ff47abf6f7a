"""What puts a firmware into the memories: a programmer, or after a reset the boot loader."""

from __future__ import annotations

from mcusim import _native
from mcusim.boards import Board
from mcusim.devices.reset import Reset
from mcusim.firmware import FirmwareImage
from mcusim.machine.bus import Bus


def load(engine: _native.Engine, board: Board, image: FirmwareImage, bus: Bus) -> None:
    """Puts all segments where they belong: into a memory, or a device that is flash (UICR)."""
    for segment in image.segments:
        found = bus.at(segment.address)
        if board.region_at(segment.address) is None and found is not None:
            device, base = found
            device.program(segment.address - base, segment.data)
        else:
            engine.write(segment.address, segment.data)


def load_again(engine: _native.Engine, board: Board, image: FirmwareImage, reset: Reset) -> None:
    """What a boot loader copies into RAM, but after a sleep for memories that it leaves alone."""
    hart = board.chip.riscv
    if hart is None or not hart.rom_first:
        return
    kept = hart.kept_asleep if reset.cause == "wake-up" else ()
    for segment in image.segments:
        memory = board.region_at(segment.address)
        if memory is not None and memory.kind == "ram" and memory.name not in kept:
            engine.write(segment.address, segment.data)
