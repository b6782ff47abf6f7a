"""Bounds on what a library does with an untrusted file, and one error for all that it raises."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mcusim.errors import FirmwareError
from mcusim.firmware.names import clean

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_BYTES_PER_READ = 4096
_MAX_RUN = 16_384
_MAX_TEXT = 200


class WorkLimitError(Exception):
    """A file asks for more work than its size explains; it stays inside this package."""


class Meter:
    """How many reads a library may still do; all its loops over a file read from the file."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.left = total

    @contextmanager
    def at_most(self, reads: int) -> Iterator[None]:
        """Grant at most so many reads of the total to one piece of work."""
        self.left = granted = min(reads, self.total)
        try:
            yield
        finally:
            self.total -= granted - max(self.left, 0)
            self.left = self.total


class MeteredBytes(io.BytesIO):
    """Bytes of a file whose reads are counted."""

    def __init__(self, data: ReadableBuffer, meter: Meter) -> None:
        super().__init__(data)
        self._meter = meter
        self._run = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as usual. Raises WorkLimitError."""
        data = super().read(size)
        self._meter.left -= 1 + len(data) // _BYTES_PER_READ
        if self._meter.left < 0:
            raise WorkLimitError("it asks for more work than its size explains")
        # The library decodes variable-length numbers bit by bit without an end to their length, in
        # time that grows with its square: all bytes of a number but the last are 0x80 and above.
        self._run = self._run + 1 if data >= b"\x80" else 0
        if self._run > _MAX_RUN:
            raise WorkLimitError("it holds an endless number")
        return data


@contextmanager
def one_error(path: str, what: str, advice: str) -> Iterator[None]:
    """Turn whatever a library raises into a FirmwareError `path: what: reason; advice`.

    Any exception: beside their own, the libraries let struct.error, KeyError, AssertionError,
    OverflowError, MemoryError and more pass, whatever the bytes of the file lead to.
    """
    try:
        yield
    except FirmwareError:
        raise
    except Exception as error:
        reason = clean(str(error))[:_MAX_TEXT] or type(error).__name__
        raise FirmwareError(f"{path}: {what}: {reason}; {advice}") from error
