"""USART, PWR and FLASH of the STM32F4 by RM0090."""

from __future__ import annotations

import pytest
from fake_chip import FakeChip

SR, DR, BRR, CR1 = 0x00, 0x04, 0x08, 0x0C
UE, TE, RE, RXNEIE = 1 << 13, 1 << 3, 1 << 2, 1 << 5
RXNE, TC, TXE, ORE = 1 << 5, 1 << 6, 1 << 7, 1 << 3


@pytest.fixture
def chip() -> FakeChip:
    return FakeChip(168e6)


def test_usart_sends(chip: FakeChip) -> None:
    usart = chip.device("stm32f4-usart", "usart2")
    usart.write(BRR, 4, 365)
    usart.write(CR1, 2, UE | TE)
    assert usart.read(CR1, 4) == UE | TE
    assert usart.read(SR, 4) == TXE | TC
    usart.write(DR, 1, ord("a"))
    assert usart.read(SR, 4) & TC == 0, "SR and DR clear it, and the frame is under way"
    chip.run(10 * 365 + 10)
    assert usart.read(SR, 4) & TC
    assert chip.output == b"a"
    usart.write(SR, 4, ~TC & 0xFFFFFFFF)
    assert usart.read(SR, 4) & TC == 0


def test_usart_receives(chip: FakeChip) -> None:
    usart = chip.device("stm32f4-usart", "usart2", interrupts=(38,))
    usart.write(BRR, 4, 365)
    usart.write(CR1, 4, UE | RE | RXNEIE)
    usart._receive(0x41)
    usart._receive(0x42)
    assert chip.levels[38]
    assert usart.read(SR, 4) & (RXNE | ORE) == RXNE | ORE
    assert usart.read(DR, 4) == 0x41
    assert usart.read(SR, 4) & (RXNE | ORE) == 0
    assert not chip.levels[38]


def test_voltage_scales(chip: FakeChip) -> None:
    rcc, pwr = chip.device("stm32f7-rcc"), chip.device("stm32f4-pwr")
    rcc.write(0x00, 4, rcc.read(0x00, 4) | 1 << 16)
    rcc.write(0x04, 4, 8 | 336 << 6 | 1 << 22)
    rcc.write(0x00, 4, rcc.read(0x00, 4) | 1 << 24)
    rcc.write(0x08, 4, 2)
    assert chip.clock.hz == 168e6
    assert chip.warnings == []
    pwr.write(0x00, 4, 0)
    assert any("voltage scale 2 allows 144 MHz" in warning for warning in chip.warnings)


def test_wkup_ends_standby(chip: FakeChip) -> None:
    pwr = chip.device("stm32f4-pwr")
    pwr.write(0x00, 4, 1 << 14 | 2)
    pwr.write(0x04, 4, 1 << 8)
    chip.enter_deep_sleep()
    chip.device("stm32f7-gpio", "gpioa", 0x40020000).set_input(0, True)
    assert [message for _, message in chip.resets] == ["WKUP1 (PA0) woke the chip from standby"]
    assert pwr.read(0x04, 4) & 3 == 3, "WUF and SBF"
    pwr.write(0x00, 4, 1 << 2 | 1 << 3)
    assert pwr.read(0x04, 4) & 3 == 0


def test_flash_caches_and_sectors(chip: FakeChip) -> None:
    flash = chip.device("stm32f4-flash")
    flash.write(0x00, 4, 5 | 1 << 8 | 1 << 9 | 1 << 10)
    flash.write(0x00, 4, 5 | 1 << 11 | 1 << 12)
    assert flash.read(0x00, 4) == 5
    assert chip.flash.calls == [  # type: ignore[attr-defined]
        *("prefetch True", "icache True", "dcache True"),
        *("prefetch False", "icache False", "dcache False"),
        *("invalidate icache", "invalidate dcache"),
    ]
    erased = []
    chip.write_memory = lambda at, data: erased.append((at, len(data))) or True  # type: ignore[method-assign, func-returns-value]
    for key in (0x45670123, 0xCDEF89AB):
        flash.write(0x04, 4, key)
    flash.write(0x10, 4, 2 | 5 << 3 | 1 << 16)
    assert erased == [(0x08020000, 0x20000)]
