"""What a chip file must satisfy beyond its schema, one rule a function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import msgspec

from mcusim.boards.hints import engineering, nearest
from mcusim.boards.option_bytes import WORD, flash_read_bytes, option_bit
from mcusim.boards.paths import core_path, names_in
from mcusim.boards.plausibility import numbers_have_plausible_units, spread_is_a_fraction
from mcusim.boards.reading import Where
from mcusim.boards.riscv_schema import RISCV_CORES
from mcusim.boards.roms import images
from mcusim.boards.schema import (
    CORES_WITH_OPTIONS,
    MOST_INTERRUPTS,
    Cache,
    Chip,
    Device,
    Npu,
)

MOST_PMP_REGIONS = 16
RISCV_PAGE_BYTES = 4096
"""Grain of the memory map that RISC-V code runs on."""
MPU_REGIONS = {
    "cortex-m0plus": (0, 8),
    "cortex-m33": (0, 4, 8, 12, 16),
    "cortex-m55": (0, 4, 8, 12, 16),
}
"""Regions that a core's MPU can have, where that is not 0, 8 or 16 (DDI0419 B3.5, TRM 100230)."""
NPU_MACS = (32, 64, 128, 256)
"""Configurations of the Ethos-U55 (TRM 102420, Configuration options)."""
CORES_IN_PAIRS = ("cortex-m0plus", "cortex-m33")
"""Cores without L1 caches and vectors, of which a chip may have two."""
GRAIN = 0x400
"""Bytes in which the address space is mapped."""
ADDRESSES = 1 << 32
"""Addresses of a 32-bit core."""
SYSTEM_CONTROL = (0xE000E000, 0xE002E000)
"""Of an Arm core, 4 kB each: the present state's and the Non-secure one (DDI0403E, DDI0553)."""
L1_LINE_BYTES = 32
"""Of the Cortex-M7 and M55 (DDI0489F, 5.9)."""
LARGEST_CACHE = 1 << 20
"""Bytes; the accelerators of these chips have some kilobytes."""
MOST_CHARGE_C = 1e-9
"""1000 uA/MHz: more than any core."""


class Span(NamedTuple):
    """A used range of addresses, `end` excluded."""

    base: int
    end: int
    key: str
    name: str


def every_source_is_given(chip: Chip, where: Where) -> None:
    for key, text in _sources(chip, ""):
        if not text.strip():
            where.report(key, "is empty", "name the document and section of the number")


def numbers_are_plausible(chip: Chip, where: Where) -> None:
    numbers_have_plausible_units(chip, where)
    spread_is_a_fraction(chip.power, where)


def names_are_unique(chip: Chip, where: Where) -> None:
    lists = {
        "memory": [memory.name for memory in chip.memory],
        "device": [device.name for device in chip.device] + [npu.name for npu in chip.npu],
        "power.sleep": [state.name for state in chip.power.sleep],
    }
    for key, names in lists.items():
        for name, count in Counter(names).items():
            if count > 1:
                where.report(key, f"{name!r} appears {count} times", "give each its own name")


def clocks_are_switched_by_a_device(chip: Chip, where: Where) -> None:
    for index, device in enumerate(chip.device):
        gate = device.clock
        if gate is not None and not any(
            other.base <= gate.address < other.base + other.size_bytes for other in chip.device
        ):
            key = f"device[{index}].clock.address"
            problem = f"{gate.address:#x} is in no device"
            where.report(key, problem, f"give the address of {gate.register}")


def charges_are_of_devices_with_a_clock(chip: Chip, where: Where) -> None:
    clocked = [device.name for device in chip.device if device.clock is not None]
    for index, row in enumerate(chip.power.clock):
        for name, charge_c in row.charge_c.items():
            key = f"power.clock[{index}].charge_c.{name}"
            if not 0.0 <= charge_c < MOST_CHARGE_C:
                problem = f"{charge_c:g} is not the charge of a clock's cycle in coulombs"
                where.report(key, problem, "1 uA/MHz is 1e-12")
            if name not in clocked:
                hint = f"did you mean {close[0]}?" if (close := nearest(name, clocked)) else ""
                where.report(key, "is no device with a clock", hint or "name one of [[device]]")


