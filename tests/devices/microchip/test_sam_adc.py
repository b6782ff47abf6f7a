"""ADC of the SAM D21 by firmware."""

from __future__ import annotations

from pathlib import Path

import pytest
from sam_lab import BOARD, SETUP_S, build, execute, words

import mcusim

ADC_ON = """
clock_to_48_mhz();
CLKCTRL(0x1E, 0);
R16(ADC + 4) = 7 << 8; /* 48 MHz / 512 */
R8(ADC + 1) = 2; /* VDDANA / 2 */
R32(ADC + 0x10) = 0xFu << 24 | 0x18 << 8 | 5; /* gain 1/2, AIN5 */
R8(ADC) = 2;
"""
CONVERT = """
R8(ADC + 0x0C) = 2;
while ((R8(ADC + 0x18) & 1) == 0) continue;
results[n++] = R16(ADC + 0x1A);
"""
OUTSIDE = "#define ADC 0x42004000u\nstatic int n;"
CLK_ADC_S = 512 / 48e6


def test_conversion_gives_the_voltage_of_its_input_after_its_time(tmp_path: Path) -> None:
    elf = build(tmp_path, ADC_ON + CONVERT + "results[n] = R8(ADC + 0x18);\n", OUTSIDE)
    with mcusim.start(elf, board=BOARD) as simulation:
        supply_v = simulation.machine.board.supply_v
        simulation.machine.devices["adc"].set_input(5, 0.4 * supply_v)  # type: ignore[attr-defined]
        simulation.run_to_end()
        assert words(simulation)[:2] == [round(0.4 * 4096), 0]
        result = simulation.finish()
    # 1 + 12 / 2 clocks, and one and a half for a gain of 1/2.
    assert result.time_s - SETUP_S == pytest.approx(8.5 * CLK_ADC_S, rel=0.1)
    assert result.warnings == []


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("R16(ADC + 4) |= 2 << 4;", round(1024 / 1.1)),
        ("R16(ADC + 4) |= 3 << 4;", round(256 / 1.1)),
        ("R16(ADC + 4) |= 1 << 4; R8(ADC + 2) = 2;", 4 * round(4096 / 1.1)),
        ("R16(ADC + 4) |= 1 << 4; R8(ADC + 2) = 0x46;", (64 * round(4096 / 1.1) >> 2) >> 4),
        ("R16(ADC + 4) |= 1; R32(ADC + 0x10) ^= 5 | 0x1D << 8;", 0x10000 - round(2048 / 1.1)),
        ("R32(ADC + 0x10) &= 31;", 4095),
        ("R16(ADC + 4) |= 2;", round(4096 / 1.1) << 4),
        ("R32(ADC + 0x10) ^= 5 ^ 0x1B;", 1024),
    ],
)
def test_results_have_the_form_that_firmware_chose(tmp_path: Path, setting: str, code: int) -> None:
    with mcusim.start(build(tmp_path, ADC_ON + setting + CONVERT, OUTSIDE), board=BOARD) as run:
        run.machine.devices["adc"].set_input(5, 3.0)  # type: ignore[attr-defined]
        run.run_to_end()
        assert words(run)[0] == code


def test_free_running_conversions_interrupt_and_are_lost_unread(tmp_path: Path) -> None:
    body = f"""
handler = on_result;
ENABLE_INTERRUPT(23);
{ADC_ON}
R8(ADC) = 0;
R32(ADC + 0x10) = 0;
R16(ADC + 4) |= 1 << 2;
R8(ADC + 0x17) = 1;
R8(ADC) = 2;
while (results[0] < 10) wfi();
R8(ADC + 0x16) = 1;
while ((R8(ADC + 0x18) & 2) == 0) continue;
"""
    outside = OUTSIDE.removesuffix("static int n;")
    outside += "static void on_result(void) { results[0]++; (void)R16(ADC + 0x1A); }"
    result, found = execute(tmp_path, body, outside)
    assert found[0] == 10
    assert result.time_s - SETUP_S == pytest.approx(12 * 6 * CLK_ADC_S, rel=0.06)
