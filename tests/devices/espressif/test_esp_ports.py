"""Serial ports, pins, and the flash of the ESP32-C3."""

from __future__ import annotations

import hashlib

import pytest
from esp_rig import Rig

from mcusim.devices.reset import Reset

PAGE = 0x10000


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_a_frame_takes_ten_bits_at_115200_baud(rig: Rig) -> None:
    """TRM v1.3, 26.3.3: what the boot ROM has set, 40 MHz / (347 + 3/16)."""
    sent: list[int] = []
    rig.host.serial("uart0").listen(sent.append)
    uart = rig["uart0"]
    uart.write(0x00, 4, ord("a"))
    assert uart.read(0x6C, 4) >> 4 & 0xF
    rig.later(86.5e-6)
    assert sent == []
    rig.later(0.5e-6)
    assert sent == [ord("a")]
    assert uart.read(0x04, 4) >> 14 & 1
    assert uart.read(0x6C, 4) == 0


def test_the_transmit_fifo_holds_128_bytes(rig: Rig) -> None:
    uart = rig["uart0"]
    for _ in range(1 + 128):
        uart.write(0x00, 4, 0x55)
    assert uart.read(0x1C, 4) >> 16 & 0x3FF == 128
    uart.write(0x00, 4, 0x55)
    assert uart.read(0x1C, 4) >> 16 & 0x3FF == 128


def test_received_bytes_interrupt_at_the_threshold_and_after_silence(rig: Rig) -> None:
    uart = rig["uart0"]
    rig.route(21, 5)
    uart.write(0x24, 4, 1 << 21 | 3)
    uart.write(0x0C, 4, 1 << 0 | 1 << 8)
    rig.host.serial("uart0").write(b"ab")
    rig.later(200e-6)
    assert uart.read(0x1C, 4) & 0x3FF == 2
    assert rig.host.core_interrupt == 0
    rig.later(200e-6)
    assert uart.read(0x08, 4) == 1 << 8
    assert rig.host.core_interrupt == 5
    assert [uart.read(0x00, 4), uart.read(0x00, 4)] == list(b"ab")
    uart.write(0x10, 4, 1 << 8)
    assert rig.host.core_interrupt == 0


def test_what_firmware_polls_is_read_without_asking_the_device(rig: Rig) -> None:
    """STATUS and FSM_STATUS, at each of their changes."""
    published: dict[int, int] = {}
    rig.host.publish = lambda address, value: published.update({address: value})
    uart = rig["uart0"]
    line = rig.host.serial("uart0")
    seen = set()
    uart.write(0x00, 4, 1)
    uart.write(0x00, 4, 2)
    line.write(b"ab")
    for _ in range(40):
        for register in (0x1C, 0x6C):
            assert published[uart.base + register] == uart.read(register, 4)
        seen.add((uart.read(0x1C, 4), uart.read(0x6C, 4)))
        rig.later(10e-6)
    assert seen == {(1 << 16, 16), (1, 16), (2, 0)}
    uart.read(0x00, 4)
    assert published[uart.base + 0x1C] == 1


def test_usb_sends_a_packet_when_it_is_told_to(rig: Rig) -> None:
    port = rig["usb-serial-jtag"]
    rig.host.serial("usb-serial-jtag").attached = True
    for byte in b"hello":
        assert port.read(0x04, 4) & 2
        port.write(0x00, 4, byte)
    assert rig.host.text == []
    port.write(0x04, 4, 1)
    assert rig.host.text == [("usb-serial-jtag", b"hello")]
    assert rig.host.warnings == []
    assert port.read(0x08, 4) & 2  # start of frame


def test_usb_without_a_host_keeps_a_packet_and_loses_the_rest(rig: Rig) -> None:
    """As on the board, whose connector leads to UART0; esp-idf's console drops what has no room."""
    port = rig["usb-serial-jtag"]
    assert not port.read(0x08, 4) & 2
    for byte in b"kept":
        port.write(0x00, 4, byte)
    port.write(0x04, 4, 1)
    assert not port.read(0x04, 4) & 2
    for byte in b"lost":
        port.write(0x00, 4, byte)
    assert rig.host.text == []
    assert len(rig.host.warnings) == 1
    assert "--uart usb-serial-jtag=stdio" in rig.host.warnings[0]
    rig.host.serial("usb-serial-jtag").attached = True
    assert port.read(0x04, 4) & 2
    assert rig.host.text == [("usb-serial-jtag", b"kept")]


