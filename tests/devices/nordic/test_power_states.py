"""System OFF, resets and the radio's energy on the whole machine, by the Product Specification."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware_lab import BOARD, build, execute, reports

import mcusim
from mcusim.report.text import render

SEND = """
REG(RADIO + 0x510) = 3;                       /* Ble_1Mbit */
REG(RADIO + 0x514) = 8 | 1u << 8;             /* S0, LENGTH */
REG(RADIO + 0x518) = 37 | 3u << 16;
REG(RADIO + 0x534) = 3;
packet[1] = 19;
REG(RADIO + 0x504) = (uint32_t)packet;
REG(RADIO + 0x50C) = {power};
REG(RADIO + 0x200) = 3;                       /* READY_START, END_DISABLE */
TASK(RADIO, 0x000);
WAIT(RADIO, 0x110);
"""
PACKET = "static volatile uint8_t packet[40];"
# 140 us of ramp-up; preamble, address, S0, LENGTH, payload and CRC at 1 Mbit/s.
SENDING_S = (140 + 8 * (1 + 4 + 1 + 1 + 19 + 3)) * 1e-6


def test_sending_costs_time_times_current(tmp_path: Path) -> None:
    result, _ = execute(tmp_path, SEND.format(power=0), PACKET)
    (row,) = result.energy.device_states
    assert (row.device, row.state, row.regulator) == ("radio", "tx 0 dBm", "dcdc")
    assert row.time_s == pytest.approx(SENDING_S, abs=1e-8)
    assert row.energy_j == pytest.approx(SENDING_S * 3.0 * 4.8e-3, rel=1e-4)
    assert result.energy.breakdown_j["radio"] == row.energy_j
    assert sum(result.energy.breakdown_j.values()) == pytest.approx(result.energy.energy_j)
    assert any("radio, tx 0 dBm: 4.80 mA" in line for line in result.energy.basis)
    trace = result.trace
    spent = sum(
        watts * (end - begin)
        for watts, begin, end in zip(trace.power_w, trace.time_s, trace.time_s[1:], strict=False)
    )
    assert spent == pytest.approx(result.energy.energy_j, rel=0.02)
    assert "radio" in render(result)


def test_the_power_and_the_regulator_choose_the_current(tmp_path: Path) -> None:
    result, _ = execute(tmp_path, "REG(POWER + 0x578) = 0;\n" + SEND.format(power=8), PACKET)
    (row,) = result.energy.device_states
    assert (row.state, row.regulator, row.current_a) == ("tx +8 dBm", "ldo", 28.0e-3)


def test_a_state_without_a_current_is_said(tmp_path: Path) -> None:
    result, _ = execute(tmp_path, SEND.format(power=0xEC), PACKET)
    assert result.energy.device_states == []
    assert any("'tx -20 dBm'" in warning for warning in result.warnings)


def test_a_region_has_its_share_of_the_radio(tmp_path: Path) -> None:
    outside = PACKET + "\n__attribute__((noinline)) static void send(void) {"
    outside += SEND.format(power=0) + "}"
    elf = build(tmp_path, "for (int i = 0; i < 3; i++) send();", outside)
    result = mcusim.run(elf, board=BOARD, roi=["send"])
    (region,) = result.regions
    assert region.calls == 3
    assert region.energy_total_j > 3 * SENDING_S * 3.0 * 4.8e-3
    assert region.energy_total_j <= result.energy.energy_j


KEPT = "REG(0x2003F000)"
OFF = f"""
report("reason", REG(POWER + 0x400));
report("kept", {KEPT});
report("gp", REG(POWER + 0x51C));
if (!(REG(POWER + 0x400) & 1u << 16)) {{
  {KEPT} = 0x600D;
  REG(POWER + 0x51C) = 0x5A;
  FIRST
  REG(P0 + 0x700 + 4 * 11) = 3u << 2 | 3u << 16; /* pull-up, SENSE low */
  REG(POWER + 0x500) = 1;
  for (;;) __asm volatile("wfe");
}}
"""


@pytest.mark.parametrize(
    ("retain", "kept", "state"),
    [("", 0, "system-off"), ("REG(POWER + 0x984) = 1u << 21;", 0x600D, "system-off-retained")],
)
def test_a_button_wakes_from_system_off(retain: str, kept: int, state: str, tmp_path: Path) -> None:
    elf = build(tmp_path, OFF.replace("FIRST", retain))
    with mcusim.start(elf, board=BOARD) as simulation:
        assert simulation.run(0.5)
        assert simulation.machine.engine.asleep > 0.49 * 64e6
        simulation.machine.devices["p0"].set_input(11, False)  # type: ignore[attr-defined]
        simulation.run_to_end()
        result = simulation.finish()
    found = reports(result)
    assert result.outcome == "exited"
    assert found["reason"] == [0, 1 << 16]
    assert found["kept"][1] == kept
    assert found["gp"][1] == 0x5A
    assert [row.cause for row in result.resets] == ["wake-up"]
    assert any(f"Asleep in {state}:" in line for line in result.energy.basis)


RESET = f"""
report("reason", REG(POWER + 0x400));
report("running", REG(WDT + 0x400));
REG(WDT + 0x600) = 0x6E524635;
REG(POWER + 0x400) = REG(POWER + 0x400);
report("cleared", REG(POWER + 0x400));
if (++{KEPT} < 3) {{
  REG(WDT + 0x504) = 32767;
  TASK(WDT, 0x000);
  REG(0xE000ED0C) = 0x05FA0004;
  for (;;) {{}}
}}
"""


def test_a_soft_reset_leaves_the_watchdog_running(tmp_path: Path) -> None:
    result, found = execute(tmp_path, RESET)
    assert found["reason"] == [0, 4, 4], "SREQ"
    assert found["cleared"] == [0, 0, 0]
    assert found["running"] == [0, 1, 1]
    assert [row.cause for row in result.resets] == ["software"] * 2


def test_a_watchdog_reset_is_told_to_the_firmware(tmp_path: Path) -> None:
    body = """report("reason", REG(POWER + 0x400));
