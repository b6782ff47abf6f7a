"""The shipped data: every file loads, every number says where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from mcusim.boards import (
    board_names,
    load_board,
    load_core,
    load_workloads,
    validate_file,
    workload_mix,
)
from mcusim.boards.loading import load_chip
from mcusim.boards.paths import board_path, data_root
from mcusim.boards.reading import read_record
from mcusim.boards.schema import BoardFile
from mcusim.machine.activity import COLUMNS, INSTRUCTION_CLASSES

CHIPS = sorted((data_root() / "chips").glob("*.toml"))
CORES = sorted((data_root() / "cores").glob("*.toml"))


def test_the_first_boards_are_shipped() -> None:
    assert {"nrf52840", "nucleo-l4r5zi"} <= set(board_names())
    assert {"nucleo-h7a3zi", "nucleo-h743zi", "stm32f746g-disco"} <= set(board_names())
    assert {"nucleo-g0b1re", "nrf5340", "nucleo-u575zi"} <= set(board_names())
    assert {"nucleo-u385rg", "samd21", "stm32f407g-disc1"} <= set(board_names())
    assert {"hifive1-revb", "esp32-c3"} <= set(board_names())


@pytest.mark.parametrize("name", board_names())
def test_shipped_board_loads_and_bears_its_file_name(name: str) -> None:
    board = load_board(name)
    assert board.name == name
    assert validate_file(board_path(name)) == "board"


@pytest.mark.parametrize("path", CHIPS, ids=lambda path: path.stem)
def test_shipped_chip_bears_its_file_name(path: Path) -> None:
    assert load_chip(path).name == path.stem
    assert validate_file(path) == "chip"


@pytest.mark.parametrize("path", CORES, ids=lambda path: path.stem)
def test_shipped_core_bears_its_file_name(path: Path) -> None:
    assert load_core(path.stem).name == path.stem
    assert validate_file(path) == "core"


def test_default_operating_points() -> None:
    nrf, nucleo = load_board("nrf52840"), load_board("nucleo-l4r5zi")
    assert (nrf.clock_hz, nrf.supply_v, nrf.regulator) == (64e6, 3.0, "dcdc")
    assert (nucleo.clock_hz, nucleo.supply_v, nucleo.regulator) == (120e6, 3.3, "ldo")
    assert (nrf.wait_states(), nucleo.wait_states()) == (2, 5)


def test_the_nrf5340_starts_at_half_of_its_highest_clock() -> None:
    board = load_board("nrf5340")
    assert (board.clock_hz, board.chip.max_clock_hz, board.regulator) == (64e6, 128e6, "dcdc")
    assert board.chip.core_options is not None
    assert board.chip.core_options.security
    assert (board.wait_states(), board.wait_states(128e6)) == (2, 5)


def test_every_anchor_has_a_workload_mix() -> None:
    for path in CHIPS:
        chip = load_chip(path)
        for run in chip.power.run:
            mix = workload_mix(chip.name, run.workload, run.code, cache=run.cache)
            assert mix is not None, f"{chip.name}: {run.workload} from {run.code}"


def test_mixes_execute_as_many_instructions_a_cycle_as_the_core_can() -> None:
    cores = {chip.name: chip.core for chip in map(load_chip, CHIPS)}
    for mix in load_workloads():
        assert set(mix.per_cycle) <= set(COLUMNS)
        rate = sum(mix.per_cycle.get(name, 0.0) for name in INSTRUCTION_CLASSES)
        most = 2.0 if cores[mix.chip] == "cortex-m7" else 1.0
        assert 0.2 < rate <= most, mix.name


@pytest.mark.parametrize("path", CHIPS, ids=lambda path: path.stem)
def test_no_number_of_a_chip_is_without_source(path: Path) -> None:
    assert list(unsourced(load_chip(path), "", covered=False)) == []


@pytest.mark.parametrize("name", board_names())
def test_no_number_of_a_board_is_without_source(name: str) -> None:
    record = read_record(board_path(name), BoardFile)
    assert list(unsourced(record, "", covered=False)) == []


@pytest.mark.parametrize("path", CORES, ids=lambda path: path.stem)
def test_no_number_of_a_core_is_without_source(path: Path) -> None:
    assert list(unsourced(load_core(path.stem), "", covered=False)) == []


def test_no_mix_is_without_source() -> None:
    assert all(mix.source.strip() for mix in load_workloads())


def test_what_sources_call_assumed_is_graded_assumed() -> None:
    for path in CHIPS:
        for record in sourced(load_chip(path)):
            if record.source.startswith(("assumed", "first estimate")):
                assert record.grade == "assumed", record.source


def unsourced(record: msgspec.Struct, prefix: str, *, covered: bool) -> Iterator[str]:
    """Keys of numbers that neither their record nor one above it gives a source for."""
    texts = {name: getattr(record, name) for name in record.__struct_fields__}
    given = [n.removesuffix("source") for n, v in texts.items() if n.endswith("source") and v]
    covered = covered or "" in given
    for name, value in texts.items():
        here = covered or any(name.startswith(stem) for stem in given if stem)
        here = here or any(stem and stem.removesuffix("_") in name for stem in given)
        if isinstance(value, msgspec.Struct):
            yield from unsourced(value, f"{prefix}{name}.", covered=here)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, msgspec.Struct):
                    yield from unsourced(item, f"{prefix}{name}[{index}].", covered=here)
        elif isinstance(value, int | float) and not isinstance(value, bool) and not here:
            yield f"{prefix}{name}"


def sourced(record: msgspec.Struct) -> Iterator[msgspec.Struct]:
    """All records with a source and a grade."""
    if hasattr(record, "source"):
        yield record
    for name in record.__struct_fields__:
        value = getattr(record, name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, msgspec.Struct):
                yield from sourced(item)