def npus_are_ones_that_exist(chip: Chip, where: Where) -> None:
    interrupts = chip.core_options.interrupts if chip.core_options else None
    for index, npu in enumerate(chip.npu):
        if npu.macs_per_cycle not in NPU_MACS:
            problem = f"{npu.macs_per_cycle} multiplications a cycle"
            remedy = f"an {npu.type} has {', '.join(map(str, NPU_MACS))}"
            where.report(f"npu[{index}].macs_per_cycle", problem, remedy)
        if not 0 <= npu.interrupt < (interrupts or MOST_INTERRUPTS):
            problem = f"{npu.interrupt} is no interrupt of the core"
            remedy = f"use 0 to {(interrupts or MOST_INTERRUPTS) - 1}"
            where.report(f"npu[{index}].interrupt", problem, remedy)


def there_is_flash_and_ram(chip: Chip, where: Where) -> None:
    for kind in ("flash", "ram"):
        if not any(memory.kind == kind for memory in chip.memory):
            where.report("memory", f"no region of kind {kind!r}", "add one")


def a_rom_has_an_image(chip: Chip, where: Where) -> None:
    for index, memory in enumerate(chip.memory):
        if (memory.kind == "rom") != bool(memory.image):
            problem = "goes with kind 'rom', and only with it"
            where.report(f"memory[{index}].image", problem, "name an image of mcusim.roms")
        elif memory.image and memory.image not in images():
            problem = f"no ROM image {memory.image!r}"
            where.report(f"memory[{index}].image", problem, "there are " + ", ".join(images()))


def regions_fill_whole_kilobytes(chip: Chip, where: Where) -> None:
    for span in spans(chip):
        if span.base % GRAIN or span.end % GRAIN or span.end <= span.base:
            problem = f"{span.base:#x} to {span.end:#x} is not made of whole kilobytes"
            where.report(span.key, problem, "align base and size to 0x400")


def regions_lie_below_4_gb(chip: Chip, where: Where) -> None:
    for span in (*spans(chip), *_further_spans(chip)):
        if span.base < 0 or span.end > ADDRESSES:
            problem = f"{span.base:#x} to {span.end:#x} is beyond the 32-bit addresses"
            where.report(span.key, problem, "use 0 to 0xffffffff")


def the_core_keeps_its_own_addresses(chip: Chip, where: Where) -> None:
    for span in spans(chip) if chip.riscv is None else ():
        if any(span.base < base + 0x1000 and span.end > base for base in SYSTEM_CONTROL):
            problem = f"{span.name} at {span.base:#x} lies in the system control space"
            where.report(span.key, problem, "leave it out: the core's own registers are modelled")


def regions_do_not_overlap(chip: Chip, where: Where) -> None:
    ordered = sorted(spans(chip))
    for lower, upper in pairwise(ordered):
        if upper.base < lower.end:
            problem = f"{upper.name} at {upper.base:#x} overlaps {lower.name}"
            where.report(upper.key, problem, f"{lower.name} ends at {lower.end:#x}")


def caches_are_passed_by_at_aliases(chip: Chip, where: Where) -> None:
    for index, memory in enumerate(chip.memory):
        for key in ("uncached", "unkept"):
            wrong = set(getattr(memory, key)) - set(memory.aliases)
            if wrong or (getattr(memory, key) and memory.kind != "flash"):
                problem = f"{min(wrong):#x} is no alias" if wrong else "is for a flash alone"
                remedy = "give bases of its aliases" if wrong else "leave it out"
                where.report(f"memory[{index}].{key}", problem, remedy)


def vector_table_lies_in_memory(chip: Chip, where: Where) -> None:
    if not any(s.base <= chip.vector_table < s.end for s in memory_spans(chip)):
        problem = f"{chip.vector_table:#x} is in no memory region"
        where.report("vector_table", problem, "use the base of the flash")
    firmware = chip.first_vectors
    if chip.has_rom_boot and not any(s.base <= firmware < s.end for s in memory_spans(chip)):
        problem = f"{firmware} is in no memory region"
        where.report("firmware_vector_table", problem, "say where the ROM looks for the firmware's")


def wait_states_rise_with_the_clock(chip: Chip, where: Where) -> None:
    rows = chip.flash_timing.wait_states
    for index, (row, following) in enumerate(pairwise(rows), start=1):
        if following.up_to_hz <= row.up_to_hz or following.wait_states < row.wait_states:
            key = f"flash_timing.wait_states[{index}]"
            where.report(key, "does not follow the row before", "sort the rows by clock")


