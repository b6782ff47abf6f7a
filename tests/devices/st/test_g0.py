"""RCC, PWR, FLASH, EXTI, RTC and DMA of the STM32G0 by RM0444."""

from __future__ import annotations

from typing import Any

import pytest
from fake_chip import RAM, FakeChip

from mcusim.devices.st.clocks import Clocks

CR, CFGR, PLLCFGR, CCIPR, BDCR, CSR = 0x00, 0x08, 0x0C, 0x54, 0x5C, 0x60
PLLON = 1 << 24
UE, TE = 1 << 0, 1 << 3


@pytest.fixture
def chip() -> FakeChip:
    return FakeChip(64e6)


def wait_for(chip: FakeChip, device: Any, register: int, bit: int) -> None:
    for _ in range(100_000):
        if device.read(register, 4) & 1 << bit:
            return
        chip.run(1000)
    raise AssertionError(f"bit {bit} of {register:#x} never came")


def to_64_mhz(chip: FakeChip, rcc: Any) -> None:
    """HSI16 / 1 * 8 / 2."""
    rcc.write(PLLCFGR, 4, 2 | 8 << 8 | 1 << 28 | 1 << 29)
    rcc.write(CR, 4, rcc.read(CR, 4) | PLLON)
    wait_for(chip, rcc, CR, 25)
    rcc.write(CFGR, 4, 2)


def test_reset_values(chip: FakeChip) -> None:
    rcc, pwr = chip.device("stm32g0-rcc"), chip.device("stm32g0-pwr")
    assert rcc.read(CR, 4) == 0x500
    assert pwr.read(0x00, 4) == 0x208
    assert chip.device("stm32g0b1-dbgmcu").read(0, 4) & 0xFFF == 0x467
    assert chip.device("stm32g0b1-identity").read(0x1E0, 2) == 512


def test_64_mhz(chip: FakeChip) -> None:
    rcc, flash = chip.device("stm32g0-rcc"), chip.device("stm32g0-flash")
    chip.device("stm32g0-pwr")
    flash.write(0x00, 4, 0x300 | 7)  # more than needed by the fake chip's table of 20 MHz steps
    to_64_mhz(chip, rcc)
    assert rcc.read(CFGR, 4) & 0x3F == 0x12, "SWS follows SW"
    clocks = Clocks.of(chip)
    assert (chip.clock.hz, clocks.pclk1) == (64e6, 64e6)
    rcc.write(CFGR, 4, 2 | 5 << 12)
    assert (clocks.pclk1, clocks.timer1_divider) == (16e6, 2), "APB / 4, timers twice that"
    assert chip.warnings == []


def test_hsi_divider(chip: FakeChip) -> None:
    rcc = chip.device("stm32g0-rcc")
    rcc.write(CR, 4, 0x100 | 3 << 11)
    assert chip.clock.hz == 2e6


def test_range_2_allows_16_mhz(chip: FakeChip) -> None:
    rcc, pwr = chip.device("stm32g0-rcc"), chip.device("stm32g0-pwr")
    pwr.write(0x00, 4, 2 << 9)
    to_64_mhz(chip, rcc)
    assert chip.voltage_range == "range2"
    assert any("HCLK is 64 MHz, but Range 2 allows 16 MHz" in w for w in chip.warnings)


def test_kernel_clocks(chip: FakeChip) -> None:
    rcc = chip.device("stm32g0-rcc")
    to_64_mhz(chip, rcc)
    clocks = Clocks.of(chip)
    for choice, hz in ((0, 64e6), (1, 64e6), (2, 16e6), (3, 0.0)):
        rcc.write(CCIPR, 4, choice << 2)
        assert clocks.kernel_hz("usart2") == hz
    assert clocks.kernel_hz("usart5") == 64e6
    rcc.write(CCIPR, 4, 1 << 18)
    assert clocks.kernel_hz("lptim1") == 0.0
    rcc.write(CSR, 4, 1)
    assert clocks.kernel_hz("lptim1") == 32000.0


def test_low_power_modes(chip: FakeChip) -> None:
    rcc, pwr = chip.device("stm32g0-rcc"), chip.device("stm32g0-pwr")
    to_64_mhz(chip, rcc)
    modes = []
    for code in (0, 1, 3, 4):
        pwr.write(0x00, 4, 0x208 | code)
        modes.append(chip.deep_sleep)
    assert modes == ["stop0", "stop1", "standby", "shutdown"]
    pwr.write(0x00, 4, 0x208)
    chip.enter_deep_sleep()
    chip.leave_deep_sleep()
    assert chip.clock.hz == 16e6, "Stop leaves HSISYS"
    pwr.write(0x00, 4, 0x208 | 3)
    pwr.write(0x08, 4, 0x8000 | 1 << 5)
    chip.enter_deep_sleep()
    chip.device("stm32g0-gpio", "gpiob", 0x50000400).set_input(5, True)
    assert [message for _, message in chip.resets] == ["WKUP6 (PB5) woke the chip from standby"]
    pwr.write(0x18, 4, 0x13F)
    assert pwr.read(0x10, 4) == 0, "WUF6 and SBF"


