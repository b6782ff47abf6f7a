"""UART, GPIO, SPI, QSPI, PWM and OTP of the FE310-G002, against its manual (v1p5)."""

from __future__ import annotations

from functools import partial

import pytest
from fake_host import FakeHost

from mcusim.devices import create
from mcusim.devices.device import Device
from mcusim.devices.sifive.gpio import SifiveGpio


@pytest.fixture
def host() -> FakeHost:
    return FakeHost(clock_hz=16e6)


def made(host: FakeHost, kind: str, *interrupts: int) -> Device:
    device = create(kind, "device", host)
    device.interrupts = interrupts
    device.placed(0x10013000)
    return device


def later(host: FakeHost, cycles: int) -> None:
    host.run_events(host.now + cycles)


# --- UART ---

TXDATA, RXDATA, TXCTRL, RXCTRL, IE, IP, DIV = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18


@pytest.mark.parametrize(
    ("mhz", "divisor", "baud"),
    [(2, 64, 31250), (2, 17, 117647), (16, 139, 115107), (200, 109, 1834862), (384, 208, 1846153)],
)
def test_characters_take_ten_bits_at_the_baud_rate(
    host: FakeHost, mhz: int, divisor: int, baud: int
) -> None:
    """Rows of table 60; the divisors are one more than the value of div."""
    host.clock_hz = mhz * 1e6
    uart = made(host, "sifive-uart")
    sent: list[int] = []
    host.serial("device").listen(sent.append)
    uart.write(DIV, 4, divisor - 1)
    uart.write(TXCTRL, 4, 1)
    uart.write(TXDATA, 4, ord("a"))
    character = round(10 / baud * host.clock_hz)
    later(host, character - 1)
    assert sent == []
    later(host, 2)
    assert sent == [ord("a")]


def test_the_transmit_fifo_holds_eight_beside_the_one_being_sent(host: FakeHost) -> None:
    uart = made(host, "sifive-uart")
    uart.write(TXCTRL, 4, 1)
    for byte in range(9):
        assert uart.read(TXDATA, 4) == 0
        uart.write(TXDATA, 4, byte)
    assert uart.read(TXDATA, 4) == 1 << 31
    uart.write(TXDATA, 4, 9)
    assert b"".join(data for _, data in host.text) == bytes(range(9))
    later(host, 41)
    assert uart.read(TXDATA, 4) == 0


def test_watermarks_interrupt(host: FakeHost) -> None:
    uart = made(host, "sifive-uart", 3)
    uart.write(IE, 4, 1)
    assert (uart.read(IP, 4), host.interrupts) == (0, [])
    uart.write(TXCTRL, 4, 2 << 16)  # not enabled: nothing leaves
    assert host.interrupts == [(3, True)]  # 0 are fewer than 2
    uart.write(TXDATA, 4, 1)
    uart.write(TXDATA, 4, 2)
    assert (uart.read(IP, 4), host.interrupts) == (0, [(3, True), (3, False)])
    uart.write(TXCTRL, 4, 2 << 16 | 1)
    assert host.interrupts[2:] == [(3, True)]


