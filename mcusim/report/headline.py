"""The first lines of a report: the verdicts that a person looks for, as plain strings."""

from __future__ import annotations

from typing import Literal, NamedTuple

from mcusim.report import figures
from mcusim.result import BatteryInfo, Collision, Fault, HotLoop, MemoryInfo, Result

Level = Literal["good", "plain", "note", "bad"]

TIGHT_SHARE = 0.9
"""A memory that is fuller than this is worth a look."""


class Verdict(NamedTuple):
    label: str
    text: str
    level: Level


def name(result: Result) -> str:
    """The firmware's file without its folder."""
    return result.firmware.path.replace("\\", "/").rpartition("/")[2]


def title(result: Result) -> str:
    """What ran on what: "digits.elf on Nordic nRF52840 DK"."""
    return f"{name(result)} on {result.board.title}"


def conditions(result: Result) -> str:
    board = result.board
    regulator = {"ldo": "LDO", "dcdc": "DC/DC"}.get(board.regulator, board.regulator)
    parts = [
        board.core,
        figures.frequency(board.clock_hz),
        f"{board.supply_v:.3g} V",
        regulator,
        f"{result.fidelity} timing",
    ]
    return " · ".join(parts)


def verdicts(result: Result) -> list[Verdict]:
    """How it ended (first when it failed), the cost of one inference, the fit, the battery."""
    ended = ending(result)
    lines = [cost(result), fit(result.memory)]
    if result.battery is not None:
        lines.append(battery(result.battery))
    lines = [*lines, ended] if result.succeeded else [ended, *lines]
    return sorted(lines, key=lambda verdict: verdict.level != "bad")


def ending(result: Result) -> Verdict:
    label = {"stopped": "Stopped", "limit": "Limit", "fault": "Fault"}
    reason = result.reason[:1].upper() + result.reason[1:]
    if result.fault is not None:
        return Verdict("Fault", f"{result.fault.kind} in {place(result.fault)}", "bad")
    if result.outcome == "exited" and not result.exit_code:
        return Verdict("Ended", reason, "good")
    if result.outcome == "exited":
        code = str(result.exit_code)
        return Verdict("Failed", reason if code in reason else f"{reason} (code {code})", "bad")
    return Verdict(label[result.outcome], reason, "note" if result.outcome == "stopped" else "bad")


def place(found: Fault | HotLoop | Collision) -> str:
    """Where something happened: "conv2d (kernels.c:88)"."""
    function = found.function or "an unnamed place"
    return f"{function} ({found.line})" if found.line else function


def cost(result: Result) -> Verdict:
    """Time, energy and power of one inference, or of the run when no inference was found."""
    region = result.inference
    if region is None:
        e = result.energy
        parts = [figures.time(result.time_s), _energy(e.energy_j, e.energy_low_j, e.energy_high_j)]
        parts.append(figures.power(e.average_power_w))
        return Verdict("Whole run", _graded(" · ".join(parts), result), "plain")
    parts = [
        figures.time(region.time_mean_s),
        _energy(region.energy_mean_j, region.energy_low_mean_j, region.energy_high_mean_j),
        figures.power(region.power_mean_w),
    ]
    return Verdict("One inference", _graded(" · ".join(parts), result), "plain")


def fit(memory: MemoryInfo) -> Verdict:
    flash = figures.ratio(memory.flash_bytes, memory.flash_total_bytes)
    ram = figures.ratio(memory.ram_peak_bytes, memory.ram_total_bytes)
    text = (
        f"flash {_of(memory.flash_bytes, memory.flash_total_bytes)}"
        f" · RAM peak {_of(memory.ram_peak_bytes, memory.ram_total_bytes)}"
    )
    if (collision := memory.collision) is not None:
        return Verdict("Collision", f"{collision.stack} ran into {collision.hit} · {text}", "bad")
    if max(flash, ram) > 1:
        return Verdict("Does not fit", text, "bad")
    return Verdict("Fits", text, "note" if max(flash, ram) > TIGHT_SHARE else "good")


def battery(info: BatteryInfo) -> Verdict:
    every = f"every {figures.setting(figures.time(info.period_s))}"
    if not info.can_deliver:
        text = f"{info.title} can't deliver the peak: {info.loaded_voltage_v:.2f} V under load"
        return Verdict("Battery", text, "bad")
    text = f"{info.title}, {every}: {figures.life(info.life_s)}"
    if info.limited_by == "shelf life":
        text += ", its shelf life"
    if figures.life(info.life_low_s) != figures.life(info.life_high_s):
        text += f" ({figures.life_band(info.life_low_s, info.life_high_s)})"
    if info.grade == "assumed":
        text += ", assumed"
    return Verdict("Battery", text, "plain")


def _energy(value_j: float, low_j: float, high_j: float) -> str:
    return f"{figures.energy(value_j)} ({figures.energy_band(low_j, high_j)})"


def _graded(text: str, result: Result) -> str:
    """Say at the number itself that it rests on an assumption."""
    return f"{text} · energy assumed" if result.energy.grade == "assumed" else text


def _of(part: int, whole: int) -> str:
    share = figures.percent(figures.ratio(part, whole))
    return f"{figures.size(part)} of {figures.size(whole)} ({share})"
