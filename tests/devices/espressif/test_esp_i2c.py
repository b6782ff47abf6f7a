"""ESP32-C3 I2C master: command lists of esp-idf's driver on a bus without devices."""

from __future__ import annotations

import pytest
from esp_rig import Rig

SOURCE = 29
CTR, SR, FIFO_CONF, DATA = 0x04, 0x08, 0x18, 0x1C
INT_RAW, INT_CLR, INT_ENA, COMD0, SCL_SP_CONF = 0x20, 0x24, 0x28, 0x58, 0x80
WRITE, STOP, READ, END, RESTART = (code << 11 for code in (1, 2, 3, 4, 6))
CHECK, DONE, MASTER, START, FSM_RST = 1 << 8, 1 << 31, 1 << 4, 1 << 5, 1 << 10
BIT_S = 10e-6


@pytest.fixture
def rig() -> Rig:
    """100 kHz from the crystal, as i2c_ll_master_cal_bus_clk works it out."""
    rig = Rig()
    i2c = rig["i2c0"]
    half = 200
    for offset, value in (
        (0x00, half - 1),
        (0x38, (half // 2 - 2) << 9 | half - (half // 2 - 2)),
        *((at, half - 1) for at in (0x40, 0x44, 0x48, 0x4C)),
        (CTR, MASTER),
        (INT_CLR, 0x3FFFF),
    ):
        i2c.write(offset, 4, value)
    rig.route(SOURCE, 5)
    return rig


def start(rig: Rig, *commands: int) -> None:
    i2c = rig["i2c0"]
    for place, command in enumerate(commands):
        i2c.write(COMD0 + 4 * place, 4, command)
    i2c.write(CTR, 4, MASTER | START)


def done(rig: Rig, count: int) -> list[bool]:
    return [bool(rig["i2c0"].read(COMD0 + 4 * place, 4) & DONE) for place in range(count)]


def test_an_address_that_nobody_answers(rig: Rig) -> None:
    i2c = rig["i2c0"]
    i2c.write(INT_ENA, 4, 1 << 10)
    for byte in (0x20 << 1, 1, 2):
        i2c.write(DATA, 4, byte)
    start(rig, RESTART, WRITE | CHECK | 3, STOP)
    rig.later(9.5 * BIT_S)
    assert (rig.host.core_interrupt, i2c.read(SR, 4) >> 4 & 1) == (0, 1)
    rig.later(BIT_S)
    assert rig.host.core_interrupt == 5
    assert i2c.read(SR, 4) >> 4 & 1 == 1
    assert i2c.read(INT_RAW, 4) & (1 << 10 | 1 << 9 | 1 << 7) == 1 << 10 | 1 << 9
    assert done(rig, 3) == [True, True, False]
    assert i2c.read(SR, 4) >> 18 & 0x3F == 2  # the rest stays in the FIFO
    assert i2c.read(SR, 4) & 1 == 1
    i2c.write(INT_CLR, 4, 1 << 10)
    assert rig.host.core_interrupt == 0


def test_a_stop_follows_a_refused_address(rig: Rig) -> None:
    """esp-idf's driver waits for it, without a command of its own (s_i2c_send_commands)."""
    i2c = rig["i2c0"]
    i2c.write(DATA, 4, 0x40)
    start(rig, RESTART, WRITE | CHECK | 1, STOP)
    rig.later(10.5 * BIT_S)
    assert (i2c.read(SR, 4) >> 4 & 1, i2c.read(INT_RAW, 4) >> 7 & 1) == (1, 0)
    rig.later(BIT_S)
    assert (i2c.read(SR, 4) >> 4 & 1, i2c.read(INT_RAW, 4) >> 7 & 1) == (0, 1)
    start(rig, STOP)
    rig.later(2 * BIT_S)
    assert (done(rig, 1), i2c.read(SR, 4) >> 4 & 1) == ([True], 0)


def test_without_a_look_at_the_answer_all_commands_are_executed(rig: Rig) -> None:
    """9 bits a byte, and a bit's time for START and STOP each."""
    i2c = rig["i2c0"]
    for byte in range(3):
        i2c.write(DATA, 4, byte)
    start(rig, RESTART, WRITE | 3, READ | 2, STOP)
    rig.later(46.5 * BIT_S)
    assert done(rig, 4) == [True, True, True, False]
    rig.later(BIT_S)
    assert done(rig, 4) == [True] * 4
    assert i2c.read(SR, 4) >> 8 & 0x3F == 2
    assert [i2c.read(DATA, 4) for _ in range(2)] == [0xFF, 0xFF]
    assert i2c.read(INT_RAW, 4) & 0x1FC0 == 1 << 9 | 1 << 7


def test_an_end_holds_the_bus_for_the_next_list(rig: Rig) -> None:
    i2c = rig["i2c0"]
    i2c.write(DATA, 4, 1)
    start(rig, RESTART, WRITE | 1, END)
    rig.later(12 * BIT_S)
    assert i2c.read(INT_RAW, 4) & 0x88 == 8
    assert i2c.read(SR, 4) >> 4 & 1 == 1
    i2c.write(CTR, 4, MASTER | FSM_RST)
    assert i2c.read(SR, 4) >> 4 & 1 == 0


def test_fifos_tell_of_too_much_and_too_little(rig: Rig) -> None:
    i2c = rig["i2c0"]
    for byte in range(33):
        i2c.write(DATA, 4, byte)
    assert i2c.read(DATA, 4) == 0
    start(rig, RESTART, READ | 33, WRITE | 40, STOP)
    rig.later(100 * 9 * BIT_S)
    assert i2c.read(INT_RAW, 4) & (1 << 11 | 1 << 12 | 1 << 2 | 1 << 6) == 0x1844
    i2c.write(DATA, 4, 1)
    i2c.write(FIFO_CONF, 4, 1 << 13 | 1 << 12)
    assert i2c.read(SR, 4) & 0xFC3F00 == 0


def test_clock_pulses_that_free_the_bus_come_to_an_end(rig: Rig) -> None:
    i2c = rig["i2c0"]
    i2c.write(SCL_SP_CONF, 4, 9 << 1 | 1)
    rig.later(8.5 * BIT_S)
    assert i2c.read(SCL_SP_CONF, 4) & 1 == 1
    rig.later(BIT_S)
    assert i2c.read(SCL_SP_CONF, 4) & 1 == 0


def test_a_slave_starts_nothing(rig: Rig) -> None:
    rig["i2c0"].write(CTR, 4, START)
    assert rig["i2c0"].read(SR, 4) >> 4 & 1 == 0
