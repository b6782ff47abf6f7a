"""UART, UARTE, NVMC, RNG and TEMP by firmware."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware_lab import BOARD, CORE_HZ, build, execute, reports

import mcusim

BAUDRATES = {0x01D60000: 115108, 0x00275000: 9598, 0x10000000: 1_000_000, 0x0F000000: 941176}
"""Register values and the rates that Nordic's nrf52840_bitfields.h gives for them."""

TEXT = r'static char text[] = "012345678\n";'


@pytest.mark.parametrize("setting", BAUDRATES)
def test_uarte_sends_ten_bits_a_byte(setting: int, tmp_path: Path) -> None:
    body = f"""
REG(UART0 + 0x500) = 8;
REG(UART0 + 0x524) = 0x{setting:x};
REG(UART0 + 0x544) = (uint32_t)text;
REG(UART0 + 0x548) = 10;
uint32_t began = cycles();
TASK(UART0, 0x008);
uint32_t started = REG(UART0 + 0x150);
WAIT(UART0, 0x120);
began = cycles() - began;
report("started", started);
report("cycles", began);
report("amount", REG(UART0 + 0x54C));
TASK(UART0, 0x00C);
WAIT(UART0, 0x158);
"""
    result, found = execute(tmp_path, body, TEXT)
    assert "012345678\n" in result.output
    assert found["started"] == [1]
    assert found["amount"] == [10]
    assert found["cycles"][0] / CORE_HZ == pytest.approx(
        100 / BAUDRATES[setting], rel=1e-3, abs=1e-6
    )


def test_uarte_receives_by_dma_and_stops(tmp_path: Path) -> None:
    body = """
REG(UART0 + 0x500) = 8;
REG(UART0 + 0x524) = 0x01D60000;
REG(UART0 + 0x534) = (uint32_t)buffer;
REG(UART0 + 0x538) = 4;
REG(UART0 + 0x200) = 1u << 5;
TASK(UART0, 0x000);
WAIT(UART0, 0x110);
report("first", *(volatile uint32_t *)buffer);
WAIT(UART0, 0x108);
WAIT(UART0, 0x108);
REG(UART0 + 0x200) = 0;
TASK(UART0, 0x004);
WAIT(UART0, 0x144);
report("ended", REG(UART0 + 0x110));
report("amount", REG(UART0 + 0x53C));
"""
    elf = build(tmp_path, body, "static char buffer[4] __attribute__((aligned(4)));")
    with mcusim.start(elf, board=BOARD, max_time_s=1.0) as simulation:
        simulation.uart("uart0").write(b"abcdef")
        simulation.run_to_end()
        result = simulation.finish()
    found = reports(result)
    assert result.outcome == "exited", result.reason
    assert found["first"] == [int.from_bytes(b"abcd", "little")]
    assert found["amount"] in ([1], [2])


def test_uart_echoes_by_interrupt(tmp_path: Path) -> None:
    outside = """
static volatile unsigned count;
void irq_handler(unsigned number) {
  if (REG(UART0 + 0x108)) {
    REG(UART0 + 0x108) = 0;
    REG(UART0 + 0x51C) = REG(UART0 + 0x518) + 1;
    count++;
  }
}
"""
    body = """
REG(UART0 + 0x500) = 4;
REG(UART0 + 0x524) = 0x01D60000;
REG(UART0 + 0x304) = 1u << 2;
enable_irq(2);
TASK(UART0, 0x008);
TASK(UART0, 0x000);
while (count < 5) __asm volatile("wfi");
REG(UART0 + 0x11C) = 0;
while (REG(UART0 + 0x11C) == 0) {}
"""
    elf = build(tmp_path, body, outside)
    with mcusim.start(elf, board=BOARD, max_time_s=1.0) as simulation:
        port = simulation.uart("uart0")
        port.write(b"HAL9.")
        port.expect(b"IBM:/")
        result = simulation.finish()
    # Bytes that found no receiver wait for a millisecond.
    assert result.time_s == pytest.approx(1e-3 + 60 / 115108, rel=0.1)


def test_flash_is_written_and_erased(tmp_path: Path) -> None:
    body = """
volatile uint32_t *page = (volatile uint32_t *)0x000F0000;
report("erased", page[0]);
REG(NVMC + 0x504) = 1;
uint32_t began = cycles();
page[0] = 0x12345678;
while (!REG(NVMC + 0x400)) {}
report("write", cycles() - began);
page[0] = 0xFFFF0000;
while (!REG(NVMC + 0x400)) {}
REG(NVMC + 0x504) = 0;
report("anded", page[0]);
REG(NVMC + 0x504) = 2;
began = cycles();
REG(NVMC + 0x508) = 0x000F0000;
while (!REG(NVMC + 0x400)) {}
report("erase", cycles() - began);
REG(NVMC + 0x504) = 0;
report("again", page[0]);
"""
    result, found = execute(tmp_path, body)
    assert result.exit_code == 0, result.reason
    assert found["erased"] == [0xFFFFFFFF]
    assert found["anded"] == [0x12340000]
    assert found["again"] == [0xFFFFFFFF]
    assert found["write"][0] / CORE_HZ == pytest.approx(41e-6, abs=2e-6)
    assert found["erase"][0] / CORE_HZ == pytest.approx(85e-3, abs=2e-6)


