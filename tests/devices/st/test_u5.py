"""RCC, PWR, FLASH, caches, EXTI and start-up flags of the STM32U5 by RM0456."""

from __future__ import annotations

from typing import Any

import pytest
from fake_chip import FakeChip

from mcusim.devices.st.clocks import Clocks

CR, ICSCR1, CFGR1, CFGR2, PLL1CFGR, PLL1DIVR = 0x00, 0x08, 0x1C, 0x20, 0x28, 0x34
CCIPR1, CCIPR3, BDCR, CSR = 0xE0, 0xE8, 0xF0, 0xF4
PLL1ON = 1 << 24
CR1, CR3, VOSR, SVMSR = 0x00, 0x08, 0x0C, 0x3C


@pytest.fixture
def chip() -> FakeChip:
    return FakeChip(160e6)


def wait_for(chip: FakeChip, device: Any, register: int, bit: int) -> None:
    for _ in range(100_000):
        if device.read(register, 4) & 1 << bit:
            return
        chip.run(1000)
    raise AssertionError(f"bit {bit} of {register:#x} never came")


def to_160_mhz(chip: FakeChip, rcc: Any) -> None:
    """MSIS 4 MHz / 1 * 80 / 2."""
    rcc.write(PLL1CFGR, 4, 1 | 1 << 18)
    rcc.write(PLL1DIVR, 4, 79 | 1 << 9 | 1 << 16 | 1 << 24)
    rcc.write(CR, 4, rcc.read(CR, 4) | PLL1ON)
    wait_for(chip, rcc, CR, 25)
    rcc.write(CFGR1, 4, 3)


def test_reset_values(chip: FakeChip) -> None:
    rcc, pwr = chip.device("stm32u5-rcc"), chip.device("stm32u5-pwr")
    assert rcc.read(CR, 4) == 0x35, "MSIS and MSIK run"
    assert pwr.read(SVMSR, 4) & (3 << 16 | 1 << 1) == 0, "LDO, Range 4"
    assert chip.device("stm32u575-dbgmcu").read(0, 4) & 0xFFF == 0x482
    assert chip.device("stm32u575-identity").read(0x3A0, 2) == 2048


def test_160_mhz_with_smps_and_booster(chip: FakeChip) -> None:
    rcc, pwr, flash = (chip.device(f"stm32u5-{name}") for name in ("rcc", "pwr", "flash"))
    pwr.write(CR3, 4, 1 << 1)
    assert chip.regulator == "dcdc"
    assert pwr.read(SVMSR, 4) & 1 << 1, "REGS"
    pwr.write(VOSR, 4, 3 << 16 | 1 << 18)
    assert pwr.read(VOSR, 4) & 3 << 14 == 3 << 14, "VOSRDY and BOOSTRDY"
    assert pwr.read(SVMSR, 4) >> 15 & 7 == 7, "ACTVOS and its flag"
    flash.write(0x00, 4, 4 | 1 << 8)
    to_160_mhz(chip, rcc)
    assert rcc.read(CFGR1, 4) & 0xF == 0xF, "SWS follows SW"
    assert chip.clock.hz == 160e6
    assert (chip.voltage_range, chip.flash.wait_states) == ("range1", 4)  # type: ignore[attr-defined]
    rcc.write(CFGR2, 4, 5 << 4 | 4 << 8)
    clocks = Clocks.of(chip)
    assert (clocks.pclk1, clocks.pclk2) == (40e6, 80e6)
    assert (clocks.timer1_divider, clocks.timer2_divider) == (2, 1)
    assert chip.warnings == []


@pytest.mark.parametrize(
    ("vosr", "latency", "message"),
    [
        (3 << 16, 4, "needs the booster beyond 55 MHz"),
        (2 << 16 | 1 << 18, 4, "Range 2 allows 110 MHz"),
        (3 << 16 | 1 << 18, 3, "the flash needs 4 at 160 MHz in Range 1"),
    ],
)
def test_too_little_for_160_mhz_warns(
    chip: FakeChip, vosr: int, latency: int, message: str
) -> None:
    rcc, pwr, flash = (chip.device(f"stm32u5-{name}") for name in ("rcc", "pwr", "flash"))
    pwr.write(VOSR, 4, vosr)
    flash.write(0x00, 4, latency)
    to_160_mhz(chip, rcc)
    assert any(message in warning for warning in chip.warnings)


def test_msi_ranges(chip: FakeChip) -> None:
    rcc = chip.device("stm32u5-rcc")
    rcc.write(ICSCR1, 4, 1 << 28 | 4 << 24)
    assert chip.clock.hz == 4e6, "MSIRGSEL is 0: the range is CSR's"
    rcc.write(ICSCR1, 4, 1 << 28 | 1 << 23)
    assert chip.clock.hz == 24e6


def test_kernel_clocks(chip: FakeChip) -> None:
    rcc = chip.device("stm32u5-rcc")
    rcc.write(CFGR1, 4, 0)
    clocks = Clocks.of(chip)
    for choice, hz in ((0, 4e6), (1, 4e6), (2, 0.0), (3, 0.0), (4, 4e6)):
        rcc.write(CCIPR3, 4, choice)
        assert clocks.kernel_hz("lpuart1") == hz
    assert not clocks.kernel_in_stop("usart1")
    rcc.write(CCIPR1, 4, 3)
    rcc.write(BDCR, 4, 1)
    assert clocks.kernel_hz("usart1") == 32768.0
    assert clocks.kernel_in_stop("usart1")


