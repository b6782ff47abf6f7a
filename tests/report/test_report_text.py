"""The text report, from hand-made results."""

from __future__ import annotations

import pytest

from mcusim.report.text import DETAILS, render
from mcusim.result import CoreRow, FrameInfo, FunctionRow
from tests.report.factory import (
    YEAR_S,
    make_battery,
    make_collision,
    make_energy,
    make_fault,
    make_faulted_result,
    make_hot_loop,
    make_inference,
    make_memory,
    make_result,
    replace,
)

FULL = make_result(battery=make_battery(), warnings=["3 reads of unmodelled 0x40001000 (RADIO)"])


def headline(text: str) -> list[str]:
    """The verdicts: the lines between the first two blank lines."""
    return text.split("\n\n")[1].splitlines()


def test_the_verdicts_come_first() -> None:
    lines = headline(render(FULL))
    assert lines == [
        "One inference  14.2 ms · 132 µJ (112–152 µJ) · 9.30 mW",
        "Fits           flash 56.9 kB of 1 MB (6 %) · RAM peak 12.3 kB of 256 kB (5 %)",
        "Battery        CR2032 coin cell, every 10 s: 3.0 years (2.6–3.4 years), assumed",
        "Ended          The firmware exited with code 0",
    ]


def test_a_good_run_fits_one_screen() -> None:
    lines = render(make_result(), width=100).splitlines()
    assert len(lines) <= 38


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for result in (FULL, make_faulted_result()):
        for details in ((), DETAILS):
            lines = render(result, width=width, details=details).splitlines()
            assert max(map(len, lines)) <= width


@pytest.mark.parametrize("width", [60, 80, 100])
def test_figures_of_regions_are_never_cut(width: int) -> None:
    long = make_inference(name="tflite::MicroInterpreter::Invoke() [clone .constprop.0]")
    text = render(make_result(regions=[long]), width=width)
    row = next(line for line in text.splitlines() if "tflite::Micro" in line)
    assert "14.2 ms" in row
    assert "132 µJ" in row


def test_without_inference_the_whole_run_is_priced_and_named_so() -> None:
    assert headline(render(make_result(regions=[])))[0].startswith("Whole run")


def test_a_fault_is_first_with_everything_to_find_it() -> None:
    text = render(make_faulted_result())
    assert headline(text)[0] == "Fault          BusFault: PRECISERR in conv2d (kernels.c:88)"
    section = text.split("\n\n")[2]
    for part in (
        "BusFault: PRECISERR",
        "conv2d (kernels.c:88), pc 0x00001cf4",
        "0x30000010",
        "network_invoke",
        "Reset_Handler",
        "r12 000000cc",
    ):
        assert part in section


def test_a_limit_shows_the_hot_loop_before_the_figures() -> None:
    result = make_result(outcome="limit", exit_code=None, hot_loop=make_hot_loop())
    text = render(result)
    assert headline(text)[0].startswith("Limit")
    assert text.index("wait_ready (clock.c:33)") < text.index("Regions")


def test_an_exit_code_is_shown() -> None:
    text = render(make_result(exit_code=3, reason="the firmware ended itself"))
    assert headline(text)[0] == "Failed         The firmware ended itself (code 3)"


def test_a_collision_is_a_failure_of_the_fit() -> None:
    text = render(make_result(memory=make_memory(collision=make_collision())))
    assert headline(text)[0].startswith("Collision")
    assert "a stack ran into arena" in headline(text)[0]
    assert "arena, with the stack pointer at 0x20001e7c" in text


def test_a_collision_is_told_once() -> None:
    collision = make_collision()
    warnings = [collision.message, "something else"]
    text = render(make_result(memory=make_memory(collision=collision), warnings=warnings))
    assert text.count(collision.message) == 1
    assert "! something else" in text


def test_small_components_share_a_row_and_unused_ones_have_none() -> None:
    breakdown = {f"part {i}": 10.0**-i for i in range(1, 9)} | {"divide": 0.0}
    text = render(make_result(energy=make_energy(breakdown_j=breakdown, energy_j=0.11111111)))
    assert "3 others" in text
    assert "part 6" not in text
    assert "divide" not in text


