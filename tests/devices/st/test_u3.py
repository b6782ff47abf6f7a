"""RCC, PWR, FLASH and start-up flags of the STM32U3 by RM0487."""

from __future__ import annotations

from typing import Any

import pytest
from fake_chip import FakeChip

from mcusim.devices.st.clocks import Clocks

CR, ICSCR1, CFGR1, CFGR2, CSR = 0x00, 0x08, 0x1C, 0x20, 0x114
MSIRGSEL = 1 << 23
CR1, CR3, VOSR, SVMSR = 0x00, 0x08, 0x0C, 0x3C
R1EN, R2EN, BOOSTEN = 1 << 0, 1 << 1, 1 << 8


@pytest.fixture
def chip() -> FakeChip:
    return FakeChip(96e6)


def devices(chip: FakeChip) -> tuple[Any, Any, Any]:
    rcc, pwr, flash = (chip.device(f"stm32u3-{name}") for name in ("rcc", "pwr", "flash"))
    return rcc, pwr, flash


def test_reset_values(chip: FakeChip) -> None:
    rcc, pwr, flash = devices(chip)
    assert rcc.read(CR, 4) == 0x1D, "MSIS and MSIK run"
    assert pwr.read(VOSR, 4) == R2EN | R2EN << 16, "Range 2, ready"
    assert pwr.read(SVMSR, 4) & 1 << 1 == 0, "LDO"
    assert flash.read(0x40, 4) == 0x1FEFF0AA
    assert chip.device("stm32u385-dbgmcu").read(0, 4) & 0xFFF == 0x454
    assert chip.device("stm32u385-identity").read(0x3A0, 2) == 1024


def test_96_mhz_with_smps_and_booster(chip: FakeChip) -> None:
    rcc, pwr, flash = devices(chip)
    pwr.write(CR3, 4, 1 << 1)
    assert chip.regulator == "dcdc"
    assert pwr.read(SVMSR, 4) & 1 << 1, "REGS"
    pwr.write(VOSR, 4, R1EN | BOOSTEN)
    assert pwr.read(VOSR, 4) >> 16 == R1EN | BOOSTEN, "R1RDY and BOOSTRDY, R2RDY no more"
    flash.write(0x00, 4, 2)
    rcc.write(ICSCR1, 4, MSIRGSEL)
    assert chip.clock.hz == 96e6
    assert (chip.voltage_range, chip.flash.wait_states) == ("range1", 2)
    rcc.write(CFGR2, 4, 5 << 4 | 4 << 8)
    clocks = Clocks.of(chip)
    assert (clocks.pclk1, clocks.pclk2) == (24e6, 48e6)
    assert chip.warnings == []


@pytest.mark.parametrize(
    ("icscr1", "hz"),
    [
        (0, 12e6),  # MSIRC1 / 2 by CSR.MSISDIVS
        (MSIRGSEL | 1 << 29, 48e6),
        (MSIRGSEL | 3 << 29, 12e6),
        (MSIRGSEL | 1 << 31, 24e6),
        (MSIRGSEL | 1 << 31 | 3 << 29, 3e6),
    ],
)
def test_the_msi_divides_either_of_its_oscillators(chip: FakeChip, icscr1: int, hz: float) -> None:
    rcc, pwr, flash = devices(chip)
    pwr.write(VOSR, 4, R1EN | BOOSTEN)
    flash.write(0x00, 4, 2)
    rcc.write(ICSCR1, 4, icscr1)
    assert chip.clock.hz == hz
    assert chip.warnings == []


@pytest.mark.parametrize(
    ("vosr", "latency", "message"),
    [
        (R1EN, 2, "needs the booster beyond 24 MHz"),
        (R2EN | BOOSTEN, 2, "Range 2 allows 48 MHz"),
        (R1EN | BOOSTEN, 1, "the flash needs 2 at 96 MHz in Range 1"),
    ],
)
def test_too_little_for_96_mhz_warns(chip: FakeChip, vosr: int, latency: int, message: str) -> None:
    rcc, pwr, flash = devices(chip)
    pwr.write(VOSR, 4, vosr)
    flash.write(0x00, 4, latency)
    rcc.write(ICSCR1, 4, MSIRGSEL)
    assert any(message in warning for warning in chip.warnings)


@pytest.mark.parametrize("both", [0, R1EN | R2EN])
def test_a_write_that_makes_the_range_enables_equal_changes_neither(
    chip: FakeChip, both: int
) -> None:
    _, pwr, _ = devices(chip)
    pwr.write(VOSR, 4, R1EN)
    pwr.write(VOSR, 4, both | BOOSTEN)
    assert pwr.read(VOSR, 4) & 0xFFFF == R1EN | BOOSTEN


@pytest.mark.parametrize(
    ("lpms", "mode"), [(0, "stop0"), (1, "stop1"), (2, "stop2"), (3, "stop3"), (4, "standby")]
)
def test_low_power_modes(chip: FakeChip, lpms: int, mode: str) -> None:
    _, pwr, _ = devices(chip)
    pwr.write(CR1, 4, lpms)
    assert chip.deep_sleep == mode


def test_leaving_stop_halves_96_mhz(chip: FakeChip) -> None:
    rcc, pwr, flash = devices(chip)
    pwr.write(VOSR, 4, R1EN | BOOSTEN)
    flash.write(0x00, 4, 2)
    rcc.write(ICSCR1, 4, MSIRGSEL)
    Clocks.of(chip).stop_left()
    assert chip.clock.hz == 48e6


def test_erasing_a_page_of_the_second_bank(chip: FakeChip) -> None:
    _, _, flash = devices(chip)
    erased = []
    chip.write_memory = lambda at, data: erased.append((at, len(data))) or True  # type: ignore[method-assign, func-returns-value]
    flash.write(0x08, 4, 0x45670123)
    flash.write(0x08, 4, 0xCDEF89AB)
    flash.write(0x28, 4, 1 << 1 | 5 << 3 | 1 << 11 | 1 << 16)
    assert erased == [(0x08085000, 0x1000)]
