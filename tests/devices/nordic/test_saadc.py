"""SAADC by firmware: results, their times, oversampling, and what a reference and gain do."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from firmware_lab import BOARD, CORE_HZ, build, execute, reports

import mcusim
from mcusim.devices.nordic.saadc import NrfSaadc

OUTSIDE = """
#define SAADC 0x40007000u
#define CHANNEL(n, positive, config) \\
  (REG(SAADC + 0x510 + 16 * (n)) = (positive), REG(SAADC + 0x518 + 16 * (n)) = (config))
static int16_t results[8];
static inline void start(unsigned count, unsigned resolution) {
  REG(SAADC + 0x500) = 1;
  REG(SAADC + 0x5F0) = resolution;
  REG(SAADC + 0x62C) = (uint32_t)results;
  REG(SAADC + 0x630) = count;
  TASK(SAADC, 0x000);
  WAIT(SAADC, 0x100);
}
"""
TEN_US, FORTY_US = 2 << 16, 5 << 16
DIFFERENTIAL, BURST = 1 << 20, 1 << 24


def test_inputs_are_converted_by_gain_and_reference(tmp_path: Path) -> None:
    body = f"""
CHANNEL(0, 1, {TEN_US});
CHANNEL(3, 2, 5u << 8 | {TEN_US});
CHANNEL(7, 1, {TEN_US | DIFFERENTIAL});
REG(SAADC + 0x510 + 16 * 7 + 4) = 3;
start(3, 2);
TASK(SAADC, 0x004);
WAIT(SAADC, 0x104);
for (int i = 0; i < 3; ++i) report("result", (uint32_t)results[i]);
report("amount", REG(SAADC + 0x634));
"""
    elf = build(tmp_path, body, OUTSIDE)
    with mcusim.start(elf, board=BOARD, max_time_s=1.0) as simulation:
        saadc = cast(NrfSaadc, simulation.machine.devices["saadc"])
        for number, volts in enumerate((1.8, 0.15, 2.7)):
            saadc.set_input(number, volts)
        simulation.run_to_end()
        result = simulation.finish()
    assert result.outcome == "exited", result.reason
    found = reports(result)
    # PS, SAADC: (V(P) - V(N)) * gain / 0.6 V * 2^(12 - m), m = 1 when differential.
    by_formula = [1.8 / 6 / 0.6 * 4096, 0.15 / 0.6 * 4096, (1.8 - 2.7) / 6 / 0.6 * 2048]
    assert found["result"] == [round(value) & 0xFFFFFFFF for value in by_formula]
    assert found["amount"] == [3]


@pytest.mark.parametrize(
    ("config", "oversample", "expected_us"),
    [(TEN_US, 0, 12), (FORTY_US, 0, 42), (TEN_US | BURST, 3, 8 * 12)],
)
def test_a_result_takes_its_samples(
    config: int, oversample: int, expected_us: int, tmp_path: Path
) -> None:
    body = f"""
CHANNEL(0, 1, {config});
REG(SAADC + 0x5F4) = {oversample};
start(1, 1);
uint32_t began = cycles();
TASK(SAADC, 0x004);
WAIT(SAADC, 0x104);
report("cycles", cycles() - began);
report("result", (uint32_t)results[0]);
"""
    _, found = execute(tmp_path, body, OUTSIDE)
    assert found["cycles"][0] / CORE_HZ == pytest.approx(expected_us * 1e-6, abs=1e-6)
    assert found["result"] == [0]


def test_without_burst_each_sample_is_asked_for(tmp_path: Path) -> None:
    body = f"""
CHANNEL(0, 1, {TEN_US});
REG(SAADC + 0x5F4) = 1;
start(1, 1);
TASK(SAADC, 0x004);
WAIT(SAADC, 0x108);
report("ended", REG(SAADC + 0x104));
TASK(SAADC, 0x004);
WAIT(SAADC, 0x104);
report("ended", REG(SAADC + 0x104));
"""
    _, found = execute(tmp_path, body, OUTSIDE)
    assert found["ended"][0] == 0
    assert len(found["ended"]) == 2


def test_its_timer_samples_until_it_is_stopped(tmp_path: Path) -> None:
    body = f"""
CHANNEL(0, 1, {TEN_US});
REG(SAADC + 0x5F8) = 1u << 12 | 1600;
start(4, 1);
uint32_t began = cycles();
TASK(SAADC, 0x004);
WAIT(SAADC, 0x104);
report("cycles", cycles() - began);
TASK(SAADC, 0x008);
WAIT(SAADC, 0x114);
report("amount", REG(SAADC + 0x634));
"""
    _, found = execute(tmp_path, body, OUTSIDE)
    # Three periods of 100 us after the first sample, and the last conversion.
    assert found["cycles"][0] / CORE_HZ == pytest.approx(312e-6, abs=2e-6)
    assert found["amount"] == [4]


def test_calibration_ends(tmp_path: Path) -> None:
    body = """
REG(SAADC + 0x500) = 1;
TASK(SAADC, 0x00C);
WAIT(SAADC, 0x110);
report("status", REG(SAADC + 0x400));
"""
    result, found = execute(tmp_path, body, OUTSIDE)
    assert result.outcome == "exited"
    assert found["status"] == [0]
