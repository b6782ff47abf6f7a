"""Clocks, pins, timer, watchdog, UART and DMA of the RP2040 by firmware."""

from __future__ import annotations

from pathlib import Path

import pytest
from pico_lab import BOARD, build, execute, words

import mcusim

CLOCKED = "clock_to_125_mhz();\ntick_each_microsecond();\n"


def test_aliases_set_clear_and_flip_bits_and_narrow_writes_fill_the_word(tmp_path: Path) -> None:
    body = """
R32(WATCHDOG + 0x0C) = 0x0F0F0F0F;
SET(WATCHDOG + 0x0C) = 0xF0000000;
results[0] = R32(WATCHDOG + 0x0C);
CLEAR(WATCHDOG + 0x0C) = 0x0000000F;
results[1] = R32(WATCHDOG + 0x0C);
FLIP(WATCHDOG + 0x0C) = 0xFFFFFFFF;
results[2] = R32(WATCHDOG + 0x0C);
R8(WATCHDOG + 0x0D) = 0xA5;
results[3] = R32(WATCHDOG + 0x0C);
results[4] = R16(WATCHDOG + 0x0E);
"""
    _, found = execute(tmp_path, body)
    assert found[:5] == [0xFF0F0F0F, 0xFF0F0F00, 0x00F0F0FF, 0xA5A5A5A5, 0xA5A5]


def test_clocks_start_at_the_ring_oscillator_and_follow_the_firmware(tmp_path: Path) -> None:
    measure = """
static uint32_t kilohertz(uint32_t source) {
  R32(CLOCKS + 0x80) = 12000;
  R32(CLOCKS + 0x94) = source;
  while (!(R32(CLOCKS + 0x98) & 1u << 4)) continue;
  return R32(CLOCKS + 0x9C) >> 5;
}
"""
    body = """
results[0] = kilohertz(9);
clock_to_125_mhz();
results[1] = kilohertz(9);
results[2] = kilohertz(8);
results[3] = kilohertz(1);
R32(CLOCKS + 0x40) = 2 << 8 | 0x80;
results[4] = kilohertz(9);
results[5] = R32(CLOCKS + 0x44);
"""
    elf = build(tmp_path, body, measure)
    with mcusim.start(elf, board=BOARD) as simulation:
        simulation.run_to_end()
        assert words(simulation)[:6] == [6500, 125_000, 12_000, 125_000, 50_000, 2]
        assert simulation.machine.clock.hz == 50e6


def test_a_block_in_reset_ignores_writes_and_forgets(tmp_path: Path) -> None:
    body = """
R32(UART0 + 0x24) = 5;
results[0] = R32(UART0 + 0x24);
release(1u << 22);
R32(UART0 + 0x24) = 7;
results[1] = R32(UART0 + 0x24);
SET(RESETS) = 1u << 22;
release(1u << 22);
results[2] = R32(UART0 + 0x24);
"""
    result, found = execute(tmp_path, body)
    assert found[:3] == [0, 7, 0]
    assert len(result.warnings) == 1
    assert "uart0 is written while RESETS.RESET holds it" in result.warnings[0]


def test_alarm_goes_off_in_its_microsecond(tmp_path: Path) -> None:
    ring = """
static void on_alarm(void) {
  results[1] = R32(TIMER + 0x28);
  R32(TIMER + 0x34) = 2;
  results[0]++;
}
"""
    body = """
handler = on_alarm;
ENABLE_INTERRUPT(1);
R32(TIMER + 0x38) = 2;
results[2] = R32(TIMER + 0x28) + 1000;
R32(TIMER + 0x14) = results[2];
results[3] = R32(TIMER + 0x20);
while (!results[0]) wfi();
results[4] = R32(TIMER + 0x20);
"""
    result, found = execute(tmp_path, CLOCKED + body, ring)
    assert found[0] == 1
    # The handler is not in the cache yet.
    assert 0 <= found[1] - found[2] <= 5
    assert found[3:5] == [2, 0]
    assert result.warnings == []


def test_timer_halves_belong_together(tmp_path: Path) -> None:
    body = """
R32(TIMER + 0x00) = 5;
R32(TIMER + 0x04) = 0xFFFFFFFE;
results[0] = R32(TIMER + 0x0C);
for (volatile int i = 0; i < 200; ++i) continue;
results[1] = R32(TIMER + 0x08);
results[2] = R32(TIMER + 0x24);
"""
    _, found = execute(tmp_path, CLOCKED + body)
    assert found[0] >= 0xFFFFFFFE
    assert found[1:3] == [5, 6]