def wait_states_cover_the_maximum_clock(chip: Chip, where: Where) -> None:
    key = "flash_timing.wait_states"
    rows = chip.flash_timing.wait_states
    covered = rows[-1].up_to_hz if rows else 0.0
    if covered < chip.max_clock_hz:
        problem = f"stops at {engineering(covered)} Hz, below max_clock_hz"
        where.report(key, problem, f"add a row up to {engineering(chip.max_clock_hz)}")


def the_mpu_is_one_that_exists(chip: Chip, where: Where) -> None:
    possible = MPU_REGIONS.get(chip.core, (0, 8, 16))
    if chip.mpu_regions is not None and chip.mpu_regions not in possible:
        remedy = f"a {chip.core} has {', '.join(map(str, possible))}"
        where.report("mpu_regions", f"{chip.mpu_regions} regions", remedy)
    if chip.mpu_regions is not None and not chip.mpu_regions_source:
        where.report("mpu_regions_source", "is missing", "name the document and section")


def caches_have_a_possible_shape(chip: Chip, where: Where) -> None:
    timing = chip.flash_timing
    widths = [timing.read_bytes, *(mode.read_bytes for mode in timing.mode)]
    for name, cache in (("icache", timing.icache), ("dcache", timing.dcache)):
        if cache and not all(_possible(cache, width) for width in widths):
            problem = f"{cache.sets} sets of {cache.ways} lines of {cache.line_bytes} bytes"
            remedy = "sets are a power of two, a line is a whole number of flash reads"
            where.report(f"flash_timing.{name}", problem, remedy)
    l1 = (("icache", chip.l1.icache), ("dcache", chip.l1.dcache)) if chip.l1 else ()
    for name, cache in l1:
        if not _possible(cache, 1) or cache.line_bytes != L1_LINE_BYTES:
            problem = f"{cache.sets} sets of {cache.ways} lines of {cache.line_bytes} bytes"
            remedy = f"sets are a power of two, a line has {L1_LINE_BYTES} bytes"
            where.report(f"l1.{name}", problem, remedy)


def option_bytes_are_words_with_named_bits(chip: Chip, where: Where) -> None:
    names = [register.name for register in chip.option_bytes]
    names += [bit for register in chip.option_bytes for bit in register.bits]
    for name, count in Counter(names).items():
        if count > 1:
            where.report("option_bytes", f"{name!r} appears {count} times", "rename one")
    for index, register in enumerate(chip.option_bytes):
        if not 0 <= register.value < WORD:
            problem = f"{register.value:#x} has more than 32 bits"
            where.report(f"option_bytes[{index}].value", problem, "give one register")
        for bit, position in register.bits.items():
            if not 0 <= position < 32:
                key = f"option_bytes[{index}].bits.{bit}"
                where.report(key, f"{position} is no position", "use 0 to 31")


def flash_modes_follow_option_bits(chip: Chip, where: Where) -> None:
    for index, mode in enumerate(chip.flash_timing.mode):
        if option_bit(chip, mode.bit) is None:
            key = f"flash_timing.mode[{index}].bit"
            where.report(key, f"no option bit {mode.bit!r}", "name it in option_bytes.bits")
    if chip.flash_timing.read_bytes != flash_read_bytes(chip):
        problem = "is not that of the mode which the delivered option bytes choose"
        where.report("flash_timing.read_bytes", problem, f"use {flash_read_bytes(chip)}")


def anchors_lie_within_limits(chip: Chip, where: Where) -> None:
    power = chip.power
    for index, run in enumerate(power.run):
        key = f"power.run[{index}]"
        if run.clock_hz > chip.max_clock_hz:
            where.report(f"{key}.clock_hz", "is above max_clock_hz", "correct one of them")
        if not power.supply_min_v <= run.supply_v <= power.supply_max_v:
            limits = f"{power.supply_min_v:g} to {power.supply_max_v:g} V"
            where.report(f"{key}.supply_v", f"is outside {limits}", "correct one of them")
        if run.maximum_a is not None and run.maximum_a < run.typical_a:
            where.report(f"{key}.maximum_a", "is below typical_a", "exchange them")


