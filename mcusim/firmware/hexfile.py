"""Intel HEX files."""

from __future__ import annotations

import io
import re

from intelhex import IntelHex

from mcusim.errors import FirmwareError
from mcusim.firmware.image import ADDRESS_SPACE, Arch, FirmwareImage, Segment
from mcusim.firmware.untrusted import one_error

MAX_HEX_FILE_BYTES = 12 << 20
"""About 4 MB of data, more than any board's flash. Each takes about 1 s and 100 MB to read."""
_MAX_PIECES = 65_536

_END = re.compile(rb"^[ \t]*:00[0-9A-F]{4}01[0-9A-F]{2}[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_WHAT, _ADVICE = "wrong Intel HEX", "convert the ELF again (objcopy -O ihex)"


def load_hex(path: str, data: bytes, sha256: str) -> FirmwareImage:
    """Read the records of an Intel HEX file; touching records become one segment.

    Raises FirmwareError, which names the line that is wrong.
    """
    if len(data) > MAX_HEX_FILE_BYTES:
        raise FirmwareError(
            f"{path}: {len(data):,} B of Intel HEX, more than the {MAX_HEX_FILE_BYTES:,} B that"
            " are read; give the ELF instead"
        )
    with one_error(path, _WHAT, _ADVICE):
        lines = (line.strip().decode("ascii", "replace") for line in data.splitlines())
        content = IntelHex()
        content.loadhex(io.StringIO("\n".join(lines)))
        ranges = content.segments()
        if len(ranges) > _MAX_PIECES:
            raise FirmwareError(f"{path}: {_WHAT}: {len(ranges):,} pieces of data; {_ADVICE}")
        segments = tuple(Segment(a, content.tobinstr(start=a, end=b - 1)) for a, b in ranges)
    _check_end(path, data)
    if not segments:
        raise FirmwareError(f"{path}: the Intel HEX file holds no data; convert the ELF again")
    if segments[-1].end > ADDRESS_SPACE:
        raise FirmwareError(f"{path}: {_WHAT}: data reach past 4 GiB; {_ADVICE}")
    return FirmwareImage(
        path=path, sha256=sha256, format="hex", arch=Arch.ARM, entry=None, segments=segments
    )


def _check_end(path: str, data: bytes) -> None:
    """Raise FirmwareError unless the file ends with its first end-of-file record.

    The library takes a file without one, and reads no further than the first.
    """
    end = _END.search(data)
    if end is None:
        raise FirmwareError(
            f"{path}: truncated: no end-of-file record (:00000001FF); convert the ELF again"
        )
    if data[end.end() :].strip():
        line = data.count(b"\n", 0, end.end()) + 2
        what = f"line {line}: data behind the end-of-file record"
        raise FirmwareError(f"{path}: {what}; {_ADVICE}")