def test_exti_keeps_rising_and_falling_edges_apart(chip: FakeChip) -> None:
    exti = chip.device("stm32g0-exti", "exti", 0x40021800, (5, 6, 7))
    port = chip.device("stm32g0-gpio", "gpioc", 0x50000800)
    port.write(0x00, 4, 0)
    exti.write(0x6C, 4, 2 << 8)  # line 13 is port C's
    exti.write(0x00, 4, 1 << 13)
    exti.write(0x04, 4, 1 << 13)
    exti.write(0x80, 4, 1 << 13)
    port.set_input(13, True)
    assert (exti.read(0x0C, 4), exti.read(0x10, 4)) == (1 << 13, 0)
    port.set_input(13, False)
    assert exti.read(0x10, 4) == 1 << 13
    exti.write(0x0C, 4, 1 << 13)
    assert chip.levels[7], "the falling edge is still pending"
    exti.write(0x10, 4, 1 << 13)
    assert not chip.levels[7]


def test_rtc_interrupts_by_its_own_line(chip: FakeChip) -> None:
    rcc = chip.device("stm32g0-rcc")
    rtc = chip.device("stm32-rtc-direct", "rtc", 0x40002800, (2,))
    rcc.write(BDCR, 4, 1 << 15 | 1 << 8 | 1)
    rtc.write(0x24, 4, 0xCA)
    rtc.write(0x24, 4, 0x53)
    rtc.write(0x14, 4, 0)
    rtc.write(0x18, 4, 1 << 14 | 1 << 10 | 4)
    chip.run(int(1.01 * 64e6))
    assert chip.levels[2]
    rtc.write(0x5C, 4, 1 << 2)
    assert not chip.levels[2]


def test_a_shared_interrupt_stays_high_for_the_other_source(chip: FakeChip) -> None:
    lpuart, usart = (
        chip.device("stm32-usart", name, base, (29,))
        for name, base in (("usart3", 0x40004800), ("usart4", 0x40004C00))
    )
    for port in (lpuart, usart):
        port.write(0x00, 4, UE | TE | 1 << 7)
        assert chip.levels[29]
    usart.write(0x00, 4, 0)
    assert chip.levels[29], "of USART3"
    lpuart.write(0x00, 4, 0)
    assert not chip.levels[29]


def test_dma2_follows_dma1_behind_the_multiplexer(chip: FakeChip) -> None:
    chip.device("stm32-dma", "dma1", 0x40020000, (9, 10, 10, 11, 11, 11, 11))
    dma2 = chip.device("stm32g0-dma2", "dma2", 0x40020400, (11,) * 5)
    mux = chip.device("stm32g0-dmamux", "dmamux1", 0x40020800)
    usart = chip.device("stm32-usart", "usart2", 0x40004400)
    usart.write(0x00, 4, UE | TE)
    usart.write(0x08, 4, 1 << 7)
    chip.memory[:3] = b"abc"
    mux.write(4 * 8, 4, 53)  # channel 2 of DMA2: USART2_TX
    channel = 0x08 + 0x14
    dma2.write(channel + 4, 4, 3)
    dma2.write(channel + 8, 4, 0x40004428)
    dma2.write(channel + 12, 4, RAM)
    dma2.write(channel, 4, 1 << 7 | 1 << 4 | 1 << 1 | 1)
    chip.run(1000)
    assert chip.output == b"abc"
    assert chip.levels[11]


def test_flash_erases_pages_of_2_kb_in_two_banks(chip: FakeChip) -> None:
    flash = chip.device("stm32g0-flash")
    assert flash.read(0x20, 4) == 0xFFFFFEAA
    assert chip.warnings == [], "nSWAP_BANK is set as delivered"
    erased = []
    chip.write_memory = lambda at, data: erased.append((at, len(data))) or True  # type: ignore[method-assign, func-returns-value]
    for key in (0x45670123, 0xCDEF89AB):
        flash.write(0x08, 4, key)
    flash.write(0x14, 4, 1 << 1 | 5 << 3 | 1 << 16)
    flash.write(0x14, 4, 1 << 1 | 5 << 3 | 1 << 13 | 1 << 16)
    assert erased == [(0x08002800, 0x800), (0x08042800, 0x800)]


def test_swapped_banks_are_reported(chip: FakeChip) -> None:
    chip.options["optr"] = 0xFFEFFEAA
    chip.device("stm32g0-flash")
    assert any("nSWAP_BANK" in w for w in chip.warnings)