def test_watchdog_bites_after_half_the_count_that_was_loaded(tmp_path: Path) -> None:
    # Each tick takes two (erratum RP2040-E1).
    before, _ = execute(tmp_path, CLOCKED)
    body = CLOCKED + "R32(WATCHDOG + 4) = 20000;\nR32(WATCHDOG) = 1u << 30;\nfor (;;) continue;"
    result, _ = execute(tmp_path, body)
    assert result.outcome == "fault"
    assert result.fault is not None
    assert "within 10000 of its ticks" in result.fault.message
    assert [row.cause for row in result.resets] == ["watchdog"]
    assert result.resets[0].time_s - before.time_s == pytest.approx(10e-3, abs=5e-6)


def test_pins_edges_interrupts_and_what_is_outside(tmp_path: Path) -> None:
    edges = """
static void on_edge(void) {
  results[0]++;
  results[1] = R32(IO_BANK0 + 0xF0);
  R32(IO_BANK0 + 0xF0) = 0xF0;
}
"""
    body = """
handler = on_edge;
release(1u << 5 | 1u << 8);
R32(IO_BANK0 + 4) = 5;
R32(IO_BANK0 + 12) = 5;
R32(SIO + 0x24) = 1;
R32(SIO + 0x14) = 1;
results[2] = R32(SIO + 0x04) & 3;
R32(PADS_BANK0 + 8) = 0x4A;
results[3] = R32(SIO + 0x04) & 3;
ENABLE_INTERRUPT(13);
R32(IO_BANK0 + 0x100) = 4 << 4;
while (!results[0]) wfi();
R32(IO_BANK0 + 4) = 5 | 1 << 8;
results[4] = R32(SIO + 0x04) & 3;
"""
    elf = build(tmp_path, body, edges)
    seen: list[tuple[str, int, bool]] = []
    with mcusim.start(elf, board=BOARD, max_time_s=1.0) as simulation:
        simulation.machine.pin_listeners.append(lambda *edge: seen.append(edge))
        simulation.run(20e-3)
        simulation.machine.devices["io-bank0"].set_input(1, False)  # type: ignore[attr-defined]
        simulation.run_to_end()
        found = words(simulation)
        result = simulation.finish()
    assert result.outcome == "exited"
    # Pin 0 is driven, and pin 1 pulled up, then low from outside; last, pin 0's output is inverted.
    assert found[0] == 1
    assert found[1] >> 4 & 0xF == 0xD
    assert found[2:5] == [1, 3, 0]
    assert seen == [("P0", 0, True), ("P0", 1, True), ("P0", 1, False), ("P0", 0, False)]


def test_uart_sends_at_its_baud_rate_and_receives(tmp_path: Path) -> None:
    body = """
release(1u << 22);
R32(UART0 + 0x24) = 67;
R32(UART0 + 0x28) = 52;
R32(UART0 + 0x2C) = 3u << 5 | 1u << 4;
R32(UART0 + 0x30) = 1 | 1u << 8 | 1u << 9;
for (int i = 0; i < 20; ++i) R32(UART0) = 'a' + i;
results[0] = R32(UART0 + 0x18);
while (R32(UART0 + 0x18) & 1u << 3) continue;
while (R32(UART0 + 0x18) & 1u << 4) continue;
results[1] = R32(UART0);
"""
    elf = build(tmp_path, CLOCKED + body)
    with mcusim.start(elf, board=BOARD, max_time_s=1.0) as simulation:
        port = simulation.uart("uart0")
        port.expect(b"a")
        begun_s = simulation.seconds
        port.expect(b"t")
        assert simulation.seconds - begun_s == pytest.approx(19 * 10 / 115200, rel=0.001)
        port.write(b"Z")
        simulation.run_to_end()
        assert words(simulation)[0] & 0xF8 == 0x18
        assert words(simulation)[1] == ord("Z")
        assert simulation.finish().warnings == []


