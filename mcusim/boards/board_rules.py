"""What board, core and workload files must satisfy beyond their schema, one rule a function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mcusim.boards.hints import nearest
from mcusim.boards.limits import clock_problem, regulator_problem, supply_problem
from mcusim.boards.option_bytes import option_problem
from mcusim.boards.paths import chip_path, data_root, is_path, names_in
from mcusim.boards.pins import parse_pin
from mcusim.boards.plausibility import numbers, numbers_have_plausible_units
from mcusim.boards.reading import Where
from mcusim.boards.schema import BoardFile, Chip, Core, WorkloadMix
from mcusim.machine.activity import COLUMNS

MARKERS = 1 << 31


def chip_file(chip: str, where: Where) -> Path | None:
    """Path of the chip's file, None where there is none: the other rules need the chip."""
    path = chip_path(chip, where.path)
    if path.is_file():
        return path
    names = names_in(data_root() / "chips")
    close = names if is_path(chip) else nearest(chip, names) or names
    where.report("chip", f"no chip {chip!r}", "shipped: " + ", ".join(close))
    return None


def board_sources_are_given(board: BoardFile, _chip: Chip, where: Where) -> None:
    for key in ("clock_source", "supply_source", "regulator_source"):
        if not getattr(board, key).strip():
            where.report(key, "is empty", "say why the board runs like this")
    if board.external_clock_hz is not None and not board.external_clock_source.strip():
        where.report("external_clock_source", "is empty", "name the board's manual")


def board_numbers_are_plausible(board: BoardFile, _chip: Chip, where: Where) -> None:
    numbers_have_plausible_units(board, where)


def clock_is_within_the_chips_limit(board: BoardFile, chip: Chip, where: Where) -> None:
    if problem := clock_problem(chip, board.clock_hz):
        where.report("clock_hz", *problem)


def supply_is_within_the_chips_limits(board: BoardFile, chip: Chip, where: Where) -> None:
    if problem := supply_problem(chip, board.supply_v):
        where.report("supply_v", *problem)


def regulator_is_one_of_the_chips(board: BoardFile, chip: Chip, where: Where) -> None:
    if problem := regulator_problem(chip, board.regulator):
        where.report("regulator", *problem)


def console_is_a_device(board: BoardFile, chip: Chip, where: Where) -> None:
    names = [device.name for device in chip.device]
    if board.console and board.console not in names:
        close = nearest(board.console, names) or names
        problem = f"{chip.title} has no device {board.console!r}"
        where.report("console", problem, "choose one of " + ", ".join(close))


def option_bytes_are_the_chips(board: BoardFile, chip: Chip, where: Where) -> None:
    for index, option in enumerate(board.option_bytes):
        if problem := option_problem(chip, option.name, option.value):
            where.report(f"option_bytes[{index}]", *problem)


def loads_are_switched_by_one_thing(board: BoardFile, chip: Chip, where: Where) -> None:
    devices = {device.name for device in chip.device}
    switches: set[object] = set()
    for index, load in enumerate(board.load):
        key = f"load[{index}]"
        if bool(load.pin) == (load.marker is not None):
            where.report(key, "needs a pin or a marker, and not both", "give one of them")
            continue
        pin = parse_pin(load.pin) if load.pin else None
        if load.pin and pin is None:
            where.report(f"{key}.pin", f"{load.pin!r} is not a pin", "write P0.13 or PA5")
        if load.marker is not None and not 0 <= load.marker < MARKERS:
            where.report(f"{key}.marker", f"{load.marker:#x} has more than 31 bits", "choose less")
        if (switch := pin or load.marker) in switches:
            where.report(key, "is switched by what switches another load", "give each its own")
        switches.add(switch)
        if load.name in devices:
            where.report(f"{key}.name", f"{load.name!r} is a device of the chip", "rename it")
        if not load.source.strip():
            where.report(f"{key}.source", "is empty", "name the document of the current")


BOARD_RULES: tuple[Callable[[BoardFile, Chip, Where], None], ...] = (
    board_sources_are_given,
    board_numbers_are_plausible,
    clock_is_within_the_chips_limit,
    supply_is_within_the_chips_limits,
    regulator_is_one_of_the_chips,
    console_is_a_device,
    option_bytes_are_the_chips,
    loads_are_switched_by_one_thing,
)


def energies_are_not_negative(core: Core, where: Where) -> None:
    for number in numbers(core):
        if number.value < 0:
            where.report(number.key, f"{number.value:g} is negative", "use 0 or more")


def one_alu_cycle_weighs_one(core: Core, where: Where) -> None:
    """The unit of the table: one cycle with one 16-bit ALU instruction, fetched from a cache.

    Two such instructions come with each 32-bit fetch.
    """
    energy = core.relative_energy
    total = energy.cycle + energy.alu + energy.cache_read / 2
    if abs(total - 1) > 0.005:
        problem = f"cycle + alu + cache_read / 2 is {total:g}"
        where.report("relative_energy", problem, "scale the table so that it is 1")


CORE_RULES: tuple[Callable[[Core, Where], None], ...] = (
    energies_are_not_negative,
    one_alu_cycle_weighs_one,
)


def mix_names_columns_of_activity(mix: WorkloadMix, where: Where) -> None:
    for name in mix.per_cycle:
        if name not in COLUMNS:
            close = nearest(name, COLUMNS) or list(COLUMNS)
            key = f"workload {mix.name!r}: per_cycle.{name}"
            where.report(key, "no such count", "did you mean " + " or ".join(close) + "?")


def mix_rates_are_possible(mix: WorkloadMix, where: Where) -> None:
    for name, rate in mix.per_cycle.items():
        if not 0 <= rate <= 2:
            key = f"workload {mix.name!r}: per_cycle.{name}"
            where.report(key, f"{rate:g} events a cycle", "give 0 to 2")


WORKLOAD_RULES: tuple[Callable[[WorkloadMix, Where], None], ...] = (
    mix_names_columns_of_activity,
    mix_rates_are_possible,
)
