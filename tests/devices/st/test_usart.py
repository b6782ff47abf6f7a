"""USART and LPUART by RM0432 50 and 51: flags, baud timing, interrupts, FIFO, DMA."""

from __future__ import annotations

from typing import Any

import pytest
from fake_chip import RAM, FakeChip

CR1, CR2, CR3, BRR, ISR, ICR, RDR, TDR = 0x00, 0x04, 0x08, 0x0C, 0x1C, 0x20, 0x24, 0x28
UE, RE, TE = 1, 1 << 2, 1 << 3
IDLEIE, RXNEIE, TCIE, TXEIE, OVER8, FIFOEN = (1 << n for n in (4, 5, 6, 7, 15, 29))
ORE, IDLE, RXNE, TC, TXE = (1 << n for n in (3, 4, 5, 6, 7))
HZ = 1_200_000
BIT = 125
"""Cycles of a bit: 9600 baud."""
FRAME = 10 * BIT


@pytest.fixture
def chip() -> FakeChip:
    return FakeChip(HZ)


def usart(chip: FakeChip, control: int = UE | TE | RE) -> Any:
    device = chip.device("stm32-usart", "usart2", interrupts=(38,))
    device.write(BRR, 4, BIT)
    device.write(CR1, 4, control)
    return device


def test_transmission_takes_the_time_of_its_bits(chip: FakeChip) -> None:
    port, line = usart(chip), chip.serial("usart2")
    assert port.read(ISR, 4) & (TXE | TC) == TXE | TC
    port.write(TDR, 4, 0x41)
    assert port.read(ISR, 4) & (TXE | TC) == TXE, "the byte is in the shift register"
    port.write(TDR, 4, 0x42)
    assert port.read(ISR, 4) & (TXE | TC) == 0
    chip.run(FRAME)
    assert port.read(ISR, 4) & (TXE | TC) == TXE
    assert line.read() == b"A"
    chip.run(FRAME - 1)
    assert line.read() == b""
    chip.run(1)
    assert port.read(ISR, 4) & (TXE | TC) == TXE | TC
    assert line.read() == b"B"
    assert chip.output == b"AB"


@pytest.mark.parametrize(
    ("settings", "bits"),
    [
        ({}, 10),
        ({CR2: 2 << 12}, 11),
        ({CR1: UE | TE | 1 << 12}, 11),
        ({CR1: UE | TE | 1 << 28}, 9),
        ({CR1: UE | TE | OVER8, BRR: 125 << 1 & 0xFFF0 | (125 << 1 & 0xF) >> 1}, 10),
    ],
)
def test_frame_length(chip: FakeChip, settings: dict[int, int], bits: int) -> None:
    port, line = usart(chip), chip.serial("usart2")
    for register, value in settings.items():
        port.write(register, 4, value)
    port.write(TDR, 4, 1)
    chip.run(bits * BIT - 1)
    assert line.read() == b""
    chip.run(1)
    assert line.read() == b"\x01"


def test_lpuart_baud(chip: FakeChip) -> None:
    port = chip.device("stm32-lpuart", "lpuart1")
    port.write(BRR, 4, 256 * BIT)
    port.write(CR1, 4, UE | TE)
    port.write(TDR, 1, 0x55)
    chip.run(FRAME - 1)
    assert not port.read(ISR, 4) & TC
    chip.run(1)
    assert port.read(ISR, 4) & TC


def test_transmit_interrupts(chip: FakeChip) -> None:
    port = usart(chip, UE | TE | TCIE)
    assert chip.levels[38], "TC is set from the reset on"
    port.write(ICR, 4, TC)
    assert not chip.levels[38]
    port.write(TDR, 4, 1)
    chip.run(2 * FRAME)
    assert chip.risen == [(0, 38), (FRAME, 38)]
    port.write(CR1, 4, UE | TE | TXEIE)
    assert chip.levels[38]
    port.write(TDR, 4, 1)
    assert chip.levels[38]
    port.write(TDR, 4, 1)
    assert not chip.levels[38]


