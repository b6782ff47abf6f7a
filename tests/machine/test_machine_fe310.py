"""The HiFive1 Rev B: what code in a serial flash waits for, its interrupts, and runs in pieces."""

from __future__ import annotations

from rig import sample

import mcusim
from mcusim.machine.activity import INDEX

BOARD = "hifive1-revb"
ALONE, FOLLOWING = 2362, 2080
"""Cycles of a line of 32 bytes at reset settings, as tests/devices/sifive has them."""


def test_code_waits_for_whole_lines_of_the_serial_flash() -> None:
    with mcusim.start(sample("hello", BOARD), board=BOARD) as simulation:
        simulation.run_to_end()
        engine = simulation.machine.engine
        activity = engine.activity()
        lines, stall = activity[INDEX["flash_fetch"]], engine.fetch_stall
    assert activity[INDEX["flash_data"]] == 0
    begun, rest = divmod(stall - lines * FOLLOWING, ALONE - FOLLOWING)
    assert rest == 0
    assert 0 < begun < lines


def test_a_faster_serial_clock_shortens_the_wait() -> None:
    stalls = []
    for divider in (3, 1):
        with mcusim.start(sample("hello", BOARD), board=BOARD) as simulation:
            simulation.machine.devices["qspi0"].write(0x00, 4, divider)
            simulation.run_to_end()
            stalls.append(simulation.machine.engine.fetch_stall)
    assert 0.5 < stalls[1] / stalls[0] < 0.55


def test_interrupts_come_by_both_controllers() -> None:
    result = mcusim.run(sample("interrupts", BOARD), board=BOARD)
    assert (result.outcome, result.exit_code, result.warnings) == ("exited", 0, [])
    # Three milliseconds of 30 kHz, and periods of 0.1 ms that began just before.
    assert result.output == "3 ticks, 29 periods, 0 others\n"


def test_a_run_in_pieces_is_the_run_in_one() -> None:
    firmware = sample("interrupts", BOARD)
    whole = mcusim.run(firmware, board=BOARD)
    with mcusim.start(firmware, board=BOARD) as simulation:
        while simulation.run(20e-6):
            pass
        pieces = simulation.finish()
    assert (pieces.output, pieces.cycles, pieces.activity) == (
        whole.output,
        whole.cycles,
        whole.activity,
    )


def test_data_in_flash_is_slow_and_data_in_ram_is_not() -> None:
    result = mcusim.run(sample("digits", BOARD), board=BOARD, roi=["fully_connected"])
    region = next(region for region in result.regions if region.name == "fully_connected")
    # Its weights lie in RAM; those in flash took more than 500 cycles each.
    assert region.activity["flash_data"] == 0
    assert region.activity["stall"] < 0.01 * region.activity["cycles"]
