"""Two images of one chip: a Secure one, which starts, and the Non-secure one that it starts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import chain

from mcusim.errors import FirmwareError
from mcusim.firmware.image import FirmwareImage
from mcusim.firmware.lines import LineTable, Rows


def with_secure(image: FirmwareImage, secure: FirmwareImage) -> FirmwareImage:
    """Both images as one; symbols that both have are the Secure one's.

    Raises:
        FirmwareError: for images of different instruction sets.
    """
    if image.arch is not secure.arch:
        raise FirmwareError(
            f"{secure.path}: is for {secure.arch.value}, but {image.path} for {image.arch.value}; "
            "build both for one core"
        )
    return FirmwareImage(
        path=image.path,
        sha256=hashlib.sha256(f"{secure.sha256}{image.sha256}".encode()).hexdigest(),
        format=image.format,
        arch=image.arch,
        entry=secure.entry,
        segments=tuple(sorted((*secure.segments, *image.segments), key=lambda s: s.address)),
        sections=(*secure.sections, *image.sections),
        symbols=secure.symbols.beside(image.symbols),
        make_lines=lambda: _both(secure.lines, image.lines),
    )


def _both(first: LineTable, second: LineTable) -> LineTable:
    def rows_at(address: int) -> Iterable[Rows]:
        return chain(first.rows_at(address), second.rows_at(address))

    return LineTable(rows_at)
