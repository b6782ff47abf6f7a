"""PRCI and the always-on domain of the FE310-G002, against its manual (v1p5)."""

from __future__ import annotations

import pytest
from fake_host import FakeHost

from mcusim.devices import create
from mcusim.devices.device import Device
from mcusim.devices.reset import Reset
from mcusim.devices.sifive.aon import SifiveAon
from mcusim.devices.sifive.clocks import SifiveClocks

HFROSCCFG, HFXOSCCFG, PLLCFG, PLLOUTDIV = 0x00, 0x04, 0x08, 0x0C
PLLSEL, REFSEL, BYPASS, LOCK, READY = 1 << 16, 1 << 17, 1 << 18, 1 << 31, 1 << 31
WDOGCFG, WDOGCOUNT, WDOGS, WDOGFEED, WDOGKEY, WDOGCMP = 0x00, 0x08, 0x10, 0x18, 0x1C, 0x20
RTCCFG, RTCLO, RTCHI, RTCS, RTCCMP = 0x40, 0x48, 0x4C, 0x50, 0x60
PMUIE, PMUCAUSE, PMUSLEEP, PMUKEY = 0x140, 0x144, 0x148, 0x14C
KEY = 0x51F15E
LOW_HZ = 30e3
"""After reset (6.7)."""


@pytest.fixture
def host() -> FakeHost:
    fake = FakeHost(clock_hz=16e6)
    fake.external_clock_hz = 16e6
    return fake


@pytest.fixture
def prci(host: FakeHost) -> Device:
    return create("sifive-prci", "prci", host)


def pll(r: int, f: int, q: int) -> int:
    """A value of pllcfg that drives the core from the crystal by the PLL."""
    return PLLSEL | REFSEL | q << 10 | f << 4 | r


def test_reset_values_are_the_manuals(prci: Device) -> None:
    assert prci.read(HFROSCCFG, 4) == READY | 1 << 30 | 16 << 16 | 4
    assert prci.read(HFXOSCCFG, 4) == READY | 1 << 30
    assert prci.read(PLLCFG, 4) == BYPASS | REFSEL | 3 << 10 | 0x1F << 4 | 1
    assert prci.read(PLLOUTDIV, 4) == 1 << 8


@pytest.mark.parametrize(
    ("config", "divider", "mhz"),
    [
        (pll(1, 0x1F, 3), 1 << 8, 64.0),  # reset ratios: R=2, F=64, Q=8
        (pll(1, 0x1F, 1), 1 << 8, 256.0),
        (pll(1, 39, 1), 1 << 8, 320.0),
        (pll(1, 0x1F, 1), 0, 128.0),
        (pll(1, 0x1F, 1), 63, 2.0),
        (PLLSEL | REFSEL | BYPASS, 1 << 8, 16.0),
        (PLLSEL | REFSEL | BYPASS, 4, 1.6),
    ],
)
def test_the_pll_multiplies_and_divides(
    host: FakeHost, prci: Device, config: int, divider: int, mhz: float
) -> None:
    prci.write(PLLOUTDIV, 4, divider)
    prci.write(PLLCFG, 4, config)
    assert host.clock_hz == pytest.approx(mhz * 1e6)
    assert host.warnings == []


@pytest.mark.parametrize(("divider", "mhz"), [(0, 72.0), (4, 14.4), (63, 1.125)])
def test_the_ring_oscillator_is_divided(
    host: FakeHost, prci: Device, divider: int, mhz: float
) -> None:
    prci.write(HFROSCCFG, 4, 1 << 30 | 16 << 16 | divider)
    assert host.clock_hz == pytest.approx(mhz * 1e6)


def test_the_pll_locks_after_100_us(host: FakeHost, prci: Device) -> None:
    prci.write(PLLCFG, 4, pll(1, 0x1F, 1) & ~PLLSEL)
    assert not prci.read(PLLCFG, 4) & LOCK
    host.run_events(host.now + round(99e-6 * host.clock_hz))
    assert not prci.read(PLLCFG, 4) & LOCK
    host.run_events(host.now + round(2e-6 * host.clock_hz))
    assert prci.read(PLLCFG, 4) & LOCK


def test_a_vco_out_of_its_range_is_said(host: FakeHost, prci: Device) -> None:
    prci.write(PLLCFG, 4, pll(1, 0x0F, 1))
    assert host.warnings == [
        "prci: the PLL's VCO is 256 MHz; it must lie between 384 and 768 MHz",
    ]


def test_a_core_without_a_clock_ends_the_run(host: FakeHost, prci: Device) -> None:
    prci.write(HFXOSCCFG, 4, 0)
    prci.write(PLLCFG, 4, PLLSEL | REFSEL | BYPASS)
    assert "source that is off" in host.ended[0]


# --- always on ---


@pytest.fixture
def aon(host: FakeHost) -> SifiveAon:
    device = create("sifive-aon", "aon", host)
    assert isinstance(device, SifiveAon)
    device.interrupts = (1, 2)
    return device


def later(host: FakeHost, seconds: float) -> None:
    host.run_events(host.now + round(seconds * host.clock_hz))


