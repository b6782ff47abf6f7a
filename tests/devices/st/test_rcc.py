"""RCC, PWR and FLASH by RM0432: oscillators, PLL, prescalers, ready flags, voltage, wait states."""

from __future__ import annotations

from typing import Any

import pytest
from fake_chip import FakeChip

from mcusim.devices.st.clocks import Clocks

CR, CFGR, PLLCFGR, CCIPR, BDCR, CSR = 0x00, 0x08, 0x0C, 0x88, 0x90, 0x94
MSI_48_MHZ = 0xB << 4 | 1 << 3 | 1
PLL_120_MHZ = 2 << 0 | 1 << 4 | 30 << 8 | 1 << 24
"""HSI16 / 2 * 30 / 2, as RM0432 6.2.5 allows (VCO at 240 MHz)."""


@pytest.fixture
def chip() -> FakeChip:
    return FakeChip()


def set_bits(device: Any, register: int, bits: int) -> None:
    device.write(register, 4, device.read(register, 4) | bits)


def pll_at_120(chip: FakeChip, rcc: Any) -> None:
    """The sequence of RM0432 6.2.4 and 6.2.5, with polling."""
    set_bits(rcc, CR, 1 << 8)
    while not rcc.read(CR, 4) & 1 << 10:
        chip.run(10)
    rcc.write(PLLCFGR, 4, PLL_120_MHZ)
    set_bits(rcc, CR, 1 << 24)
    while not rcc.read(CR, 4) & 1 << 25:
        chip.run(10)
    rcc.write(CFGR, 4, 3)


def test_reset_values(chip: FakeChip) -> None:
    rcc = chip.device("stm32-rcc")
    assert rcc.read(CR, 4) == 0x63
    assert rcc.read(PLLCFGR, 4) == 0x1000
    assert rcc.read(CSR, 4) == 0x0C000600
    assert chip.clock.hz == 120e6, "the board's clock until the firmware chooses one"


def test_first_write_hands_the_clock_over(chip: FakeChip) -> None:
    rcc = chip.device("stm32-rcc")
    rcc.write(0x58, 4, 1)  # APB1ENR1 is not a clock's choice
    chip.run(1000)
    assert chip.seconds == pytest.approx(1000 / 120e6)
    set_bits(rcc, CR, 1 << 8)
    assert chip.clock.hz == 4e6
    assert chip.seconds == pytest.approx(1000 / 4e6), "the start-up is restated at MSI's 4 MHz"


def test_pll_to_120_mhz(chip: FakeChip) -> None:
    rcc, pwr, flash = (chip.device(f"stm32-{name}") for name in ("rcc", "pwr", "flash"))
    pwr.write(0x80, 4, 0)  # R1MODE = 0: boost
    flash.write(0x00, 4, 0x605)
    assert flash.read(0x00, 4) == 0x605
    pll_at_120(chip, rcc)
    assert rcc.read(CFGR, 4) & 0xF == 0xF, "SWS follows SW"
    assert chip.clock.hz == 120e6
    assert chip.warnings == []


def test_too_few_wait_states_and_too_low_voltage_warn(chip: FakeChip) -> None:
    rcc = chip.device("stm32-rcc")
    chip.device("stm32-pwr")
    chip.device("stm32-flash")
    pll_at_120(chip, rcc)
    assert chip.flash.wait_states == 0  # type: ignore[attr-defined]
    assert any("FLASH_ACR sets 0 wait states, but the flash needs 5" in w for w in chip.warnings)
    assert any("Range 1 without boost" in w for w in chip.warnings)


@pytest.mark.parametrize(
    ("code", "hz"), [(0, 100e3), (3, 800e3), (4, 1e6), (6, 4e6), (8, 16e6), (11, 48e6)]
)
def test_msi_ranges(chip: FakeChip, code: int, hz: float) -> None:
    rcc = chip.device("stm32-rcc")
    rcc.write(CR, 4, code << 4 | 1 << 3 | 1)
    assert chip.clock.hz == hz


@pytest.mark.parametrize(("hpre", "divider"), [(0, 1), (7, 1), (8, 2), (0xB, 16), (0xC, 64)])
def test_ahb_prescaler(chip: FakeChip, hpre: int, divider: int) -> None:
    rcc = chip.device("stm32-rcc")
    rcc.write(CR, 4, MSI_48_MHZ)
    rcc.write(CFGR, 4, hpre << 4)
    assert chip.clock.hz == 48e6 / divider


def test_apb_and_timer_clocks(chip: FakeChip) -> None:
    rcc = chip.device("stm32-rcc")
    rcc.write(CR, 4, MSI_48_MHZ)
    rcc.write(CFGR, 4, 7 << 8 | 4 << 11)  # /16 and /2
    clocks = Clocks.of(chip)
    assert (clocks.pclk1, clocks.pclk2) == (3e6, 24e6)
    assert (clocks.timer1_divider, clocks.timer2_divider) == (8, 1), "twice the APB's clock"


