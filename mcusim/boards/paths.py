"""Where the shipped board data lies."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def data_root() -> Path:
    """Directory of the shipped data: inside the package, or `boards/` of a checkout."""
    package = Path(str(files("mcusim.boards"))).parent
    packaged = package / "data" / "boards"
    return packaged if packaged.is_dir() else package.parent / "boards"


def board_path(name: str) -> Path:
    return data_root() / f"{name}.toml"


def chip_path(chip: str, board_file: Path) -> Path:
    """File of the chip that a board names: a path relative to the board file, or a name."""
    if is_path(chip):
        return board_file.parent / chip
    return data_root() / "chips" / f"{chip}.toml"


def core_path(core: str) -> Path:
    return data_root() / "cores" / f"{core}.toml"


def workloads_path() -> Path:
    return data_root() / "workloads.toml"


def names_in(directory: Path) -> list[str]:
    """Names that the TOML files of a directory stand for, sorted."""
    return sorted(path.stem for path in directory.glob("*.toml"))


def is_path(text: str) -> bool:
    """Whether the user means a file rather than the name of something shipped."""
    return text.endswith(".toml") or "/" in text or "\\" in text


def shown(path: Path) -> str:
    """The path as messages show it: relative where that is shorter."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
