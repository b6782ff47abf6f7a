"""GPIO, EXTI, SYSCFG, CRC, RNG, PWR and identity by RM0432."""

from __future__ import annotations

import zlib
from typing import Any

import pytest
from fake_chip import FakeChip

MODER, OTYPER, PUPDR, IDR, ODR, BSRR, LCKR, BRR = (
    *(0x00, 0x04, 0x0C, 0x10, 0x14, 0x18, 0x1C, 0x28),
)


@pytest.fixture
def chip() -> FakeChip:
    return FakeChip()


@pytest.fixture
def port(chip: FakeChip) -> Any:
    return chip.device("stm32-gpio", "gpioc", 0x48000800)


def test_gpio_edges(chip: FakeChip, port: Any) -> None:
    port.write(MODER, 4, 0x55555555)
    port.write(BSRR, 4, 1 << 5)
    port.write(BSRR, 4, 1 << 21 | 1 << 5 | 1 << 6)
    port.write(BRR, 4, 1 << 5)
    assert chip.edges == [("PC", 5, True), ("PC", 6, True), ("PC", 5, False)]
    assert port.read(ODR, 4) == port.read(IDR, 4) == 1 << 6


def test_gpio_inputs(port: Any) -> None:
    assert port.read(MODER, 4) == 0xFFFFFFFF
    port.write(ODR, 4, 0xFFFF)
    assert port.read(IDR, 4) == 0, "analog pins read as 0"
    port.write(MODER, 4, 0x00000001)
    port.write(PUPDR, 4, 1 << 2)
    assert port.read(IDR, 4) == 0b11, "an output and a pull-up"
    port.set_input(1, False)
    port.set_input(13, True)
    assert port.read(IDR, 4) == 1 << 13 | 1
    port.set_input(1, None)
    assert port.read(IDR, 2) == 1 << 13 | 0b11
    port.write(OTYPER, 4, 1)
    assert port.read(IDR, 4) & 1 == 0, "open drain lets go"


def test_gpio_reset_values_of_the_debug_pins(chip: FakeChip) -> None:
    assert chip.device("stm32-gpio", "gpioa").read(MODER, 4) == 0xABFFFFFF
    assert chip.device("stm32-gpio", "gpiob").read(MODER, 4) == 0xFFFFFEBF


def test_gpio_lock(port: Any) -> None:
    for value in (1 << 16 | 2, 2, 1 << 16 | 2):
        port.write(LCKR, 4, value)
    assert port.read(LCKR, 4) == 1 << 16 | 2
    port.write(MODER, 4, 0)
    assert port.read(MODER, 4) == 0b11 << 2


def test_external_interrupt_of_a_pin(chip: FakeChip, port: Any) -> None:
    syscfg = chip.device("stm32-syscfg", "syscfg", 0x40010000)
    lines = chip.device("stm32-exti", "exti", 0x40010400, (*range(6, 11), 23, 40, 1, 41, 2, 3, 64))
    port.write(MODER, 4, 0)
    syscfg.write(0x14, 4, 2 << 4)  # PC13
    lines.write(0x00, 4, 1 << 13)
    lines.write(0x0C, 4, 1 << 13)
    port.set_input(13, True)
    assert chip.risen == []
    port.set_input(13, False)
    assert chip.risen == [(0, 40)]
    assert lines.read(0x14, 4) == 1 << 13
    lines.write(0x14, 4, 1 << 13)
    assert not chip.levels[40]
    lines.write(0x10, 4, 1 << 13)
    assert chip.levels[40], "by software"


def test_crc_of_words_and_bytes(chip: FakeChip) -> None:
    crc = chip.device("stm32-crc")
    for word in (0x31323334, 0x35363738):
        crc.write(0x00, 4, word)
    crc.write(0x00, 1, 0x39)
    assert crc.read(0x00, 4) == 0x0376E6E7, "CRC-32/MPEG-2 of 123456789"
    crc.write(0x08, 4, 1)
    assert crc.read(0x00, 4) == 0xFFFFFFFF


def test_crc_reversed_is_that_of_zip(chip: FakeChip) -> None:
    crc = chip.device("stm32-crc")
    crc.write(0x08, 4, 1 | 1 << 5 | 1 << 7)
    data = b"a TinyML firmware"
    for byte in data:
        crc.write(0x00, 1, byte)
    assert crc.read(0x00, 4) ^ 0xFFFFFFFF == zlib.crc32(data)


def test_crc_with_another_polynomial(chip: FakeChip) -> None:
    crc = chip.device("stm32-crc")
    crc.write(0x14, 4, 0x1021)
    crc.write(0x10, 4, 0xFFFF)
    crc.write(0x08, 4, 1 | 1 << 3)
    for byte in b"123456789":
        crc.write(0x00, 1, byte)
    assert crc.read(0x00, 4) == 0x29B1, "CRC-16/CCITT-FALSE"


def test_random_numbers_are_the_same_in_each_run() -> None:
    def numbers() -> list[int]:
        rng = FakeChip().device("stm32-rng")
        assert rng.read(0x04, 4) == 0
        rng.write(0x00, 4, 4)
        assert rng.read(0x04, 4) == 1
        return [rng.read(0x08, 4) for _ in range(100)]

    assert numbers() == numbers()
    assert len(set(numbers())) == 100


def test_voltage_is_ready_at_once(chip: FakeChip) -> None:
    pwr = chip.device("stm32-pwr")
    assert pwr.read(0x00, 4) == 0x200
    assert pwr.read(0x80, 4) == 0x100
    pwr.write(0x00, 4, 0x400 | 1 << 8)
    assert pwr.read(0x14, 4) & 1 << 10 == 0
    pwr.write(0x00, 4, 0x200 | 1 << 14)
    assert pwr.read(0x14, 4) & 1 << 9, "REGLPF"


def test_identity(chip: FakeChip) -> None:
    assert chip.device("stm32-dbgmcu").read(0, 4) & 0xFFF == 0x470
    identity = chip.device("stm32-identity", base=0x1FFF7400)
    assert identity.read(0x1E0, 2) == 2048
    assert identity.read(0x190, 4) != 0
