"""Peripherals of the core, register by register (ARM DDI0403E)."""

from __future__ import annotations

import pytest
from fake_host import FakeHost

from mcusim.devices.arm.dwt import Dwt
from mcusim.devices.arm.itm import Itm

CTRL, CYCCNT = 0x000, 0x004
TER, TCR = 0xE00, 0xE80


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


def test_cycle_counter_stands_still_until_enabled(host: FakeHost) -> None:
    dwt = Dwt("dwt", host)
    host.now = 500
    assert dwt.read(CYCCNT, 4) == 0
    dwt.write(CTRL, 4, 1)
    host.now = 620
    assert dwt.read(CYCCNT, 4) == 120


def test_cycle_counter_goes_on_where_it_was_stopped(host: FakeHost) -> None:
    dwt = Dwt("dwt", host)
    dwt.write(CTRL, 4, 1)
    host.now = 100
    dwt.write(CTRL, 4, 0)
    host.now = 1000
    assert dwt.read(CYCCNT, 4) == 100
    dwt.write(CTRL, 4, 1)
    host.now = 1010
    assert dwt.read(CYCCNT, 4) == 110


def test_cycle_counter_can_be_set_running_or_not(host: FakeHost) -> None:
    dwt = Dwt("dwt", host)
    dwt.write(CYCCNT, 4, 77)
    host.now = 50
    assert dwt.read(CYCCNT, 4) == 77
    dwt.write(CTRL, 4, 1)
    host.now = 60
    assert dwt.read(CYCCNT, 4) == 87
    dwt.write(CYCCNT, 4, 0)
    host.now = 75
    assert dwt.read(CYCCNT, 4) == 15


def test_cycle_counter_wraps_at_32_bits(host: FakeHost) -> None:
    dwt = Dwt("dwt", host)
    dwt.write(CTRL, 4, 1)
    dwt.write(CYCCNT, 4, 0xFFFFFFF0)
    host.now = 0x20
    assert dwt.read(CYCCNT, 4) == 0x10
    host.now = (1 << 33) + 0x20
    assert dwt.read(CYCCNT, 4) == 0x10


def test_dwt_control_reads_back_with_its_comparators(host: FakeHost) -> None:
    dwt = Dwt("dwt", host)
    dwt.write(CTRL, 4, 0xF0000001)
    assert dwt.read(CTRL, 4) == 0x40000001


def test_writing_the_enable_bit_twice_changes_nothing(host: FakeHost) -> None:
    dwt = Dwt("dwt", host)
    dwt.write(CTRL, 4, 1)
    host.now = 10
    dwt.write(CTRL, 4, 1)
    host.now = 30
    assert dwt.read(CYCCNT, 4) == 30


@pytest.mark.parametrize(("tcr", "ter", "sent"), [(1, 1, True), (0, 1, False), (1, 2, False)])
def test_itm_text_needs_itm_and_port_enabled(
    tcr: int, ter: int, sent: bool, host: FakeHost
) -> None:
    itm = Itm("itm", host)
    itm.write(TCR, 4, tcr)
    itm.write(TER, 4, ter)
    itm.write(0, 1, ord("x"))
    assert host.text == ([("itm", b"x")] if sent else [])


@pytest.mark.parametrize(("size", "text"), [(1, b"d"), (2, b"dc"), (4, b"dcba")])
def test_itm_sends_as_many_bytes_as_are_written(size: int, text: bytes, host: FakeHost) -> None:
    itm = Itm("itm", host)
    itm.write(TCR, 4, 1)
    itm.write(TER, 4, 1)
    itm.write(0, size, 0x61626364)
    assert host.text == [("itm", text)]


def test_itm_ports_are_ready_and_other_ports_silent(host: FakeHost) -> None:
    itm = Itm("itm", host)
    itm.write(TCR, 4, 1)
    itm.write(TER, 4, 0xFFFFFFFF)
    for port in range(32):
        assert itm.read(4 * port, 4) & 1
        if port not in (0, 31):
            itm.write(4 * port, 4, 1)
    assert host.text == []
    assert host.markers == []


def test_marker_port_needs_no_set_up(host: FakeHost) -> None:
    itm = Itm("itm", host)
    itm.write(0x7C, 4, 0x80000007)
    itm.write(0x7C, 4, 7)
    assert host.markers == [0x80000007, 7]
