"""Peripherals of the nRF52840 and the STM32L4R5, register by register."""

from __future__ import annotations

import pytest
from fake_host import FakeHost

from mcusim.devices import create, device_types
from mcusim.devices.nordic.gpio import NrfGpio
from mcusim.devices.nordic.nvmc import NrfNvmc
from mcusim.devices.nordic.uart import NrfUart
from mcusim.devices.st.flash import Stm32Flash
from mcusim.devices.st.gpio import Stm32Gpio
from mcusim.devices.st.usart import Stm32Usart
from mcusim.errors import BoardError


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


def test_every_type_can_be_made(host: FakeHost) -> None:
    for name in device_types():
        assert create(name, "x", host).name == "x"


def test_unknown_type_names_those_that_exist(host: FakeHost) -> None:
    with pytest.raises(BoardError, match="nrf-gpio"):
        create("nrf-gpoi", "p0", host)


# --- nRF52840 GPIO: OUT 0x504, OUTSET 0x508, OUTCLR 0x50C, IN 0x510, DIR 0x514 to 0x51C ---


def test_nrf_pins_set_and_clear_by_bit(host: FakeHost) -> None:
    port = NrfGpio("p0", host)
    port.write(0x508, 4, 1 << 13 | 1)
    port.write(0x508, 4, 1 << 13)
    port.write(0x50C, 4, 1 << 13)
    assert host.pins == [("P0", 0, True), ("P0", 13, True), ("P0", 13, False)]
    assert port.read(0x504, 4) == port.read(0x508, 4) == port.read(0x50C, 4) == 1


def test_nrf_out_reports_only_what_changed(host: FakeHost) -> None:
    port = NrfGpio("p0", host)
    port.write(0x700, 4, 1)  # outputs whose input buffer is connected
    port.write(0x704, 4, 1)
    port.write(0x504, 4, 0x80000001)
    port.write(0x504, 4, 0x00000003)
    assert host.pins[2:] == [("P0", 1, True), ("P0", 31, False)]
    assert port.read(0x510, 4) == 3


def test_nrf_direction_sets_and_clears_by_bit(host: FakeHost) -> None:
    port = NrfGpio("p0", host)
    port.write(0x514, 4, 0xF0)
    port.write(0x518, 4, 0x0F)
    port.write(0x51C, 4, 0x81)
    assert [port.read(offset, 4) for offset in (0x514, 0x518, 0x51C)] == [0x7E] * 3
    assert host.pins == []


def test_nrf_port_1_answers_at_its_own_offsets(host: FakeHost) -> None:
    # P1's registers are at 0x50000804 and on: 0x004 within the device at 0x50000800.
    port = NrfGpio("p1", host)
    port.write(0x008, 4, 1 << 7)
    assert host.pins == [("P1", 7, True)]
    assert port.read(0x004, 4) == 1 << 7


def test_nrf_pin_configuration_keeps_what_is_written(host: FakeHost) -> None:
    port = NrfGpio("p0", host)
    port.write(0x734, 4, 3)
    assert port.read(0x734, 4) == 3
    assert host.pins == []


# --- nRF52840 NVMC ---


def test_nvmc_is_ready_and_switches_the_cache(host: FakeHost) -> None:
    nvmc = NrfNvmc("nvmc", host)
    assert nvmc.read(0x400, 4) == nvmc.read(0x408, 4) == 1
    nvmc.write(0x540, 4, 0x101)
    nvmc.write(0x540, 4, 0)
    assert [call for call in host.flash.calls if call[0] == "icache"] == [
        ("icache", True),
        ("icache", False),
    ]
    assert nvmc.read(0x540, 4) == 0


def test_nvmc_other_registers_leave_the_cache_alone(host: FakeHost) -> None:
    NrfNvmc("nvmc", host).write(0x504, 4, 1)
    assert [call for call in host.flash.calls if call[0] != "writable"] == []


# --- nRF52840 UART and UARTE ---


@pytest.mark.parametrize(("enable", "sent"), [(4, True), (0, False), (8, False)])
def test_nrf_uart_sends_when_enabled(enable: int, sent: bool, host: FakeHost) -> None:
    uart = NrfUart("uart0", host)
    uart.write(0x500, 4, enable)
    uart.write(0x008, 4, 1)
    host.text.clear()
    assert uart.read(0x11C, 4) in (0, 1)
    uart.write(0x11C, 4, 0)
    uart.write(0x51C, 4, 0x141)
    assert host.text == []  # not before the frame has left
    host.run_events(host.now + uart.frame_ticks())
    assert host.text == ([("uart0", b"A")] if sent else [])
    assert uart.read(0x11C, 4) == int(sent)