def test_low_power_modes(chip: FakeChip) -> None:
    rcc, pwr = chip.device("stm32u5-rcc"), chip.device("stm32u5-pwr")
    to_160_mhz(chip, rcc)
    modes = []
    for code in (0, 1, 2, 3, 4, 6):
        pwr.write(CR1, 4, code)
        modes.append(chip.deep_sleep)
    assert modes == ["stop0", "stop1", "stop2", "stop3", "standby", "shutdown"]
    pwr.write(CR1, 4, 2)
    chip.enter_deep_sleep()
    chip.leave_deep_sleep()
    assert chip.clock.hz == 4e6, "MSIS"
    assert pwr.read(0x38, 4) == 1 << 1, "STOPF"
    pwr.write(0x38, 4, 1)
    assert pwr.read(0x38, 4) == 0


def test_chosen_pin_ends_shutdown(chip: FakeChip) -> None:
    pwr = chip.device("stm32u5-pwr")
    pwr.write(CR1, 4, 6)
    pwr.write(0x14, 4, 1 << 1)  # WKUP2
    pwr.write(0x1C, 4, 1 << 2)  # on PC13
    chip.enter_deep_sleep()
    assert chip.off == "shutdown"
    chip.device("stm32u5-gpio", "gpioa", 0x42020000).set_input(4, True)
    assert chip.resets == [], "PA4 is WKUP2's other pin"
    chip.device("stm32u5-gpio", "gpioc", 0x42020800).set_input(13, True)
    assert [message for _, message in chip.resets] == ["WKUP2 (PC13) woke the chip from shutdown"]
    assert pwr.read(0x44, 4) == 1 << 1


def test_icache(chip: FakeChip) -> None:
    icache = chip.device("stm32u5-icache")
    icache.write(0x00, 4, 1 | 4)
    icache.write(0x00, 4, 2 | 4)
    assert icache.read(0x00, 4) == 4
    assert icache.read(0x04, 4) == 1 << 1, "BSYENDF"
    icache.write(0x0C, 4, 1 << 1)
    assert icache.read(0x04, 4) == 0
    icache.write(0x00, 4, 1)
    assert chip.flash.calls == [  # type: ignore[attr-defined]
        *("icache True", "icache False", "invalidate icache"),
        *("icache ways 1", "icache True"),
    ]


def test_flash_erases_pages_of_8_kb(chip: FakeChip) -> None:
    flash = chip.device("stm32u5-flash")
    erased = []
    chip.write_memory = lambda at, data: erased.append((at, len(data))) or True  # type: ignore[method-assign, func-returns-value]
    flash.write(0x28, 4, 2 | 1 << 16)
    assert erased == [], "locked"
    for key in (0x45670123, 0xCDEF89AB):
        flash.write(0x08, 4, key)
    flash.write(0x28, 4, 2 | 3 << 3 | 1 << 11 | 1 << 16)
    assert erased == [(0x08106000, 0x2000)]
    assert flash.read(0x20, 4) == 1, "EOP, never busy"


def test_secure_code_has_flash_registers_of_its_own(chip: FakeChip) -> None:
    flash = chip.device("stm32u5-flash")
    erased = []
    chip.write_memory = lambda at, data: erased.append((at, len(data))) or True  # type: ignore[method-assign, func-returns-value]
    assert flash.read(0x2C, 4) == 1 << 31, "SECCR is locked"
    for key in (0x45670123, 0xCDEF89AB):
        flash.write(0x0C, 4, key)
    flash.write(0x28, 4, 2 | 1 << 16)
    assert erased == [], "NSCR is locked still"
    flash.write(0x2C, 4, 2 | 5 << 3 | 1 << 16)
    assert erased == [(0x0800A000, 0x2000)]
    assert (flash.read(0x20, 4), flash.read(0x24, 4)) == (0, 1), "EOP of SECSR"
    flash.write(0x24, 4, 1)
    flash.write(0x2C, 4, 1)
    assert flash.read(0x24, 4) == 0
    flash.write(0x28, 4, 0)
    assert chip.flash.calls[-1] == "writable True", "SECCR.PG"  # type: ignore[attr-defined]
    flash.write(0x2C, 4, 1 << 31)
    assert chip.flash.calls[-1] == "writable False"  # type: ignore[attr-defined]


def test_each_pin_line_has_its_interrupt(chip: FakeChip) -> None:
    exti = chip.device("stm32u5-exti", "exti", 0x46022000, tuple(range(11, 27)))
    port = chip.device("stm32u5-gpio", "gpiob", 0x42020400)
    port.write(0x00, 4, 0)
    exti.write(0x64, 4, 1 << 24)  # line 7 is port B's
    exti.write(0x00, 4, 1 << 7)
    exti.write(0x80, 4, 1 << 7)
    port.set_input(7, True)
    assert [number for number, level in chip.levels.items() if level] == [18]


def test_what_drivers_wait_for_while_they_set_up(chip: FakeChip) -> None:
    adc, otg = chip.device("stm32u5-adc"), chip.device("stm32-otg")
    syscfg, dcache = chip.device("stm32u5-syscfg"), chip.device("stm32u5-dcache")
    adc.write(0x08, 4, 1 << 28)
    assert adc.read(0x00, 4) == 1 << 12, "LDORDY"
    adc.write(0x08, 4, 1 << 31 | 1 << 28 | 1)
    assert (adc.read(0x08, 4), adc.read(0x00, 4) & 1) == (1 << 28 | 1, 1)
    adc.write(0x08, 4, 1 << 28 | 1 << 1 | 1)
    assert adc.read(0x08, 4) == 1 << 28
    otg.write(0x10, 4, 1)
    assert otg.read(0x10, 4) == 1 << 31, "AHBIDL, no reset under way"
    syscfg.write(0x1C, 4, 5)
    assert syscfg.read(0x1C, 4) == 5 | 3 << 8
    dcache.write(0x00, 4, 3)
    assert (dcache.read(0x00, 4), dcache.read(0x04, 4)) == (1, 2)
