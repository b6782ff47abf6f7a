"""The battery part of a result, worked out from the rest of it: any battery, without a rerun."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from mcusim.errors import UsageError
from mcusim.result import BoardInfo, LifeCurve, Result

if TYPE_CHECKING:
    from mcusim.boards import Board
    from mcusim.power import ActivePhase, Battery, SleepState

CURVE_POINTS = 61
CURVE_END_S = 7 * 86400.0
"""Longest period of the stored curve; beyond it sleep alone decides."""


def with_battery(
    result: Result,
    battery: str,
    every_s: float,
    sleep: str | None = None,
    *,
    board: Board | None = None,
) -> Result:
    """A copy of `result` whose battery part is for `battery`, one inference (or run) per period.

    Args:
        result: What a run found out.
        battery: Name of a battery, such as "cr2032" or "lipo:500mAh".
        every_s: Time from one event to the next in seconds.
        sleep: Sleep state in between; the chip's default one without.
        board: The board of the run; without one, the shipped board of the result's name.
    """
    from mcusim.power import DutyCycle, battery_info, load_battery, sleep_state

    cell = load_battery(battery)
    run_board = board if board is not None else board_of(result.board)
    active = active_phase(result)
    state = sleep_state(run_board, sleep)
    info = battery_info(cell, run_board, DutyCycle(every_s, active, state))
    info.grade = _grade(result, run_board, cell, state)
    info.life_curve = _curve(cell, run_board, active, state, every_s)
    return msgspec.structs.replace(result, battery=info)


def board_of(info: BoardInfo) -> Board:
    """The shipped board that the result was made with, under the conditions of the run."""
    from mcusim.boards import board_names, load_board

    if info.name not in board_names():
        raise UsageError(f"board {info.name!r} isn't a shipped one; give its file with --board")
    return at_conditions(load_board(info.name), info)


def at_conditions(board: Board, info: BoardInfo) -> Board:
    """`board` as the run had it: clock, supply and regulator."""
    from mcusim.boards.power_schema import Regulator

    regulator = msgspec.convert(info.regulator, Regulator)
    changed = board.with_regulator(regulator) if regulator != board.regulator else board
    return changed.with_supply(info.supply_v).with_clock(info.clock_hz)


def active_phase(result: Result) -> ActivePhase:
    """One inference where the run has one, else the whole run."""
    from mcusim.power import ActivePhase, Band

    region, whole = result.inference, result.energy
    supply_v = result.board.supply_v
    peak_a = max(result.trace.power_w, default=0.0) / supply_v
    if region is None:
        energy = Band(whole.energy_low_j, whole.energy_j, whole.energy_high_j)
        return ActivePhase.from_energy(energy, result.time_s, supply_v, peak_a)
    energy = Band(region.energy_low_mean_j, region.energy_mean_j, region.energy_high_mean_j)
    return ActivePhase.from_energy(energy, region.time_mean_s, supply_v, peak_a)


def _grade(result: Result, board: Board, cell: Battery, state: SleepState) -> str:
    """The life is known no better than the weakest number in it."""
    from mcusim.boards.schema import Grade
    from mcusim.power.basis import weakest

    sleeping = [row.grade for row in board.chip.power.sleep if row.name == state.name]
    awake = msgspec.convert(result.energy.grade, Grade)
    return weakest([awake, cell.grade, *sleeping])


def _curve(
    cell: Battery, board: Board, active: ActivePhase, state: SleepState, every_s: float
) -> LifeCurve:
    """Life from always awake to once a week, at periods spaced evenly on a log scale."""
    from mcusim.power import life_over_period

    shortest = active.time_s + state.wake_s
    longest = max(CURVE_END_S, 10 * every_s)
    step = math.log(longest / shortest) / (CURVE_POINTS - 1)
    periods = [shortest * math.exp(step * i) for i in range(CURVE_POINTS)]
    # The exponential may round the ends to beyond what is possible and what was asked for.
    periods[0], periods[-1] = shortest, longest
    found = life_over_period(cell, board, active, state, periods)
    return LifeCurve(
        period_s=periods,
        life_s=found.typical_s.tolist(),
        life_low_s=found.low_s.tolist(),
        life_high_s=found.high_s.tolist(),
    )
