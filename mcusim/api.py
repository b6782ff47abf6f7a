"""The public entry points: `mcusim.run`, and `mcusim.start` for scripts."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Literal

from mcusim.boards import Board, load_board
from mcusim.boards.power_schema import Regulator
from mcusim.devices import takes_image
from mcusim.devices.own import load_device_file
from mcusim.errors import UsageError
from mcusim.firmware import (
    FirmwareImage,
    as_flashed,
    check_architecture,
    check_hart_start,
    check_placement,
    load_firmware,
    vectors_behind_bootloader,
    with_secure,
)
from mcusim.machine.machine import Machine
from mcusim.machine.resets import OnReset
from mcusim.machine.run_loop import Progress
from mcusim.machine.svd import Svd
from mcusim.result import Result
from mcusim.simulation import Simulation

DEFAULT_MAX_TIME_S = 20.0
"""Simulated seconds after which a run ends without `max_time_s`."""
DEFAULT_MAX_INSTRUCTIONS = 5_000_000_000


def run(
    firmware: str | PathLike[str],
    *,
    board: str | Board,
    base: int | None = None,
    secure: str | PathLike[str] | None = None,
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
    option_bytes: Mapping[str, int] | None = None,
    uart: Sequence[str] = (),
    devices: Sequence[str | PathLike[str]] = (),
    svd: str | PathLike[str] | None = None,
    on_reset: OnReset = "auto",
    progress: Progress | None = None,
) -> Result:
    """Runs a firmware on a board and accounts for every cycle, byte and joule.

    Args:
        firmware: ELF, Intel HEX, or raw binary (with `base`).
        board: name of a shipped board, path of a board file, or a loaded board.
        base: load address of a raw binary.
        secure: image for the core's Secure state, which starts and hands over to `firmware`; it
            switches the chip's Security Extension on.
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
        option_bytes: registers or named bits of the chip's option bytes ({"dbank": 0}).
        uart: serial ports to connect, each as "NAME=stdio|tcp:PORT|pty|file:PATH".
        devices: Python files with devices of your own (docs/adding-a-device.md).
        svd: CMSIS-SVD file of the chip, to name registers that no device models.
        on_reset: "stop" or "restart" at any reset of the chip; "auto" restarts after what the
            firmware asked for, and stops at a watchdog reset or lock-up (docs/power-states.md).
        progress: called some ten times a second of wall time.

    Returns:
        The result; a fault or a limit of the firmware is an outcome in it, not an exception.

    Raises:
        UsageError: for options that make no sense.
        FirmwareError: for a file that can't be loaded on this board.
        BoardError: for a wrong board file.
    """
    if (battery is None) != (every_s is None):
        raise UsageError("battery life needs both a battery and a period: --battery and --every")
    chosen = _board(board, clock_hz, supply_v, regulator, option_bytes)
    with start(
        firmware,
        board=chosen,
        base=base,
        secure=secure,
        roi=roi,
        roi_gpio=roi_gpio,
        fidelity=fidelity,
        max_time_s=DEFAULT_MAX_TIME_S if max_time_s is None else max_time_s,
        max_instructions=DEFAULT_MAX_INSTRUCTIONS if max_instructions is None else max_instructions,
        uart=uart,
        devices=devices,
        svd=svd,
        on_reset=on_reset,
        progress=progress,
    ) as simulation:
        simulation.run_to_end()
        result = simulation.finish()
    if battery is not None and every_s is not None:
        from mcusim.report.battery import with_battery

        result = with_battery(result, battery, every_s, sleep, board=chosen)
    return result


def start(
    firmware: str | PathLike[str],
    *,
    board: str | Board,
    base: int | None = None,
    secure: str | PathLike[str] | None = None,
    roi: Sequence[str] = (),
    roi_gpio: Sequence[str] = (),
    fidelity: Literal["accurate", "fast"] = "accurate",
    max_time_s: float | None = None,
    max_instructions: int | None = None,
    clock_hz: float | None = None,
    supply_v: float | None = None,
    regulator: Regulator | None = None,
    option_bytes: Mapping[str, int] | None = None,
    uart: Sequence[str] = (),
    devices: Sequence[str | PathLike[str]] = (),
    svd: str | PathLike[str] | None = None,
    on_reset: OnReset = "auto",
    progress: Progress | None = None,
) -> Simulation:
    """Makes a firmware ready to run under a script's control; options as for `run`.

    Without `max_time_s` and `max_instructions` only the script ends it.

    Raises:
        UsageError: for options that make no sense.
        FirmwareError: for a file that can't be loaded on this board.
        BoardError: for a wrong board file.
    """
    chosen = _board(board, clock_hz, supply_v, regulator, option_bytes)
    if max_time_s is not None and max_time_s <= 0:
        raise UsageError(f"--max-time {max_time_s:g} s: must be above zero")
    if max_instructions is not None and max_instructions <= 0:
        raise UsageError(f"--max-instructions {max_instructions}: must be above zero")
    image = load_firmware(firmware, base, chosen.chip.uf2_family)
    if secure is not None:
        chosen = chosen.with_security()
        image = with_secure(image, load_firmware(secure))
    if chosen.chip.riscv is not None and chosen.chip.riscv.rom_first:
        image = as_flashed(image)
    starts = _check(image, chosen, alone=secure is None)
    own = [device for path in devices for device in load_device_file(path)]
    names = None if svd is None else Svd(svd)
    machine = Machine(starts, image, accurate=fidelity == "accurate", own=own)
    if starts is not chosen:
        machine.warn(
            f"no vector table at 0x{chosen.first_vectors:08x}, where the chip starts: the run "
            f"begins by the firmware's at 0x{starts.first_vectors:08x}, as behind a bootloader, "
            "whose time and memory are in no figure"
        )
    machine.unmodelled.svd = names
    try:
        machine.regions.watch_functions(image, tuple(roi))
        machine.regions.watch_pins(tuple(roi_gpio))
        simulation = Simulation(
            machine,
            max_time_s=max_time_s,
            max_instructions=max_instructions,
            progress=progress,
            on_reset=on_reset,
        )
    except BaseException:
        machine.close()
        raise
    try:
        for option in uart:
            simulation.plug(option, _tell)
    except BaseException:
        simulation.close()
        raise
    return simulation


def _check(image: FirmwareImage, board: Board, *, alone: bool) -> Board:
    """Checks that the firmware fits, and returns the board as the core starts it.

    `alone`: there is no Secure firmware beside it.
    """
    chip = board.chip
    check_architecture(image, chip.riscv is not None, board.core.title)
    if chip.riscv is not None:
        check_placement(image, chip.memory)
        check_hart_start(image, chip.memory, board.first_vectors, rom_first=chip.riscv.rom_first)
        return board
    if not chip.has_rom_boot and chip.trustzone is None:
        found = vectors_behind_bootloader(image, chip.memory, board.first_vectors)
        board = board if found is None else board.with_vector_table(found)
    check_placement(
        image,
        chip.memory,
        board.first_vectors,
        ram_start=chip.has_rom_boot,
        devices=chip.device,
        flashed=[device for device in chip.device if takes_image(device.type)],
        pairs=chip.trustzone is not None and alone,
    )
    return board


def _tell(message: str) -> None:
    print(f"mcusim: {message}", file=sys.stderr, flush=True)


def _board(
    board: str | Board,
    clock_hz: float | None,
    supply_v: float | None,
    regulator: Regulator | None,
    option_bytes: Mapping[str, int] | None,
) -> Board:
    chosen = load_board(board) if isinstance(board, str) else board
    if option_bytes:
        chosen = chosen.with_option_bytes(option_bytes)
    if regulator is not None:
        chosen = chosen.with_regulator(regulator)
    if supply_v is not None:
        chosen = chosen.with_supply(supply_v)
    return chosen.with_clock(clock_hz) if clock_hz is not None else chosen
