"""EXTI, RTC, HSEM, DMA, SYSCFG, GPIO and identity of the STM32H7 by RM0433 and RM0455."""

from __future__ import annotations

from typing import Any

import pytest
from fake_chip import RAM, FakeChip

from mcusim.devices.st.dma_requests import DmaRequests, Request

UE, RE, TE, FIFOEN = 1 << 0, 1 << 2, 1 << 3, 1 << 29
EN, TCIE, PINC, MINC = 1 << 0, 1 << 4, 1 << 9, 1 << 10
DIR_MEMORY, DIR_COPY = 1 << 6, 2 << 6
HTIF, TCIF, TEIF = 1 << 4, 1 << 5, 1 << 3
EXTI_LINES = (*range(6, 11), 23, 40, 1, 41, 2, 3, 137)


@pytest.fixture
def chip() -> FakeChip:
    return FakeChip(280e6)


def stream(dma: Any, number: int, peripheral: int, count: int, control: int) -> None:
    """Sets up a stream with memory from the start of RAM."""
    base = 0x10 + 0x18 * number
    dma.write(base + 0x04, 4, count)
    dma.write(base + 0x08, 4, peripheral)
    dma.write(base + 0x0C, 4, RAM)
    dma.write(base, 4, control | EN)


def test_external_interrupt_of_a_pin(chip: FakeChip) -> None:
    port = chip.device("stm32h7-gpio", "gpiod", 0x58020C00)
    exti = chip.device("stm32h7-exti", "exti", 0x58000000, EXTI_LINES)
    syscfg = chip.device("stm32h7-syscfg", "syscfg", 0x58000400)
    port.write(0x00, 4, 0)
    syscfg.write(0x10, 4, 3 << 4)  # EXTICR3: line 9 is port D's
    exti.write(0x04, 4, 1 << 9)  # FTSR1
    port.set_input(9, True)
    exti.write(0x80, 4, exti.read(0x80, 4) | 1 << 9)  # CPUIMR1
    port.set_input(9, False)
    assert chip.levels[23]
    exti.write(0x88, 4, 1 << 9)  # CPUPR1
    assert not chip.levels[23]


def test_gpio_reset_values(chip: FakeChip) -> None:
    for kind, letter, moder in (
        ("stm32h7", "a", 0xABFFFFFF),
        ("stm32h7", "h", 0xFFFFFFFF),
        ("stm32f7", "a", 0xA8000000),
        ("stm32f7", "c", 0x00000000),
    ):
        assert chip.device(f"{kind}-gpio", f"gpio{letter}").read(0, 4) == moder


def test_compensation_cell_is_ready_when_enabled(chip: FakeChip) -> None:
    for kind in ("stm32h7", "stm32f7"):
        syscfg = chip.device(f"{kind}-syscfg")
        assert not syscfg.read(0x20, 4) & 1 << 8
        syscfg.write(0x20, 4, 1)
        assert syscfg.read(0x20, 4) & 1 << 8


def test_fifo_of_sixteen(chip: FakeChip) -> None:
    usart = chip.device("stm32h7-usart", "usart3", 0x40004800)
    usart.write(0x0C, 4, 2430)
    usart.write(0x00, 4, FIFOEN | UE | TE)
    for byte in range(17):
        assert usart.read(0x1C, 4) & 1 << 7, byte
        usart.write(0x28, 4, byte)
    assert not usart.read(0x1C, 4) & 1 << 7, "one in the shift register, sixteen wait"


