"""RCC, PWR and FLASH of the STM32H7 by RM0433 and RM0455: clock tree, supply, voltage, latency."""

from __future__ import annotations

from typing import Any

import pytest
from fake_chip import FakeChip

from mcusim.devices.st.clocks import Clocks

CR, CFGR, D1CFGR, D2CFGR, D3CFGR = 0x00, 0x10, 0x18, 0x1C, 0x20
PLLCKSELR, PLLCFGR, PLL1DIVR, PLL1FRACR, PLL2DIVR = 0x28, 0x2C, 0x30, 0x34, 0x38
D2CCIP2R, D3CCIPR, BDCR, CSR, RSR = 0x54, 0x58, 0x70, 0x74, 0xD0
CR1, CSR1, CR3, CPUCR, D3CR = 0x00, 0x04, 0x0C, 0x10, 0x18
HSEON, PLL1ON = 1 << 16, 1 << 24


def chip_of(part: str, clock_hz: float) -> tuple[FakeChip, Any, Any, Any]:
    """A chip with its RCC, PWR and FLASH."""
    chip = FakeChip(clock_hz)
    rcc, pwr, flash = (chip.device(f"stm32{part}-{name}") for name in ("rcc", "pwr", "flash"))
    return chip, rcc, pwr, flash


def set_bits(device: Any, register: int, bits: int) -> None:
    device.write(register, 4, device.read(register, 4) | bits)


def wait_for(chip: FakeChip, device: Any, register: int, bit: int) -> None:
    for _ in range(100_000):
        if device.read(register, 4) & 1 << bit:
            return
        chip.run(1000)
    raise AssertionError(f"bit {bit} of {register:#x} never came")


def to_280_mhz(chip: FakeChip, rcc: Any) -> None:
    """As SystemClock_Config of the MLPerf Tiny firmware: HSI 64 MHz / 4 * 35 / 2, buses / 16."""
    rcc.write(PLLCKSELR, 4, 4 << 4)
    rcc.write(PLL1DIVR, 4, 34 | 1 << 9 | 7 << 16 | 1 << 24)
    rcc.write(PLLCFGR, 4, 7 << 16)
    set_bits(rcc, CR, PLL1ON)
    wait_for(chip, rcc, CR, 25)
    rcc.write(D1CFGR, 4, 7 << 4)
    rcc.write(D2CFGR, 4, 7 << 4 | 7 << 8)
    rcc.write(D3CFGR, 4, 7 << 4)
    rcc.write(CFGR, 4, 3)


def to_480_mhz(chip: FakeChip, rcc: Any) -> None:
    """HSE 8 MHz / 1 * 120 / 2, AXI at 240 MHz, APB at 120 MHz."""
    set_bits(rcc, CR, HSEON)
    wait_for(chip, rcc, CR, 17)
    rcc.write(PLLCKSELR, 4, 2 | 1 << 4)
    rcc.write(PLL1DIVR, 4, 119 | 1 << 9 | 3 << 16)
    rcc.write(PLLCFGR, 4, 7 << 16)
    set_bits(rcc, CR, PLL1ON)
    wait_for(chip, rcc, CR, 25)
    rcc.write(D1CFGR, 4, 8 | 4 << 4)
    rcc.write(D2CFGR, 4, 4 << 4 | 4 << 8)
    rcc.write(CFGR, 4, 3)


def test_reset_values() -> None:
    _, rcc, pwr, flash = chip_of("h743", 480e6)
    assert rcc.read(CR, 4) == 0xC025, "HSI on and ready"
    assert rcc.read(PLLCKSELR, 4) == 0x02020200
    assert rcc.read(RSR, 4) == 0x00FA0000
    assert pwr.read(CSR1, 4) == 0x4000, "VOS3, not ready before CR3 is written"
    assert flash.read(0x00, 4) == 0x37


def test_first_write_hands_the_clock_over_at_64_mhz() -> None:
    chip, rcc, _, _ = chip_of("h7a3", 280e6)
    chip.run(1000)
    rcc.write(CFGR, 4, 0)
    assert chip.clock.hz == 64e6
    assert chip.seconds == pytest.approx(1000 / 64e6)


