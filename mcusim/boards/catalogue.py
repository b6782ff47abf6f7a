"""What `mcusim boards` says: one row a board, and every number of a board with its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mcusim.boards.board import Board
from mcusim.boards.loading import board_names, load_board
from mcusim.boards.quantities import quantity, size
from mcusim.boards.schema import Cache, FlashTiming, Grade, RunCurrent

GRADES: tuple[Grade, ...] = ("measured", "published", "derived", "assumed")
"""From the best known numbers to the least."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A board in the list of boards."""

    name: str
    title: str
    core: str
    clock_hz: float
    flash_bytes: int
    ram_bytes: int
    run_current_a: float
    """Published current that is most like running from flash on this board."""
    default_sleep: str
    default_sleep_current_a: float
    deepest_sleep: str
    deepest_sleep_current_a: float
    grade: Grade
    """Weakest grade among the anchors for the board's default operating point."""


class Detail(NamedTuple):
    """One number or choice of a board; `grade` is empty for what is chosen, not known."""

    group: str
    key: str
    value: str
    grade: str
    source: str


def weakest(grades: list[Grade]) -> Grade:
    """The least certain of these grades."""
    return max(grades, key=GRADES.index)


def board_grade(board: Board) -> Grade:
    """How well the anchors are known that the board's energy rests on."""
    used = board.nearest_anchor(), board.static_current(), board.sleep_state()
    return weakest([record.grade for record in used])


def board_rows() -> list[BoardRow]:
    """All shipped boards, by name."""
    return [_row(load_board(name)) for name in board_names()]


def board_details(board: Board) -> list[Detail]:
    """Everything known of a board: group, key, value with unit, grade, source."""
    return [
        *_operating_point(board),
        *_memories(board),
        *_flash(board.chip.flash_timing, board),
        *_option_bytes(board),
        *_devices(board),
        *_currents(board),
        *_core(board),
    ]


def _row(board: Board) -> BoardRow:
    deepest = min(board.chip.power.sleep, key=lambda state: state.typical_a)
    default = board.sleep_state()
    return BoardRow(
        name=board.name,
        title=board.title,
        core=board.core.title,
        clock_hz=board.clock_hz,
        flash_bytes=board.flash_bytes,
        ram_bytes=board.ram_bytes,
        run_current_a=board.nearest_anchor().typical_a,
        default_sleep=default.name,
        default_sleep_current_a=default.typical_a,
        deepest_sleep=deepest.name,
        deepest_sleep_current_a=deepest.typical_a,
        grade=board_grade(board),
    )


def _operating_point(board: Board) -> Iterator[Detail]:
    group, power = "operating point", board.chip.power
    limit = "the only one" if board.chip.fixed_clock else "the maximum"
    limits = f"{power.supply_min_v:g} to {quantity(power.supply_max_v, 'V')}"
    yield Detail(group, "clock", quantity(board.clock_hz, "Hz"), "", board.clock_source)
    maximum = f"{quantity(board.chip.max_clock_hz, 'Hz')}, {limit}"
    yield Detail(group, "clock limit", maximum, "", board.chip.max_clock_source)
    yield Detail(group, "supply", quantity(board.supply_v, "V"), "", board.supply_source)
    yield Detail(group, "supply limits", limits, "", power.supply_source)
    yield Detail(group, "regulator", board.regulator, "", board.regulator_source)
    if board.external_clock_hz:
        value = quantity(board.external_clock_hz, "Hz")
        yield Detail(group, "external clock", value, "", board.external_clock_source)
    for item in board.overhead:
        value = quantity(item.typical_a, "A")
        yield Detail("board overhead", item.name, value, item.grade, item.source)


def _memories(board: Board) -> Iterator[Detail]:
    for memory in board.chip.memory:
        value = f"{size(memory.size_bytes)} at {memory.base:#010x}"
        if memory.aliases:
            value += ", also at " + ", ".join(f"{alias:#010x}" for alias in memory.aliases)
        yield Detail("memory", memory.name, value, memory.grade, memory.source)


def _flash(timing: FlashTiming, board: Board) -> Iterator[Detail]:
    waits = f"{board.wait_states()} at {quantity(board.clock_hz, 'Hz')}"
    read = f"{8 * timing.read_bytes} bits"
    yield Detail("flash timing", "wait states", waits, timing.grade, timing.source)
    yield Detail("flash timing", "read width", read, timing.grade, timing.source)
    for mode in timing.mode:
        width = f"{8 * mode.read_bytes} bits with {mode.bit}={mode.value}"
        yield Detail("flash timing", mode.name, width, mode.grade, mode.source)
    for name, cache in (("instruction cache", timing.icache), ("data cache", timing.dcache)):
        if cache:
            yield Detail("flash timing", name, _shape(cache), cache.grade, cache.source)


def _option_bytes(board: Board) -> Iterator[Detail]:
    for register in board.chip.option_bytes:
        bits = [f"{bit}={register.value >> at & 1}" for bit, at in register.bits.items()]
        value = f"{register.value:#010x}" + (f" ({', '.join(bits)})" if bits else "")
        yield Detail("option bytes", register.name, value, register.grade, register.source)


def _devices(board: Board) -> Iterator[Detail]:
    for device in board.chip.device:
        value = f"{device.type} at {device.base:#010x}"
        if device.aliases:
            value += ", also at " + ", ".join(f"{alias:#010x}" for alias in device.aliases)
        if device.name == board.console:
            value += ", console"
        yield Detail("device", device.name, value, device.grade, device.source)


def _currents(board: Board) -> Iterator[Detail]:
    power = board.chip.power
    for run in power.run:
        yield Detail("run current", _run_key(run), _band(run), run.grade, run.source)
    for static in power.static:
        value = quantity(static.typical_a, "A")
        yield Detail("static current", static.regulator, value, static.grade, static.source)
    for state in power.sleep:
        value = f"{quantity(state.typical_a, 'A')}, wakes in {quantity(state.wake_s, 's')}"
        mark = " (default)" if state.name == power.default_sleep else ""
        yield Detail("sleep current", state.name + mark, value, state.grade, state.source)
    spread = f"±{100 * power.spread:g} %"
    if power.spread_up is not None:
        spread = f"-{100 * power.spread:g} to +{100 * power.spread_up:g} %"
    yield Detail("band", "without a published maximum", spread, "", power.spread_source)


def _core(board: Board) -> Iterator[Detail]:
    core = board.core
    grade, source = core.relative_energy_grade, core.relative_energy_source
    energy = core.relative_energy
    for name in energy.__struct_fields__:
        key = name.replace("_", " ")
        yield Detail("relative energy", key, f"{getattr(energy, name):g}", grade, source)


def _run_key(run: RunCurrent) -> str:
    cached = ", cached" if run.cache else ""
    clock, supply = quantity(run.clock_hz, "Hz"), quantity(run.supply_v, "V")
    return f"{run.workload} from {run.code}{cached}, {clock}, {supply}, {run.regulator}"


def _band(run: RunCurrent) -> str:
    typical = quantity(run.typical_a, "A")
    return (
        typical if run.maximum_a is None else f"{typical}, at most {quantity(run.maximum_a, 'A')}"
    )


def _shape(cache: Cache) -> str:
    total = size(cache.sets * cache.ways * cache.line_bytes)
    way = "fully associative" if cache.sets == 1 else f"{cache.ways} ways"
    reset = "on" if cache.enabled_at_reset else "off"
    return f"{total}, {way}, lines of {cache.line_bytes} bytes, {reset} at reset"
