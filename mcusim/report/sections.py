"""The sections of the text report, each from its part of the result."""

from __future__ import annotations

from rich.console import Group, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from mcusim.report import figures
from mcusim.report.blocks import (
    GAP,
    INDENT,
    SIDE_BY_SIDE_WIDTH,
    Column,
    beside,
    pairs,
    paragraph,
    section,
    table,
    text,
)
from mcusim.result import (
    BatteryInfo,
    CoreRow,
    EnergyInfo,
    FunctionRow,
    MemoryInfo,
    Region,
    Result,
)

SCREEN_ROWS = 5
"""Rows of a table in the report that fits one screen."""


def overview(result: Result, width: int) -> list[RenderableType]:
    """Everything that one screen holds, below the headline."""
    parts = [timing(result)]
    if result.regions:
        parts.append(regions(result.regions, width, limit=SCREEN_ROWS))
    parts.append(memory(result.memory, width))
    parts.append(_energy_and_functions(result, width))
    if result.battery is not None:
        parts.append(battery(result.battery))
    return parts


def _energy_and_functions(result: Result, width: int) -> RenderableType:
    if not result.functions:
        return energy(result, width)
    half = width // 2 - 4 if width >= SIDE_BY_SIDE_WIDTH else width
    return beside(energy(result, half), functions(result, half, limit=SCREEN_ROWS), width)


SIDES: tuple[JustifyMethod, ...] = ("left", "left", "right", "right")
"""Name, bar, percent and energy of a component."""
BAR_SURROUNDINGS = INDENT + 3 * GAP + len("<0.1 %") + len("1.23 mJ") + 1


def timing(result: Result) -> RenderableType:
    per_instruction = figures.ratio(result.cycles, result.instructions)
    line = (
        f"{figures.time(result.time_s)} simulated · {figures.count(result.cycles)} cycles"
        f" · {figures.count(result.instructions)} instructions"
        f" · {per_instruction:.2f} cycles each"
    )
    spent = sum(result.cycles_breakdown.values())
    shares = " · ".join(
        f"{cause} {figures.percent(figures.ratio(cycles, spent))}"
        for cause, cycles in result.cycles_breakdown.items()
    )
    lines = [paragraph(line), *([paragraph(f"cycles: {shares}")] if shares else [])]
    return section("Time", *lines, *(paragraph(_core(core, result)) for core in result.cores))


def _core(row: CoreRow, result: Result) -> str:
    awake = figures.ratio(row.cycles_awake, result.cycles)
    return (
        f"core {row.number}: awake {figures.percent(awake)}"
        f" · {figures.count(row.instructions)} instructions · {figures.energy(row.energy_j)}"
    )


REGION_COLUMNS = (
    Column("region", right=False),
    Column("calls"),
    Column("mean"),
    Column("longest", spare=1),
    Column("cycles", spare=3),
    Column("energy"),
    Column("low–high", spare=2),
    Column("power", spare=4),
)


INFERENCE_MARK = "▸"


def regions(rows: list[Region], width: int, *, limit: int | None = None) -> RenderableType:
    """Time and energy of one call of each region."""
    shown = rows if limit is None else rows[:limit]
    body = table(REGION_COLUMNS, (_region_cells(row) for row in shown), width)
    notes = [f"{INFERENCE_MARK} one inference"] if any(row.inference for row in shown) else []
    notes += [_more(len(rows) - len(shown), "--regions")]
    return section("Regions", body, note=" · ".join(note for note in notes if note))


def _region_cells(row: Region) -> list[str]:
    if not row.calls:
        return [row.name, "0", "never entered", "", "", "", "", ""]
    return [
        f"{INFERENCE_MARK} {row.name}" if row.inference else row.name,
        figures.count(row.calls),
        figures.time(row.time_mean_s),
        figures.time(row.time_max_s),
        figures.count(row.cycles_mean),
        figures.energy(row.energy_mean_j),
        figures.energy_band(row.energy_low_mean_j, row.energy_high_mean_j),
        figures.power(row.power_mean_w),
    ]


def memory(info: MemoryInfo, width: int) -> RenderableType:
    bar_width = 20 if width >= 72 else 10
    body = Table.grid(padding=(0, 2, 0, 0))
    body.add_column(style="dim")
    body.add_column(no_wrap=True)
    body.add_column(justify="right", no_wrap=True)
    body.add_column(overflow="ellipsis")
    for name, used, total in (
        ("flash", info.flash_bytes, info.flash_total_bytes),
        ("RAM peak", info.ram_peak_bytes, info.ram_total_bytes),
    ):
        share = figures.ratio(used, total)
        body.add_row(
            name,
            Text(figures.bar(share, bar_width), style=_fill_style(share)),
            figures.percent(share),
            text(f"{figures.size(used)} of {figures.size(total)}"),
        )
    return section("Memory", body, note=_ram_parts(info))


def _ram_parts(info: MemoryInfo) -> str:
    """Each at its own peak, so that they may sum to more than the peak of their sum."""
    heap = f" · heap {figures.size(info.heap_peak_bytes)}" if info.heap_source != "none" else ""
    return (
        f"RAM: static {figures.size(info.ram_static_bytes)}{heap}"
        f" · stack {figures.size(info.stack_peak_bytes)}"
    )


def _fill_style(share: float) -> str:
    return "green" if share <= 0.75 else "yellow" if share <= 0.9 else "red"


