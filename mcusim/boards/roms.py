"""What stands in for mask ROMs: images of our own, by the names that chip files use.

A folder of `mcusim/roms` has the sources of one, the image built from them, and how that was done.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

_IMAGE = "rom.bin"


def images() -> list[str]:
    """The names of the images that there are."""
    return sorted(path.parent.name for path in _root().glob(f"*/{_IMAGE}"))


def image(name: str) -> bytes:
    """The bytes of an image, from the ROM's first address on."""
    return (_root() / name / _IMAGE).read_bytes()


def _root() -> Path:
    return Path(str(files("mcusim.boards"))).parent / "roms"