def test_nrf_uarte_sends_its_buffer(host: FakeHost) -> None:
    uart = NrfUart("uart0", host)
    host.memory = b"..hello.."
    uart.write(0x500, 4, 8)
    uart.write(0x544, 4, 2)
    uart.write(0x548, 4, 5)
    assert uart.read(0x120, 4) == 0
    uart.write(0x008, 4, 1)
    host.run_events(host.now + 5 * uart.frame_ticks())
    assert b"".join(data for _, data in host.text) == b"hello"
    assert uart.read(0x120, 4) == 1
    assert uart.read(0x54C, 4) == 5


# --- STM32L4 FLASH_ACR ---


def test_stm32_flash_resets_with_caches_on_and_no_wait_states(host: FakeHost) -> None:
    assert Stm32Flash("flash", host).read(0, 4) == 0x600


def test_stm32_acr_sets_latency_prefetch_and_caches(host: FakeHost) -> None:
    flash = Stm32Flash("flash", host)
    flash.write(0, 4, 0x705)
    assert host.flash.calls == [
        ("wait states", 5),
        ("prefetch", True),
        ("icache", True),
        ("dcache", True),
    ]
    assert flash.read(0, 4) == 0x705
    assert host.warnings == []


def test_stm32_cache_is_reset_only_while_off(host: FakeHost) -> None:
    flash = Stm32Flash("flash", host)
    flash.write(0, 4, 0x1E05)
    assert not any(call[0].startswith("clear") for call in host.flash.calls)
    flash.write(0, 4, 0x1805)
    assert host.flash.calls[-2:] == [("clear icache",), ("clear dcache",)]


def test_stm32_latency_below_what_the_clock_needs_warns(host: FakeHost) -> None:
    Stm32Flash("flash", host).write(0, 4, 0x602)
    assert len(host.warnings) == 1
    assert "2 wait states" in host.warnings[0]
    assert "5" in host.warnings[0]


def test_stm32_flash_other_registers_change_nothing(host: FakeHost) -> None:
    flash = Stm32Flash("flash", host)
    flash.write(0x08, 4, 0x45670123)
    assert host.flash.calls == []


# --- STM32 GPIO: IDR 0x10, ODR 0x14, BSRR 0x18, BRR 0x28 ---


def test_stm32_pins_by_odr_bsrr_and_brr(host: FakeHost) -> None:
    port = Stm32Gpio("gpioa", host)
    port.write(0x14, 4, 0x0020)
    port.write(0x18, 4, 0x0001)
    port.write(0x18, 4, 0x0020 << 16)
    port.write(0x28, 4, 0x0001)
    assert host.pins == [("PA", 5, True), ("PA", 0, True), ("PA", 5, False), ("PA", 0, False)]
    assert port.read(0x14, 4) == 0
    port.write(0x00, 4, 0x55555555)
    assert port.read(0x10, 4) == 0


def test_stm32_set_wins_over_reset(host: FakeHost) -> None:
    port = Stm32Gpio("gpiob", host)
    port.write(0x18, 4, 0x00030001)
    assert host.pins == [("PB", 0, True)]
    assert port.read(0x14, 4) == 1


def test_stm32_port_has_16_pins(host: FakeHost) -> None:
    port = Stm32Gpio("gpioc", host)
    port.write(0x14, 4, 0xFFFF0000)
    assert host.pins == []


def test_stm32_mode_register_keeps_what_is_written(host: FakeHost) -> None:
    port = Stm32Gpio("gpioa", host)
    port.write(0x00, 4, 0xABFFF7FF)
    assert port.read(0x00, 4) == 0xABFFF7FF


# --- STM32 USART ---


@pytest.mark.parametrize(("control", "sent"), [(0x9, True), (0x1, False), (0x8, False), (0, False)])
def test_stm32_usart_sends_when_enabled(control: int, sent: bool, host: FakeHost) -> None:
    usart = Stm32Usart("lpuart1", host)
    usart.write(0x00, 4, control)
    usart.write(0x28, 4, 0x5A)
    assert host.text == ([("lpuart1", b"Z")] if sent else [])


def test_stm32_usart_is_always_ready(host: FakeHost) -> None:
    status = Stm32Usart("usart2", host).read(0x1C, 4)
    assert status & 1 << 7
    assert status & 1 << 6
