"""What a chip allows a board, or a user who overrides the board, to choose.

Each function returns what is wrong with a value and what to do, or None.
"""

from __future__ import annotations

from mcusim.boards.hints import engineering
from mcusim.boards.schema import Chip


def regulators(chip: Chip) -> list[str]:
    """Regulators that the chip has run currents for."""
    return sorted({anchor.regulator for anchor in chip.power.run})


def clock_problem(chip: Chip, clock_hz: float) -> tuple[str, str] | None:
    limit = engineering(chip.max_clock_hz)
    if 0 < clock_hz < 1e4:
        meant = engineering(clock_hz * 1e6)
        return f"is in hertz: {clock_hz:g} is implausible", f"did you mean {meant}?"
    if not 0 < clock_hz <= chip.max_clock_hz:
        return f"{engineering(clock_hz)} Hz is beyond {chip.title}", f"use at most {limit}"
    if chip.fixed_clock and clock_hz != chip.max_clock_hz:
        return f"{chip.title} has one clock", f"use {limit}"
    return None


def supply_problem(chip: Chip, supply_v: float) -> tuple[str, str] | None:
    low, high = chip.power.supply_min_v, chip.power.supply_max_v
    if not low <= supply_v <= high:
        return f"{supply_v:g} V is beyond {chip.title}", f"use {low:g} to {high:g} V"
    return None


def regulator_problem(chip: Chip, regulator: str) -> tuple[str, str] | None:
    known = regulators(chip)
    if regulator not in known:
        return f"no currents of {chip.title} with {regulator!r}", "use " + " or ".join(known)
    return None
