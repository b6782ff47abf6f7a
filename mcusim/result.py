"""The result of a run: the one seam between running and showing.

`mcusim.run` makes it, `-o run.mcusim` saves it as versioned JSON, and every report, plot, check and
comparison only reads it. Units are in the names; numbers are a pure function of firmware, board and
options, so that the same run gives the same file, bit for bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from os import PathLike

    from matplotlib.axes import Axes

SCHEMA_VERSION = 1

NO_SYMBOL = "(no symbol)"
"""Name of code that the firmware file has no function for."""
Outcome = Literal["exited", "stopped", "limit", "fault"]
"""exited: the firmware ended itself; stopped: Ctrl-C; limit: --max-time or --max-instructions;
fault: an exception that nothing handles."""


class Record(msgspec.Struct, kw_only=True):
    """A part of the result."""


class FirmwareInfo(Record, kw_only=True):
    path: str
    sha256: str
    format: Literal["elf", "hex", "bin", "uf2", "esp"]
    entry: int
    """Address of the first instruction executed."""


class BoardInfo(Record, kw_only=True):
    name: str
    title: str
    core: str
    clock_hz: float
    supply_v: float
    regulator: str


class FrameInfo(Record, kw_only=True):
    """One level of a call stack, innermost first in a list."""

    function: str
    address: int
    line: str = ""
    """`file:line`, empty without DWARF."""


class Fault(Record, kw_only=True):
    kind: str
    """Armv7-M name of what went wrong, for example "UsageFault: UNDEFINSTR"."""
    message: str
    """One sentence: what, where, and what to look at."""
    pc: int
    function: str
    line: str
    address: int | None
    """Data address of a memory fault."""
    core: int = 0
    """Number of the core that met it."""
    registers: dict[str, int]
    call_stack: list[FrameInfo]


class ResetRow(Record, kw_only=True):
    """One reset of the chip during the run."""

    cause: Literal["software", "watchdog", "window watchdog", "lock-up", "wake-up", "option bytes"]
    message: str
    """What reset it, and why."""
    time_s: float
    pc: int
    """Where the core was."""
    function: str
    line: str


class HotLoop(Record, kw_only=True):
    """The loop in which a run that met its limit spent its last time."""

    function: str
    line: str
    start: int
    end: int
    share: float
    """Part of the last slice's cycles spent in it, 0 to 1."""
    handler: str = ""
    """Exception that was being served, "IRQ 28 (tim2)"; empty in thread mode."""
    polls: list[str] = []
    """Registers of devices that the loop reads."""
    call_stack: list[FrameInfo] = []
    """At the end, innermost first."""


class Region(Record, kw_only=True):
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
    spans_s: list[tuple[float, float]] = []
    """The same in simulated seconds; empty when these are cycles over the board's clock."""

    @property
    def time_max_s(self) -> float:
        """Time of the longest call, at the clock that the calls ran at on average."""
        if not self.cycles_mean:
            return self.time_mean_s
        return self.time_mean_s * self.cycles_max / self.cycles_mean

    @property
    def power_mean_w(self) -> float:
        return self.energy_mean_j / self.time_mean_s if self.time_mean_s else 0.0


class SizeRow(Record, kw_only=True):
    """A section or a symbol."""

    name: str
    address: int
    size_bytes: int
    memory: Literal["flash", "ram", "both"]


class StackInfo(Record, kw_only=True):
    name: Literal["main", "process"]
    task: str = ""
    """Function with which the task of a process stack began; empty where it is unknown."""
    holder: str = ""
    """Variable or heap block that holds the stack; empty where it is unknown."""
    top: int
    lowest_sp: int
    peak_bytes: int
    limit: int | None
    """Lowest address that the stack may use: start of its holder, or else, for the main stack, end
    of heap or static data below it."""
    call_stack: list[FrameInfo]
    """At the peak, innermost first."""


class Collision(Record, kw_only=True):
    """A stack that ran into something else."""

    message: str
    stack: str = "a stack"
    """Whose it is: "the stack of task blink"."""
    sp: int
    pc: int
    function: str
    line: str
    hit: str
    """Symbol or area that was reached."""


class MemoryInfo(Record, kw_only=True):
    flash_bytes: int
    flash_total_bytes: int
    ram_static_bytes: int
    heap_peak_bytes: int
    stack_peak_bytes: int
    """All stacks together, each at its own peak."""
    ram_peak_bytes: int
    """Highest sum of static data, heap, and stacks that lie in neither, at one moment."""
    ram_total_bytes: int
    ram_headroom_bytes: int
    heap_source: Literal["sbrk", "writes", "none"]
    sections: list[SizeRow]
    symbols: list[SizeRow]
    """The largest, flash and RAM."""
    stacks: list[StackInfo]
    collision: Collision | None = None


class DeviceStateRow(Record, kw_only=True):
    """A peripheral in a state that draws current on top of the core's."""

    device: str
    state: str
    regulator: str
    time_s: float
    current_a: float
    """Published, at the supply that its source names."""
    energy_j: float
    grade: str
    source: str