def every_regulator_has_run_and_static_currents(chip: Chip, where: Where) -> None:
    run = {anchor.regulator for anchor in chip.power.run}
    static = {anchor.regulator for anchor in chip.power.static}
    if not run:
        where.report("power.run", "is empty", "add at least one published run current")
    for regulator in sorted(run ^ static):
        key = "power.static" if regulator in run else "power.run"
        where.report(key, f"nothing for regulator {regulator!r}", "add an entry")


def static_current_is_below_the_run_currents(chip: Chip, where: Where) -> None:
    for index, static in enumerate(chip.power.static):
        runs = [r.typical_a for r in chip.power.run if r.regulator == static.regulator]
        if runs and static.typical_a >= min(runs):
            key = f"power.static[{index}].typical_a"
            where.report(key, "is not below every run current", "it is only a part of them")


def default_sleep_exists(chip: Chip, where: Where) -> None:
    names = [state.name for state in chip.power.sleep]
    if chip.power.default_sleep not in names:
        problem = f"no sleep state {chip.power.default_sleep!r}"
        where.report("power.default_sleep", problem, "choose one of " + ", ".join(names))


def core_file_exists(chip: Chip, where: Where) -> None:
    path = core_path(chip.core)
    if not path.is_file():
        names = names_in(path.parent)
        close = nearest(chip.core, names) or names
        where.report("core", f"no core {chip.core!r}", "shipped: " + ", ".join(close))


def options_of_the_core_are_given(chip: Chip, where: Where) -> None:
    if chip.core in CORES_WITH_OPTIONS and chip.core_options is None:
        problem = f"is missing, and a {chip.core} differs from chip to chip"
        where.report("core_options", problem, "add a [core_options] table with its source")


def options_of_the_core_are_possible(chip: Chip, where: Where) -> None:
    options = chip.core_options
    if options is None:
        return
    # Armv6-M: DDI0419, exception numbers and priorities.
    armv6m = chip.core == "cortex-m0plus"
    most = 32 if armv6m else MOST_INTERRUPTS
    if options.interrupts is not None and not 1 <= options.interrupts <= most:
        problem = f"{options.interrupts} interrupts"
        where.report("core_options.interrupts", problem, f"a {chip.core} has 1 to {most}")
    if armv6m and chip.priority_bits != 2:
        where.report("priority_bits", "is 2 in each Armv6-M core", "use 2")


def a_riscv_hart_is_told(chip: Chip, where: Where) -> None:
    if (chip.core in RISCV_CORES) != (chip.riscv is not None):
        problem = "is missing" if chip.riscv is None else f"does not go with {chip.core}"
        where.report("riscv", problem, "RISC-V cores, and no others, have a [riscv] table")
    hart = chip.riscv
    if hart is None:
        return
    for memory in chip.memory:
        if memory.base % RISCV_PAGE_BYTES or memory.size_bytes % RISCV_PAGE_BYTES:
            problem = f"{memory.name} does not fill whole pages of 4 kB"
            where.report("memory", problem, "a RISC-V core's memories do here")
    if not set(hart.extensions) <= set("IMAFDCU") or not set("IM") <= set(hart.extensions):
        problem = f"{hart.extensions!r} can't be executed"
        where.report("riscv.extensions", problem, "use I, M and any of A, C, F, D and U")
    if hart.vector_alignment_bytes.bit_count() != 1 or hart.vector_alignment_bytes < 4:
        problem = f"{hart.vector_alignment_bytes} bytes"
        where.report("riscv.vector_alignment_bytes", problem, "use a power of two, 4 at least")
    if not 0 <= hart.pmp_regions <= MOST_PMP_REGIONS:
        where.report("riscv.pmp_regions", f"{hart.pmp_regions} regions", "use 0 to 16")
    if not 0 <= hart.trap_cycles < 1000:
        where.report("riscv.trap_cycles", f"{hart.trap_cycles} cycles", "use 0 to 999")
    for index, csr in enumerate(hart.csr):
        if not 0 <= csr.number < 0x1000 or not 0 <= csr.at_reset <= 0xFFFFFFFF:
            key = f"riscv.csr[{index}]"
            where.report(key, f"{csr.name} is no register", "numbers have 12 bits, values 32")