def test_real_time_clock_with_the_newer_layout(chip: FakeChip) -> None:
    rcc = chip.device("stm32h7a3-rcc", base=0x58024400)
    exti = chip.device("stm32h7-exti", "exti", 0x58000000, EXTI_LINES)
    rtc = chip.device("stm32-rtc-v3", "rtc", 0x58004000, ())
    rcc.write(0x70, 4, 1 << 15 | 1 << 8 | 1)
    exti.write(0x00, 4, 1 << 19)
    exti.write(0x80, 4, 1 << 19)
    rtc.write(0x24, 4, 0xCA)
    rtc.write(0x24, 4, 0x53)
    rtc.write(0x0C, 4, 1 << 7)
    assert rtc.read(0x0C, 4) & 1 << 6, "INITF"
    rtc.write(0x00, 4, 0x123456)
    rtc.write(0x0C, 4, 0)
    rtc.write(0x14, 4, 1)  # two seconds
    rtc.write(0x18, 4, 1 << 14 | 1 << 10 | 4)
    chip.run(int(2.5 * chip.clock.hz))
    assert rtc.read(0x00, 4) == 0x123458
    assert rtc.read(0x08, 4) == 255 - 128, "sub-seconds"
    assert rtc.read(0x50, 4) == rtc.read(0x54, 4) == 1 << 2, "WUTF"
    assert chip.levels[3]
    rtc.write(0x0C, 4, 0)
    assert rtc.read(0x50, 4) == 1 << 2, "SCR alone clears flags"
    rtc.write(0x5C, 4, 1 << 2)
    assert rtc.read(0x50, 4) == 0


def test_semaphores(chip: FakeChip) -> None:
    hsem = chip.device("stm32h7-hsem", "hsem", 0x58026400, (125,))
    assert hsem.read(0x80, 4) == 1 << 31 | 3 << 8, "one step: the read locks"
    hsem.write(0x04, 4, 1 << 31 | 3 << 8 | 7)
    assert hsem.read(0x04, 4) == 1 << 31 | 3 << 8 | 7
    hsem.write(0x04, 4, 3 << 8 | 8)
    assert hsem.read(0x04, 4) >> 31, "another process doesn't free it"
    hsem.write(0x100, 4, 1 << 1)
    hsem.write(0x04, 4, 3 << 8 | 7)
    assert hsem.read(0x04, 4) == 0
    assert chip.levels[125]
    assert hsem.read(0x10C, 4) == 1 << 1
    hsem.write(0x104, 4, 1 << 1)
    assert not chip.levels[125]
    hsem.write(0x144, 4, 0x5A5A << 16)
    hsem.write(0x140, 4, 0x1234 << 16 | 3 << 8)
    assert hsem.read(0x00, 4) >> 31, "without the key"
    hsem.write(0x140, 4, 0x5A5A << 16 | 3 << 8)
    assert not hsem.read(0x00, 4) >> 31


def test_transmission_by_a_dma_stream(chip: FakeChip) -> None:
    dma = chip.device("stm32-dma-stream", "dma2", 0x40020400, tuple(range(56, 64)))
    mux = chip.device("stm32h7-dmamux1", "dmamux1", 0x40020800)
    usart = chip.device("stm32h7-usart", "usart3", 0x40004800)
    usart.write(0x0C, 4, 243)
    usart.write(0x00, 4, UE | TE)
    mux.write(4 * (8 + 4), 4, 46)  # DMA2's stream 4: USART3_TX
    chip.memory[:5] = b"hello"
    stream(dma, 4, 0x40004828, 5, DIR_MEMORY | MINC | TCIE)
    usart.write(0x08, 4, 1 << 7)
    chip.run(10 * 10 * 243)
    assert chip.output == b"hello"
    assert dma.read(0x04, 4) == TCIF | HTIF, "of stream 4, at the start of HISR"
    assert chip.levels[60]
    assert not dma.read(0x10 + 0x18 * 4, 4) & EN, "over"
    dma.write(0x0C, 4, TCIF)
    assert dma.read(0x04, 4) == HTIF
    assert not chip.levels[60]


def test_double_buffer_reception(chip: FakeChip) -> None:
    dma = chip.device("stm32-dma-stream", "dma1", 0x40020000, tuple(range(11, 18)))
    mux = chip.device("stm32h7-dmamux1", "dmamux1", 0x40020800)
    usart = chip.device("stm32h7-usart", "usart1", 0x40011000)
    usart.write(0x0C, 4, 243)
    usart.write(0x00, 4, UE | RE)
    usart.write(0x08, 4, 1 << 6)
    mux.write(4 * 2, 4, 41)  # DMA1's stream 2: USART1_RX
    dma.write(0x10 + 0x18 * 2 + 0x10, 4, RAM + 0x100)
    stream(dma, 2, 0x40011024, 4, MINC | 1 << 18)
    chip.serial("usart1").write(b"abcdefghi")
    chip.run(15 * 10 * 243)
    assert chip.memory[:4] == b"ibcd", "the first buffer again"
    assert chip.memory[0x100:0x104] == b"efgh"
    assert dma.read(0x10 + 0x18 * 2 + 4, 4) == 3
    assert not dma.read(0x10 + 0x18 * 2, 4) & 1 << 19, "CT: the first is in use"