def memory_details(info: MemoryInfo, width: int) -> RenderableType:
    """Sections, largest symbols and the stacks with their call stacks at the peak."""
    columns = [Column("name", right=False), Column("address"), Column("size")]
    columns.append(Column("in", right=False))
    parts = [memory(info, width)]
    for title, rows in (("Sections", info.sections), ("Largest symbols", info.symbols)):
        cells = [
            [r.name, figures.hex32(r.address), figures.size(r.size_bytes), _place(r.memory)]
            for r in rows
        ]
        parts.append(section(title, table(columns, cells, width)))
    for stack in info.stacks:
        calls = " ◂ ".join(frame.function for frame in stack.call_stack)
        limit = figures.hex32(stack.limit) if stack.limit is not None else "unknown"
        line = (
            f"peak {figures.size(stack.peak_bytes)}, from {figures.hex32(stack.top)} down to "
            f"{figures.hex32(stack.lowest_sp)}; may go down to {limit}"
        )
        whose = " · ".join(part for part in (stack.name, stack.task, stack.holder) if part)
        parts.append(section(f"Stack ({whose})", text(line), paragraph(f"deepest in {calls}")))
    return Group(*parts)


def _place(memory_name: str) -> str:
    return "flash and RAM" if memory_name == "both" else memory_name.replace("ram", "RAM")


def energy(result: Result, width: int) -> RenderableType:
    info = result.energy
    band = figures.energy_band(info.energy_low_j, info.energy_high_j)
    total = (
        f"{figures.energy(info.energy_j)} ({band})"
        f" · {figures.current(info.average_current_a)} at {result.board.supply_v:.3g} V"
    )
    return section(
        "Energy of the run",
        text(total),
        _component_bars(_components(info), info.energy_j, width),
        note=f"basis: {info.grade}",
    )


def _components(info: EnergyInfo) -> list[tuple[str, float]]:
    """The largest components and the rest; what used nothing is left out."""
    used = sorted(((n, j) for n, j in info.breakdown_j.items() if j), key=lambda item: -item[1])
    # What peripherals drew in a state of theirs is a line of its own, however small.
    devices = {row.device for row in info.device_states}
    kept = [row for i, row in enumerate(used) if i < SCREEN_ROWS or row[0] in devices]
    largest, others = kept, [row for row in used if row not in kept]
    if len(others) <= 1:
        return used
    return [*largest, (f"{len(others)} others", sum(joules for _, joules in others))]


def _component_bars(rows: list[tuple[str, float]], total_j: float, width: int) -> RenderableType:
    grid = Table.grid(padding=(0, GAP, 0, 0))
    for justify in SIDES:
        grid.add_column(justify=justify, no_wrap=True)
    names = max((len(name) for name, _ in rows), default=0)
    bar_width = max(4, min(16, width - names - BAR_SURROUNDINGS))
    for name, joules in rows:
        share = figures.ratio(joules, total_j)
        bar = Text(figures.bar(share, bar_width), style="cyan")
        grid.add_row(text(name), bar, figures.percent(share), figures.energy(joules))
    return grid


def basis(result: Result) -> RenderableType:
    """Where the numbers of the energy model come from."""
    lines = [paragraph(f"- {line}") for line in result.energy.basis]
    note = f"grade of what decides: {result.energy.grade}"
    return section("Basis of the energy figures", *lines, note=note)


def functions(result: Result, width: int, *, limit: int | None = None) -> RenderableType:
    rows = sorted(result.functions, key=lambda row: -row.cycles)
    shown = rows if limit is None else rows[:limit]
    columns = [Column("function", right=False), Column("calls", spare=2), Column("cycles")]
    columns.append(Column("energy"))
    if limit is None:
        columns += [Column("instructions", spare=3), Column("line", right=False, spare=1)]
    body = table(columns, (_function_cells(row, result, limit is None) for row in shown), width)
    return section("Functions", body, note=_more(len(rows) - len(shown), "--functions"))


def _function_cells(row: FunctionRow, result: Result, full: bool) -> list[str]:
    cells = [
        row.name,
        figures.count(row.calls),
        figures.percent(figures.ratio(row.cycles, result.cycles * max(1, len(result.cores)))),
        figures.energy(row.energy_j),
    ]
    return [*cells, figures.count(row.instructions), row.line] if full else cells


def battery(info: BatteryInfo) -> RenderableType:
    event = (
        f"{figures.time(info.active_time_s)} at {figures.current(info.active_current_a)}, then "
        f"{info.sleep_name} at {figures.current(info.sleep_current_a)}, "
        f"every {figures.setting(figures.time(info.period_s))}; "
        f"average {figures.current(info.average_current_a)}"
    )
    cell = (
        f"{1e3 * info.usable_capacity_ah:.3g} mAh usable"
        f" · {info.loaded_voltage_v:.2f} V at the peak with a fresh cell"
        f" · ends by {info.limited_by}"
    )
    rows = [("load", paragraph(event)), ("cell", paragraph(cell))]
    rows += [("note", paragraph(note)) for note in info.notes]
    note = f"basis: {info.grade}" if info.grade else ""
    return section(f"Battery: {info.title}", pairs(rows), note=note)


def _more(count: int, option: str) -> str:
    return f"{count} more: mcusim show {option}" if count > 0 else ""
