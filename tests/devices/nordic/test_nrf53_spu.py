"""SPU of the nRF5340: what it tells the core of flash and RAM."""

from __future__ import annotations

import pytest
from fake_host import FakeHost

from mcusim.devices.nordic.nrf53.spu import Nrf53Spu

SECURE, OPEN = 0x17, 0x07


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


def test_all_memory_is_secure_at_reset(host: FakeHost) -> None:
    spu = Nrf53Spu("spu", host)
    assert host.attributes == [(0, 0x100000, "secure"), (0x20000000, 0x80000, "secure")]
    assert spu.read(0x600, 4) == spu.read(0x7FC, 4) == SECURE


def test_regions_of_flash_and_ram_are_given_away(host: FakeHost) -> None:
    spu = Nrf53Spu("spu", host)
    spu.write(0x600 + 4 * 5, 4, OPEN)
    spu.write(0x700 + 4 * 9, 4, OPEN)
    spu.write(0x600 + 4 * 5, 4, SECURE)
    assert host.attributes[2:] == [
        (0x14000, 0x4000, "non-secure"),
        (0x20012000, 0x2000, "non-secure"),
        (0x14000, 0x4000, "secure"),
    ]


def test_the_callable_piece_is_at_the_end_of_its_region(host: FakeHost) -> None:
    spu = Nrf53Spu("spu", host)
    spu.write(0x500, 4, 3)
    spu.write(0x504, 4, 8)
    assert host.attributes[-1] == (0xF000, 0x1000, "non-secure-callable")
    spu.write(0x600 + 4 * 3, 4, SECURE)
    assert host.attributes[-1] == (0xF000, 0x1000, "non-secure-callable"), "it stays"


def test_locked_regions_stay_as_they_are(host: FakeHost) -> None:
    spu = Nrf53Spu("spu", host)
    for register in (0x600, 0x700, 0x500, 0x504, 0x544, 0x480):
        spu.write(register, 4, 1 << 8 | 1)
        if register == 0x480:
            spu.write(0x484, 4, 1)
        told = len(host.attributes)
        spu.write(register, 4, 0x12)
        assert (spu.read(register, 4), len(host.attributes)) == (1 << 8 | 1, told)


def test_what_is_kept_out_of_a_peripheral_is_an_event(host: FakeHost) -> None:
    spu = Nrf53Spu("spu", host)
    spu.placed(0x50003000)
    host.told("timer0", 0, True)
    assert spu.read(0x108, 4) == 1
    assert host.interrupts == []
    spu.write(0x304, 4, 1 << 2)
    spu.write(0x108, 4, 0)
    assert host.interrupts == [(3, True), (3, False)]
