"""PPI, GPIOTE, GPIO, EGU and RADIO by firmware."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from firmware_lab import BOARD, CORE_HZ, build, execute, reports

import mcusim

BLINK = """
REG(GPIOTE + 0x510) = 3 | 13u << 8 | 3u << 16;
REG(TIMER0 + 0x508) = 3;
REG(TIMER0 + 0x510) = 4;
REG(TIMER0 + 0x540) = 250;
REG(TIMER0 + 0x200) = 1;
REG(PPI + 0x510) = TIMER0 + 0x140;
REG(PPI + 0x514) = GPIOTE + 0x000;
REG(PPI + 0x504) = 1;
TASK(TIMER0, 0x000);
"""


def test_timer_toggles_a_pin_without_the_core(tmp_path: Path) -> None:
    elf = build(tmp_path, BLINK + 'for (;;) __asm volatile("wfi");')
    edges: list[tuple[float, bool]] = []
    with mcusim.start(elf, board=BOARD, max_time_s=0.01) as simulation:
        machine = simulation.machine
        machine.pin_listeners.append(
            lambda port, pin, level: edges.append((machine.seconds, level))
            if (port, pin) == ("P0", 13)
            else None
        )
        simulation.run_to_end()
    # 10 ms at 250 us, less the start.
    assert len(edges) in (39, 40)
    assert [level for _, level in edges[:4]] == [True, False, True, False]
    gaps = [b[0] - a[0] for a, b in pairwise(edges)]
    assert gaps == pytest.approx([250e-6] * len(gaps), abs=1e-9)


def test_pulse_of_gpiote_is_a_region(tmp_path: Path) -> None:
    elf = build(tmp_path, BLINK + 'for (;;) __asm volatile("wfi");')
    result = mcusim.run(elf, board=BOARD, roi_gpio=["P0.13"], max_time_s=0.01)
    region = next(r for r in result.regions if r.kind == "gpio")
    assert region.calls in (19, 20)
    assert region.cycles_mean == pytest.approx(250e-6 * CORE_HZ, rel=1e-4)


def test_input_edges_reach_event_port_and_latch(tmp_path: Path) -> None:
    body = """
REG(P0 + 0x700 + 4 * 11) = 3u << 2 | 3u << 16;
REG(GPIOTE + 0x510) = 1 | 11u << 8 | 2u << 16;
REG(GPIOTE + 0x304) = 1u | 1u << 31;
enable_irq(6);
report("idle", REG(P0 + 0x510));
while (count == 0) __asm volatile("wfi");
report("in", REG(P0 + 0x510));
report("latch", REG(P0 + 0x520));
"""
    outside = """
static volatile unsigned count;
void irq_handler(unsigned number) {
  report("event", REG(GPIOTE + 0x100));
  report("port", REG(GPIOTE + 0x17C));
  REG(GPIOTE + 0x100) = 0;
  REG(GPIOTE + 0x17C) = 0;
  count++;
}
"""
    with mcusim.start(build(tmp_path, body, outside), board=BOARD, max_time_s=1.0) as simulation:
        machine = simulation.machine
        press = machine.add_timer(lambda: machine.devices["p0"].set_input(11, False))
        machine.schedule(press, machine.cycle_in(5e-3))
        simulation.run_to_end()
        result = simulation.finish()
    found = reports(result)
    assert result.outcome == "exited", result.reason
    assert found["idle"] == [1 << 11]
    assert (found["event"], found["port"]) == ([1], [1])
    assert found["in"] == [0]
    assert found["latch"] == [1 << 11]
    assert result.time_s == pytest.approx(5e-3, rel=0.01)


def test_channel_group_fork_and_egu(tmp_path: Path) -> None:
    body = """
REG(PPI + 0x510) = EGU0 + 0x100;
REG(PPI + 0x514) = EGU0 + 0x004;
REG(PPI + 0x910) = EGU0 + 0x008;
REG(PPI + 0x800) = 1;
TASK(EGU0, 0x000);
report("off", REG(EGU0 + 0x104));
TASK(PPI, 0x000);
report("enabled", REG(PPI + 0x500));
TASK(EGU0, 0x000);
report("task", REG(EGU0 + 0x104));
report("fork", REG(EGU0 + 0x108));
TASK(PPI, 0x004);
report("disabled", REG(PPI + 0x500));
"""
    _, found = execute(tmp_path, body)
    assert [found[name] for name in ("off", "enabled", "task", "fork", "disabled")] == [
        [0], [1], [1], [1], [0],
    ]  # fmt: skip


def test_radio_sends_a_packet_in_its_air_time(tmp_path: Path) -> None:
    # Bluetooth LE, 1 Mbit/s: preamble 1, address 4, header 2, payload 20, CRC 3 bytes: 240 us.
    body = """
packet[1] = 20;
REG(RADIO + 0x510) = 3;
REG(RADIO + 0x514) = 8 | 1u << 8;
REG(RADIO + 0x518) = 255 | 3u << 16;
REG(RADIO + 0x534) = 3 | 1u << 8;
REG(RADIO + 0x504) = (uint32_t)packet;
REG(RADIO + 0x200) = 1 | 2;
uint32_t began = cycles();
TASK(RADIO, 0x000);
WAIT(RADIO, 0x100);
uint32_t ready = cycles();
uint32_t state = REG(RADIO + 0x550);
WAIT(RADIO, 0x10C);
report("sent", cycles() - ready);
report("ready", ready - began);
report("state", state);
WAIT(RADIO, 0x110);
report("end", REG(RADIO + 0x550));
"""
    elf = build(tmp_path, body, "static volatile uint8_t packet[32];")
    with mcusim.start(elf, board=BOARD, max_time_s=1.0) as simulation:
        simulation.run_to_end()
        states = simulation.machine.devices["radio"].state_seconds()
        found = reports(simulation.finish())
    assert found["ready"][0] / 64 == pytest.approx(140, abs=2)
    assert found["state"] == [11]
    assert found["sent"][0] / 64 == pytest.approx(240, abs=3)
    assert found["end"] == [0]
    assert states["tx"] == pytest.approx(240e-6, abs=1e-9)
    assert states["tx-ramp-up"] == pytest.approx(140e-6, abs=1e-9)


def test_a_circle_of_events_and_tasks_is_followed_once(tmp_path: Path) -> None:
    body = """REG(PPI + 0x510) = EGU0 + 0x100;
REG(PPI + 0x514) = EGU0;
REG(PPI + 0x504) = 1;
TASK(EGU0, 0);
report("fired", REG(EGU0 + 0x100));"""
    result, found = execute(tmp_path, body)
    assert found["fired"] == [1]
    assert any("egu0: the event at 0x40014100 leads" in warning for warning in result.warnings)
