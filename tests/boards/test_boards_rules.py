"""Each rule refuses the file that breaks it, in one line with file, key and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_board_files import OwnBoard

from mcusim.boards import validate_file
from mcusim.boards.paths import core_path, workloads_path
from mcusim.errors import BoardError

RAM = "base = 0x20000000\nsize_bytes = 0x40000"
ICACHE = "line_bytes = 16\nways = 2\nsets = 64"

CORES = """
[cores]
count = 2
held = true
source = "a test"
grade = "assumed"
"""

ROM = """
[[memory]]
name = "boot"
kind = "rom"
image = "nonesuch"
base = 0x01000000
size_bytes = 0x4000
source = "a test"
grade = "assumed"
"""

CLOCK = """
[[power.clock]]
clock = "bus"
regulator = "ldo"
supply_v = 3.0
voltage_range = ""
charge_c = { radio = 1e-12 }
source = "a test"
grade = "assumed"
"""

BROKEN_CHIPS = {
    "charges_are_of_devices_with_a_clock": (
        "\n[[power.run]]",
        CLOCK + "\n[[power.run]]",
        "power.clock[0].charge_c.radio: is no device with a clock; name one of [[device]]",
    ),
    "the_firmwares_vectors_lie_in_memory": (
        "\nvector_table =",
        '\nfirmware_vector_table = -1\nfirmware_vector_table_source = "a test"\nvector_table =',
        "firmware_vector_table: -1 is in no memory region",
    ),
    "charges_are_in_coulombs": (
        "\n[[power.run]]",
        CLOCK.replace("1e-12", "1") + "\n[[power.run]]",
        "power.clock[0].charge_c.radio: 1 is not the charge of a clock's cycle in coulombs",
    ),
    "a_rom_has_an_image": (
        "\n[[memory]]",
        ROM + "\n[[memory]]",
        "memory[0].image: no ROM image 'nonesuch'; there are esp32c3",
    ),
    "only_a_rom_has_an_image": (
        "\n[[memory]]",
        ROM.replace('"rom"', '"ram"') + "\n[[memory]]",
        "memory[0].image: goes with kind 'rom', and only with it; name an image of mcusim.roms",
    ),
    "a_second_core_is_one_that_can_share_time": (
        "\n[[memory]]",
        CORES + "\n[[memory]]",
        "cores.count: two cores of type cortex-m4 can't share time; those of cortex-m0plus",
    ),
    "no_more_cores_are_awake_than_there_are": (
        "typical_a = 3.3e-3",
        "cores_awake = 2\ntypical_a = 3.3e-3",
        "power.run[0].cores_awake: 2 of the cores; count those that ran",
    ),
    "every_source_is_given": (
        'max_clock_source = "PS, CPU and CLOCK chapters: 64 MHz; the CPU has no other clock"',
        'max_clock_source = " "',
        "max_clock_source: is empty; name the document",
    ),
    "clocks_are_in_hertz": (
        "max_clock_hz = 64e6",
        "max_clock_hz = 64",
        "max_clock_hz: is in hertz: 64 is implausible; did you mean 64e6?",
    ),
    "currents_are_in_amperes": (
        "typical_a = 3.3e-3",
        "typical_a = 3.3",
        "power.run[0].typical_a: is in amperes: 3.3 is implausible; did you mean 3.3e-3?",
    ),
    "sleep_currents_are_in_amperes": (
        "typical_a = 2.35e-6",
        "typical_a = 2.35",
        "power.sleep[0].typical_a: is in amperes: 2.35 is implausible; did you mean 2.35e-6?",
    ),
    "voltages_are_in_volts": (
        "supply_max_v = 3.6",
        "supply_max_v = 3600",
        "power.supply_max_v: is in volts: 3600 is implausible; did you mean 3.6?",
    ),
    "times_are_in_seconds": (
        "wake_s = 400e-6",
        "wake_s = 400",
        "power.sleep[3].wake_s: is in seconds: 400 is implausible; did you mean 400e-6?",
    ),
    "spread_is_a_fraction": ("spread = 0.15", "spread = 15", "did you mean 0.15?"),
    "upper_spread_is_a_fraction": (
        "spread = 0.15",
        "spread = 0.15\nspread_up = 35",
        "did you mean 0.35?",
    ),
    "names_are_unique": (
        'name = "p1"',
        'name = "p0"',
        "device: 'p0' appears 2 times; give each its own name",
    ),
    "there_is_flash_and_ram": (
        'kind = "ram"',
        'kind = "flash"',
        "memory: no region of kind 'ram'; add one",
    ),
    "regions_fill_whole_kilobytes": (
        RAM,
        RAM.replace("0x40000", "0x40010"),
        "memory[1]: 0x20000000 to 0x20040010 is not made of whole kilobytes",
    ),
    "devices_lie_below_4_gb": (
        "base = 0x50000800",
        "base = 0x100000000",
        "device[32]: 0x100000000 to 0x100000800 is beyond the 32-bit addresses; use 0 to 0xffff",
    ),
    "the_core_keeps_its_own_addresses": (
        "base = 0x50000800",
        "base = 0xe000e000",
        "device[32]: p1 at 0xe000e000 lies in the system control space",
    ),
    "caches_are_no_larger_than_any": (
        ICACHE,
        ICACHE.replace("ways = 2", "ways = 0xe0000000"),
        "flash_timing.icache: 64 sets of 3758096384 lines of 16 bytes",
    ),
    "aliases_lie_below_4_gb": (
        "aliases = [0x00800000]",
        "aliases = [0xfffffc00]",
        "memory[1]: 0xfffffc00 to 0x10003fc00 is beyond the 32-bit addresses",
    ),
    "memory_regions_do_not_overlap": (
        RAM,
        RAM.replace("0x20000000", "0x000FF000"),
        "memory[1]: ram at 0xff000 overlaps flash; flash ends at 0x100000",
    ),
    "aliases_do_not_overlap": (
        "aliases = [0x00800000]",
        "aliases = [0x20020000]",
        "ram at 0x20020000 overlaps ram",
    ),
    "devices_do_not_overlap": (
        "base = 0x50000800",
        "base = 0x50000400",
        "device[32]: p1 at 0x50000400 overlaps p0",
    ),
    "aliases_of_devices_do_not_overlap": (
        "base = 0x50000800",
        "aliases = [0x50000400]\nbase = 0x50000800",
        "device[32]: p1 at 0x50000400 overlaps p0",
    ),
    "caches_are_passed_by_at_aliases": (
        "aliases = [0x00800000]",
        "aliases = [0x00800000]\nuncached = [0x10000000]",
        "uncached: 0x10000000 is no alias; give bases of its aliases",
    ),
    "caches_are_of_a_flash": (
        "aliases = [0x00800000]",
        "aliases = [0x00800000]\nunkept = [0x00800000]",
        "unkept: is for a flash alone; leave it out",
    ),
    "vector_table_lies_in_memory": (
        "vector_table = 0x0",
        "vector_table = 0x70000000",
        "vector_table: 0x70000000 is in no memory region; use the base of the flash",
    ),
    "wait_states_rise_with_the_clock": (
        "[{ up_to_hz = 64e6, wait_states = 2 }]",
        "[{ up_to_hz = 64e6, wait_states = 2 }, { up_to_hz = 32e6, wait_states = 1 }]",
        "flash_timing.wait_states[1]: does not follow the row before; sort the rows",
    ),
    "wait_states_cover_the_maximum_clock": (
        "up_to_hz = 64e6",
        "up_to_hz = 32e6",
        "flash_timing.wait_states: stops at 32e6 Hz, below max_clock_hz; add a row up to 64e6",
    ),
    "cache_sets_are_a_power_of_two": (
        ICACHE,
        ICACHE.replace("sets = 64", "sets = 60"),
        "flash_timing.icache: 60 sets of 2 lines of 16 bytes; sets are a power of two",
    ),
    "cache_lines_are_whole_reads": (
        ICACHE,
        ICACHE.replace("line_bytes = 16", "line_bytes = 24"),
        "a line is a whole number of flash reads",
    ),
    "anchors_lie_within_the_clock_limit": (
        "[[power.run]]\nclock_hz = 64e6",
        "[[power.run]]\nclock_hz = 128e6",
        "power.run[0].clock_hz: is above max_clock_hz",
    ),
    "anchors_lie_within_the_supply_limits": (
        "clock_hz = 64e6\nsupply_v = 3.0",
        "clock_hz = 64e6\nsupply_v = 5.0",
        "power.run[0].supply_v: is outside 1.7 to 3.6 V",
    ),
    "anchors_have_maximum_above_typical": (
        "typical_a = 3.3e-3",
        "typical_a = 3.3e-3\nmaximum_a = 3.0e-3",
        "power.run[0].maximum_a: is below typical_a; exchange them",
    ),
    "every_regulator_has_a_static_current": (
        '[[power.static]]\nregulator = "dcdc"',
        '[[power.static]]\nregulator = "ldo"',
        "power.static: nothing for regulator 'dcdc'; add an entry",
    ),
    "static_current_is_below_the_run_currents": (
        "typical_a = 0.59e-3",
        "typical_a = 59e-3",
        "power.static[0].typical_a: is not below every run current",
    ),
    "default_sleep_exists": (
        'default_sleep = "system-on"',
        'default_sleep = "stop2"',
        "power.default_sleep: no sleep state 'stop2'; choose one of system-on,",
    ),
    "core_file_exists": (
        'core = "cortex-m4"',
        'core = "cortex-m4f"',
        "core: no core 'cortex-m4f'; shipped: cortex-m4",
    ),
}

BROKEN_BOARDS = {
    "chip_file_exists": (
        'chip = "chip.toml"',
        'chip = "nrf52480"',
        "chip: no chip 'nrf52480'; shipped: nrf52840",
    ),
    "board_sources_are_given": (
        'regulator_source = "the DK',
        'regulator_source = ""\n# "the DK',
        "regulator_source: is empty; say why",
    ),
    "external_clock_has_a_source": (
        "clock_hz = 64e6",
        "clock_hz = 64e6\nexternal_clock_hz = 32e6",
        "external_clock_source: is empty; name the board's manual",
    ),
    "clock_is_in_hertz": (
        "clock_hz = 64e6",
        "clock_hz = 64",
        "clock_hz: is in hertz: 64 is implausible; did you mean 64e6?",
    ),
    "clock_is_within_the_chips_limit": (
        "clock_hz = 64e6",
        "clock_hz = 128e6",
        "clock_hz: 128e6 Hz is beyond nRF52840; use at most 64e6",
    ),
    "clock_is_the_chips_only_one": (
        "clock_hz = 64e6",
        "clock_hz = 32e6",
        "clock_hz: nRF52840 has one clock; use 64e6",
    ),
    "supply_is_within_the_chips_limits": (
        "supply_v = 3.0",
        "supply_v = 1.2",
        "supply_v: 1.2 V is beyond nRF52840; use 1.7 to 3.6 V",
    ),
    "console_is_a_device": (
        'console = "uart0"',
        'console = "uart7"',
        "console: nRF52840 has no device 'uart7'; choose one of uart1, uart0",
    ),
}


@pytest.mark.parametrize("rule", BROKEN_CHIPS)
def test_broken_chip_is_refused(rule: str, own_board: OwnBoard) -> None:
    old, new, message = BROKEN_CHIPS[rule]
    own_board.change_chip(old, new)
    with pytest.raises(BoardError) as caught:
        own_board.load()
    assert message in str(caught.value)
    assert_one_line_naming(own_board.chip, caught.value)


@pytest.mark.parametrize("rule", BROKEN_BOARDS)
def test_broken_board_is_refused(rule: str, own_board: OwnBoard) -> None:
    old, new, message = BROKEN_BOARDS[rule]
    own_board.change_board(old, new)
    with pytest.raises(BoardError) as caught:
        own_board.load()
    assert message in str(caught.value)
    assert_one_line_naming(own_board.board, caught.value)


M0PLUS = 'core = "cortex-m0plus"'
OPTIONS = (
    '[core_options]\ninterrupts = {}\nsource = "this test"\ngrade = "assumed"\n\n[flash_timing]'
)


def test_level_1_cache_beyond_all_measure_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "chip.toml"
    text = (core_path("cortex-m7").parents[1] / "chips" / "stm32h743.toml").read_text()
    file.write_text(text.replace("\nways = 4\n", f"\nways = {10**22}\n"))
    with pytest.raises(BoardError, match=r"l1\.dcache: 128 sets of 10000000000000000000000 lines"):
        validate_file(file)


def test_core_with_options_needs_them(own_board: OwnBoard) -> None:
    own_board.change_chip('core = "cortex-m4"', 'core = "cortex-m33"')
    with pytest.raises(BoardError, match="core_options: is missing, and a cortex-m33 differs"):
        own_board.load()


@pytest.mark.parametrize(
    ("interrupts", "bits", "regions", "message"),
    [
        (26, 3, "", "priority_bits: is 2 in each Armv6-M core; use 2"),
        (40, 2, "", "core_options.interrupts: 40 interrupts; a cortex-m0plus has 1 to 32"),
        (0, 2, "", "core_options.interrupts: 0 interrupts; a cortex-m0plus has 1 to 32"),
        (26, 2, "mpu_regions = 16\n", "mpu_regions: 16 regions; a cortex-m0plus has 0, 8"),
    ],
)
def test_impossible_options_are_refused(
    interrupts: int, bits: int, regions: str, message: str, own_board: OwnBoard
) -> None:
    own_board.change_chip('core = "cortex-m4"', regions + M0PLUS)
    own_board.change_chip("priority_bits = 3", f"priority_bits = {bits}")
    own_board.change_chip("[flash_timing]", OPTIONS.format(interrupts))
    with pytest.raises(BoardError) as caught:
        own_board.load()
    assert message in str(caught.value)


def test_possible_options_are_taken(own_board: OwnBoard) -> None:
    own_board.change_chip('core = "cortex-m4"', M0PLUS)
    own_board.change_chip("priority_bits = 3", "priority_bits = 2")
    own_board.change_chip("[flash_timing]", OPTIONS.format(26))
    assert own_board.load().core.name == "cortex-m0plus"


def test_regulator_without_currents_is_refused(own_board: OwnBoard) -> None:
    text = own_board.chip.read_text(encoding="utf-8").replace(
        'regulator = "ldo"', 'regulator = "dcdc"'
    )
    own_board.chip.write_text(text, encoding="utf-8")
    own_board.change_board('regulator = "dcdc"', 'regulator = "ldo"')
    with pytest.raises(BoardError, match="no currents of nRF52840 with 'ldo'; use dcdc"):
        own_board.load()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("cycle = 0.55", "cycle = 0.75", "relative_energy: cycle + alu + cache_read / 2 is 1.2"),
        ("divide = 0.60", "divide = -0.60", "relative_energy.divide: -0.6 is negative"),
    ],
    ids=["one_alu_cycle_weighs_one", "energies_are_not_negative"],
)
def test_broken_core_is_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert_copy_is_refused(core_path("cortex-m4"), old, new, message, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("alu = 0.3867", "allu = 0.3867", "per_cycle.allu: no such count; did you mean alu"),
        ("alu = 0.3867", "alu = 39", "per_cycle.alu: 39 events a cycle; give 0 to 2"),
    ],
    ids=["mix_names_columns_of_activity", "mix_rates_are_possible"],
)
def test_broken_workload_is_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert_copy_is_refused(workloads_path(), old, new, message, tmp_path)


def assert_copy_is_refused(shipped: Path, old: str, new: str, message: str, tmp: Path) -> None:
    copy = tmp / shipped.name
    text = shipped.read_text(encoding="utf-8")
    assert old in text
    copy.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BoardError) as caught:
        validate_file(copy)
    assert message in str(caught.value)
    assert_one_line_naming(copy, caught.value)


def assert_one_line_naming(path: Path, error: BoardError) -> None:
    assert path.name in str(error)
    assert "\n" not in str(error)