def unlocked(aon: SifiveAon, register: int, value: int) -> None:
    aon.write(WDOGKEY if register < 0x40 else PMUKEY, 4, KEY)
    aon.write(register, 4, value)


def test_the_watchdog_is_locked_without_its_key(aon: SifiveAon) -> None:
    aon.write(WDOGCMP, 4, 7)
    assert aon.read(WDOGCMP, 4) != 7
    unlocked(aon, WDOGCMP, 7)
    aon.write(WDOGCMP, 4, 9)  # the write before has locked it again
    assert aon.read(WDOGCMP, 4) == 7


def test_the_watchdog_resets_the_chip_unless_fed(host: FakeHost, aon: SifiveAon) -> None:
    unlocked(aon, WDOGCMP, 300)
    unlocked(aon, WDOGCFG, 1 << 12 | 1 << 8)
    for _ in range(3):
        later(host, 250.5 / LOW_HZ)
        assert aon.read(WDOGCOUNT, 4) == 250
        unlocked(aon, WDOGFEED, 0xD09F00D)
    assert host.ended == []
    later(host, 300.5 / LOW_HZ)
    assert "it was not fed within 0.01 s" in host.ended[0]


def test_the_watchdog_interrupts_periodically(host: FakeHost, aon: SifiveAon) -> None:
    unlocked(aon, WDOGCMP, 99)
    unlocked(aon, WDOGCFG, 1 << 12 | 1 << 9)
    seen = 0
    for _ in range(1000):
        later(host, 1 / LOW_HZ)
        if aon.read(WDOGCFG, 4) >> 28 & 1:
            seen += 1
            unlocked(aon, WDOGCFG, 1 << 12 | 1 << 9)
    assert seen == 10  # a period is 100 ticks: 0 to 99


def test_the_scaled_count_is_what_is_compared(host: FakeHost, aon: SifiveAon) -> None:
    aon.write(RTCCMP, 4, 3)
    aon.write(RTCCFG, 4, 1 << 12 | 5)
    later(host, 95.9 / LOW_HZ)
    assert (aon.read(RTCLO, 4), aon.read(RTCS, 4), aon.read(RTCCFG, 4) >> 28) == (95, 2, 0)
    assert host.interrupts == []
    later(host, 0.2 / LOW_HZ)
    assert (aon.read(RTCS, 4), aon.read(RTCCFG, 4) >> 28) == (3, 1)
    assert host.interrupts == [(2, True)]
    aon.write(RTCCMP, 4, 4)
    assert host.interrupts == [(2, True), (2, False)]


def test_the_rtc_has_48_bits(host: FakeHost, aon: SifiveAon) -> None:
    aon.write(RTCHI, 4, 0x12345)
    aon.write(RTCLO, 4, 0xFFFFFFFF)
    aon.write(RTCCFG, 4, 1 << 12)
    later(host, 2.5 / LOW_HZ)
    assert (aon.read(RTCHI, 4), aon.read(RTCLO, 4)) == (0x2346, 1)


def test_the_watch_crystal_can_be_chosen(host: FakeHost, aon: SifiveAon) -> None:
    aon.write(0x7C, 4, 1)
    aon.write(RTCCFG, 4, 1 << 12)
    later(host, 1.00001)
    assert aon.read(RTCLO, 4) == 32768
    assert host.shared(SifiveClocks).low_hz == 32768.0


def test_the_rtc_wakes_the_chip_from_sleep(host: FakeHost, aon: SifiveAon) -> None:
    aon.write(0x80, 4, 0xCAFE)
    aon.write(RTCCMP, 4, 1000)
    aon.write(RTCCFG, 4, 1 << 12)
    unlocked(aon, PMUIE, 1 << 1)
    unlocked(aon, PMUSLEEP, 1)
    later(host, 990 / LOW_HZ)
    assert host.ended == []
    later(host, 11 / LOW_HZ)
    assert host.ended == ["aon: the RTC woke the chip from sleep"]
    awake = create("sifive-aon", "aon", host)
    assert isinstance(awake, SifiveAon)
    awake.inherit(aon, Reset("wake-up", ""))
    assert awake.read(PMUCAUSE, 4) == 1
    assert awake.read(0x80, 4) == 0xCAFE
    assert awake.read(RTCLO, 4) == 1001


def test_sleep_is_locked_without_its_key(host: FakeHost, aon: SifiveAon) -> None:
    aon.write(RTCCFG, 4, 1 << 12)
    aon.write(RTCCMP, 4, 10)
    unlocked(aon, PMUIE, 1 << 1)
    aon.write(PMUSLEEP, 4, 1)
    later(host, 1)
    assert host.ended == []


def test_a_watchdog_reset_leaves_its_cause_alone(host: FakeHost, aon: SifiveAon) -> None:
    aon.write(RTCCFG, 4, 1 << 12)
    after = create("sifive-aon", "aon", host)
    after.inherit(aon, Reset("watchdog", ""))
    assert after.read(PMUCAUSE, 4) == 2 << 8
    assert after.read(RTCCFG, 4) == 0
