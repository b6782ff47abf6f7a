"""Raw binaries: bytes without addresses, symbols or an architecture."""

from __future__ import annotations

from mcusim.errors import FirmwareError
from mcusim.firmware.image import ADDRESS_SPACE, MAX_IMAGE_BYTES, Arch, FirmwareImage, Segment
from mcusim.firmware.names import hex32


def load_binary(path: str, data: bytes, sha256: str, base: int) -> FirmwareImage:
    """Place a raw binary at the address `base`.

    Raises FirmwareError for an impossible address or a file beyond the size limit.
    """
    if not 0 <= base < ADDRESS_SPACE:
        raise FirmwareError(f"{path}: --base {base:#x} is not a 32-bit address")
    if len(data) > MAX_IMAGE_BYTES:
        raise FirmwareError(
            f"{path}: {len(data):,} B is more than the {MAX_IMAGE_BYTES:,} B that a firmware may"
            " load; check that this is the right file"
        )
    if base + len(data) > ADDRESS_SPACE:
        raise FirmwareError(
            f"{path}: {len(data):,} B at {hex32(base)} reach past 4 GiB; check --base"
        )
    segments = (Segment(base, data),)
    return FirmwareImage(
        path=path, sha256=sha256, format="bin", arch=Arch.ARM, entry=None, segments=segments
    )
