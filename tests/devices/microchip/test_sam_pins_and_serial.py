"""PORT, EIC and SERCOM of the SAM D21 by firmware."""

from __future__ import annotations

from pathlib import Path

import pytest
from sam_lab import BOARD, SETUP_S, build, execute, words

import mcusim

NO_WAIT_STATES = "R32(NVMCTRL + 4) = 1u << 7;\n"

SERCOM5_ON = """
clock_to_48_mhz();
R32(PM + 0x20) |= 1u << 7;
CLKCTRL(0x19, 0);
R32(SERCOM5) = 1u << 30 | 1u << 2;
R16(SERCOM5 + 0x0C) = 63019; /* 115200 baud */
R32(SERCOM5 + 4) = 3u << 16;
R32(SERCOM5) |= 2;
"""


def test_both_addresses_of_port_lead_to_the_same_pins(tmp_path: Path) -> None:
    body = """
R32(IOBUS + 0x08) = 1u << 17;
R32(PORT + 0x18) = 1u << 17;
R32(IOBUS + 0x9C) = 1u << 3;
R32(PORT + 0x88) = 1u << 3;
results[0] = R32(IOBUS + 0x10);
results[1] = R32(PORT + 0x80);
R8(PORT + 0x40 + 17) = 2;
results[2] = R32(IOBUS + 0x20) >> 17 & 1;
"""
    edges: list[tuple[str, int, bool]] = []
    with mcusim.start(build(tmp_path, body), board=BOARD) as simulation:
        simulation.machine.pin_listeners.append(lambda *edge: edges.append(edge))
        simulation.run_to_end()
        assert words(simulation)[:3] == [1 << 17, 1 << 3, 1]
    assert edges == [("PA", 17, True), ("PB", 3, True)]


def test_store_to_the_io_port_takes_one_cycle(tmp_path: Path) -> None:
    cycles = []
    for base in ("PORT", "IOBUS"):
        stores = "for (int i = 0; i < 10; ++i) {\n" + f"R32({base} + 0x1C) = 1;\n" * 10 + "}"
        cycles.append(execute(tmp_path, NO_WAIT_STATES + stores)[0].cycles)
    assert cycles[0] - cycles[1] == 100


def test_several_pins_at_once_and_pulls(tmp_path: Path) -> None:
    body = """
R32(PORT + 0x28) = 1u << 31 | 1u << 30 | 1u << 28 | 3u << 24 | 7u << 16 | 3u << 6;
results[0] = R8(PORT + 0x40 + 22);
results[1] = R8(PORT + 0x30 + 11);
R8(PORT + 0x40 + 2) = 6;
R32(PORT + 0x18) = 1u << 2;
results[2] = R32(PORT + 0x20);
R32(PORT + 0x14) = 1u << 2;
results[3] = R32(PORT + 0x20);
"""
    _, found = execute(tmp_path, body)
    assert found[:4] == [7, 0x33, 1 << 2, 0]


def test_edge_on_a_pin_wakes_from_standby(tmp_path: Path) -> None:
    body = """
CLKCTRL(5, 0);
handler = on_pin;
ENABLE_INTERRUPT(4);
R8(PORT + 0x40 + 15) = 3;
R32(EIC + 0x1C) = 2u << 28; /* EXTINT15: falling edge */
R32(EIC + 0x0C) = 1u << 15;
R8(EIC) = 2;
SCB_SCR = 4;
wfi();
"""
    outside = "static void on_pin(void) { results[0] = R32(EIC + 0x10); R32(EIC + 0x10) = ~0u; }"
    with mcusim.start(build(tmp_path, body, outside), board=BOARD) as simulation:
        port = simulation.machine.devices["port"]
        port.set_input(15, True)  # type: ignore[attr-defined]
        simulation.advance(0.01)
        assert words(simulation)[0] == 0
        port.set_input(15, False)  # type: ignore[attr-defined]
        simulation.run_to_end()
        assert words(simulation)[0] == 1 << 15
        assert simulation.finish().outcome == "exited"


def test_frames_take_their_time(tmp_path: Path) -> None:
    body = """
for (int i = 0; i < 20; ++i) {
  while ((R8(SERCOM5 + 0x18) & 1) == 0) continue;
  R16(SERCOM5 + 0x28) = 'a' + i;
}
while ((R8(SERCOM5 + 0x18) & 2) == 0) continue;
"""
    result, _ = execute(tmp_path, SERCOM5_ON + body)
    assert result.output == "abcdefghijklmnopqrst"
    assert result.time_s - SETUP_S == pytest.approx(20 * 10 / 115200, rel=0.01)
    assert result.warnings == []


