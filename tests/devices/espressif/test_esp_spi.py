"""ESP32-C3 SPI2 as a master: transfers by the CPU, as esp-idf's driver sets them up."""

from __future__ import annotations

import pytest
from esp_rig import Rig

SOURCE = 19
CMD, CLOCK, USER, USER1, USER2, MS_DLEN, CTRL = 0x00, 0x0C, 0x10, 0x14, 0x18, 0x1C, 0x08
INT_ENA, INT_CLR, INT_RAW, W0, CLK_GATE = 0x34, 0x38, 0x3C, 0x98, 0xE8
COMMAND, ADDRESS, DUMMY, MISO, MOSI, HIGHPART, DUPLEX = (
    1 << n for n in (31, 30, 29, 28, 27, 24, 0)
)
USR, UPDATE, TRANS_DONE = 1 << 24, 1 << 23, 1 << 12
BIT_S = 1e-6


@pytest.fixture
def rig() -> Rig:
    """1 MHz from the APB's 80 MHz: by 2 and by 40."""
    rig = Rig()
    rig["spi2"].write(CLK_GATE, 4, 6)
    rig["spi2"].write(CLOCK, 4, 1 << 18 | 39 << 12)
    rig.route(SOURCE, 5)
    return rig


def start(rig: Rig, user: int, bits: int) -> None:
    spi = rig["spi2"]
    spi.write(USER, 4, user)
    spi.write(MS_DLEN, 4, bits - 1)
    spi.write(CMD, 4, UPDATE)
    spi.write(CMD, 4, USR)


def takes(rig: Rig, clocks: float) -> bool:
    """Whether the transfer under way ends after so many clocks of the line."""
    spi = rig["spi2"]
    rig.later((clocks - 0.5) * BIT_S)
    before = spi.read(CMD, 4) & USR, spi.read(INT_RAW, 4) & TRANS_DONE
    rig.later(BIT_S)
    after = spi.read(CMD, 4) & USR, spi.read(INT_RAW, 4) & TRANS_DONE
    return (before, after) == ((USR, 0), (0, TRANS_DONE))


def test_a_transfer_takes_its_bits_and_interrupts_at_its_end(rig: Rig) -> None:
    spi = rig["spi2"]
    spi.write(INT_ENA, 4, TRANS_DONE)
    start(rig, MOSI | MISO | DUPLEX, 128)
    assert takes(rig, 128)
    assert rig.host.core_interrupt == 5
    spi.write(INT_CLR, 4, TRANS_DONE)
    assert rig.host.core_interrupt == 0
    spi.write(INT_RAW, 4, TRANS_DONE)  # as the driver has its interrupt come
    assert rig.host.core_interrupt == 5


@pytest.mark.parametrize(
    ("user", "control", "clocks"),
    [
        (MOSI, 0, 64),
        (MOSI | MISO, 0, 128),  # half duplex: one after the other
        (COMMAND | ADDRESS | DUMMY | MISO, 0, 8 + 24 + 5 + 64),
        (MISO, 1 << 15, 16),  # on four lines
        (MOSI | 1 << 12, 0, 32),  # on two
        (ADDRESS | MISO, 1 << 6 | 1 << 15, 6 + 16),
        (MOSI | 1 << 7 | 1 << 6, 0, 3 + 64 + 2),  # with the chip select's
    ],
)
def test_the_phases_of_a_transfer(user: int, control: int, clocks: int, rig: Rig) -> None:
    spi = rig["spi2"]
    spi.write(USER1, 4, 23 << 27 | 2 << 22 | 2 << 17 | 4)
    spi.write(USER2, 4, 7 << 28)
    spi.write(CTRL, 4, control)
    start(rig, user, 64)
    assert takes(rig, clocks)


@pytest.mark.parametrize(
    ("gate", "divider", "bit_s"),
    [
        (2, 39 << 12, 1e-6),
        (6, 3 << 18 | 15 << 12, 0.8e-6),
        (6, 1 << 31, 1 / 80e6),
        (2, 1 << 31, 25e-9),
    ],
)
def test_the_serial_clock(gate: int, divider: int, bit_s: float, rig: Rig) -> None:
    """Of the crystal or the PLL's 80 MHz, divided twice or not at all."""
    spi = rig["spi2"]
    spi.write(CLK_GATE, 4, gate)
    spi.write(CLOCK, 4, divider)
    start(rig, MOSI, 512)
    rig.later(0.99 * 512 * bit_s)
    assert spi.read(CMD, 4) & USR
    rig.later(0.02 * 512 * bit_s)
    assert not spi.read(CMD, 4) & USR


@pytest.mark.parametrize(("user", "first"), [(MISO, 0), (MISO | HIGHPART, 8)])
def test_an_open_line_is_read_as_ones(user: int, first: int, rig: Rig) -> None:
    spi = rig["spi2"]
    for place in range(16):
        spi.write(W0 + 4 * place, 4, 0x11111111)
    start(rig, user, 40)
    rig.later(1e-3)
    words = [spi.read(W0 + 4 * place, 4) for place in range(16)]
    expected = [0x11111111] * 16
    expected[first : first + 2] = [0xFFFFFFFF, 0x111111FF]
    assert words == expected


def test_a_slave_starts_nothing(rig: Rig) -> None:
    rig["spi2"].write(0xE0, 4, 1 << 26)
    start(rig, MOSI, 8)
    assert not rig["spi2"].read(CMD, 4) & USR
