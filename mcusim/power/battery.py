"""Batteries: from a name like "cr2032" or "lipo:500mAh" to curves of voltage, resistance, capacity.

Depth of discharge counts charge against the capacity at the lightest load of the file's table.
Curves are interpolated linearly, the capacity over the logarithm of the current (Peukert's law is
a straight line there, over a limited range); outside the table the nearest row holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcusim.boards.hints import nearest
from mcusim.boards.paths import data_root, is_path, names_in, shown
from mcusim.boards.reading import keys_of, read_record
from mcusim.boards.schema import Grade
from mcusim.errors import BoardError, UsageError
from mcusim.power.basis import weakest
from mcusim.power.battery_schema import CellFile, PackFile, check_cell
from mcusim.power.calibration import Vector
from mcusim.units import format_quantity, parse_capacity


@dataclass(frozen=True)
class Battery:
    """Cells of one kind, `series` in a string and `parallel` strings; values are of the whole."""

    name: str
    title: str
    cell: CellFile
    series: int = 1
    parallel: int = 1
    scale: float = 1.0
    """Capacity of the cell over that of its file (chosen by the user for "lipo:500mAh")."""

    @property
    def _width(self) -> float:
        """How many of the file's cells work side by side."""
        return self.parallel * self.scale

    @property
    def nominal_v(self) -> float:
        return self.series * self.cell.voltage.nominal_v

    @property
    def cut_off_v(self) -> float:
        """Of the cells themselves; a board may need more."""
        return self.series * self.cell.voltage.cut_off_v

    @property
    def full_capacity_ah(self) -> float:
        """At the lightest load of the table; depth of discharge 1."""
        return self._width * self.cell.capacity[0].capacity_ah

    @property
    def max_continuous_a(self) -> float:
        return self._width * self.cell.limits.max_continuous_a

    @property
    def max_pulse_a(self) -> float:
        return self._width * self.cell.limits.max_pulse_a

    @property
    def leakage_a(self) -> float:
        """Self-discharge and protection circuit as a current."""
        ageing = self.cell.ageing
        year_h = 8766.0
        lost = self.full_capacity_ah * ageing.self_discharge_per_year / year_h
        return lost + self.parallel * ageing.standby_a

    def open_circuit_v(self, depth: npt.ArrayLike) -> Vector:
        """Volts without load at depths of discharge 0 to 1, any shape."""
        return self.series * _curve(self.cell.voltage.open_circuit, depth)

    def resistance_ohm(self, depth: npt.ArrayLike) -> Vector:
        """Internal resistance at depths of discharge 0 to 1, any shape."""
        return _curve(self.cell.resistance.internal, depth) * self.series / self._width

    def capacity_ah(self, current_a: npt.ArrayLike) -> Vector:
        """Delivered down to the cells' cut-off at mean currents in A, any shape."""
        rows = self.cell.capacity
        tiny = rows[0].current_a * 1e-6  # no current at all has no logarithm
        current = np.maximum(np.asarray(current_a, dtype=np.float64) / self._width, tiny)
        known = np.log([row.current_a for row in rows])
        values = [row.capacity_ah for row in rows]
        return np.asarray(self._width * np.interp(np.log(current), known, values))

    def table_ends_a(self) -> tuple[float, float]:
        """Lightest and heaviest load of the capacity table."""
        rows = self.cell.capacity
        return rows[0].current_a * self._width, rows[-1].current_a * self._width

    @property
    def grade(self) -> Grade:
        """Weakest of all the file's tables."""
        cell = self.cell
        tables = [cell.voltage, cell.resistance, cell.limits, cell.ageing, *cell.capacity]
        return weakest([table.grade for table in tables])

    def sources(self) -> list[str]:
        """A line for each table with its source and grade."""
        cell = self.cell
        lines = [
            f"Capacity {format_quantity(row.capacity_ah, 'Ah')} at "
            f"{format_quantity(row.current_a, 'A')}: {row.source} ({row.grade})"
            for row in cell.capacity
        ]
        tables = {
            "Voltage": cell.voltage,
            "Resistance": cell.resistance,
            "Limits": cell.limits,
            "Ageing": cell.ageing,
            "Spread of the capacity": cell.capacity_spread,
        }
        return lines + [f"{name}: {t.source} ({t.grade})" for name, t in tables.items()]


