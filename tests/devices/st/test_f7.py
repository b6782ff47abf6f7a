"""RCC, PWR, FLASH and DMA of the STM32F7 by RM0385."""

from __future__ import annotations

from typing import Any

import pytest
from fake_chip import RAM, FakeChip

from mcusim.devices.st.clocks import Clocks

CR, PLLCFGR, CFGR, BDCR, CSR, DCKCFGR1, DCKCFGR2 = 0x00, 0x04, 0x08, 0x70, 0x74, 0x8C, 0x90
HSEON, PLLON = 1 << 16, 1 << 24
UE, RE, TE = 1 << 0, 1 << 2, 1 << 3


@pytest.fixture
def chip() -> FakeChip:
    chip = FakeChip(216e6)
    chip.external_clock_hz = 25e6
    return chip


def wait_for(chip: FakeChip, device: Any, register: int, bit: int) -> None:
    for _ in range(100_000):
        if device.read(register, 4) & 1 << bit:
            return
        chip.run(1000)
    raise AssertionError(f"bit {bit} of {register:#x} never came")


def to_216_mhz(chip: FakeChip, rcc: Any) -> None:
    """HSE 25 MHz / 25 * 432 / 2, APB1 at 54 MHz, APB2 at 108 MHz, as ST's examples."""
    rcc.write(CR, 4, rcc.read(CR, 4) | HSEON)
    wait_for(chip, rcc, CR, 17)
    rcc.write(PLLCFGR, 4, 25 | 432 << 6 | 1 << 22 | 9 << 24)
    rcc.write(CR, 4, rcc.read(CR, 4) | PLLON)
    wait_for(chip, rcc, CR, 25)
    rcc.write(CFGR, 4, 2 | 5 << 10 | 4 << 13)


def test_reset_values(chip: FakeChip) -> None:
    rcc = chip.device("stm32f7-rcc")
    assert rcc.read(CR, 4) == 0x83
    assert rcc.read(PLLCFGR, 4) == 0x24003010
    assert rcc.read(CSR, 4) == 0x0E000000


def test_216_mhz_with_over_drive(chip: FakeChip) -> None:
    rcc, pwr, flash = (chip.device(f"stm32f7-{name}") for name in ("rcc", "pwr", "flash"))
    flash.write(0x00, 4, 10)  # more than needed by the fake chip's table of 20 MHz steps
    pwr.write(0x00, 4, pwr.read(0x00, 4) | 1 << 16)
    assert pwr.read(0x04, 4) & 1 << 16, "ODRDY"
    pwr.write(0x00, 4, pwr.read(0x00, 4) | 1 << 17)
    assert pwr.read(0x04, 4) & 1 << 17, "ODSWRDY"
    assert pwr.read(0x04, 4) & 1 << 14, "VOSRDY"
    to_216_mhz(chip, rcc)
    assert rcc.read(CFGR, 4) & 0xF == 0xA, "SWS follows SW"
    clocks = Clocks.of(chip)
    assert (chip.clock.hz, clocks.pclk1, clocks.pclk2) == (216e6, 54e6, 108e6)
    assert (clocks.timer1_divider, clocks.timer2_divider) == (2, 1), "twice the APB's clock"
    rcc.write(DCKCFGR1, 4, 1 << 24)
    assert clocks.timer1_divider == 1, "TIMPRE: four times"
    assert chip.warnings == []


def test_216_mhz_without_over_drive_and_wait_states_warns(chip: FakeChip) -> None:
    rcc = chip.device("stm32f7-rcc")
    chip.device("stm32f7-pwr")
    chip.device("stm32f7-flash")
    to_216_mhz(chip, rcc)
    assert any("scale 1 without over-drive allows 180 MHz" in w for w in chip.warnings)
    assert any("FLASH_ACR sets 0 wait states, but the flash needs 10" in w for w in chip.warnings)


def test_kernel_clocks(chip: FakeChip) -> None:
    rcc = chip.device("stm32f7-rcc")
    to_216_mhz(chip, rcc)
    clocks = Clocks.of(chip)
    for choice, hz in ((0, 54e6), (1, 216e6), (2, 16e6), (3, 0.0)):
        rcc.write(DCKCFGR2, 4, choice << 4)
        assert clocks.kernel_hz("usart3") == hz
    assert clocks.kernel_hz("usart6") == 108e6
    rcc.write(BDCR, 4, 1)
    assert clocks.kernel_hz("usart3") == 32768.0


