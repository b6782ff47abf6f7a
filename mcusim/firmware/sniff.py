"""Telling what a file that is no firmware looks like, for the error message."""

from __future__ import annotations

import re

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x1f\x8b", "gzip (unpack it first)"),
    (0, b"PK\x03\x04", "a zip archive (unpack it first)"),
    (0, b"BZh", "bzip2 (unpack it first)"),
    (0, b"\xfd7zXZ\x00", "xz (unpack it first)"),
    (0, b"\x28\xb5\x2f\xfd", "zstd (unpack it first)"),
    (0, b"!<arch>\n", "a static library (link it into a program first)"),
    (0, b"\xfe\xed\xfa\xce", "Mach-O, a macOS program"),
    (0, b"\xfe\xed\xfa\xcf", "Mach-O, a macOS program"),
    (0, b"\xce\xfa\xed\xfe", "Mach-O, a macOS program"),
    (0, b"\xcf\xfa\xed\xfe", "Mach-O, a macOS program"),
    (0, b"\xca\xfe\xba\xbe", "Mach-O, a macOS program"),
    (0, b"MZ", "PE, a Windows program"),
    (0, b"UF2\n", "UF2, which the board's chip doesn't take (use the ELF it was made from)"),
    (0, b"\x00asm", "WebAssembly"),
    (0, b"BC\xc0\xde", "LLVM bitcode (compile and link it first)"),
    (4, b"TFL3", "a TensorFlow Lite model (build it into a firmware first)"),
)
_S_RECORD = re.compile(rb"S[0-9][0-9A-Fa-f]{6}")
_HEX_RECORD = re.compile(rb"\s*:[0-9A-Fa-f]{10}")


def is_intel_hex(data: bytes) -> bool:
    """Return whether the content starts with an Intel HEX record."""
    return _HEX_RECORD.match(data[:256]) is not None


def looks_like(data: bytes) -> str:
    """Return a short noun phrase for what the first bytes are."""
    for offset, magic, name in _MAGIC:
        if data.startswith(magic, offset):
            return name
    if _S_RECORD.match(data):
        return "Motorola S-records (convert with objcopy -O ihex)"
    if b"\0" not in data[:1024] and _is_text(data[:1024]):
        return "text"
    return "binary data"


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character cut at the end of the sample is no reason to call it binary.
        text = data[: error.start].decode("utf-8") if error.start > len(data) - 4 else ""
    return bool(text) and all(c.isprintable() or c in "\t\r\n\f" for c in text)
