"""The tables of published cycles, one a core, and how their pieces of code are measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import block_benchmarks
import m0plus_benchmarks
import run_benchmarks
import table_rows


@dataclass(frozen=True)
class Table:
    """One core's; `measure` takes a folder and pieces to cycles by the pieces' names."""

    title: str
    make: Callable[..., Any]
    measure: Callable[[Path, list[Any]], dict[str, float]]
    tools: tuple[str, ...] = block_benchmarks.ARM
    """Programs that assemble and link its pieces."""


def _blocks(title: str, target: block_benchmarks.Target) -> Table:
    measure = partial(block_benchmarks.measure, target=target)
    tools = target.assembler[0], target.linker[0]
    return Table(title, block_benchmarks.Kernel, measure, tools)


TABLES = {
    "cortex_m4": Table("Cortex-M4", run_benchmarks.Case, run_benchmarks.measure_m4),
    "cortex_m7": _blocks("Cortex-M7", block_benchmarks.CORTEX_M7),
    "cortex_m0plus": Table("Cortex-M0+", m0plus_benchmarks.Case, m0plus_benchmarks.measure),
    "cortex_m33": _blocks("Cortex-M33", block_benchmarks.CORTEX_M33),
    "cortex_m55": _blocks("Cortex-M55", block_benchmarks.CORTEX_M55),
    "esp32_c3": _blocks("ESP32-C3", block_benchmarks.ESP32_C3),
    "sifive_e31": _blocks("SiFive E31", block_benchmarks.SIFIVE_E31),
}


def pieces(table: str) -> list[Any]:
    """All pieces of code of a table."""
    return table_rows.pieces(table, TABLES[table].make)
