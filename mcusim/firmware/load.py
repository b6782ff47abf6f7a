"""Reading a firmware file, whatever its format."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from mcusim.errors import FirmwareError
from mcusim.firmware.binary import load_binary
from mcusim.firmware.esp_image import is_esp_image, load_esp_image
from mcusim.firmware.image import FirmwareImage
from mcusim.firmware.names import clean
from mcusim.firmware.sniff import is_intel_hex, looks_like

MAX_FILE_BYTES = 256 << 20
"""Most bytes of a firmware file; debug information makes an ELF much larger than its image."""

HEX_SUFFIXES = {".hex", ".ihex", ".ihx"}


def load_firmware(
    path: str | os.PathLike[str], base: int | None = None, uf2_family: int | None = None
) -> FirmwareImage:
    """Read an ELF, Intel HEX, UF2 or raw binary file, or an image of esp-idf.

    `base` is the load address of a raw binary; the other formats carry their addresses.
    `uf2_family` is the family of the board's chip; without, UF2 files are refused.
    Raises FirmwareError, and nothing else, for whatever is wrong with the file.
    """
    shown = clean(os.fspath(path))
    data = _read_file(path, shown)
    suffix = Path(path).suffix.lower()
    sha256 = hashlib.sha256(data).hexdigest()
    if not data:
        raise FirmwareError(f"{shown}: the file is empty; build the firmware again")
    if data.startswith(b"\x7fELF"):
        _reject_base(shown, "an ELF file", base)
        # Imported here, as for the next format, so that no other format pays for the library.
        from mcusim.firmware.elf import load_elf

        return load_elf(shown, data, sha256)
    if suffix in HEX_SUFFIXES or (base is None and is_intel_hex(data)):
        _reject_base(shown, "an Intel HEX file", base)
        from mcusim.firmware.hexfile import load_hex

        return load_hex(shown, data, sha256)
    if data.startswith(b"UF2\n") and uf2_family is not None:
        _reject_base(shown, "a UF2 file", base)
        from mcusim.firmware.uf2 import load_uf2

        return load_uf2(shown, data, sha256, uf2_family)
    if base is not None:
        return load_binary(shown, data, sha256, base)
    if is_esp_image(data):
        return load_esp_image(shown, data, sha256)
    if suffix == ".bin":
        raise FirmwareError(
            f"{shown}: a raw binary needs --base ADDRESS (where its first byte is loaded)"
        )
    raise FirmwareError(
        f"{shown}: not a firmware file: looks like {looks_like(data)}; give an ELF, an Intel HEX"
        " or UF2 file, an image of esp-idf, or a raw binary with --base ADDRESS"
    )


def _reject_base(shown: str, what: str, base: int | None) -> None:
    if base is not None:
        raise FirmwareError(f"{shown}: {what} carries its own addresses; leave out --base")


def _read_file(path: str | os.PathLike[str], shown: str) -> bytes:
    try:
        status = os.stat(path)
        _check_kind_and_size(status, shown)
        with open(path, "rb") as file:
            # A file may grow between the look and the read.
            return file.read(status.st_size)
    except FileNotFoundError:
        raise FirmwareError(f"{shown}: no such file; check the path") from None
    except (OSError, ValueError) as error:
        reason = clean(getattr(error, "strerror", None) or str(error))
        raise FirmwareError(f"{shown}: can't be read: {reason}") from None


def _check_kind_and_size(status: os.stat_result, shown: str) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise FirmwareError(f"{shown}: is a directory; give the firmware file in it")
    if not stat.S_ISREG(status.st_mode):
        raise FirmwareError(f"{shown}: is not a regular file; give a firmware file")
    if status.st_size > MAX_FILE_BYTES:
        raise FirmwareError(
            f"{shown}: {status.st_size:,} B is more than the {MAX_FILE_BYTES:,} B of the largest"
            " firmware file that is read; strip its debug information"
        )
