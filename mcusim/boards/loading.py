"""Find, read and validate boards and what they rest on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from mcusim.boards.board import Board
from mcusim.boards.board_rules import BOARD_RULES, CORE_RULES, WORKLOAD_RULES, chip_file
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
from mcusim.boards.power_schema import DeviceCurrent, Workload
from mcusim.boards.reading import Where, read_record
from mcusim.boards.schema import BoardFile, Chip, Core, WorkloadMix, WorkloadsFile
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
    _hold(CHIP_RULES, Where(path), chip)
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
    record, where = read_record(path, BoardFile), Where(path)
    file = chip_file(record.chip, where)
    where.insist()
    assert file is not None
    chip = with_devices(load_chip(file), record)
    if record.device:
        _hold(CHIP_RULES, where, chip)
    _hold(BOARD_RULES, where, record, chip)
    chip = _with_loads(chip, record)
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
        loads=tuple(record.load),
        polls=tuple(record.poll),
    )


def _has_dcdc(record: BoardFile) -> bool:
    if record.dcdc_inductor is None:
        return record.regulator == "dcdc"
    return record.dcdc_inductor


def with_devices(chip: Chip, record: BoardFile) -> Chip:
    """The chip with the peripherals that a board file adds or replaces."""
    if not record.device:
        return chip
    replaced = {device.name for device in record.device}
    kept = [device for device in chip.device if device.name not in replaced]
    return msgspec.structs.replace(chip, device=[*kept, *record.device])


def _with_loads(chip: Chip, record: BoardFile) -> Chip:
    """The chip with the currents of the board's loads, which no regulator of the chip changes."""
    rows = [
        DeviceCurrent(
            device=load.name, states=[load.state], regulator=regulator, supply_v=load.supply_v,
            typical_a=load.typical_a, maximum_a=load.maximum_a, source=load.source,
            grade=load.grade,
        )
        for load in record.load
        for regulator in sorted({run.regulator for run in chip.power.run})
    ]  # fmt: skip
    power = msgspec.structs.replace(chip.power, device=[*chip.power.device, *rows])
    return msgspec.structs.replace(chip, power=power)


def _hold(rules: Sequence[Callable[..., None]], where: Where, *records: msgspec.Struct) -> None:
    """Holds records to rules, which take them and `where`; the first mistake counts."""
    for rule in rules:
        rule(*records, where)
        where.insist()


def _load_core_file(path: Path) -> Core:
    core = read_record(path, Core)
    _hold(CORE_RULES, Where(path), core)
    return core


def _load_workloads_file(path: Path) -> tuple[WorkloadMix, ...]:
    mixes = read_record(path, WorkloadsFile).workload
    for mix in mixes:
        _hold(WORKLOAD_RULES, Where(path), mix)
    return tuple(mixes)


__all__ = [
    "board_names",
    "load_board",
    "load_chip",
    "load_core",
    "load_workloads",
    "with_devices",
    "workload_mix",
]
