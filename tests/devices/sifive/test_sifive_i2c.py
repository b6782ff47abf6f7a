"""I2C of the FE310-G002, as the SDK's driver (sifive_i2c0.c) uses it on a bus without devices."""

from __future__ import annotations

import pytest
from fake_host import FakeHost

from mcusim.devices import create
from mcusim.devices.device import Device

LOW, HIGH, CONTROL, DATA, COMMAND = 0x00, 0x04, 0x08, 0x0C, 0x10
ENABLE, INTERRUPTS = 1 << 7, 1 << 6
START, STOP, READ, WRITE, NO_ACK, CLEAR = 1 << 7, 1 << 6, 1 << 5, 1 << 4, 1 << 3, 1
REFUSED, BUSY, IN_PROGRESS, FLAG = 1 << 7, 1 << 6, 1 << 1, 1
PRESCALER = 31
BIT = 5 * (PRESCALER + 1)
"""100 kHz of 16 MHz: SCL has five periods of the prescaler."""


@pytest.fixture
def host() -> FakeHost:
    return FakeHost(clock_hz=16e6)


@pytest.fixture
def i2c(host: FakeHost) -> Device:
    device = create("sifive-i2c", "i2c0", host)
    device.interrupts = (52,)
    device.placed(0x10016000)
    device.write(LOW, 1, PRESCALER)
    device.write(HIGH, 1, 0)
    device.write(CONTROL, 1, ENABLE)
    return device


def status_around(host: FakeHost, i2c: Device, cycles: int) -> tuple[int, int]:
    """The status a cycle before the command under way ends, and then."""
    host.run_events(host.now + cycles - 1)
    before = i2c.read(COMMAND, 1)
    host.run_events(host.now + 1)
    return before, i2c.read(COMMAND, 1)


def test_an_address_that_nobody_answers(host: FakeHost, i2c: Device) -> None:
    i2c.write(DATA, 1, 0x90)
    i2c.write(COMMAND, 1, START | WRITE)
    # START has one state more than a bit; then eight bits and the acknowledge.
    cycles = 10 * BIT + PRESCALER + 1
    assert status_around(host, i2c, cycles) == (IN_PROGRESS, REFUSED | BUSY | FLAG)
    i2c.write(COMMAND, 1, STOP | CLEAR)
    assert status_around(host, i2c, BIT) == (REFUSED | BUSY, REFUSED | FLAG)


@pytest.mark.parametrize("acknowledge", [0, NO_ACK])
def test_an_open_bus_is_read_as_ones(acknowledge: int, host: FakeHost, i2c: Device) -> None:
    i2c.write(COMMAND, 1, READ | STOP | acknowledge)
    ended = FLAG | (REFUSED if acknowledge else 0)
    assert status_around(host, i2c, 10 * BIT) == (IN_PROGRESS, ended)
    assert i2c.read(DATA, 1) == 0xFF


def test_the_end_of_a_command_interrupts_until_it_is_cleared(host: FakeHost, i2c: Device) -> None:
    i2c.write(CONTROL, 1, ENABLE | INTERRUPTS)
    i2c.write(COMMAND, 1, WRITE)
    host.run_events(host.now + 9 * BIT)
    i2c.write(COMMAND, 1, CLEAR)
    assert [tuple(row[:2]) for row in host.interrupts] == [(52, True), (52, False)]
    assert i2c.read(COMMAND, 1) == REFUSED


def test_nothing_happens_while_it_is_off_or_without_a_command(host: FakeHost, i2c: Device) -> None:
    i2c.write(COMMAND, 1, START)
    i2c.write(CONTROL, 1, 0)
    i2c.write(COMMAND, 1, START | WRITE)
    host.run_events(host.now + 100 * BIT)
    assert i2c.read(COMMAND, 1) == 0


def test_registers_after_reset(host: FakeHost) -> None:
    device = create("sifive-i2c", "i2c0", host)
    assert [device.read(at, 1) for at in (LOW, HIGH, CONTROL, DATA, COMMAND)] == [255, 255, 0, 0, 0]