def _curve(rows: list[list[float]], depth: npt.ArrayLike) -> Vector:
    table = np.array(rows)
    return np.asarray(np.interp(np.asarray(depth, dtype=np.float64), table[:, 0], table[:, 1]))


def batteries_dir() -> Path:
    """Where the shipped battery files lie."""
    return data_root() / "batteries"


def battery_names() -> list[str]:
    """Names of the shipped batteries, sorted."""
    return names_in(batteries_dir())


def load_battery(text: str) -> Battery:
    """A battery by name ("cr2032", "2xaaa"), with a capacity ("lipo:500mAh"), or a file's path."""
    name, colon, amount = text.strip().partition(":")
    path = _find(name)
    if "cell" in keys_of(path):
        battery = _load_pack(path)
    else:
        cell = _load_cell(path)
        battery = Battery(cell.name, cell.title, cell)
    if colon:
        return _resized(battery, amount)
    if battery.cell.capacity_required:
        raise UsageError(f"battery {name!r} needs a capacity; write it like {battery.name}:500mAh")
    return battery


def _resized(battery: Battery, amount: str) -> Battery:
    if not battery.cell.any_capacity:
        raise UsageError(
            f"battery {battery.name!r} has a capacity of its own; write {battery.name} without "
            f"{':' + amount!r}"
        )
    wanted = parse_capacity(amount)
    scale = wanted / battery.cell.capacity[0].capacity_ah
    title = f"{battery.title}, {format_quantity(wanted, 'Ah')}"
    return Battery(f"{battery.name}:{amount.strip()}", title, battery.cell, scale=scale)


def _find(name: str) -> Path:
    if is_path(name):
        path = Path(name)
        if not path.is_file():
            raise UsageError(
                f"no battery file {shown(path)}; give a file or one of {', '.join(battery_names())}"
            )
        return path
    wanted = name.lower()
    aliases = _aliases()
    if wanted not in aliases:
        close = nearest(wanted, aliases)
        hint = f"did you mean {' or '.join(close)}?" if close else "choose one of"
        known = "" if close else " " + ", ".join(battery_names())
        raise UsageError(f"no battery {name!r}; {hint}{known}")
    return aliases[wanted]


def _aliases() -> dict[str, Path]:
    """File of each name and alias of the shipped batteries."""
    found: dict[str, Path] = {}
    for path in sorted(batteries_dir().glob("*.toml")):
        found[path.stem] = path
        found |= dict.fromkeys(_aliases_in(path), path)
    return found


def _aliases_in(path: Path) -> list[str]:
    if "cell" in keys_of(path):
        return read_record(path, PackFile).aliases
    return read_record(path, CellFile).aliases


def _load_cell(path: Path) -> CellFile:
    cell = read_record(path, CellFile)
    check_cell(cell, shown(path))
    return cell


def _load_pack(path: Path) -> Battery:
    pack = read_record(path, PackFile)
    if pack.series < 1 or pack.parallel < 1:
        raise BoardError(f"{shown(path)}: series and parallel must be at least 1")
    cell_path = batteries_dir() / f"{pack.cell}.toml"
    if not cell_path.is_file():
        close = nearest(pack.cell, battery_names())
        hint = f"did you mean {' or '.join(close)}?" if close else "name a file of a cell"
        raise BoardError(f"{shown(path)}: cell: there is no cell {pack.cell!r}; {hint}")
    return Battery(pack.name, pack.title, _load_cell(cell_path), pack.series, pack.parallel)
