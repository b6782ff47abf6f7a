"""The result of a run: the one seam between running and showing.

`mcusim.run` makes it, `-o run.mcusim` saves it as versioned JSON, and every report, plot, check and
comparison only reads it. Units are in the names; numbers are a pure function of firmware, board and
options, so that the same run gives the same file, bit for bit.
"""

from __future__ import annotations

from typing import Literal

import msgspec

SCHEMA_VERSION = 1

Outcome = Literal["exited", "stopped", "limit", "fault"]
"""exited: the firmware ended itself; stopped: Ctrl-C; limit: --max-time or --max-instructions;
fault: an exception that nothing handles."""


class Record(msgspec.Struct, kw_only=True):
    """A part of the result."""


class FirmwareInfo(Record):
    path: str
    sha256: str
    format: Literal["elf", "hex", "bin"]
    entry: int
    """Address of the first instruction executed."""


class BoardInfo(Record):
    name: str
    title: str
    core: str
    clock_hz: float
    supply_v: float
    regulator: str


class FrameInfo(Record):
    """One level of a call stack, innermost first in a list."""

    function: str
    address: int
    line: str = ""
    """`file:line`, empty without DWARF."""


class Fault(Record):
    kind: str
    """Armv7-M name of what went wrong, for example "UsageFault: UNDEFINSTR"."""
    message: str
    """One sentence: what, where, and what to look at."""
    pc: int
    function: str
    line: str
    address: int | None
    """Data address of a memory fault."""
    registers: dict[str, int]
    call_stack: list[FrameInfo]


class HotLoop(Record):
    """The loop in which a run that met its limit spent its last time."""

    function: str
    line: str
    start: int
    end: int
    share: float
    """Part of the last slice's cycles spent in it, 0 to 1."""


class Region(Record):
    """A region of interest: a function, a GPIO pulse or a pair of marker writes."""

    name: str
    kind: Literal["function", "gpio", "marker"]
    inference: bool
    """Whether the headline speaks of this region as one inference."""
    calls: int
    cycles_total: int
    cycles_min: int
    cycles_mean: float
    cycles_max: int
    time_mean_s: float
    energy_total_j: float
    energy_mean_j: float
    energy_low_mean_j: float
    energy_high_mean_j: float
    activity: dict[str, int]
    """Events of all calls together, by column of `mcusim.machine.activity`."""
    spans: list[tuple[int, int]]
    """First and last cycle of each call, at most the first 1,000 calls."""


class SizeRow(Record):
    """A section or a symbol."""

    name: str
    address: int
    size_bytes: int
    memory: Literal["flash", "ram", "both"]


class StackInfo(Record):
    name: Literal["main", "process"]
    top: int
    lowest_sp: int
    peak_bytes: int
    limit: int | None
    """Lowest address that the stack may use: end of heap or static data below it."""
    call_stack: list[FrameInfo]
    """At the peak, innermost first."""


class Collision(Record):
    """A stack that ran into something else."""

    message: str
    sp: int
    pc: int
    function: str
    line: str
    hit: str
    """Symbol or area that was reached."""


class MemoryInfo(Record):
    flash_bytes: int
    flash_total_bytes: int
    ram_static_bytes: int
    heap_peak_bytes: int
    stack_peak_bytes: int
    """Main and process stack together."""
    ram_peak_bytes: int
    """Highest sum of static data, heap and stacks at one moment."""
    ram_total_bytes: int
    ram_headroom_bytes: int
    heap_source: Literal["sbrk", "writes", "none"]
    sections: list[SizeRow]
    symbols: list[SizeRow]
    """The largest, flash and RAM."""
    stacks: list[StackInfo]
    collision: Collision | None = None


class EnergyInfo(Record):
    energy_j: float
    energy_low_j: float
    energy_high_j: float
    average_power_w: float
    average_current_a: float
    """At the board's supply."""
    breakdown_j: dict[str, float]
    """By component; the values sum to `energy_j`."""
    grade: str
    """Weakest grade among the numbers used: measured, published, derived or assumed."""
    basis: list[str]
    """The anchors and assumptions behind the number, a line each with its source."""


class BatteryInfo(Record):
    name: str
    title: str
    life_s: float
    life_low_s: float
    life_high_s: float
    average_current_a: float
    period_s: float
    active_time_s: float
    active_current_a: float
    sleep_name: str
    sleep_current_a: float
    usable_capacity_ah: float
    limited_by: str
    """What ends the life: "capacity", "shelf life" or "pulse voltage"."""
    can_deliver: bool
    loaded_voltage_v: float
    """At the load's peak with a fresh cell."""
    notes: list[str]


class FunctionRow(Record):
    name: str
    line: str
    calls: int
    cycles: int
    """Exclusive: callees not included."""
    instructions: int
    energy_j: float


class Trace(Record):
    """Power over time: row i covers `time_s[i]` to `time_s[i+1]`."""

    time_s: list[float]
    power_w: list[float]
    power_low_w: list[float]
    power_high_w: list[float]


class Result(Record):
    """Everything a run found out. Plots and tables are methods added in `mcusim.report`."""

    schema_version: int = SCHEMA_VERSION
    mcusim_version: str
    firmware: FirmwareInfo
    board: BoardInfo
    fidelity: Literal["accurate", "fast"]
    outcome: Outcome
    exit_code: int | None
    reason: str
    """One sentence: how the run ended."""
    cycles: int
    instructions: int
    time_s: float
    regions: list[Region]
    memory: MemoryInfo
    energy: EnergyInfo
    battery: BatteryInfo | None = None
    functions: list[FunctionRow]
    trace: Trace
    activity: dict[str, int]
    cycles_breakdown: dict[str, int]
    """Cycles by cause: "issue", "fetch stalls", "data stalls"."""
    fault: Fault | None = None
    hot_loop: HotLoop | None = None
    output: str
    warnings: list[str]
