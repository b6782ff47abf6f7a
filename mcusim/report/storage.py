"""Results on disk: one versioned JSON document a file, by convention named `.mcusim`."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from mcusim.errors import InternalError, UsageError
from mcusim.result import SCHEMA_VERSION, Result


class Header(msgspec.Struct):
    """The two keys that say whether the rest can be read."""

    schema_version: int
    mcusim_version: str


def ensure_writable(path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Refuse now what `save` would refuse at the end of a long run."""
    target = Path(path)
    if target.is_dir():
        raise UsageError(f"{target} is a directory; name a file")
    if not target.parent.is_dir():
        raise UsageError(f"no directory {target.parent}; make it first")
    if target.exists() and not force:
        raise UsageError(f"{target} exists already; overwrite it with --force")


def save(result: Result, path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Write `result` to `path`, in one piece or not at all."""
    ensure_writable(path, force=force)
    encoded = msgspec.json.encode(result)
    _ensure_readable_again(encoded)
    target = Path(path)
    # The process number keeps two runs that write the same file from sharing the partial one.
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(encoded + b"\n")
        os.replace(partial, target)
    except OSError as error:
        raise UsageError(f"can't write {target}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def load(path: str | os.PathLike[str]) -> Result:
    """Read a result; a file that is newer, damaged or something else is refused with the reason."""
    content = read_bytes(path)
    _ensure_version(content, path)
    try:
        return msgspec.json.decode(content, type=Result)
    except msgspec.MsgspecError as error:
        raise UsageError(f"{path} is damaged: {error}; run the firmware again with -o") from error


def is_result_file(path: str | os.PathLike[str]) -> bool:
    """Whether `path` holds a result rather than firmware, judged by its first byte."""
    try:
        with open(path, "rb") as file:
            return file.read(64).lstrip()[:1] == b"{"
    except OSError:
        return False


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise UsageError(f"no file {path}; 'mcusim run FIRMWARE -o {path}' makes one") from error
    except OSError as error:
        raise UsageError(f"can't read {path}: {error.strerror}") from error


def _ensure_version(content: bytes, path: str | os.PathLike[str]) -> None:
    try:
        header = msgspec.json.decode(content, type=Header)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path} is no mcusim result: {error}") from error
    except msgspec.MsgspecError as error:
        raise UsageError(
            f"{path} is damaged or no mcusim result: {error}; run the firmware again with -o"
        ) from error
    if header.schema_version > SCHEMA_VERSION:
        raise UsageError(
            f"{path} was written by mcusim {header.mcusim_version} "
            f"(format {header.schema_version}, this one reads {SCHEMA_VERSION}); "
            f"use mcusim {header.mcusim_version} or newer"
        )


def _ensure_readable_again(encoded: bytes) -> None:
    """JSON has no infinity: a figure that isn't finite would make a file that nobody can load."""
    try:
        msgspec.json.decode(encoded, type=Result)
    except msgspec.MsgspecError as error:
        raise InternalError(f"the result holds a figure that a file can't: {error}") from error