def test_copy_by_a_dma_stream_takes_time(chip: FakeChip) -> None:
    dma = chip.device("stm32-dma-stream", "dma1", 0x40020000, tuple(range(11, 18)))
    chip.memory[:16] = bytes(range(16))
    dma.write(0x10 + 0x04, 4, 4)
    dma.write(0x10 + 0x08, 4, RAM)
    dma.write(0x10 + 0x0C, 4, RAM + 0x80)
    dma.write(0x10, 4, DIR_COPY | PINC | MINC | 2 << 11 | 2 << 13 | EN)
    assert dma.read(0x00, 4) == 0
    chip.run(20)
    assert chip.memory[0x80:0x90] == bytes(range(16))
    assert dma.read(0x00, 4) == TCIF | HTIF


def test_dma_stream_outside_memory(chip: FakeChip) -> None:
    dma = chip.device("stm32-dma-stream", "dma1", 0x40020000, tuple(range(11, 18)))
    dma.write(0x10 + 0x04, 4, 4)
    dma.write(0x10 + 0x08, 4, 0x10000000)
    dma.write(0x10 + 0x0C, 4, RAM)
    dma.write(0x10, 4, DIR_COPY | EN)
    chip.run(100)
    assert dma.read(0x00, 4) == TEIF
    assert not dma.read(0x10, 4) & EN


def test_low_power_uart_by_bdma(chip: FakeChip) -> None:
    bdma = chip.device("stm32h7-bdma", "bdma2", 0x58025400, tuple(range(129, 137)))
    mux = chip.device("stm32h7-dmamux2", "dmamux2", 0x58025800)
    lpuart = chip.device("stm32h7-lpuart", "lpuart1", 0x58000C00)
    lpuart.write(0x0C, 4, 0x1000)
    lpuart.write(0x00, 4, UE | TE)
    mux.write(4 * 7, 4, 10)  # channel 7: LPUART1_TX
    chip.memory[:2] = b"ok"
    channel = 0x08 + 0x14 * 7
    bdma.write(channel + 4, 4, 2)
    bdma.write(channel + 8, 4, 0x58000C28)
    bdma.write(channel + 12, 4, RAM)
    bdma.write(channel, 4, 1 << 7 | 1 << 4 | 1 << 1 | 1)
    lpuart.write(0x08, 4, 1 << 7)
    chip.run(100_000)
    assert chip.output == b"ok"
    assert chip.levels[136]


def test_channels_of_all_controllers_are_apart(chip: FakeChip) -> None:
    for name in ("dma1", "dma2"):
        chip.device("stm32-dma-stream", name)
    chip.device("stm32h7-bdma", "bdma")
    assert sorted(chip.shared(DmaRequests).channels) == list(range(24))


def test_a_multiplexer_channel_serves_one_request(chip: FakeChip) -> None:
    mux = chip.device("stm32h7-dmamux1", "dmamux1", 0x40020800)
    routes = chip.shared(DmaRequests).routes
    mux.write(0, 4, 45)
    mux.write(0, 4, 63)
    assert routes == {Request("uart4", "rx"): 0}
    mux.write(0, 4, 0)
    assert routes == {}


@pytest.mark.parametrize(
    ("kind", "offset", "kilobytes"),
    [
        ("stm32h743-identity", 0x80, 2048),
        ("stm32h7a3-identity", 0x0C, 2048),
        ("stm32f746-identity", 0x42, 1024),
    ],
)
def test_flash_size(chip: FakeChip, kind: str, offset: int, kilobytes: int) -> None:
    assert chip.device(kind).read(offset, 2) == kilobytes


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("stm32h743-dbgmcu", 0x20036450),
        ("stm32h7a3-dbgmcu", 0x10016480),
        ("stm32f746-dbgmcu", 0x10016449),
    ],
)
def test_device_id(chip: FakeChip, kind: str, code: int) -> None:
    assert chip.device(kind).read(0, 4) & 0xFFFF0FFF == code & 0xFFFF0FFF
