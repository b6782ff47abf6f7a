"""Intel HEX files.

Read by hand and not through a library, which keeps a dictionary of single bytes: here a megabyte
takes about 0.1 s, memory stays near the size of the data, and a wrong line is named by its number.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from itertools import pairwise

from mcusim.errors import FirmwareError
from mcusim.firmware.image import ADDRESS_SPACE, Arch, FirmwareImage, Segment
from mcusim.firmware.names import hex32

MAX_HEX_FILE_BYTES = 64 << 20
"""About 24 MB of data, more than any microcontroller's flash."""
_MAX_PIECES = 65_536
_DATA, _END, _SEGMENT, _START_SEGMENT, _LINEAR, _START_LINEAR = range(6)


@dataclass
class _Piece:
    """Data of records that follow each other without a gap."""

    address: int
    line: int
    data: bytearray = field(default_factory=bytearray)

    @property
    def end(self) -> int:
        return self.address + len(self.data)


def load_hex(path: str, data: bytes, sha256: str) -> FirmwareImage:
    """Read the records of an Intel HEX file; touching records become one segment.

    Raises FirmwareError with the number of the line that is wrong.
    """
    if len(data) > MAX_HEX_FILE_BYTES:
        raise FirmwareError(
            f"{path}: {len(data):,} B of Intel HEX, more than the {MAX_HEX_FILE_BYTES:,} B that"
            " are read; give the ELF instead"
        )
    pieces = _read_pieces(path, data)
    if not pieces:
        raise FirmwareError(f"{path}: the Intel HEX file holds no data; convert the ELF again")
    pieces.sort(key=lambda p: p.address)
    _reject_overlaps(path, pieces)
    segments = _join(pieces)
    return FirmwareImage(
        path=path, sha256=sha256, format="hex", arch=Arch.ARM, entry=None, segments=segments
    )


def _read_pieces(path: str, data: bytes) -> list[_Piece]:
    pieces: list[_Piece] = []
    upper, ended = 0, False
    for number, raw in enumerate(io.BytesIO(data), 1):
        line = raw.strip()
        if not line:
            continue
        if ended:
            raise _wrong(path, number, "data behind the end-of-file record")
        kind, offset, payload = _parse_record(path, number, line)
        if kind == _DATA and payload:
            _append(path, number, pieces, upper + offset, payload)
        elif kind in (_SEGMENT, _LINEAR):
            upper = _upper_address(path, number, kind, payload)
        ended = kind == _END
    if not ended:
        raise FirmwareError(
            f"{path}: truncated: no end-of-file record (:00000001FF); convert the ELF again"
        )
    return pieces


def _parse_record(path: str, number: int, line: bytes) -> tuple[int, int, bytes]:
    """Return type, 16-bit address and data of one record."""
    if line[:1] != b":":
        raise _wrong(path, number, "a record starts with ':'")
    try:
        raw = bytes.fromhex(line[1:].decode("ascii"))
    except ValueError:
        raise _wrong(path, number, "not pairs of hexadecimal digits") from None
    if len(raw) < 5 or len(raw) != raw[0] + 5:
        raise _wrong(path, number, "the record's length does not match its length byte")
    if sum(raw) & 0xFF:
        expected = -sum(raw[:-1]) & 0xFF
        raise _wrong(path, number, f"bad checksum 0x{raw[-1]:02X}, expected 0x{expected:02X}")
    if raw[3] > _START_LINEAR:
        raise _wrong(path, number, f"unknown record type {raw[3]}")
    return raw[3], raw[1] << 8 | raw[2], raw[4:-1]


def _upper_address(path: str, number: int, kind: int, payload: bytes) -> int:
    if len(payload) != 2:
        raise _wrong(path, number, "an address record carries two bytes")
    return int.from_bytes(payload, "big") << (16 if kind == _LINEAR else 4)


def _append(path: str, number: int, pieces: list[_Piece], address: int, payload: bytes) -> None:
    if address + len(payload) > ADDRESS_SPACE:
        raise _wrong(path, number, "data reach past 4 GiB")
    if not pieces or pieces[-1].end != address:
        if len(pieces) == _MAX_PIECES:
            raise _wrong(path, number, f"more than {_MAX_PIECES:,} separate pieces of data")
        pieces.append(_Piece(address, number))
    pieces[-1].data += payload


def _reject_overlaps(path: str, pieces: list[_Piece]) -> None:
    for low, high in pairwise(pieces):
        if low.end > high.address:
            first, second = sorted((low.line, high.line))
            what = f"overlaps data that line {first} started, at {hex32(high.address)}"
            raise _wrong(path, second, what)


def _join(pieces: list[_Piece]) -> tuple[Segment, ...]:
    joined = pieces[:1]
    for piece in pieces[1:]:
        if piece.address == joined[-1].end:
            joined[-1].data += piece.data
        else:
            joined.append(piece)
    return tuple(Segment(p.address, bytes(p.data)) for p in joined)


def _wrong(path: str, number: int, what: str) -> FirmwareError:
    return FirmwareError(f"{path}: line {number}: {what}; convert the ELF again (objcopy -O ihex)")