class EnergyInfo(Record, kw_only=True):
    energy_j: float
    energy_low_j: float
    energy_high_j: float
    average_power_w: float
    average_current_a: float
    """At the board's supply."""
    breakdown_j: dict[str, float]
    """By component; the values sum to `energy_j`."""
    grade: str
    """Weakest grade among numbers that decide a tenth of the energy or more (docs/energy.md)."""
    basis: list[str]
    """The anchors and assumptions behind the number, a line each with its source."""
    device_states: list[DeviceStateRow] = []
    """The peripherals' part of `breakdown_j`, by state."""


class CoreRow(Record, kw_only=True):
    """One core's part of a run on a chip with several."""

    number: int
    cycles_awake: int
    cycles_asleep: int
    """In WFI or WFE, or held in reset."""
    instructions: int
    energy_j: float
    """Of what it executed; what all cores share (leakage, sleep) is in the run's energy alone."""
    activity: dict[str, int]
    cycles_breakdown: dict[str, int]
    """Cycles awake by cause, as in the result."""


class LifeCurve(Record, kw_only=True):
    """Battery life over the time from one event to the next; the lists belong together by row."""

    period_s: list[float]
    life_s: list[float]
    life_low_s: list[float]
    life_high_s: list[float]


class BatteryInfo(Record, kw_only=True):
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
    grade: str = ""
    """Weakest grade among the numbers used, those of the energy per event included."""
    life_curve: LifeCurve | None = None
    """Life at other periods, for the plot of life over duty cycle."""


class FunctionRow(Record, kw_only=True):
    name: str
    line: str
    calls: int
    cycles: int
    """Exclusive: callees not included."""
    instructions: int
    energy_j: float


class Trace(Record, kw_only=True):
    """Power over time: row i covers `time_s[i]` to `time_s[i+1]`."""

    time_s: list[float]
    power_w: list[float]
    power_low_w: list[float]
    power_high_w: list[float]


class Result(Record, kw_only=True):
    """Everything a run found out. Its methods are doors to `mcusim.report`, which only reads."""

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
    cores: list[CoreRow] = []
    """Of a chip with several cores; empty with one."""
    fault: Fault | None = None
    resets: list[ResetRow] = []
    """The first thousand of `reset_count`, in order."""
    reset_count: int = 0
    hot_loop: HotLoop | None = None
    output: str
    warnings: list[str]

    @property
    def inference(self) -> Region | None:
        """The region that the headline calls one inference."""
        return next((r for r in self.regions if r.inference and r.calls), None)

    @property
    def succeeded(self) -> bool:
        """Whether the firmware ended by itself and with exit code 0 (or none)."""
        return self.outcome == "exited" and not self.exit_code

    def with_battery(self, battery: str, every_s: float, sleep: str | None = None) -> Result:
        """The same run with another battery, period or sleep state, without running it again."""
        from mcusim.report.battery import with_battery

        return with_battery(self, battery, every_s, sleep)

    def to_dict(self) -> dict[str, Any]:
        """The result as plain dictionaries and lists, with the keys of the JSON form."""
        document: dict[str, Any] = msgspec.json.decode(self.to_json())
        return document

    def to_json(self, *, indent: int = 2) -> str:
        """The result as JSON; `indent=0` puts it on one line."""
        encoded = msgspec.json.encode(self)
        return (msgspec.json.format(encoded, indent=indent) if indent else encoded).decode()

    def save(self, path: str | PathLike[str], *, force: bool = False) -> None:
        """Write the result to a `.mcusim` file; an existing file is kept unless `force`."""
        from mcusim.report.storage import save

        save(self, path, force=force)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Result:
        """Read a result that `save` or `mcusim run -o` wrote."""
        from mcusim.report.storage import load

        return load(path)

    def to_dataframe(self, table: Literal["regions", "functions"] = "regions") -> Any:
        """A table of the result as a pandas DataFrame (pandas must be installed)."""
        from mcusim.report.dataframe import to_dataframe

        return to_dataframe(self, table)

    def plot_power(self, ax: Axes | None = None) -> Axes:
        """Power over time with its band; calls of regions shaded."""
        from mcusim.report.plots import plot_power

        return plot_power(self, ax)

    def plot_components(self, ax: Axes | None = None) -> Axes:
        """Energy of the run by component."""
        from mcusim.report.plots import plot_components

        return plot_components(self, ax)

    def plot_functions(self, ax: Axes | None = None, *, count: int = 10) -> Axes:
        """Energy by function, the `count` largest and the rest."""
        from mcusim.report.plots import plot_functions

        return plot_functions(self, ax, count=count)

    def plot_battery_life(self, ax: Axes | None = None) -> Axes:
        """Battery life over the time from one event to the next."""
        from mcusim.report.plots import plot_battery_life

        return plot_battery_life(self, ax)

    def _repr_html_(self) -> str:
        from mcusim.report.html import to_html

        return to_html(self)

    def __str__(self) -> str:
        from mcusim.report.text import render

        return render(self, width=100, color=False)