def further_cores_are_possible(chip: Chip, where: Where) -> None:
    cores = chip.cores
    for index, run in enumerate(chip.power.run):
        if not 1 <= run.cores_awake <= (1 if cores is None else cores.count):
            key = f"power.run[{index}].cores_awake"
            where.report(key, f"{run.cores_awake} of the cores", "count those that ran")
    if cores is None:
        return
    if chip.core not in CORES_IN_PAIRS:
        problem = f"two cores of type {chip.core} can't share time"
        where.report("cores.count", problem, "those of " + ", ".join(CORES_IN_PAIRS) + " can")
    table = cores.vector_table
    if table is not None and not any(s.base <= table < s.end for s in memory_spans(chip)):
        problem = f"{table:#x} is in no memory region"
        where.report("cores.vector_table", problem, "use the base of the ROM or flash")
    if not 0.0 <= cores.asleep_share <= 1.0:
        problem = f"{cores.asleep_share:g} is no part of a whole"
        where.report("cores.asleep_share", problem, "use 0 to 1")


CHIP_RULES: tuple[Callable[[Chip, Where], None], ...] = (
    every_source_is_given,
    numbers_are_plausible,
    names_are_unique,
    clocks_are_switched_by_a_device,
    charges_are_of_devices_with_a_clock,
    npus_are_ones_that_exist,
    there_is_flash_and_ram,
    a_rom_has_an_image,
    regions_fill_whole_kilobytes,
    regions_lie_below_4_gb,
    the_core_keeps_its_own_addresses,
    regions_do_not_overlap,
    caches_are_passed_by_at_aliases,
    vector_table_lies_in_memory,
    wait_states_rise_with_the_clock,
    wait_states_cover_the_maximum_clock,
    the_mpu_is_one_that_exists,
    caches_have_a_possible_shape,
    option_bytes_are_words_with_named_bits,
    flash_modes_follow_option_bits,
    anchors_lie_within_limits,
    every_regulator_has_run_and_static_currents,
    static_current_is_below_the_run_currents,
    default_sleep_exists,
    core_file_exists,
    options_of_the_core_are_given,
    options_of_the_core_are_possible,
    a_riscv_hart_is_told,
    further_cores_are_possible,
)


def memory_spans(chip: Chip) -> Iterator[Span]:
    """Addresses of the memories, aliases included."""
    for index, memory in enumerate(chip.memory):
        for base in (memory.base, *memory.aliases):
            yield Span(base, base + memory.size_bytes, f"memory[{index}]", memory.name)


def spans(chip: Chip) -> Iterator[Span]:
    """All addresses that something answers at."""
    yield from memory_spans(chip)
    placed: list[tuple[str, Device | Npu]] = []
    placed += [(f"device[{index}]", device) for index, device in enumerate(chip.device)]
    placed += [(f"npu[{index}]", npu) for index, npu in enumerate(chip.npu)]
    for key, device in placed:
        for base in (device.base, *device.aliases):
            yield Span(base, base + device.size_bytes, key, device.name)


def _further_spans(chip: Chip) -> Iterator[Span]:
    """Addresses that a bus leads to, or that are for peripherals, whether one is there or not."""
    for index, bus in enumerate(chip.device_bus):
        yield Span(bus.base, bus.base + bus.size_bytes, f"device_bus[{index}]", "")
    for index, port in enumerate(chip.core_options.io_port if chip.core_options else ()):
        yield Span(port.base, port.base + port.size_bytes, f"core_options.io_port[{index}]", "")
    for base, size_bytes in chip.riscv.peripherals if chip.riscv else ():
        yield Span(base, base + size_bytes, "riscv.peripherals", "")


def _possible(cache: Cache, read_bytes: int) -> bool:
    sizes_positive = min(cache.sets, cache.ways, cache.line_bytes, read_bytes) > 0
    if not sizes_positive or cache.sets * cache.ways * cache.line_bytes > LARGEST_CACHE:
        return False
    power_of_two = cache.sets & (cache.sets - 1) == 0
    return power_of_two and cache.line_bytes % read_bytes == 0


def _sources(record: msgspec.Struct, prefix: str) -> Iterator[tuple[str, str]]:
    for field in msgspec.structs.fields(record):
        value = getattr(record, field.name)
        key = f"{prefix}{field.name}"
        if isinstance(value, str) and field.name.endswith("source"):
            yield key, value
        elif isinstance(value, msgspec.Struct):
            yield from _sources(value, f"{key}.")
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, msgspec.Struct):
                    yield from _sources(item, f"{key}[{index}].")
