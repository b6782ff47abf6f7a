"""From a finished machine to a result: everything counted, priced and named."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mcusim import _native
from mcusim.machine import hot_loop
from mcusim.machine.activity import COLUMNS, INDEX, INSTRUCTION_CLASSES
from mcusim.machine.clock_energy import ClockEnergy
from mcusim.machine.core_rows import all_blocks, core_rows, merged_regions
from mcusim.machine.machine import Machine
from mcusim.machine.memory_use import MemoryWatch
from mcusim.machine.resets import Resets
from mcusim.machine.run_loop import Ending
from mcusim.power import price_rows
from mcusim.result import (
    NO_SYMBOL,
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
    machine: Machine,
    watch: MemoryWatch,
    ending: Ending,
    version: str,
    entry: int,
    resets: Resets,
) -> Result:
    """Makes the result of a run."""
    engine, board = machine.cores.first, machine.board
    activity = machine.cores.activity()
    energy = ClockEnergy(machine)
    time_s = machine.clock.seconds(engine.cycles)
    fault = ending.fault
    memory = watch.report()
    warnings = [*machine.warnings, *machine.unmodelled.lines()]
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
            clock_hz=energy.main.hz,
            supply_v=board.supply_v,
            regulator=energy.main.supply.regulator or board.regulator,
        ),
        fidelity="accurate" if machine.accurate else "fast",
        outcome=ending.outcome,
        exit_code=ending.exit_code,
        reason=f"{fault.kind}: {fault.message}" if fault else ending.reason,
        cycles=engine.cycles,
        instructions=machine.cores.instructions,
        time_s=time_s,
        regions=_regions(machine, energy),
        memory=memory,
        energy=energy.total(machine.cores.priced()),
        functions=_functions(machine, energy),
        trace=_trace(machine, energy, activity),
        activity=_by_column(activity),
        cycles_breakdown=_breakdown(machine.cores.engines),
        cores=core_rows(machine, energy),
        fault=fault,
        resets=resets.rows,
        reset_count=resets.total,
        hot_loop=hot_loop.find(machine, ending.tail) if ending.outcome == "limit" else None,
        output=printed(machine),
        warnings=warnings,
    )


def printed(machine: Machine) -> str:
    """What the firmware has sent out so far, as text."""
    return machine.output.decode("utf-8", errors="replace")


def _by_column(activity: Counts) -> dict[str, int]:
    return {name: int(activity[i]) for i, name in enumerate(COLUMNS)}


def _breakdown(engines: Sequence[_native.Engine]) -> dict[str, int]:
    """Cycles by cause, those of all engines together."""
    stall = sum(engine.activity()[INDEX["stall"]] for engine in engines)
    fetch_stall = sum(engine.fetch_stall for engine in engines)
    return {
        "issue": sum(engine.cycles for engine in engines) - stall,
        "fetch stalls": fetch_stall,
        "data stalls": stall - fetch_stall,
    }


def _regions(machine: Machine, energy: ClockEnergy) -> list[Region]:
    counted = merged_regions(machine.cores.engines)
    if not counted:
        return []
    clock = machine.clock
    rows = np.array([region["activity"] for region in counted], dtype=np.int64)
    regions = []
    for i, (watched, region) in enumerate(zip(machine.regions.watched, counted, strict=True)):
        calls = region["calls"]
        each = max(calls, 1)
        mean = region["cycles_total"] / each
        # A region is taken to run at one clock: that of its first call.
        segment = clock.at(region["spans"][0][0]) if region["spans"] else energy.main
        hz = segment.hz
        asleep_s = (region["cycles_total"] - rows[i, CYCLES]) / hz
        total_s = region["cycles_total"] / hz
        prices = price_rows(energy.model(segment), rows[i : i + 1], [total_s], [asleep_s])
        spans_s = [(clock.seconds(a), clock.seconds(b)) for a, b in region["spans"]]
        low, typical, high = (
            float(core[0]) + devices * calls / max(1, len(spans_s))
            for core, devices in zip(
                (prices.low, prices.typical, prices.high),
                energy.devices.between(spans_s),
                strict=True,
            )
        )
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
                time_mean_s=mean / hz,
                energy_total_j=typical,
                energy_mean_j=typical / each,
                energy_low_mean_j=low / each,
                energy_high_mean_j=high / each,
                activity=_by_column(rows[i]),
                spans=region["spans"],
                spans_s=spans_s,
            )
        )
    return regions


def _functions(machine: Machine, energy: ClockEnergy) -> list[FunctionRow]:
    """Cycles and energy of each function, callees not included, the costliest first.

    All are priced at the clock of most cycles.
    """
    table = all_blocks(machine.cores.engines)
    names: dict[str, int] = {}
    entry_of: list[int | None] = []
    owner = np.zeros(len(table["address"]), dtype=np.intp)
    calls: list[int] = []
    for row, address in enumerate(table["address"].tolist()):
        symbol = machine.image.symbols.function_at(address)
        name = symbol.display if symbol is not None else NO_SYMBOL
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
    joules = price_rows(energy.main_model, activity, cycles / energy.main.hz).typical
    instructions = activity[:, _CLASSES].sum(axis=1)
    rows = [
        FunctionRow(
            name=name,
            line="",
            calls=calls[i],
            cycles=int(cycles[i]),
            instructions=int(instructions[i]),
            energy_j=float(joules[i]),
        )
        for name, i in names.items()
    ]
    rows.sort(key=lambda row: (-row.cycles, row.name))
    for function in rows[:LINES_LOOKED_UP]:
        entry = entry_of[names[function.name]]
        function.line = machine.image.line_at(entry) if entry is not None else ""
    return rows


def _trace(machine: Machine, energy: ClockEnergy, final: Counts) -> Trace:
    sampled, totals = machine.cores.first.trace()
    start = np.zeros((1, len(COLUMNS)), dtype=np.int64)
    cycles = np.concatenate([[0], sampled.astype(np.int64)])
    cumulative = np.concatenate([start, totals])
    end = machine.cores.first.cycles
    if len(sampled) == 0 or end > int(cycles[-1]):
        cycles = np.append(cycles, end)
        cumulative = np.concatenate([cumulative, final.reshape(1, -1)])
    return energy.trace(cycles, cumulative)
