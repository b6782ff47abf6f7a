"""What `mcusim boards` says: one row a board, and every number of a board with its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mcusim.boards.board import Board
from mcusim.boards.loading import board_names, load_board
from mcusim.boards.power_schema import DeviceCurrent, RunCurrent, SleepCurrent
from mcusim.boards.quantities import quantity, size
from mcusim.boards.schema import L1, Cache, Chip, CoreOptions, FlashTiming, Grade, Npu, Sourced

GRADES: tuple[Grade, ...] = ("measured", "published", "derived", "assumed")
"""From the best known numbers to the least."""

ONLY_OF_M0PLUS = ("vector_table_register", "unprivileged", "multiply_cycles")
NOT_OF_M0PLUS = ("fpu", "security")
"""Options of cores that say nothing of the others."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A board in the list of boards."""

    name: str
    title: str
    core: str
    clock_hz: float
    flash_bytes: int
    ram_bytes: int
    npu: str
    """Kind and multipliers of the NPU; empty without one."""
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


def core_title(board: Board) -> str:
    """What the core is, and how many there are where it is not one."""
    cores = board.chip.cores
    return board.core.title if cores is None else f"{cores.count} × {board.core.title}"


def board_details(board: Board) -> list[Detail]:
    """Everything known of a board: group, key, value with unit, grade, source."""
    return [
        *_operating_point(board),
        *_core(board),
        *_memories(board),
        *_flash(board.chip.flash_timing, board),
        *_l1(board.chip.l1),
        *_option_bytes(board),
        *_devices(board),
        *_npus(board),
        *_currents(board),
        *_device_currents(board),
        *_relative_energy(board),
    ]


