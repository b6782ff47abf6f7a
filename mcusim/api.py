"""The public entry point: `mcusim.run`."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Literal

from mcusim._version import __version__
from mcusim.boards import Board, load_board
from mcusim.boards.schema import Regulator
from mcusim.errors import UsageError
from mcusim.firmware import check_placement, load_firmware
from mcusim.machine.machine import Machine
from mcusim.machine.memory_use import MemoryWatch
from mcusim.machine.run_loop import Progress, RunLoop
from mcusim.machine.summary import summarise
from mcusim.result import Result

DEFAULT_MAX_TIME_S = 20.0
"""Simulated seconds after which a run ends without `max_time_s`."""
DEFAULT_MAX_INSTRUCTIONS = 5_000_000_000


def run(
    firmware: str | PathLike[str],
    *,
    board: str | Board,
    base: int | None = None,
    roi: Sequence[str] = (),
    roi_gpio: Sequence[str] = (),
    fidelity: Literal["accurate", "fast"] = "accurate",
    max_time_s: float | None = None,
    max_instructions: int | None = None,
    battery: str | None = None,
    every_s: float | None = None,
    sleep: str | None = None,
    clock_hz: float | None = None,
    supply_v: float | None = None,
    regulator: Regulator | None = None,
    progress: Progress | None = None,
) -> Result:
    """Runs a firmware on a board and accounts for every cycle, byte and joule.

    Args:
        firmware: ELF, Intel HEX, or raw binary (with `base`).
        board: name of a shipped board, path of a board file, or a loaded board.
        base: load address of a raw binary.
        roi: functions to measure, by name, prefix or glob.
        roi_gpio: output pins whose high level is a region ("P0.13", "PA5").
        fidelity: "accurate", or "fast" without per-access accounting (docs/accuracy.md).
        max_time_s: simulated seconds to run at most (default 20).
        max_instructions: instructions to run at most (default 5e9).
        battery: battery to work out the life of, with `every_s`.
        every_s: seconds from one inference (or run) to the next.
        sleep: sleep state in between; the chip's default one without.
        clock_hz: core clock instead of the board's.
        supply_v: supply voltage instead of the board's.
        regulator: "ldo" or "dcdc" instead of the board's.
        progress: called some ten times a second of wall time.

    Returns:
        The result; a fault or a limit of the firmware is an outcome in it, not an exception.

    Raises:
        UsageError: for options that make no sense.
        FirmwareError: for a file that can't be loaded on this board.
        BoardError: for a wrong board file.
    """
    chosen = _board(board, clock_hz, supply_v, regulator)
    if (battery is None) != (every_s is None):
        raise UsageError("battery life needs both a battery and a period: --battery and --every")
    if max_time_s is not None and max_time_s <= 0:
        raise UsageError(f"--max-time {max_time_s:g} s: must be above zero")
    if max_instructions is not None and max_instructions <= 0:
        raise UsageError(f"--max-instructions {max_instructions}: must be above zero")
    image = load_firmware(firmware, base)
    check_placement(image, chosen.chip.memory, chosen.chip.vector_table)

    machine = Machine(chosen, image, accurate=fidelity == "accurate")
    try:
        machine.regions.watch_functions(image, tuple(roi))
        machine.regions.watch_pins(tuple(roi_gpio))
        entry = machine.reset()
        watch = MemoryWatch(machine, machine.initial_sp)
        max_cycles = int((max_time_s or DEFAULT_MAX_TIME_S) * chosen.clock_hz)
        loop = RunLoop(machine, max_cycles, max_instructions or DEFAULT_MAX_INSTRUCTIONS, progress)
        result = summarise(machine, watch, loop.run(), __version__, entry)
    finally:
        machine.close()
    if battery is not None and every_s is not None:
        from mcusim.report.battery import with_battery

        result = with_battery(result, battery, every_s, sleep, board=chosen)
    return result


def _board(
    board: str | Board, clock_hz: float | None, supply_v: float | None, regulator: Regulator | None
) -> Board:
    chosen = load_board(board) if isinstance(board, str) else board
    if regulator is not None:
        chosen = chosen.with_regulator(regulator)
    if supply_v is not None:
        chosen = chosen.with_supply(supply_v)
    return chosen.with_clock(clock_hz) if clock_hz is not None else chosen
