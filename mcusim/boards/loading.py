"""Find, read and validate boards and what they rest on."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mcusim.boards.board import Board
from mcusim.boards.board_rules import BOARD_RULES, CORE_RULES, WORKLOAD_RULES, chip_file_exists
from mcusim.boards.chip_rules import CHIP_RULES
from mcusim.boards.hints import nearest
from mcusim.boards.option_bytes import programmed
from mcusim.boards.paths import (
    board_path,
    core_path,
    data_root,
    is_path,
    names_in,
    shown,
    workloads_path,
)
from mcusim.boards.reading import Where, keys_of, read_record
from mcusim.boards.schema import BoardFile, Chip, Core, Workload, WorkloadMix, WorkloadsFile
from mcusim.errors import UsageError

_NOT_BOARDS = {"workloads"}


def board_names() -> list[str]:
    """Names of the shipped boards, sorted."""
    return [name for name in names_in(data_root()) if name not in _NOT_BOARDS]


def load_board(name_or_path: str | Path) -> Board:
    """A shipped board by name, or a board file of the user's by path."""
    return _assemble(_find(name_or_path))


def load_chip(path: Path) -> Chip:
    chip = read_record(path, Chip)
    for rule in CHIP_RULES:
        rule(chip, Where(path))
    return chip


def load_core(name: str) -> Core:
    """A shipped core by name."""
    return _load_core_file(core_path(name))


def load_workloads() -> tuple[WorkloadMix, ...]:
    """What the benchmarks named by run currents do per cycle."""
    return _load_workloads_file(workloads_path())


def workload_mix(chip: str, name: Workload, code: str, *, cache: bool) -> WorkloadMix | None:
    """The mix of a benchmark on a chip; None where none is known."""
    wanted = (chip, name, code, cache)
    for mix in load_workloads():
        if (mix.chip, mix.name, mix.code, mix.cache) == wanted:
            return mix
    return None


def validate_file(path: Path) -> str:
    """Check a file of any kind; returns the kind ("board", "chip", "core" or "workloads").

    Raises BoardError with the first problem.
    """
    if not path.is_file():
        raise UsageError(f"no file {shown(path)}; give the path of a board, chip or core file")
    keys = keys_of(path)
    if "relative_energy" in keys:
        _load_core_file(path)
        return "core"
    if "workload" in keys:
        _load_workloads_file(path)
        return "workloads"
    if "memory" in keys or "power" in keys:
        load_chip(path)
        return "chip"
    _assemble(path)
    return "board"


def _find(name_or_path: str | Path) -> Path:
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or is_path(text):
        path = Path(text)
        if not path.is_file():
            raise UsageError(f"no board file {shown(path)}; `mcusim boards` lists shipped boards")
        return path
    if text not in board_names():
        close = nearest(text, board_names())
        hint = f"did you mean {' or '.join(close)}? " if close else ""
        raise UsageError(f"no board {text!r}; {hint}`mcusim boards` lists all")
    return board_path(text)


def _assemble(path: Path) -> Board:
    record = read_record(path, BoardFile)
    chip = _with_devices(load_chip(chip_file_exists(record, path)), record, path)
    for rule in BOARD_RULES:
        rule(record, chip, Where(path))
    for option in record.option_bytes:
        chip = programmed(chip, option.name, option.value, option.source, option.grade)
    return Board(
        name=record.name,
        title=record.title,
        clock_hz=record.clock_hz,
        clock_source=record.clock_source,
        supply_v=record.supply_v,
        supply_source=record.supply_source,
        regulator=record.regulator,
        regulator_source=record.regulator_source,
        has_dcdc=_has_dcdc(record),
        chip=chip,
        core=load_core(chip.core),
        console=record.console,
        external_clock_hz=record.external_clock_hz or 0.0,
        external_clock_source=record.external_clock_source,
        overhead=tuple(record.overhead),
        polls=tuple(record.poll),
    )


def _has_dcdc(record: BoardFile) -> bool:
    if record.dcdc_inductor is None:
        return record.regulator == "dcdc"
    return record.dcdc_inductor


def _with_devices(chip: Chip, record: BoardFile, path: Path) -> Chip:
    if not record.device:
        return chip
    replaced = {device.name for device in record.device}
    kept = [device for device in chip.device if device.name not in replaced]
    whole = msgspec.structs.replace(chip, device=[*kept, *record.device])
    for rule in CHIP_RULES:
        rule(whole, Where(path))
    return whole


def _load_core_file(path: Path) -> Core:
    core = read_record(path, Core)
    for rule in CORE_RULES:
        rule(core, Where(path))
    return core


def _load_workloads_file(path: Path) -> tuple[WorkloadMix, ...]:
    mixes = read_record(path, WorkloadsFile).workload
    for mix in mixes:
        for rule in WORKLOAD_RULES:
            rule(mix, Where(path))
    return tuple(mixes)


__all__ = [
    "board_names",
    "load_board",
    "load_chip",
    "load_core",
    "load_workloads",
    "validate_file",
    "workload_mix",
]