def test_flash_is_read_only_without_wen(tmp_path: Path) -> None:
    body = "REG(NVMC + 0x504) = 1;\nREG(NVMC + 0x504) = 0;\n*(volatile uint32_t *)0xF0000 = 1;"
    result, _ = execute(tmp_path, body)
    assert result.outcome == "fault"


def test_random_bytes_and_temperature(tmp_path: Path) -> None:
    body = """
uint32_t began = cycles();
TASK(RNG, 0x000);
for (int i = 0; i < 8; i++) {
  WAIT(RNG, 0x100);
  report("byte", REG(RNG + 0x508));
}
TASK(RNG, 0x004);
began = cycles();
TASK(TEMP, 0x000);
WAIT(TEMP, 0x100);
began = cycles() - began;
report("temp", REG(TEMP + 0x508));
report("cycles", began);
"""
    first, second = execute(tmp_path, body)[1], execute(tmp_path, body)[1]
    assert first == second
    assert len(set(first["byte"])) > 4
    assert first["temp"] == [100]
    assert first["cycles"][0] / 64 == pytest.approx(36, abs=2)


READ_SENSOR = """
REG(0x40003500) = 6;
REG(0x40003524) = 0x06400000;
REG(0x40003588) = 0x53;
buffer[0] = 0x0F;
REG(0x40003544) = (uint32_t)buffer;
REG(0x40003548) = 1;
REG(0x40003534) = (uint32_t)buffer;
REG(0x40003538) = 2;
REG(0x40003200) = 1u << 7 | 1u << 12;
uint32_t began = cycles();
TASK(0x40003000, 0x008);
while (!REG(0x40003104) && !REG(0x40003124)) {}
began = cycles() - began;
report("cycles", began);
report("error", REG(0x400034C4));
report("read", buffer[0] | buffer[1] << 8);
"""
BUFFER = "static volatile uint8_t buffer[2];"


def test_a_sensor_answers_over_i2c(tmp_path: Path) -> None:
    written: list[bytes] = []

    def sensor(data: bytes, wanted: int) -> bytes:
        written.append(data)
        return b"\xca\xfe"[:wanted]

    elf = build(tmp_path, READ_SENSOR, BUFFER)
    with mcusim.start(elf, board=BOARD, max_time_s=1.0) as simulation:
        simulation.machine.devices["spim-twim0"].targets[0x53] = sensor
        simulation.run_to_end()
        found = reports(simulation.finish())
    assert written[0] == b"\x0f"
    assert found["read"] == [0xFECA]
    assert found["error"] == [0]
    # Two bytes written with the address, three read with it, nine bits each at 390 kHz.
    assert found["cycles"][0] / CORE_HZ == pytest.approx(5 * 9 / 390_625, rel=0.01)


def test_without_a_sensor_nobody_acknowledges(tmp_path: Path) -> None:
    result, found = execute(tmp_path, READ_SENSOR, BUFFER)
    assert found["error"] == [2]
    assert any("0x53" in warning for warning in result.warnings)


def test_power_0_resets_a_port(tmp_path: Path) -> None:
    """As drivers write it at 0xFFC, to have a port in no state that draws current."""
    body = """
REG(UART0 + 0x500) = 8;
REG(UART0 + 0x524) = 0x01D60000;
REG(UART0 + 0x544) = (uint32_t)text;
REG(UART0 + 0x548) = 10;
TASK(UART0, 0x008);
REG(UART0 + 0xFFC) = 0;
REG(UART0 + 0xFFC) = 1;
report("started", REG(UART0 + 0x150));
report("enable", REG(UART0 + 0x500));
report("baudrate", REG(UART0 + 0x524));
uint32_t began = cycles();
while (cycles() - began < 20000) continue;
report("txdrdy", REG(UART0 + 0x11C));
"""
    result, found = execute(tmp_path, body, TEXT)
    assert found["started"] == [0]
    assert found["enable"] == [0]
    assert found["baudrate"] == [0x04000000]
    assert found["txdrdy"] == [0]
    assert "0123" not in result.output


def test_the_rom_table_tells_part_and_revision(tmp_path: Path) -> None:
    """Start-up code reads it for the chip's errata, and goes by FICR where that tells (MDK)."""
    body = """
report("part", REG(0xF0000FE0) & 0xFF);
report("more", REG(0xF0000FE4) & 0xF);
report("revision", (REG(0xF0000FE8) & 0xF0) >> 4);
report("patch", REG(0xF0000FEC) & 0xF0);
report("ficr", REG(0x10000130) << 4 | REG(0x10000134));
"""
    _, found = execute(tmp_path, body)
    assert found == {"part": [8], "more": [0], "revision": [3], "patch": [0], "ficr": [0x83]}
