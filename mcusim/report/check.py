"""Limits held against a result: one verdict a limit, for a person and for a build server."""

from __future__ import annotations

import msgspec

from mcusim.errors import UsageError
from mcusim.report import figures
from mcusim.result import Result


class Limits(msgspec.Struct, kw_only=True):
    """What must hold; None where nothing is asked."""

    max_latency_s: float | None = None
    max_ram_bytes: int | None = None
    max_flash_bytes: int | None = None
    max_energy_j: float | None = None
    min_life_s: float | None = None

    def ensure_any(self) -> None:
        """A check of nothing would pass by mistake."""
        if all(value is None for value in msgspec.structs.astuple(self)):
            raise UsageError("nothing to check; give a limit such as --max-latency 20ms")


class Check(msgspec.Struct, kw_only=True):
    """One limit and what the run has to say to it. Units are those of `unit`."""

    name: str
    passed: bool
    value: float
    """What is held against the limit: for a latency, that of the longest call."""
    limit: float
    unit: str
    margin: float
    """How far the value may still go; negative when the limit is broken."""
    margin_share: float
    """The margin as a part of the limit."""
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    scope: str
    """What the value belongs to: "inference", "run", "firmware" or "battery"."""
    note: str = ""


class Verdict(msgspec.Struct, kw_only=True):
    """All checks of a result; `passed` when the run itself went well and every limit holds."""

    passed: bool
    run_passed: bool
    run: str
    """How the run ended."""
    checks: list[Check]


NO_INFERENCE = "of the whole run: no inference region was found (--roi names one)"


def check(result: Result, limits: Limits, *, allow_limit: bool = False) -> Verdict:
    """Hold `limits` against `result`."""
    limits.ensure_any()
    checks = [
        found
        for found in (
            _latency(result, limits.max_latency_s),
            _energy(result, limits.max_energy_j),
            _ram(result, limits.max_ram_bytes),
            _flash(result, limits.max_flash_bytes),
            _life(result, limits.min_life_s),
        )
        if found is not None
    ]
    ended_well = result.succeeded or (result.outcome == "limit" and allow_limit)
    run_passed = ended_well and result.memory.collision is None
    collision = result.memory.collision
    return Verdict(
        passed=run_passed and all(item.passed for item in checks),
        run_passed=run_passed,
        run=collision.message if collision is not None and ended_well else result.reason,
        checks=checks,
    )


def _latency(result: Result, limit_s: float | None) -> Check | None:
    if limit_s is None:
        return None
    region = result.inference
    if region is None:
        return _at_most("latency", result.time_s, limit_s, "s", scope="run", note=NO_INFERENCE)
    note = f"longest of {region.calls} calls, mean {figures.time(region.time_mean_s)}"
    found = _at_most("latency", region.time_max_s, limit_s, "s", scope="inference", note=note)
    found.mean = region.time_mean_s
    return found


def _energy(result: Result, limit_j: float | None) -> Check | None:
    if limit_j is None:
        return None
    region, whole = result.inference, result.energy
    if region is None:
        found = _at_most("energy", whole.energy_j, limit_j, "J", scope="run", note=NO_INFERENCE)
        found.low, found.high = whole.energy_low_j, whole.energy_high_j
    else:
        note = f"mean of {region.calls} calls"
        found = _at_most("energy", region.energy_mean_j, limit_j, "J", scope="inference", note=note)
        found.low, found.high = region.energy_low_mean_j, region.energy_high_mean_j
    if found.passed and found.high > limit_j:
        found.note += f"; the high end of its band, {figures.energy(found.high)}, breaks the limit"
    return found


def _ram(result: Result, limit_bytes: int | None) -> Check | None:
    if limit_bytes is None:
        return None
    return _at_most("RAM", result.memory.ram_peak_bytes, limit_bytes, "B", scope="run", note="peak")


def _flash(result: Result, limit_bytes: int | None) -> Check | None:
    if limit_bytes is None:
        return None
    return _at_most("flash", result.memory.flash_bytes, limit_bytes, "B", scope="firmware")


def _life(result: Result, limit_s: float | None) -> Check | None:
    if limit_s is None:
        return None
    info = result.battery
    if info is None:
        raise UsageError("--min-life needs --battery and --every, such as cr2032 and 10s")
    note = f"{info.title}, every {figures.setting(figures.time(info.period_s))}"
    value = info.life_s if info.can_deliver else 0.0
    if not info.can_deliver:
        note += f"; it can't deliver the peak ({info.loaded_voltage_v:.2f} V under load)"
    margin = value - limit_s
    found = _check("life", value, limit_s, "s", margin, scope="battery", note=note)
    found.low, found.high = info.life_low_s, info.life_high_s
    if found.passed and info.life_low_s < limit_s:
        low = figures.life(info.life_low_s)
        found.note += f"; the low end of its band, {low}, breaks the limit"
    return found


def _at_most(
    name: str, value: float, limit: float, unit: str, *, scope: str, note: str = ""
) -> Check:
    return _check(name, value, limit, unit, limit - value, scope=scope, note=note)


def _check(
    name: str, value: float, limit: float, unit: str, margin: float, *, scope: str, note: str
) -> Check:
    return Check(
        name=name,
        passed=margin >= 0,
        value=value,
        limit=limit,
        unit=unit,
        margin=margin,
        margin_share=figures.ratio(margin, limit),
        scope=scope,
        note=note,
    )


def to_text(verdict: Verdict) -> str:
    """One line a check, figures in columns."""
    ending = f"{_word(verdict.run_passed)}  run      {verdict.run}"
    cells = [_cells(item) for item in verdict.checks]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    ]
    return "\n".join(figures.plain(line).rstrip() for line in [ending, *lines])


def _cells(item: Check) -> list[str]:
    sign = "≥" if item.name == "life" else "≤"
    label = "margin" if item.passed else "broken by"
    share = figures.percent(abs(item.margin_share))
    return [
        _word(item.passed),
        f"{item.name:7}",
        _figure(item, item.value),
        f"{sign} {_limit(item)}",
        f"{label} {_figure(item, abs(item.margin))} ({share})",
        item.note,
    ]


def _limit(item: Check) -> str:
    """The limit as it was given: "1 year" and not "1.0 years"."""
    if item.unit == "s":
        return figures.setting(figures.time(item.limit))
    return figures.setting(_figure(item, item.limit))


def _word(passed: bool) -> str:
    return "PASS" if passed else "FAIL"


def _figure(item: Check, value: float) -> str:
    if item.name == "life":
        return figures.life(value)
    formats = {"s": figures.time, "J": figures.energy, "B": figures.size}
    return formats[item.unit](value)
