"""From a finished machine to a result: everything counted, priced and named."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcusim.machine import faults, hot_loop
from mcusim.machine.activity import COLUMNS, INDEX, INSTRUCTION_CLASSES
from mcusim.machine.machine import Machine
from mcusim.machine.memory_use import MemoryWatch
from mcusim.machine.run_loop import Ending
from mcusim.power import EnergyModel, build_model, energy_info, price_rows, trace
from mcusim.result import (
    BoardInfo,
    FirmwareInfo,
    FunctionRow,
    Region,
    Result,
    Trace,
)

Counts = NDArray[np.int64]
CYCLES = INDEX["cycles"]
LINES_LOOKED_UP = 100
"""Functions whose source line is given: decoding debug information takes its time."""
_CLASSES = [INDEX[name] for name in INSTRUCTION_CLASSES]


def summarise(
    machine: Machine, watch: MemoryWatch, ending: Ending, version: str, entry: int
) -> Result:
    """Makes the result of a run."""
    engine, board = machine.engine, machine.board
    activity = np.asarray(engine.activity(), dtype=np.int64)
    model = build_model(board)
    time_s = engine.cycles / board.clock_hz
    stall, fetch_stall = int(activity[INDEX["stall"]]), engine.fetch_stall
    fault = faults.describe(machine, ending.stopped) if ending.stopped else None
    memory = watch.report()
    warnings = list(machine.warnings)
    if memory.collision is not None:
        warnings.insert(0, memory.collision.message)
    return Result(
        mcusim_version=version,
        firmware=FirmwareInfo(
            path=machine.image.path,
            sha256=machine.image.sha256,
            format=machine.image.format,
            entry=entry,
        ),
        board=BoardInfo(
            name=board.name,
            title=board.title,
            core=board.chip.core,
            clock_hz=board.clock_hz,
            supply_v=board.supply_v,
            regulator=board.regulator,
        ),
        fidelity="accurate" if machine.accurate else "fast",
        outcome=ending.outcome,
        exit_code=ending.exit_code,
        reason=f"{fault.kind}: {fault.message}" if fault else ending.reason,
        cycles=engine.cycles,
        instructions=engine.instructions,
        time_s=time_s,
        regions=_regions(machine, model),
        memory=memory,
        energy=energy_info(model, activity, time_s),
        functions=_functions(machine, model),
        trace=_trace(machine, model, activity),
        activity=_by_column(activity),
        cycles_breakdown={
            "issue": engine.cycles - stall,
            "fetch stalls": fetch_stall,
            "data stalls": stall - fetch_stall,
        },
        fault=fault,
        hot_loop=hot_loop.find(machine, ending.tail) if ending.outcome == "limit" else None,
        output=machine.output.decode("utf-8", errors="replace"),
        warnings=warnings,
    )


def _by_column(activity: Counts) -> dict[str, int]:
    return {name: int(activity[i]) for i, name in enumerate(COLUMNS)}


def _regions(machine: Machine, model: EnergyModel) -> list[Region]:
    counted = machine.engine.regions()
    if not counted:
        return []
    clock_hz = machine.board.clock_hz
    rows = np.array([region["activity"] for region in counted], dtype=np.int64)
    prices = price_rows(model, rows, rows[:, CYCLES] / clock_hz)
    regions = []
    for i, (watched, region) in enumerate(zip(machine.regions.watched, counted, strict=True)):
        calls = region["calls"]
        each = max(calls, 1)
        mean = region["cycles_total"] / each
        regions.append(
            Region(
                name=watched.name,
                kind=watched.kind,
                inference=watched.inference,
                calls=calls,
                cycles_total=region["cycles_total"],
                cycles_min=region["cycles_min"],
                cycles_mean=mean,
                cycles_max=region["cycles_max"],
                time_mean_s=mean / clock_hz,
                energy_total_j=float(prices.typical[i]),
                energy_mean_j=float(prices.typical[i]) / each,
                energy_low_mean_j=float(prices.low[i]) / each,
                energy_high_mean_j=float(prices.high[i]) / each,
                activity=_by_column(rows[i]),
                spans=region["spans"],
                spans_s=[(a / clock_hz, b / clock_hz) for a, b in region["spans"]],
            )
        )
    return regions


def _functions(machine: Machine, model: EnergyModel) -> list[FunctionRow]:
    """Cycles and energy of each function, callees not included, the costliest first."""
    table = machine.engine.blocks()
    names: dict[str, int] = {}
    entry_of: list[int | None] = []
    owner = np.zeros(len(table["address"]), dtype=np.intp)
    calls: list[int] = []
    for row, address in enumerate(table["address"].tolist()):
        symbol = machine.image.symbols.function_at(address)
        name = symbol.display if symbol is not None else "(no symbol)"
        if name not in names:
            names[name] = len(names)
            calls.append(0)
            entry_of.append(symbol.address if symbol is not None else None)
        owner[row] = names[name]
        if symbol is not None and symbol.address == address:
            calls[names[name]] += int(table["executions"][row])
    if not names:
        return []
    activity = np.zeros((len(names), len(COLUMNS)), dtype=np.int64)
    np.add.at(activity, owner, table["activity"])
    cycles = np.zeros(len(names), dtype=np.int64)
    np.add.at(cycles, owner, table["cycles"].astype(np.int64))
    activity[:, CYCLES] = cycles
    energy = price_rows(model, activity, cycles / machine.board.clock_hz).typical
    instructions = activity[:, _CLASSES].sum(axis=1)
    rows = [
        FunctionRow(
            name=name,
            line="",
            calls=calls[i],
            cycles=int(cycles[i]),
            instructions=int(instructions[i]),
            energy_j=float(energy[i]),
        )
        for name, i in names.items()
    ]
    rows.sort(key=lambda row: (-row.cycles, row.name))
    for function in rows[:LINES_LOOKED_UP]:
        entry = entry_of[names[function.name]]
        function.line = machine.image.line_at(entry) if entry is not None else ""
    return rows


def _trace(machine: Machine, model: EnergyModel, final: Counts) -> Trace:
    cycles, totals = machine.engine.trace()
    start = np.zeros((1, len(COLUMNS)), dtype=np.int64)
    steps: list[Any] = [start, totals]
    if len(cycles) == 0 or int(final[CYCLES]) > int(cycles[-1]):
        steps.append(final.reshape(1, -1))
    cumulative = np.concatenate(steps)
    edges = cumulative[:, CYCLES] / machine.board.clock_hz
    return trace(model, np.diff(cumulative, axis=0), edges)