def test_received_characters_come_in_order_and_overflow_is_lost(host: FakeHost) -> None:
    uart = made(host, "sifive-uart", 3)
    uart.write(DIV, 4, 138)
    uart.write(RXCTRL, 4, 1)
    uart.write(IE, 4, 2)
    host.serial("device").write(b"0123456789")
    later(host, 16_000_000 // 115200 * 10 * 12)
    assert host.interrupts == [(3, True)]
    assert uart.read(IP, 4) == 2
    got = [uart.read(RXDATA, 4) for _ in range(9)]
    assert got == [*b"01234567", 1 << 31]
    assert host.interrupts == [(3, True), (3, False)]


# --- GPIO ---


def test_pins_report_edges_only_while_they_output(host: FakeHost) -> None:
    gpio = made(host, "sifive-gpio")
    gpio.write(0x0C, 4, 1 << 19)
    assert host.pins == []
    gpio.write(0x08, 4, 1 << 19)
    gpio.write(0x40, 4, 1 << 19)  # inverted
    gpio.write(0x38, 4, 1 << 19)  # a peripheral's
    assert host.pins == [("DEVICE", 19, True), ("DEVICE", 19, False)]


def test_each_pin_has_its_interrupt(host: FakeHost) -> None:
    gpio = made(host, "sifive-gpio", *range(8, 40))
    assert isinstance(gpio, SifiveGpio)
    gpio.write(0x04, 4, 1 << 5 | 1 << 6)
    gpio.write(0x18, 4, 1 << 5)  # rise_ie
    gpio.write(0x20, 4, 1 << 6)  # fall_ie
    gpio.set_input(5, True)
    gpio.set_input(6, True)
    assert host.interrupts == [(13, True)]
    gpio.set_input(6, False)
    assert host.interrupts == [(13, True), (14, True)]
    gpio.write(0x1C, 4, 1 << 5)
    gpio.write(0x24, 4, 1 << 6)
    assert host.interrupts[2:] == [(13, False), (14, False)]


def test_inputs_read_what_is_outside_or_pulled_up(host: FakeHost) -> None:
    gpio = made(host, "sifive-gpio")
    assert isinstance(gpio, SifiveGpio)
    gpio.write(0x10, 4, 0b111)  # pue
    assert gpio.read(0x00, 4) == 0
    gpio.write(0x04, 4, 0b110)
    gpio.set_input(1, False)
    assert gpio.read(0x00, 4) == 0b100


def test_a_level_stays_pending_as_long_as_it_lasts(host: FakeHost) -> None:
    gpio = made(host, "sifive-gpio", *range(8, 40))
    assert isinstance(gpio, SifiveGpio)
    gpio.write(0x04, 4, 1)
    gpio.write(0x28, 4, 1)  # high_ie
    gpio.set_input(0, True)
    gpio.write(0x2C, 4, 1)
    assert gpio.read(0x2C, 4) & 1
    gpio.set_input(0, False)
    gpio.write(0x2C, 4, 1)
    assert not gpio.read(0x2C, 4) & 1
    assert host.interrupts == [(8, True), (8, False)]


# --- SPI and QSPI ---

SCKDIV, FMT, SPI_TX, SPI_RX, RXMARK, SPI_IE, FFMT = 0x00, 0x40, 0x48, 0x4C, 0x54, 0x70, 0x64


@pytest.mark.parametrize(("divider", "lanes", "cycles"), [(3, 0, 64), (0, 0, 16), (3, 2, 16)])
def test_a_frame_takes_its_serial_clocks(
    host: FakeHost, divider: int, lanes: int, cycles: int
) -> None:
    spi = made(host, "sifive-spi", 6)
    spi.write(SCKDIV, 4, divider)
    spi.write(FMT, 4, 8 << 16 | lanes)
    spi.write(SPI_IE, 4, 2)
    spi.write(SPI_TX, 4, 0x9F)
    later(host, cycles - 1)
    assert spi.read(SPI_RX, 4) == 1 << 31
    later(host, 1)
    assert host.interrupts == [(6, True)]
    assert spi.read(SPI_RX, 4) == 0xFF


def test_frames_that_only_transmit_receive_nothing(host: FakeHost) -> None:
    spi = made(host, "sifive-spi")
    spi.write(FMT, 4, 8 << 16 | 8)
    spi.write(SPI_TX, 4, 1)
    later(host, 1000)
    assert spi.read(SPI_RX, 4) == 1 << 31


SERIAL_READ, FAST_READ, QUAD_IO, DUAL_IO, QUAD_4 = (
    0x00030007,
    0x000B0007 | 8 << 4,
    0x00EB0007 | 6 << 4 | 2 << 10 | 2 << 12,
    0x00BB0007 | 4 << 4 | 1 << 10 | 1 << 12,
    0x00EC0009 | 6 << 4 | 2 << 10 | 2 << 12,
)
"""ffmt for the usual commands: 03 is the reset value; EC has four bytes of address."""
LINES = {
    (3, SERIAL_READ): (2362, 2080),
    (3, FAST_READ): (2424, 2080),
    (3, QUAD_IO): (728, 544),
    (7, SERIAL_READ): (4658, 4096),
    (7, QUAD_IO): (1392, 1024),
    (7, DUAL_IO): (2480, 2048),
    (4, QUAD_4): (890, 640),
}
"""Core cycles of a line of 32 bytes, alone and following another, by sckdiv and ffmt.

Not by formula, but counted in a simulation of the published state machines clock by clock
(sifive-blocks c53a761).
"""


@pytest.mark.parametrize("setting", LINES)
def test_lines_take_what_the_state_machines_take(host: FakeHost, setting: tuple[int, int]) -> None:
    divider, form = setting
    qspi = made(host, "sifive-qspi")
    qspi.write(SCKDIV, 4, divider)
    qspi.write(FFMT, 4, form)
    _, setup, byte = host.flash.calls[-1]
    assert isinstance(setup, int)
    assert isinstance(byte, int)
    alone, following = LINES[setting]
    assert 32 * byte == following
    assert setup + 32 * byte == pytest.approx(alone, abs=2)


def test_the_flash_is_slow_at_reset(host: FakeHost) -> None:
    made(host, "sifive-qspi")
    assert host.flash.calls == [("serial read", 2362 - 2080, 2080 // 32)]


# --- PWM ---

PWMCFG, PWMCOUNT, PWMS, PWMCMP = 0x00, 0x08, 0x10, 0x20
STICKY, ZEROCMP, ENALWAYS, ENONESHOT = 1 << 8, 1 << 9, 1 << 12, 1 << 13


def test_the_pwm_interrupts_once_a_period(host: FakeHost) -> None:
    pwm = made(host, "sifive-pwm", 44, 45, 46, 47)
    for number, compare in enumerate((999, 0xFFFF, 0xFFFF, 0xFFFF)):
        pwm.write(PWMCMP + 4 * number, 4, compare)
    pwm.write(PWMCFG, 4, ENALWAYS | ZEROCMP | STICKY)
    raised = 0
    for _ in range(2000):
        later(host, 5)
        if host.interrupts and host.interrupts[-1] == (44, True):
            raised += 1
            pwm.write(PWMCFG, 4, ENALWAYS | ZEROCMP | STICKY)
    assert raised == 10
    assert all(number == 44 for number, _ in host.interrupts)


def test_the_scaled_count_wraps_at_the_width(host: FakeHost) -> None:
    pwm = made(host, "sifive-pwm8")
    pwm.write(PWMCFG, 4, ENALWAYS | 4)
    later(host, 16 * 255 + 3)
    assert pwm.read(PWMS, 4) == 255
    later(host, 16)
    assert (pwm.read(PWMS, 4), pwm.read(PWMCOUNT, 4)) == (0, 3)


def test_one_shot_stops_after_a_period(host: FakeHost) -> None:
    pwm = made(host, "sifive-pwm", 44, 45, 46, 47)
    read = partial(pwm.read, size=4)
    pwm.write(PWMCMP, 4, 100)
    for number in (1, 2, 3):
        pwm.write(PWMCMP + 4 * number, 4, 0xFFFF)
    pwm.write(PWMCFG, 4, ENONESHOT | ZEROCMP | STICKY)
    later(host, 50)
    assert (read(PWMCOUNT), read(PWMCFG) & ENONESHOT) == (50, ENONESHOT)
    later(host, 100)
    assert (read(PWMCOUNT), read(PWMCFG) & ENONESHOT) == (0, 0)
    assert host.interrupts == [(44, True)]


def test_pending_bits_follow_the_comparators_without_sticky(host: FakeHost) -> None:
    pwm = made(host, "sifive-pwm")
    for number, compare in enumerate((99, 10, 50, 70)):
        pwm.write(PWMCMP + 4 * number, 4, compare)
    pwm.write(PWMCFG, 4, ENALWAYS | ZEROCMP)
    later(host, 60)
    assert pwm.read(PWMCFG, 4) >> 28 == 0b0110
    later(host, 45)
    assert pwm.read(PWMCFG, 4) >> 28 == 0


# --- OTP ---


def test_the_otp_lock_can_be_taken(host: FakeHost) -> None:
    otp = made(host, "sifive-otp")
    assert otp.read(0x00, 4) == 0
    otp.write(0x00, 4, 1)
    assert otp.read(0x00, 4) == 1
    assert otp.read(0x34, 4) == 1


def test_narrow_accesses_reach_their_part(host: FakeHost) -> None:
    uart = made(host, "sifive-uart")
    uart.write(DIV, 2, 0x1234)
    uart.write(DIV + 1, 1, 0x56)
    assert (uart.read(DIV, 4), uart.read(DIV, 1), uart.read(DIV + 1, 1)) == (0x5634, 0x34, 0x56)