def _row(board: Board) -> BoardRow:
    deepest = min(board.chip.power.sleep, key=lambda state: state.typical_a)
    default = board.sleep_state()
    return BoardRow(
        name=board.name,
        title=board.title,
        core=core_title(board),
        clock_hz=board.clock_hz,
        flash_bytes=board.flash_bytes,
        ram_bytes=board.ram_bytes,
        npu=", ".join(_npu(npu) for npu in board.chip.npu),
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
    for load in board.loads:
        switch = load.pin or f"marker {load.marker:#x}"
        value = f"{quantity(load.typical_a, 'A')} with {switch}"
        yield Detail("load", f"{load.name}, {load.state}", value, *_known(load))
    for item in board.overhead:
        value = quantity(item.typical_a, "A")
        yield Detail("board overhead", item.name, value, item.grade, item.source)


def _memories(board: Board) -> Iterator[Detail]:
    for memory in board.chip.memory:
        value = f"{size(memory.size_bytes)} at {_bases(memory.base, memory.aliases)}"
        if memory.read_wait_cycles or memory.write_wait_cycles:
            value += f", waits {memory.read_wait_cycles} to read"
            value += f" and {memory.write_wait_cycles} to write"
        yield Detail("memory", memory.name, value, memory.grade, memory.source)
        if memory.axi:
            latency = f"{memory.axi.latency_cycles} bus cycles to the first 64 bits"
            yield Detail("memory", f"{memory.name} over AXI", latency, *_known(memory.axi))


def _flash(timing: FlashTiming, board: Board) -> Iterator[Detail]:
    waits = f"{board.wait_states()} at {quantity(board.clock_hz, 'Hz')}"
    read = f"{8 * timing.read_bytes} bits"
    yield Detail("flash timing", "wait states", waits, timing.grade, timing.source)
    for row in timing.wait_states:
        key = f"wait states up to {quantity(row.up_to_hz, 'Hz')}"
        yield Detail("flash timing", key, str(row.wait_states), timing.grade, timing.source)
    yield Detail("flash timing", "read width", read, timing.grade, timing.source)
    for mode in timing.mode:
        width = f"{8 * mode.read_bytes} bits with {mode.bit}={mode.value}"
        yield Detail("flash timing", mode.name, width, mode.grade, mode.source)
    for name, cache in (("instruction cache", timing.icache), ("data cache", timing.dcache)):
        if cache:
            yield Detail("flash timing", name, _shape(cache), cache.grade, cache.source)


def _l1(l1: L1 | None) -> Iterator[Detail]:
    if l1 is not None:
        for name, cache in (("instruction cache", l1.icache), ("data cache", l1.dcache)):
            yield Detail("level-1 caches", name, _shape(cache), cache.grade, cache.source)


def _option_bytes(board: Board) -> Iterator[Detail]:
    for register in board.chip.option_bytes:
        bits = [f"{bit}={register.value >> at & 1}" for bit, at in register.bits.items()]
        value = f"{register.value:#010x}" + (f" ({', '.join(bits)})" if bits else "")
        yield Detail("option bytes", register.name, value, register.grade, register.source)


def _devices(board: Board) -> Iterator[Detail]:
    for device in board.chip.device:
        value = f"{device.type} at {_bases(device.base, device.aliases)}"
        if device.interrupts:
            value += ", interrupt " + ", ".join(map(str, device.interrupts))
        if device.name == board.console:
            value += ", console"
        yield Detail("device", device.name, value, device.grade, device.source)


def _npus(board: Board) -> Iterator[Detail]:
    for npu in board.chip.npu:
        value = f"{_npu(npu)} at {_bases(npu.base, npu.aliases)}, interrupt {npu.interrupt}"
        yield Detail("NPU", npu.name, value, npu.grade, npu.source)


def _currents(board: Board) -> Iterator[Detail]:
    power = board.chip.power
    for run in power.run:
        yield Detail("run current", _run_key(run), _band(run), run.grade, run.source)
    for static in power.static:
        value = quantity(static.typical_a, "A")
        yield Detail("static current", static.regulator, value, static.grade, static.source)
    for state in power.sleep:
        value = f"{_band(state)}, wakes in {quantity(state.wake_s, 's')}"
        mark = " (default)" if state.name == power.default_sleep else ""
        yield Detail("sleep current", state.name + mark, value, state.grade, state.source)
    spread = f"±{100 * power.spread:g} %"
    if power.spread_up is not None:
        spread = f"-{100 * power.spread:g} to +{100 * power.spread_up:g} %"
    yield Detail("band", "without a published maximum", spread, "", power.spread_source)


def _device_currents(board: Board) -> Iterator[Detail]:
    for current in board.chip.power.device:
        key = f"{current.device} {', '.join(current.states)}, {current.regulator}"
        yield Detail("device current", key, _band(current), current.grade, current.source)
    for row in board.chip.power.clock:
        key = " ".join(filter(None, (row.clock, row.voltage_range, row.regulator)))
        for device, charge_c in row.charge_c.items():
            value = f"{charge_c * 1e12:.3g} uA/MHz"
            yield Detail("peripheral clock", f"{device}, {key}", value, row.grade, row.source)


def _core(board: Board) -> Iterator[Detail]:
    chip = board.chip
    regions = 8 if chip.mpu_regions is None else chip.mpu_regions
    source = chip.mpu_regions_source or "not in the chip's file: what most have"
    grade = "" if chip.mpu_regions_source else "assumed"
    yield Detail("core", "kind", board.core.title, "", f"the file of the chip {chip.name}")
    if chip.cores is not None:
        yield Detail("core", "cores", str(chip.cores.count), *_known(chip.cores))
    yield Detail("core", "priority bits", str(chip.priority_bits), "", chip.priority_bits_source)
    yield Detail("core", "MPU regions", str(regions), grade, source)
    yield Detail("core", "vector table", f"{chip.vector_table:#010x}", "", chip.vector_table_source)
    if chip.core_options is not None:
        yield from _core_options(chip.core_options, chip.core)
    yield from _device_buses(chip)


def _device_buses(chip: Chip) -> Iterator[Detail]:
    for bus in chip.device_bus:
        value = f"{bus.read_wait_cycles} cycles to read, {bus.write_wait_cycles} to write"
        yield Detail("core", f"wait for devices at {bus.base:#010x}", value, *_known(bus))


def _core_options(options: CoreOptions, core: str) -> Iterator[Detail]:
    known = _known(options)
    of_others = NOT_OF_M0PLUS if core == "cortex-m0plus" else ONLY_OF_M0PLUS
    for name in options.__struct_fields__:
        if name in of_others:
            continue
        value = getattr(options, name)
        if isinstance(value, bool):
            yield Detail("core", name.replace("_", " "), "yes" if value else "no", *known)
        elif isinstance(value, int):
            yield Detail("core", name.replace("_", " "), str(value), *known)
    for port in options.io_port:
        value = f"{size(port.size_bytes)} at {port.base:#010x}"
        yield Detail("core", "I/O port", value, *_known(port))


def _relative_energy(board: Board) -> Iterator[Detail]:
    core = board.core
    grade, source = core.relative_energy_grade, core.relative_energy_source
    energy = core.relative_energy
    for name in energy.__struct_fields__:
        key = name.replace("_", " ")
        yield Detail("relative energy", key, f"{getattr(energy, name):g}", grade, source)


def _npu(npu: Npu) -> str:
    return f"{npu.type}, {npu.macs_per_cycle} MAC/cycle"


def _known(record: Sourced) -> tuple[str, str]:
    """Grade and source, as a detail ends with them."""
    return record.grade, record.source


def _bases(base: int, aliases: list[int]) -> str:
    text = f"{base:#010x}"
    return text + (", also at " + ", ".join(f"{a:#010x}" for a in aliases) if aliases else "")


def _run_key(run: RunCurrent) -> str:
    cached = ", cached" if run.cache else ""
    clock, supply = quantity(run.clock_hz, "Hz"), quantity(run.supply_v, "V")
    return f"{run.workload} from {run.code}{cached}, {clock}, {supply}, {run.regulator}"


def _band(run: RunCurrent | SleepCurrent | DeviceCurrent) -> str:
    typical = quantity(run.typical_a, "A")
    return (
        typical if run.maximum_a is None else f"{typical}, at most {quantity(run.maximum_a, 'A')}"
    )


def _shape(cache: Cache) -> str:
    total = size(cache.sets * cache.ways * cache.line_bytes)
    way = "fully associative" if cache.sets == 1 else f"{cache.ways} ways"
    reset = "on" if cache.enabled_at_reset else "off"
    return f"{total}, {way}, lines of {cache.line_bytes} bytes, {reset} at reset"