def test_a_console_on_both_ports_needs_no_host_on_usb(rig: Rig) -> None:
    rig["uart0"].write(0x00, 4, ord("a"))
    rig["usb-serial-jtag"].write(0x00, 4, ord("a"))
    rig["usb-serial-jtag"].write(0x04, 4, 1)
    assert rig.host.warnings == []


def test_pins_tell_their_edges_and_read_back(rig: Rig) -> None:
    gpio = rig["gpio"]
    gpio.write(0x24, 4, 1 << 8)
    gpio.write(0x08, 4, 1 << 8)
    gpio.write(0x0C, 4, 1 << 8)
    assert rig.host.pins == [("GPIO", 8, True), ("GPIO", 8, False)]
    gpio.write(0x08, 4, 1 << 8)
    assert gpio.read(0x3C, 4) == 1 << 8 | 1 << 9  # the boot button's pull-up


@pytest.mark.parametrize(("kind", "levels"), [(1, (0, 1)), (2, (1, 0)), (4, (1, 0)), (5, (0, 1))])
def test_a_pin_interrupts_by_its_kind(rig: Rig, kind: int, levels: tuple[int, int]) -> None:
    gpio = rig["gpio"]
    rig.route(16, 5)
    gpio.set_input(3, bool(levels[0]))
    gpio.write(0x74 + 4 * 3, 4, kind << 7 | 1 << 13)
    assert rig.host.core_interrupt == 0
    gpio.set_input(3, bool(levels[1]))
    assert rig.host.core_interrupt == 5
    gpio.set_input(3, bool(levels[0]))
    gpio.write(0x4C, 4, 1 << 3)
    assert rig.host.core_interrupt == 0


# --- flash by commands of SPI1 ---


def user_command(
    rig: Rig, code: int, address: int | None = None, sent: bytes = b"", wanted: int = 0
) -> bytes:
    spi = rig["spi1"]
    parts = 1 << 31 | (address is not None) << 30 | bool(wanted) << 28 | bool(sent) << 27
    spi.write(0x18, 4, parts)
    spi.write(0x1C, 4, 23 << 26)
    spi.write(0x20, 4, 7 << 28 | code)
    spi.write(0x04, 4, address or 0)
    spi.write(0x28, 4, max(8 * wanted - 1, 0))
    spi.write(0x24, 4, max(8 * len(sent) - 1, 0))
    for at in range(0, len(sent), 4):
        spi.write(0x58 + at, 4, int.from_bytes(sent[at : at + 4], "little"))
    spi.write(0x00, 4, 1 << 18)
    assert spi.read(0x00, 4) == 0
    words = (spi.read(0x58 + at, 4).to_bytes(4, "little") for at in range(0, wanted, 4))
    return b"".join(words)[:wanted]


def test_the_flash_tells_its_size(rig: Rig) -> None:
    assert 1 << user_command(rig, 0x9F, wanted=3)[2] == 4 << 20


def test_bits_are_cleared_by_programming_and_set_by_erasing(rig: Rig) -> None:
    user_command(rig, 0x02, 0x200000, b"ignored!")  # without the write enable latch
    assert user_command(rig, 0x03, 0x200000, wanted=8) == b"\xff" * 8
    for data in (b"\xf0\x0f\xff\x12", b"\x3c\xff\xff\xff"):
        user_command(rig, 0x06)
        assert user_command(rig, 0x05, wanted=1) == b"\x02"
        user_command(rig, 0x02, 0x200000, data)
        assert user_command(rig, 0x05, wanted=1) == b"\x00"
    assert user_command(rig, 0x03, 0x200000, wanted=4) == b"\x30\x0f\xff\x12"
    user_command(rig, 0x06)
    user_command(rig, 0x20, 0x200123)
    assert user_command(rig, 0x03, 0x200000, wanted=4) == b"\xff" * 4


