"""What puts a firmware into the memories: a programmer, or after a reset the boot loader."""

from __future__ import annotations

from collections.abc import Mapping

from mcusim import _native
from mcusim.boards import Board
from mcusim.devices import Device
from mcusim.devices.device import FlashedDevice
from mcusim.devices.reset import Reset
from mcusim.firmware import FirmwareImage


def load(
    engine: _native.Engine, board: Board, image: FirmwareImage, devices: Mapping[str, Device]
) -> None:
    """Puts all segments where they belong: into a memory, or a device that is flash (UICR)."""
    for segment in image.segments:
        if board.region_at(segment.address) is not None:
            engine.write(segment.address, segment.data)
            continue
        for entry in board.chip.device:
            device = devices[entry.name]
            offset = segment.address - entry.base
            if isinstance(device, FlashedDevice) and 0 <= offset < entry.size_bytes:
                device.program(offset, segment.data)


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