def test_dma_copies_chains_and_sums(tmp_path: Path) -> None:
    data = "static uint32_t source[16], target[16];\n"
    body = """
release(1u << 2);
for (int i = 0; i < 16; ++i) source[i] = i * 0x01010101;
R32(DMA + 0x434) = 0xF << 5 | 1 << 1 | 1;
R32(DMA + 0x40) = (uint32_t)&source[8];
R32(DMA + 0x44) = (uint32_t)&target[8];
R32(DMA + 0x48) = 8;
R32(DMA + 0x50) = 1 | 2 << 2 | 1 << 4 | 1 << 5 | 1 << 11 | 63u << 15 | 1 << 23;
R32(DMA + 0x00) = (uint32_t)source;
R32(DMA + 0x04) = (uint32_t)target;
R32(DMA + 0x08) = 8;
R32(DMA + 0x0C) = 1 | 2 << 2 | 1 << 4 | 1 << 5 | 1 << 11 | 63u << 15;
while ((R32(DMA + 0x400) & 3) != 3) continue;
uint32_t same = 0;
for (int i = 0; i < 16; ++i) same += target[i] == source[i];
results[0] = same;
results[1] = R32(DMA + 0x438);
results[2] = R32(DMA + 0x0C) >> 24 & 1;
R32(DMA + 0x40C) = 3;
results[3] = R32(DMA + 0x400);
"""
    _, found = execute(tmp_path, body, data)
    total = sum(i * 0x01010101 for i in range(8, 16))
    assert found[:4] == [16, total & 0xFFFFFFFF, 0, 0]


def test_dma_is_paced_by_the_uart_and_by_its_timers(tmp_path: Path) -> None:
    text = 'static const char text[] = "paced by the UART, one byte after another: 0123456789.";\n'
    body = """
release(1u << 2 | 1u << 22);
R32(UART0 + 0x24) = 67;
R32(UART0 + 0x28) = 52;
R32(UART0 + 0x2C) = 3u << 5 | 1u << 4;
R32(UART0 + 0x30) = 1 | 1u << 8;
R32(UART0 + 0x48) = 2;
R32(DMA + 0x00) = (uint32_t)text;
R32(DMA + 0x04) = UART0;
R32(DMA + 0x08) = sizeof text - 1;
R32(DMA + 0x0C) = 1 | 1 << 4 | 20u << 15;
while (R32(DMA + 0x0C) >> 24 & 1) continue;
while (R32(UART0 + 0x18) & 1u << 3) continue;
R32(DMA + 0x420) = 1 << 16 | 12500;
R32(DMA + 0x48) = 10;
R32(DMA + 0x40) = (uint32_t)text;
R32(DMA + 0x44) = (uint32_t)&results[4];
uint32_t begun = R32(TIMER + 0x28);
R32(DMA + 0x4C) = 1 | 1 << 11 | 59u << 15;
while (R32(DMA + 0x4C) >> 24 & 1) continue;
results[0] = R32(TIMER + 0x28) - begun;
"""
    elf = build(tmp_path, CLOCKED + body, text)
    with mcusim.start(elf, board=BOARD, max_time_s=1.0) as simulation:
        port = simulation.uart("uart0")
        assert port.expect(b"0123456789.")
        simulation.run_to_end()
        # Ten transfers, each 12500 cycles of 125 MHz after the one before; the code around them
        # comes from flash for the first time.
        assert words(simulation)[0] == pytest.approx(900, abs=3)


def test_dormant_state_lasts(tmp_path: Path) -> None:
    result, _ = execute(tmp_path, "clock_to_125_mhz();\nR32(XOSC + 8) = 0x636F6D61;")
    assert result.outcome == "exited"
    assert "dormant" in result.reason
    assert "an edge on a pin" in result.reason


@pytest.mark.parametrize(("write", "wait_cycles"), [(False, 2), (True, 3)])
def test_the_apb_bridge_takes_its_time(tmp_path: Path, write: bool, wait_cycles: int) -> None:
    # Sixteen accesses one after the other: to a peripheral behind the bridge, and to the DMA's
    # registers, which are not; once before, so that the code is in the cache.
    access = "str r2, [r3]" if write else "ldr r2, [r3]"
    code = f"""
__attribute__((noinline)) static uint32_t cycles(uint32_t address) {{
  register uint32_t place __asm("r3") = address;
  uint32_t begun = R32(0xE000E018);
  __asm volatile(".rept 16\\n{access}\\n.endr" : : "r"(place) : "r2", "memory");
  return (begun - R32(0xE000E018)) & 0xFFFFFF;
}}
"""
    body = """
release(1u << 2 | 1u << 21);
R32(0xE000E014) = 0xFFFFFF;
R32(0xE000E010) = 5;
for (int i = 0; i < 2; ++i) {
  results[0] = cycles(TIMER + 0x10);
  results[1] = cycles(DMA + 0x438);
}
"""
    _, found = execute(tmp_path, body, code)
    assert found[0] - found[1] == 16 * wait_cycles