def test_a_battery_that_cannot_deliver_has_no_life() -> None:
    text = render(make_result(battery=make_battery(can_deliver=False, loaded_voltage_v=1.62)))
    assert "can't deliver the peak: 1.62 V" in headline(text)[0]


def test_a_life_that_ends_on_the_shelf_says_so() -> None:
    life = dict.fromkeys(("life_s", "life_low_s", "life_high_s"), 10 * YEAR_S)
    text = render(make_result(battery=make_battery(limited_by="shelf life", **life)))
    assert "every 10 s: 10.0 years, its shelf life, assumed" in text


def test_an_assumption_shows_at_the_number() -> None:
    assert "energy assumed" in render(make_result(energy=make_energy(grade="assumed")))
    assert "energy assumed" not in render(make_result())


def test_a_region_that_never_ran_says_so() -> None:
    idle = make_inference(name="never", calls=0, inference=False)
    assert "never entered" in render(make_result(regions=[idle]))


def test_plain_text_has_no_escapes_and_colour_has() -> None:
    assert "\x1b" not in render(FULL, color=False)
    assert "\x1b[" in render(FULL, color=True)


def test_firmware_cannot_reach_the_terminal() -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J[bold]not markup[/bold] \u202e"
    rows = [FunctionRow(name=hostile, line="", calls=1, cycles=1, instructions=1, energy_j=0.0)]
    text = render(make_result(output=hostile, functions=rows))
    assert not any(c in text for c in "\x1b\x07\u202e")
    assert "[bold]not markup[/bold]" in text


def test_long_output_shows_its_end() -> None:
    text = render(make_result(output="".join(f"line {i}\n" for i in range(100))))
    assert "last 4 of 100 lines" in text
    assert "line 99" in text
    assert "line 95\n" not in text


def test_details_replace_the_overview() -> None:
    text = render(FULL, details=["memory"])
    assert "dense1_weights" in text
    assert "conv2d ◂ network_invoke ◂ main" in text
    assert "Regions" not in text
    assert "(published)" in render(FULL, details=["basis"])
    assert "memset" in render(FULL, details=["functions"])


def test_functions_of_two_cores_are_a_share_of_both_cores_cycles() -> None:
    cores = [
        CoreRow(
            number=number,
            cycles_awake=1000,
            cycles_asleep=0,
            instructions=1000,
            energy_j=0.0,
            activity={},
            cycles_breakdown={},
        )
        for number in (0, 1)
    ]
    rows = [
        FunctionRow(name="both", line="", calls=2, cycles=2000, instructions=2000, energy_j=0.0)
    ]
    alone = render(make_result(cycles=2000, functions=rows), details=["functions"])
    beside = render(make_result(cycles=1000, functions=rows, cores=cores), details=["functions"])
    for text in (alone, beside):
        assert "100 %" in next(line for line in text.splitlines() if "both" in line)


def test_calls_without_symbols_show_their_address_once() -> None:
    frames = [FrameInfo(function="0x10003c20", address=0x10003C20)]
    result = make_faulted_result(fault=make_fault(function="", pc=0x1000_0000, call_stack=frames))
    line = next(line for line in render(result).splitlines() if "10003c20" in line)
    assert line.split(maxsplit=1)[1].strip() == "(no symbol)  0x10003c20"


def test_nothing_counted_is_no_division_by_zero() -> None:
    nothing = make_result(
        cycles=0,
        instructions=0,
        time_s=0.0,
        regions=[],
        functions=[],
        cycles_breakdown={"issue": 0},
        energy=make_energy(energy_j=0.0, energy_low_j=0.0, energy_high_j=0.0),
        memory=make_memory(flash_total_bytes=0, ram_total_bytes=0),
    )
    assert "Whole run" in render(nothing)


def test_str_of_a_result_is_its_report() -> None:
    assert str(FULL) == render(FULL)
    assert replace(FULL, output="") != FULL
