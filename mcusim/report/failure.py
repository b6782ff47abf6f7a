"""What went wrong in a run, shown before anything else: fault, hot loop, collision, warnings."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mcusim.report import figures
from mcusim.report.blocks import pairs, paragraph, section, text
from mcusim.report.headline import place
from mcusim.result import NO_SYMBOL, Collision, Fault, FrameInfo, HotLoop, ResetRow, Result

BACKTRACE_ROWS = 8
RESET_ROWS = 5


def failures(result: Result, width: int) -> list[RenderableType]:
    """Sections about what failed, the worst first; empty after a good run."""
    parts = []
    if result.fault is not None:
        parts.append(fault(result.fault, width))
    if result.resets:
        parts.append(resets(result.resets, result.reset_count))
    if result.memory.collision is not None:
        parts.append(collision(result.memory.collision))
    if result.hot_loop is not None:
        parts.append(hot_loop(result.hot_loop))
    return parts


def fault(info: Fault, width: int) -> RenderableType:
    rows: list[tuple[str, RenderableType]] = [("what", paragraph(info.message))]
    rows.append(("where", text(f"{place(info)}, pc {figures.hex32(info.pc)}")))
    if info.address is not None:
        rows.append(("address", text(figures.hex32(info.address))))
    if info.call_stack:
        rows.append(("calls", _backtrace(info.call_stack)))
    rows.append(("registers", _registers(info.registers, width)))
    return section(f"Fault: {info.kind}", pairs(rows))


def _backtrace(frames: list[FrameInfo]) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for frame in frames[:BACKTRACE_ROWS]:
        at = figures.hex32(frame.address)
        name = NO_SYMBOL if frame.function == at else frame.function
        # An empty last column would not be measured with its padding, and names be cut.
        grid.add_row(text(name), at, *([text(frame.line)] if frame.line else []))
    if len(frames) > BACKTRACE_ROWS:
        grid.add_row(f"… {len(frames) - BACKTRACE_ROWS} more")
    return grid


def _registers(registers: dict[str, int], width: int) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    cells = [
        Text.assemble((f"{name:>4} ", "dim"), f"{value & 0xFFFFFFFF:08x}")
        for name, value in registers.items()
    ]
    per_row = max(1, min(6, (width - 16) // 15))
    for start in range(0, len(cells), per_row):
        grid.add_row(*cells[start : start + per_row])
    return grid


def collision(info: Collision) -> RenderableType:
    rows: list[tuple[str, RenderableType]] = [
        ("what", paragraph(info.message)),
        ("where", text(f"{place(info)}, pc {figures.hex32(info.pc)}")),
        ("reached", text(f"{info.hit}, with the stack pointer at {figures.hex32(info.sp)}")),
    ]
    return section("Stack collision", pairs(rows))


def resets(rows: list[ResetRow], count: int) -> RenderableType:
    """When the chip was reset, where the core was, and why."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    for row in rows[:RESET_ROWS]:
        where = row.function or figures.hex32(row.pc)
        place = f"{where} ({row.line})" if row.line else where
        grid.add_row(
            text(f"{figures.time(row.time_s)}"),
            paragraph(f"{row.cause} reset in {place}: {row.message}", "yellow"),
        )
    if count > RESET_ROWS:
        grid.add_row("", f"… {count - RESET_ROWS} more")
    return section(f"Resets of the chip: {count}", grid)


def hot_loop(info: HotLoop) -> RenderableType:
    line = (
        f"{figures.percent(info.share)} of the last cycles were spent in "
        f"{place(info)}, {figures.hex32(info.start)} to "
        f"{figures.hex32(info.end)}" + (f", serving {info.handler}" if info.handler else "")
    )
    parts: list[RenderableType] = [paragraph(line)]
    if info.polls:
        parts.append(paragraph(f"It reads {', '.join(info.polls)} over and over"))
    if len(info.call_stack) > 1:
        parts.append(pairs([("calls", _backtrace(info.call_stack))]))
    return section("Where it was when it was stopped", *parts)


def warnings(messages: Iterable[str]) -> RenderableType:
    return section("Warnings", *(paragraph(f"! {message}", "yellow") for message in messages))
