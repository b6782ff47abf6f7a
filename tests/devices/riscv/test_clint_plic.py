"""CLINT and PLIC: FE310-G002 manual (v1p5, 9 and 10), PLIC specification 1.0.0."""

from __future__ import annotations

import pytest
from fake_host import FakeHost

from mcusim.devices import create
from mcusim.devices.device import Device

SOFTWARE, TIMER, EXTERNAL = 3, 7, 11
PRIORITY, PENDING, ENABLE, THRESHOLD, CLAIM = 0, 0x1000, 0x2000, 0x200000, 0x200004


@pytest.fixture
def host() -> FakeHost:
    return FakeHost(clock_hz=16e6)


@pytest.fixture
def plic(host: FakeHost) -> Device:
    device = create("riscv-plic", "plic", host)
    for source, priority in ((3, 1), (5, 7), (9, 7)):
        device.write(PRIORITY + 4 * source, 4, priority)
    device.write(ENABLE, 4, 1 << 3 | 1 << 5 | 1 << 9)
    return device


def test_a_write_to_msip_drives_the_software_interrupt(host: FakeHost) -> None:
    clint = create("riscv-clint", "clint", host)
    clint.write(0, 4, 0xFFFFFFFF)
    assert host.core_lines[SOFTWARE]
    assert clint.read(0, 4) == 1
    clint.write(0, 4, 0)
    assert not host.core_lines[SOFTWARE]


def test_the_timer_is_due_from_mtimecmp_on(host: FakeHost) -> None:
    clint = create("riscv-clint", "clint", host)
    clint.write(0x4000, 4, 1000)
    clint.write(0x4004, 4, 0)
    assert not host.core_lines[TIMER]
    host.run_events(999)
    assert not host.core_lines[TIMER]
    host.run_events(1000)
    assert host.core_lines[TIMER]
    clint.write(0x4004, 4, 1)
    assert not host.core_lines[TIMER]


def test_mtime_can_be_set_and_goes_on_from_there(host: FakeHost) -> None:
    clint = create("riscv-clint", "clint", host)
    host.now = 50
    clint.write(0xBFFC, 4, 2)
    clint.write(0xBFF8, 4, 7)
    host.now = 60
    assert (clint.read(0xBFFC, 4), clint.read(0xBFF8, 4)) == (2, 17)


def test_the_fe310_counts_its_low_frequency_clock(host: FakeHost) -> None:
    clint = create("sifive-clint", "clint", host)
    host.now = 16_000_000
    assert clint.read(0xBFF8, 4) == 30_000


def test_the_highest_priority_is_claimed_and_of_equals_the_lowest_number(
    host: FakeHost, plic: Device
) -> None:
    for source in (3, 9, 5):
        host.controller(source, True)
    assert host.core_lines[EXTERNAL]
    assert plic.read(PENDING, 4) == 1 << 3 | 1 << 5 | 1 << 9
    assert [plic.read(CLAIM, 4) for _ in range(4)] == [5, 9, 3, 0]
    assert not host.core_lines[EXTERNAL]


def test_a_level_that_is_still_high_pends_again_at_its_completion(
    host: FakeHost, plic: Device
) -> None:
    host.controller(5, True)
    assert plic.read(CLAIM, 4) == 5
    host.controller(5, True)
    assert plic.read(PENDING, 4) == 0
    plic.write(CLAIM, 4, 5)
    assert plic.read(PENDING, 4) == 1 << 5
    assert plic.read(CLAIM, 4) == 5
    host.controller(5, False)
    plic.write(CLAIM, 4, 5)
    assert plic.read(CLAIM, 4) == 0


def test_a_threshold_masks_what_is_not_above_it(host: FakeHost, plic: Device) -> None:
    plic.write(THRESHOLD, 4, 1)
    host.controller(3, True)
    assert not host.core_lines[EXTERNAL]
    plic.write(THRESHOLD, 4, 0)
    assert host.core_lines[EXTERNAL]


def test_a_source_of_priority_zero_never_interrupts(host: FakeHost, plic: Device) -> None:
    plic.write(PRIORITY + 4 * 5, 4, 0)
    host.controller(5, True)
    assert not host.core_lines[EXTERNAL]
    assert plic.read(CLAIM, 4) == 0