def test_stm32h7a3_at_280_mhz() -> None:
    chip, rcc, pwr, flash = chip_of("h7a3", 280e6)
    pwr.write(CR3, 4, 1 << 2)  # SMPS
    pwr.write(D3CR, 4, 3 << 14)  # VOS0
    flash.write(0x00, 4, 0x36)
    to_280_mhz(chip, rcc)
    assert rcc.read(CFGR, 4) == 3 | 3 << 3, "SWS follows SW"
    clocks = Clocks.of(chip)
    assert (chip.clock.hz, clocks.hclk, clocks.pclk1, clocks.pclk4) == (
        280e6,
        280e6,
        17.5e6,
        17.5e6,
    )
    assert (clocks.timer1_divider, clocks.timer2_divider) == (8, 8), "twice the APB's clock"
    assert clocks.kernel_hz("usart3") == clocks.kernel_hz("usart1") == 17.5e6
    assert chip.flash.wait_states == 6  # type: ignore[attr-defined]
    assert chip.warnings == []


def test_stm32h743_at_480_mhz_with_a_bus_of_half_that() -> None:
    chip, rcc, pwr, flash = chip_of("h743", 480e6)
    syscfg = chip.device("stm32h7-syscfg")
    pwr.write(CR3, 4, 1 << 1)
    pwr.write(D3CR, 4, 3 << 14)  # VOS1
    syscfg.write(0x2C, 4, 1)  # boost to VOS0
    flash.write(0x00, 4, 0x24)
    to_480_mhz(chip, rcc)
    clocks = Clocks.of(chip)
    assert (chip.clock.hz, clocks.hclk, clocks.pclk1) == (480e6, 240e6, 120e6)
    assert clocks.timer1_divider == 2, "timers at 240 MHz"
    assert (chip.bus_divider, chip.flash.wait_states) == (2, 4)  # type: ignore[attr-defined]
    assert chip.warnings == []


def test_too_low_a_voltage_and_too_few_wait_states_warn() -> None:
    chip, rcc, _, flash = chip_of("h743", 480e6)
    flash.write(0x00, 4, 0x02)
    to_480_mhz(chip, rcc)
    assert any("VOS3 allows 200 MHz" in warning for warning in chip.warnings)
    assert any("sets 2 wait states, but the flash needs" in warning for warning in chip.warnings)


def test_the_boards_clock_asks_for_a_slow_bus_until_the_firmware_chooses() -> None:
    for part, hz, divider in (("h743", 480e6, 2), ("h743", 200e6, 1), ("h7a3", 280e6, 1)):
        assert chip_of(part, hz)[0].bus_divider == divider


def test_fractional_divider() -> None:
    chip, rcc, _, _ = chip_of("h7a3", 280e6)
    rcc.write(PLL1FRACR, 4, 4096 << 3)
    to_280_mhz(chip, rcc)
    assert chip.clock.hz == 280e6, "not enabled"
    set_bits(rcc, PLLCFGR, 1)
    assert chip.clock.hz == pytest.approx(64e6 / 4 * 35.5 / 2)


def test_timers_with_timpre() -> None:
    chip, rcc, _, _ = chip_of("h7a3", 280e6)
    to_280_mhz(chip, rcc)
    set_bits(rcc, CFGR, 1 << 15)
    assert Clocks.of(chip).timer1_divider == 4, "four times the APB's clock"


def test_kernel_clocks() -> None:
    chip, rcc, _, _ = chip_of("h743", 480e6)
    to_480_mhz(chip, rcc)
    clocks = Clocks.of(chip)
    rcc.write(PLLCKSELR, 4, rcc.read(PLLCKSELR, 4) | 2 << 12)
    rcc.write(PLL2DIVR, 4, 99 | 7 << 16)  # 8 MHz / 2 * 100 / 8
    rcc.write(PLLCFGR, 4, 0xFFFF0000)
    for choice, hz in ((0, 120e6), (1, 0.0), (3, 64e6), (4, 0.0), (5, 0.0)):
        rcc.write(D2CCIP2R, 4, choice)
        assert clocks.kernel_hz("usart3") == hz, choice
    set_bits(rcc, CR, 1 << 26 | 1 << 7)
    rcc.write(BDCR, 4, 1)
    for choice, hz in ((1, 50e6), (4, 4e6), (5, 32768.0)):
        rcc.write(D2CCIP2R, 4, choice << 3)
        assert clocks.kernel_hz("usart1") == hz, choice
        assert clocks.kernel_hz("usart3") == 120e6, "has a field of its own"
    rcc.write(D3CCIPR, 4, 3)
    assert clocks.kernel_hz("lpuart1") == 64e6


def test_hsi_divider_and_rtc_clock() -> None:
    chip, rcc, _, _ = chip_of("h743", 480e6)
    rcc.write(CR, 4, 1 | 2 << 3)
    assert chip.clock.hz == 16e6
    rcc.write(BDCR, 4, 1 | 1 << 8 | 1 << 15)
    assert Clocks.of(chip).rtc_hz == 32768.0
    rcc.write(BDCR, 4, 1 << 16)
    assert Clocks.of(chip).rtc_hz == 0.0