def test_a_program_wraps_within_its_page(rig: Rig) -> None:
    user_command(rig, 0x06)
    user_command(rig, 0x02, 0x2000FE, b"\x01\x02\x03\x04")
    assert user_command(rig, 0x03, 0x2000FE, wanted=2) == b"\x01\x02"
    assert user_command(rig, 0x03, 0x200000, wanted=2) == b"\x03\x04"


def test_the_partition_table_is_the_default_one(rig: Rig) -> None:
    table = b"".join(user_command(rig, 0x03, 0x8000 + at, wanted=32) for at in range(0, 128, 32))
    rows = [table[at : at + 32] for at in range(0, 96, 32)]
    assert [row[12:28].rstrip(b"\0") for row in rows] == [b"nvs", b"phy_init", b"factory"]
    assert table[96:98] == b"\xeb\xeb"
    assert table[112:128] == hashlib.md5(table[:96]).digest()


def test_a_mapped_page_shows_the_flash(rig: Rig) -> None:
    written: dict[int, bytes] = {}
    rig.host.write_memory = lambda address, data: bool(written.update({address: data})) or True
    rig.host.read_memory = lambda address, size: b"\xff" * size
    assert rig["mmu"].read(4 * 5, 4) == 1 << 8  # not mapped
    rig["mmu"].write(4 * 5, 4, 0)
    page = written[0x42000000 + 5 * PAGE]
    assert len(page) == PAGE
    assert page[0x8000:0x8002] == b"\xaa\x50"


def test_an_application_of_an_elf_has_an_image_header_in_front_of_its_constants(rig: Rig) -> None:
    """What esp-idf's start reads there (cpu_start.c), and the pages in the order of an image."""
    constants = (b"\xff" * 32 + b"\x32\x54\xcd\xab").ljust(PAGE, b"c")
    memory = {0: b"\x13" * PAGE, 2: constants}
    shown: dict[int, bytes] = {}
    rig.host.read_memory = lambda at, size: memory.get((at - 0x42000000) // PAGE, b"\xff" * size)
    rig.host.write_memory = lambda at, data: bool(shown.update({at: data})) or True
    assert rig["mmu"].read(4 * 2, 4) == 1
    assert rig["mmu"].read(0, 4) == 2
    assert rig["mmu"].read(4, 4) == 1 << 8
    assert shown[0x42020000][:4] == b"\xe9\x00\x02\x2f"
    assert shown[0x42020000][12] == 5  # esp_chip_id_t of the ESP32-C3
    assert shown[0x42020000][32:] == constants[32:]
    assert user_command(rig, 0x03, 0x10000, wanted=4) == b"\xe9\x00\x02\x2f"
    assert user_command(rig, 0x03, 0x20000, wanted=4) == b"\x13" * 4


def test_the_flash_keeps_its_content_over_a_reset(rig: Rig) -> None:
    rig.host.read_memory = lambda at, size: b"\xff" * size
    rig.host.write_memory = lambda at, data: True
    assert rig["mmu"].read(0, 4) == 1 << 8
    user_command(rig, 0x06)
    user_command(rig, 0x02, 0x9000, sent=b"kept")
    after = Rig()
    after["mmu"].inherit(rig["mmu"], Reset("software", ""))
    assert user_command(after, 0x03, 0x9000, wanted=4) == b"kept"


def test_a_single_conversion_tells_that_it_is_done(rig: Rig) -> None:
    """As adc_hal_self_calibration of esp-idf asks for it, on both units."""
    adc = rig["apb-saradc"]
    for unit, data, channel in ((1 << 31, 0x2C, 3), (1 << 30, 0x30, 0)):
        adc.write(0x20, 4, unit | channel << 25)
        assert not adc.read(0x44, 4) & unit
        adc.write(0x20, 4, unit | channel << 25 | 1 << 29)
        assert adc.read(0x44, 4) & unit
        assert adc.read(data, 4) == channel << 13
        adc.write(0x4C, 4, unit)
        assert not adc.read(0x44, 4) & unit


def test_the_chip_has_25_degrees(rig: Rig) -> None:
    """esp-idf, temperature_sensor_ll.h, in the range of -10 to 80 degrees."""
    shown = rig["apb-saradc"].read(0x58, 4) & 0xFF
    assert 0.4386 * shown - 20.52 == pytest.approx(25, abs=0.5)