def test_low_power_modes(chip: FakeChip) -> None:
    rcc, pwr = chip.device("stm32f7-rcc"), chip.device("stm32f7-pwr")
    to_216_mhz(chip, rcc)
    assert chip.deep_sleep == "stop"
    pwr.write(0x00, 4, 0xC001)
    assert chip.deep_sleep == "stop-low-power"
    chip.enter_deep_sleep()
    chip.leave_deep_sleep()
    assert chip.clock.hz == 16e6
    pwr.write(0x00, 4, 0xC002)
    assert chip.deep_sleep == "standby"
    pwr.write(0x0C, 4, 1 << 8)  # CSR2: WKUP1, rising
    chip.enter_deep_sleep()
    assert chip.off == "standby"
    chip.device("stm32f7-gpio", "gpioa", 0x40020000).set_input(0, True)
    assert [message for _, message in chip.resets] == ["WKUP1 (PA0) woke the chip from standby"]
    assert pwr.read(0x04, 4) & 1 << 1, "SBF"
    pwr.write(0x00, 4, 0xC000 | 1 << 3)
    pwr.write(0x08, 4, 1)
    assert pwr.read(0x04, 4) & 1 << 1 == 0
    assert pwr.read(0x0C, 4) == 1 << 8


def test_accelerator(chip: FakeChip) -> None:
    flash = chip.device("stm32f7-flash")
    flash.write(0x00, 4, 1 << 9 | 1 << 11 | 7)
    assert chip.flash.calls == ["prefetch False", "icache True"]  # type: ignore[attr-defined]
    flash.write(0x00, 4, 1 << 11 | 1 << 8)
    assert chip.flash.calls[2:] == [  # type: ignore[attr-defined]
        "prefetch True",
        "icache False",
        "invalidate icache",
    ]
    assert flash.read(0x00, 4) == 1 << 8


def test_flash_unlocks_by_its_keys(chip: FakeChip) -> None:
    flash = chip.device("stm32f7-flash")
    flash.write(0x10, 4, 1)
    assert flash.read(0x10, 4) == 1 << 31
    flash.write(0x04, 4, 0x45670123)
    flash.write(0x04, 4, 0xCDEF89AB)
    flash.write(0x10, 4, 1)
    assert flash.read(0x10, 4) == 1
    assert flash.read(0x0C, 4) == 0, "never busy"


def test_dma_streams_choose_by_channel(chip: FakeChip) -> None:
    dma = chip.device("stm32f7-dma", "dma2", 0x40026400, tuple(range(56, 64)))
    usart = chip.device("stm32f7-usart", "usart1", 0x40011000)
    usart.write(0x0C, 4, 1875)
    usart.write(0x00, 4, UE | TE | 7 << 29)
    assert usart.read(0x00, 4) == UE | TE, "no FIFO"
    usart.write(0x08, 4, 1 << 7)
    chip.memory[:3] = b"abc"
    stream = 0x10 + 0x18 * 7
    dma.write(stream + 4, 4, 3)
    dma.write(stream + 8, 4, 0x40011028)
    dma.write(stream + 12, 4, RAM)
    dma.write(stream, 4, 5 << 25 | 1 << 10 | 1 << 6 | 1)
    chip.run(100_000)
    assert chip.output == b"", "channel 5 of stream 7 is USART6's"
    dma.write(stream, 4, 0)
    dma.write(stream, 4, 4 << 25 | 1 << 10 | 1 << 6 | 1)
    chip.run(100_000)
    assert chip.output == b"abc"


def test_wake_up_timer_comes_through_line_22(chip: FakeChip) -> None:
    rcc = chip.device("stm32f7-rcc")
    exti = chip.device("stm32f7-exti", "exti", 0x40013C00, (*range(6, 11), 23, 40, 1, 41, 2, 3))
    rtc = chip.device("stm32-rtc", "rtc", 0x40002800, ())
    rcc.write(BDCR, 4, 1 << 15 | 1 << 8 | 1)
    exti.write(0x08, 4, 1 << 22)
    exti.write(0x00, 4, 1 << 22)
    rtc.write(0x24, 4, 0xCA)
    rtc.write(0x24, 4, 0x53)
    rtc.write(0x14, 4, 0)
    rtc.write(0x08, 4, 1 << 14 | 1 << 10 | 4)
    chip.run(int(1.01 * 216e6))
    assert chip.levels[3]