def test_kernel_clocks(chip: FakeChip) -> None:
    rcc = chip.device("stm32-rcc")
    rcc.write(CR, 4, MSI_48_MHZ | 1 << 8)
    rcc.write(CFGR, 4, 4 << 8)
    clocks = Clocks.of(chip)
    for choice, hz in ((0, 24e6), (1, 48e6), (2, 16e6), (3, 0.0)):
        rcc.write(CCIPR, 4, choice << 10)
        assert clocks.kernel_hz("lpuart1") == hz
    rcc.write(BDCR, 4, 1)
    assert clocks.kernel_hz("lpuart1") == 32768.0
    assert clocks.kernel_hz("usart1") == 48e6


def test_ready_flags_come_after_the_start_up_time(chip: FakeChip) -> None:
    rcc = chip.device("stm32-rcc")
    set_bits(rcc, CSR, 1)
    assert not rcc.read(CSR, 4) & 2
    chip.run(int(81e-6 * 120e6))
    assert rcc.read(CSR, 4) & 2
    rcc.write(CSR, 4, 1 << 23)
    assert rcc.read(CSR, 4) == 0, "RMVF clears the causes of the reset; LSI is off"


def test_the_wait_for_lse_is_at_the_clock_after_reset_and_asks_nobody(chip: FakeChip) -> None:
    rcc = chip.device("stm32-rcc")
    rcc.write(BDCR, 4, 1)
    assert chip.clock.hz == 4e6
    chip.run(4_000_000)
    set_bits(rcc, CR, 1 << 8)
    chip.run(100)
    rcc.write(CFGR, 4, 1)
    assert chip.clock.hz == 16e6
    assert chip.published[rcc.base + BDCR] == 1
    while not chip.published[rcc.base + BDCR] & 2:
        chip.run(1000)
    assert chip.seconds == pytest.approx(2.0, abs=1e-3)
    assert rcc.read(BDCR, 4) == 3


def test_stop_wakes_with_msi(chip: FakeChip) -> None:
    rcc, pwr = chip.device("stm32-rcc"), chip.device("stm32-pwr")
    pll_at_120(chip, rcc)
    pwr.write(0x00, 4, 0x202)
    assert chip.deep_sleep == "stop2"
    chip.enter_deep_sleep()
    chip.leave_deep_sleep()
    assert chip.clock.hz == 4e6
    assert rcc.read(CFGR, 4) & 0xF == 0
    assert not rcc.read(CR, 4) & 3 << 24


def test_standby_switches_the_core_off(chip: FakeChip) -> None:
    chip.device("stm32-pwr").write(0x00, 4, 0x203)
    chip.enter_deep_sleep()
    assert chip.off == "standby"


def test_access_control_before_the_clock_is_set_up(chip: FakeChip) -> None:
    rcc, flash = chip.device("stm32-rcc"), chip.device("stm32-flash")
    flash.write(0x00, 4, 0x700)
    assert len(chip.warnings) == 1, "wrong at the board's clock"
    set_bits(rcc, CR, 1)
    assert chip.warnings == [], "right at the chip's clock after reset"


def test_flash_unlocks_by_its_keys() -> None:
    chip = FakeChip()
    flash = chip.device("stm32-flash")
    assert flash.read(0x14, 4) == 0xC0000000
    flash.write(0x14, 4, 1 << 1)
    assert flash.read(0x14, 4) == 0xC0000000, "locked"
    flash.write(0x08, 4, 0x45670123)
    flash.write(0x08, 4, 0xCDEF89AB)
    assert flash.read(0x14, 4) == 0x40000000
    flash.write(0x0C, 4, 0x08192A3B)
    flash.write(0x0C, 4, 0x4C5D6E7F)
    assert flash.read(0x14, 4) == 0
    flash.write(0x14, 4, 1)
    flash.write(0x14, 4, 0)
    assert chip.flash.calls == ["writable True", "writable False"]  # type: ignore[attr-defined]
    flash.write(0x14, 4, 1 << 31)
    assert flash.read(0x14, 4) == 1 << 31
    assert flash.read(0x10, 4) == 0, "never busy"


def test_caches_reset_only_while_off(chip: FakeChip) -> None:
    flash = chip.device("stm32-flash")
    flash.write(0x00, 4, 1 << 9 | 1 << 11)
    assert "invalidate icache" not in chip.flash.calls  # type: ignore[attr-defined]
    flash.write(0x00, 4, 1 << 11)
    assert "invalidate icache" in chip.flash.calls  # type: ignore[attr-defined]


def test_external_oscillator_is_the_boards(chip: FakeChip) -> None:
    chip.external_clock_hz = 25e6
    rcc = chip.device("stm32-rcc")
    set_bits(rcc, CR, 1 << 16)
    chip.run(int(2.1e-3 * 120e6))
    assert rcc.read(CR, 4) & 1 << 17
    rcc.write(CFGR, 4, 2)
    assert chip.clock.hz == 25e6


def test_external_oscillator_that_the_board_lacks_never_starts(chip: FakeChip) -> None:
    chip.external_clock_hz = 0.0
    rcc = chip.device("stm32-rcc")
    set_bits(rcc, CR, 1 << 16)
    chip.run(int(1.0 * 120e6))
    assert not rcc.read(CR, 4) & 1 << 17
    assert any("external_clock_hz" in warning for warning in chip.warnings)