def test_a_pll_that_is_off_is_no_system_clock() -> None:
    chip, rcc, _, _ = chip_of("h743", 480e6)
    rcc.write(CFGR, 4, 3)
    assert any("a clock for the core that is off" in warning for warning in chip.warnings)
    assert chip.clock.hz == 64e6


def test_voltage_is_ready_once_the_supply_is_chosen() -> None:
    _, _, pwr, _ = chip_of("h743", 480e6)
    assert not pwr.read(CSR1, 4) & 1 << 13
    assert not pwr.read(D3CR, 4) & 1 << 13
    pwr.write(CR3, 4, 1 << 1)
    pwr.write(D3CR, 4, 2 << 14)
    assert pwr.read(CSR1, 4) == 1 << 13 | 2 << 14, "ACTVOS follows VOS"
    assert pwr.read(D3CR, 4) & 1 << 13


@pytest.mark.parametrize(
    ("cr3", "chosen"),
    [
        (1 << 2, "dcdc"),
        (1 << 1, "ldo"),
        (1, ""),  # bypass: the core is fed from outside
    ],
)
def test_the_supply_of_the_core_chooses_the_regulator(cr3: int, chosen: str) -> None:
    chip, _, pwr, _ = chip_of("h7a3", 280e6)
    pwr.write(CR3, 4, cr3)
    assert chip.regulator == chosen


def test_stop_wakes_with_hsi_and_says_so() -> None:
    chip, rcc, pwr, _ = chip_of("h743", 480e6)
    to_480_mhz(chip, rcc)
    assert chip.deep_sleep == "stop"
    pwr.write(CR1, 4, 1 << 14)
    assert chip.deep_sleep == "stop-svos5"
    chip.enter_deep_sleep()
    chip.leave_deep_sleep()
    assert chip.clock.hz == 64e6
    assert rcc.read(CFGR, 4) & 7 == 0
    assert not rcc.read(CR, 4) & (PLL1ON | HSEON)
    assert pwr.read(CPUCR, 4) & 1 << 5, "STOPF"
    pwr.write(CPUCR, 4, 1 << 9)
    assert not pwr.read(CPUCR, 4) & 1 << 5


def test_deep_sleep_of_the_stm32h7a3() -> None:
    chip, _, pwr, _ = chip_of("h7a3", 280e6)
    assert chip.deep_sleep == "stop"
    pwr.write(CPUCR, 4, 1)
    assert chip.deep_sleep == "stop2"
    pwr.write(CPUCR, 4, 1 << 2)
    assert chip.deep_sleep == "standby"


def test_standby_needs_all_domains() -> None:
    chip, _, pwr, _ = chip_of("h743", 480e6)
    pwr.write(CPUCR, 4, 3)
    assert chip.deep_sleep == "stop"
    pwr.write(CPUCR, 4, 7)
    chip.enter_deep_sleep()
    assert chip.off == "standby"
    assert pwr.read(CPUCR, 4) & 1 << 6, "SBF"


def test_a_wake_up_pin_resets_out_of_standby_by_its_edge() -> None:
    chip, _, pwr, _ = chip_of("h743", 480e6)
    port = chip.device("stm32h7-gpio", "gpioc", 0x58020800)
    pwr.write(0x28, 4, 1 << 3 | 1 << 11)  # WKUPEPR: pin 4 (PC13), falling
    pwr.write(CPUCR, 4, 7)
    chip.enter_deep_sleep()
    port.set_input(13, True)
    assert chip.resets == []
    port.set_input(13, False)
    assert [message for _, message in chip.resets] == ["WKUP4 (PC13) woke the chip from standby"]
    assert pwr.read(0x24, 4) == 1 << 3
    pwr.write(0x20, 4, 1 << 3)
    assert pwr.read(0x24, 4) == 0


def test_flash_unlocks_each_bank_by_its_keys() -> None:
    _, _, _, flash = chip_of("h743", 480e6)
    for bank in (0, 0x100):
        flash.write(0x0C + bank, 4, 1 << 1)
        assert flash.read(0x0C + bank, 4) == 1, "locked"
        flash.write(0x04 + bank, 4, 0x45670123)
        flash.write(0x04 + bank, 4, 0xCDEF89AB)
        assert flash.read(0x0C + bank, 4) == 0
    assert flash.read(0x18, 4) == 1
    flash.write(0x08, 4, 0x08192A3B)
    flash.write(0x08, 4, 0x4C5D6E7F)
    assert flash.read(0x18, 4) == 0
    assert flash.read(0x10, 4) == 0, "never busy"
    assert flash.read(0x40, 4) == 0x1FF00800
