"""What several cores counted: side by side as rows of a result, and put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcusim import _native
from mcusim.machine.activity import COLUMNS, INDEX
from mcusim.machine.clock_energy import ClockEnergy
from mcusim.machine.machine import Machine
from mcusim.result import CoreRow


def core_rows(machine: Machine, energy: ClockEnergy) -> list[CoreRow]:
    """A row for each core of a chip with several, priced at the clock of most cycles."""
    engines = machine.cores.engines
    if len(engines) == 1:
        return []
    return [_row(number, engine, energy) for number, engine in enumerate(engines)]


def _row(number: int, engine: _native.Engine, energy: ClockEnergy) -> CoreRow:
    counts = np.array(engine.activity(), dtype=np.int64)
    awake, stall = engine.cycles - engine.asleep, int(counts[INDEX["stall"]])
    return CoreRow(
        number=number,
        cycles_awake=awake,
        cycles_asleep=engine.asleep,
        instructions=engine.instructions,
        energy_j=float(counts @ energy.main_model.typical),
        activity={name: int(counts[i]) for i, name in enumerate(COLUMNS)},
        cycles_breakdown={
            "issue": awake - stall,
            "fetch stalls": engine.fetch_stall,
            "data stalls": stall - engine.fetch_stall,
        },
    )


def merged_regions(engines: Sequence[_native.Engine]) -> list[dict[str, Any]]:
    """What each region counted on all cores: a function may run on any."""
    merged = engines[0].regions()
    for engine in engines[1:]:
        for whole, part in zip(merged, engine.regions(), strict=True):
            _add_calls(whole, part)
    return merged


def _add_calls(whole: dict[str, Any], part: dict[str, Any]) -> None:
    if not part["calls"]:
        return
    least = [region["cycles_min"] for region in (whole, part) if region["calls"]]
    whole["cycles_min"] = min(least)
    whole["cycles_max"] = max(whole["cycles_max"], part["cycles_max"])
    whole["calls"] += part["calls"]
    whole["cycles_total"] += part["cycles_total"]
    whole["activity"] = [a + b for a, b in zip(whole["activity"], part["activity"], strict=True)]
    whole["spans"] = sorted([*whole["spans"], *part["spans"]])


def all_blocks(engines: Sequence[_native.Engine]) -> dict[str, NDArray[Any]]:
    """The tables of the cores' blocks, one after the other."""
    tables = [engine.blocks() for engine in engines]
    return {key: np.concatenate([table[key] for table in tables]) for key in tables[0]}
