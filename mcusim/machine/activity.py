"""What a run counts: the columns of the activity vector, the one thing that power models read.

An activity vector is a float64 or int64 array of shape (len(COLUMNS),); a trace or a table of
regions is an array of shape (rows, len(COLUMNS)). Energy is linear in it, so the same coefficient
vector prices a run, a region, a function, or a slice of time.
"""

from __future__ import annotations

COLUMNS: tuple[str, ...] = (
    "cycles",  # core clock cycles awake, stalls included
    "alu",  # instructions by class, skipped ones (failed IT condition) counted in their class
    "multiply",
    "divide",
    "branch",
    "load",
    "store",
    "fpu",
    "other",
    "flash_fetch",  # reads of the flash array for instructions
    "flash_data",  # reads of the flash array for data
    "cache_read",  # hits in the flash accelerator, instructions (per 32-bit fetch word) and data
    "ram_read",
    "ram_write",
    "ram_fetch",  # 32-bit instruction fetches from RAM
    "device",  # accesses to peripherals
    "stall",  # cycles of `cycles` lost to wait states
)

INDEX: dict[str, int] = {name: i for i, name in enumerate(COLUMNS)}
"""Column number by name."""

INSTRUCTION_CLASSES: tuple[str, ...] = COLUMNS[1:9]
"""The columns whose sum is the number of instructions."""