def test_reception_overrun_and_idle(chip: FakeChip) -> None:
    port, line = usart(chip, UE | TE | RE | RXNEIE), chip.serial("usart2")
    line.write(b"xyz")
    chip.run(FRAME)
    assert port.read(ISR, 4) & RXNE
    assert chip.risen == [(FRAME, 38)]
    assert port.read(RDR, 4) == ord("x")
    assert not port.read(ISR, 4) & RXNE
    assert not chip.levels[38]
    chip.run(2 * FRAME)
    assert port.read(ISR, 4) & (ORE | RXNE) == ORE | RXNE
    assert port.read(RDR, 1) == ord("y")
    assert chip.levels[38], "ORE interrupts too"
    port.write(ICR, 4, ORE)
    assert not chip.levels[38]
    assert not port.read(ISR, 4) & IDLE
    chip.run(FRAME + BIT)
    assert port.read(ISR, 4) & IDLE
    port.write(ICR, 4, IDLE)
    assert not port.read(ISR, 4) & IDLE


def test_receiver_that_is_off_hears_nothing(chip: FakeChip) -> None:
    port, line = usart(chip, UE | TE), chip.serial("usart2")
    line.write(b"x")
    chip.run(100 * FRAME)
    assert line.pending == 1
    port.write(CR1, 4, UE | TE | RE)
    chip.run(100 * FRAME)
    assert port.read(RDR, 4) == ord("x")


def test_fifo(chip: FakeChip) -> None:
    port = usart(chip, UE | TE | FIFOEN)
    for byte in b"123456789":
        assert port.read(ISR, 4) & TXE
        port.write(TDR, 4, byte)
    assert not port.read(ISR, 4) & TXE
    chip.run(9 * FRAME)
    assert chip.serial("usart2").read() == b"123456789"
    assert port.read(ISR, 4) & TC


def dma(chip: FakeChip, request: int, register: int, control: int) -> Any:
    """DMA1 channel 1: four bytes between a register and the start of the RAM."""
    controller = chip.device("stm32-dma", "dma1", 0x40020000, tuple(range(11, 18)))
    chip.device("stm32-dmamux", "dmamux1", 0x40020800).write(0, 4, request)
    for offset, value in ((0x0C, 4), (0x10, register), (0x14, RAM), (0x08, control)):
        controller.write(offset, 4, value)
    return controller


def test_transmission_by_dma(chip: FakeChip) -> None:
    port = usart(chip)
    chip.memory[:4] = b"dma!"
    port.write(CR3, 4, 1 << 7)
    controller = dma(chip, 27, port.base + TDR, 1 | 1 << 1 | 1 << 4 | 1 << 7)
    chip.run(4 * FRAME)
    assert chip.serial("usart2").read() == b"dma!"
    assert controller.read(0x0C, 4) == 0
    assert controller.read(0x00, 4) & 0xF == 0b0111
    assert chip.risen == [(2 * FRAME, 11)], "complete when the last byte went into TDR"
    controller.write(0x04, 4, 1)
    assert controller.read(0x00, 4) == 0
    assert not chip.levels[11]


def test_circular_reception_by_dma(chip: FakeChip) -> None:
    port = usart(chip)
    port.write(CR3, 4, 1 << 6)
    controller = dma(chip, 26, port.base + RDR, 1 | 1 << 5 | 1 << 7)
    chip.serial("usart2").write(b"abcdef")
    chip.run(7 * FRAME)
    assert bytes(chip.memory[:4]) == b"efcd"
    assert controller.read(0x0C, 4) == 2


def test_memory_to_memory(chip: FakeChip) -> None:
    controller = chip.device("stm32-dma", "dma2", 0x40020400, tuple(range(56, 63)))
    chip.memory[:16] = bytes(range(16))
    controller.write(0x0C, 4, 4)
    controller.write(0x10, 4, RAM)
    controller.write(0x14, 4, RAM + 0x100)
    words = 2 << 8 | 2 << 10
    controller.write(0x08, 4, 1 | 1 << 1 | 1 << 6 | 1 << 7 | 1 << 14 | words)
    assert chip.memory[0x100:0x110] == bytes(range(16))
    assert not chip.risen
    chip.run(100)
    assert [number for _, number in chip.risen] == [56]


def test_dma_error_outside_memory(chip: FakeChip) -> None:
    controller = chip.device("stm32-dma", "dma1", 0x40020000, tuple(range(11, 18)))
    controller.write(0x0C, 4, 4)
    controller.write(0x10, 4, 0x90000000)
    controller.write(0x14, 4, RAM)
    controller.write(0x08, 4, 1 | 1 << 3 | 1 << 14)
    assert controller.read(0x00, 4) & 0xF == 0b1001
    assert not controller.read(0x08, 4) & 1