if (REG(POWER + 0x400) & 2) { report("running", REG(WDT + 0x400)); return 0; }
REG(WDT + 0x504) = 327;
TASK(WDT, 0x000);
for (;;) {}"""
    elf = build(tmp_path, body)
    result = mcusim.run(elf, board=BOARD, on_reset="restart")
    assert reports(result) == {"reason": [0, 2], "running": [0]}
    (row,) = result.resets
    assert (row.cause, row.function) == ("watchdog", "main")
    assert row.time_s == pytest.approx(330 / 32768, rel=0.01)


def test_systick_stands_still_in_sleep(tmp_path: Path) -> None:
    body = """REG(0xE000E014) = 63999;
REG(0xE000E018) = 0;
REG(0xE000E010) = 7;
for (;;) __asm volatile("wfi");"""
    result, _ = execute(tmp_path, body)
    assert result.outcome == "exited"
    assert "nothing is left to wake it" in result.reason
    assert result.time_s < 0.001


LOCK_UP = """report("reason", REG(POWER + 0x400));
if (REG(POWER + 0x400) & 8) return 0;
for (uint32_t i = 0; i < 64; i++) table[i] = REG(4 * i + zero);
table[3] = (uint32_t)hard_fault;
REG(0xE000ED08) = (uint32_t)table;
(void)REG(0x30000000u);"""
FAULTS_AGAIN = """static volatile uint32_t zero, table[64] __attribute__((aligned(256)));
static void hard_fault(void) { (void)REG(0x30000004u); }"""


def test_a_lock_up_is_a_fault(tmp_path: Path) -> None:
    result, _ = execute(tmp_path, LOCK_UP, FAULTS_AGAIN)
    assert result.outcome == "fault"
    assert result.fault is not None
    assert (result.fault.kind, result.fault.function) == ("BusFault: PRECISERR", "main")
    assert [(row.cause, row.function) for row in result.resets] == [("lock-up", "hard_fault")]


def test_a_lock_up_resets_the_chip(tmp_path: Path) -> None:
    elf = build(tmp_path, LOCK_UP, FAULTS_AGAIN)
    result = mcusim.run(elf, board=BOARD, on_reset="restart")
    assert result.outcome == "exited"
    assert reports(result)["reason"] == [0, 8]