def test_received_bytes_interrupt(tmp_path: Path) -> None:
    body = """
handler = on_byte;
ENABLE_INTERRUPT(14);
R8(SERCOM5 + 0x16) = 1u << 2;
while (results[0] < 5) wfi();
while ((R8(SERCOM5 + 0x18) & 2) == 0) continue;
"""
    outside = """
static void on_byte(void) {
  results[0]++;
  R16(SERCOM5 + 0x28) = R16(SERCOM5 + 0x28) ^ 0x20;
}
"""
    elf = build(tmp_path, SERCOM5_ON + body, outside)
    with mcusim.start(elf, board=BOARD) as simulation:
        port = simulation.uart("sercom5")
        port.write(b"hello")
        simulation.run_to_end()
        assert port.read() == b"HELLO"


def test_bytes_that_nobody_takes_overflow(tmp_path: Path) -> None:
    body = "for (volatile int i = 0; i < 20000; ++i) continue;\nresults[0] = R16(SERCOM5 + 0x1A);"
    with mcusim.start(build(tmp_path, SERCOM5_ON + body), board=BOARD) as simulation:
        simulation.uart("sercom5").write(b"abc")
        simulation.run_to_end()
        assert words(simulation)[0] == 4


def test_serial_port_without_its_bus_clock_is_told(tmp_path: Path) -> None:
    result, _ = execute(tmp_path, "R32(SERCOM5) = 2;")
    assert len(result.warnings) == 1
    assert "sercom5 accessed" in result.warnings[0]
    assert "PM.APBCMASK.SERCOM5 = 0" in result.warnings[0]


SERCOM4 = "0x42001800u"
SERCOM4_CLOCKED = "clock_to_48_mhz();\nR32(PM + 0x20) |= 1u << 6;\nCLKCTRL(0x18, 0);\n"


def test_spi_frames_take_their_time_and_come_back_as_ones(tmp_path: Path) -> None:
    body = f"""
{SERCOM4_CLOCKED}
R32({SERCOM4}) = 3u << 2; /* SPI master */
R32({SERCOM4} + 4) = 1u << 17;
R8({SERCOM4} + 0x0C) = 23; /* 48 MHz / (2 * 24) = 1 MHz */
R32({SERCOM4}) |= 2;
for (int i = 0; i < 100; ++i) {{
  R32({SERCOM4} + 0x28) = i;
  while ((R8({SERCOM4} + 0x18) & 4) == 0) continue;
  results[0] += R32({SERCOM4} + 0x28);
}}
results[1] = R8({SERCOM4} + 0x18);
"""
    result, found = execute(tmp_path, body)
    assert found[:2] == [100 * 0xFF, 3]
    assert result.time_s - SETUP_S == pytest.approx(100 * 8e-6, rel=0.1)
    assert result.warnings == []


def test_i2c_address_without_a_device_is_not_acknowledged(tmp_path: Path) -> None:
    body = f"""
{SERCOM4_CLOCKED}
handler = on_bus;
ENABLE_INTERRUPT(13);
R32({SERCOM4}) = 5u << 2; /* I2C master */
R32({SERCOM4} + 0x0C) = 235; /* 48 MHz / (10 + 2 * 235) = 100 kHz */
R32({SERCOM4}) |= 2;
R8({SERCOM4} + 0x16) = 1;
R32({SERCOM4} + 0x24) = 0x50 << 1;
while (results[0] == 0) continue;
results[1] = R16({SERCOM4} + 0x1A);
R16({SERCOM4} + 0x1A) = 1 << 4;
results[0] = 0;
R32({SERCOM4} + 0x24) = 0x50 << 1;
wfi();
R32({SERCOM4} + 4) |= 3u << 16; /* STOP */
results[2] = R16({SERCOM4} + 0x1A) & 0x30;
"""
    outside = f"""
static void on_bus(void) {{
  results[0] = R8({SERCOM4} + 0x18);
  results[3] = R16({SERCOM4} + 0x1A);
  R8({SERCOM4} + 0x18) = 0x81;
}}
"""
    result, found = execute(tmp_path, body, outside)
    # Not before the bus is said to be idle: a bus error. Then: owner, and no acknowledge.
    assert found[:4] == [1, 1, 0x10, 0xA4]
    assert result.time_s - SETUP_S == pytest.approx(10 * 10e-6, rel=0.25)
    assert result.warnings == ["sercom4: nothing answers at I2C address 0x50"]
