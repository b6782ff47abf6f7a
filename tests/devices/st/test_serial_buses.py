"""SPI and I2C masters with nobody at the other end, by RM0432, RM0433 and RM0090."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_chip import FakeChip
from firmware_builder import BOARD, RESULTS, build_firmware

import mcusim
from mcusim.devices.st.clocks import Clocks

CR1, CR2, SR, DR = 0x00, 0x04, 0x08, 0x0C
MSTR, SPE, DFF = 1 << 2, 1 << 6, 1 << 11
EIGHT_BITS, SIXTEEN_BITS, FRXTH, RXNEIE = 7 << 8, 15 << 8, 1 << 12, 1 << 6
RXNE, TXE, OVR, BSY = 1 << 0, 1 << 1, 1 << 6, 1 << 7
BY_8 = 2 << 3
LEVELS = 0xF << 9


@pytest.fixture
def chip() -> FakeChip:
    return FakeChip(120e6)


def master(chip: FakeChip, frames: int = EIGHT_BITS | FRXTH) -> Any:
    """SPI1, enabled, with a serial clock of an eighth."""
    spi = chip.device("stm32-spi", "spi1", 0x40013000, (35,))
    spi.write(CR2, 4, frames)
    spi.write(CR1, 4, MSTR | BY_8 | SPE)
    return spi


def test_a_frame_takes_eight_bits_of_the_serial_clock(chip: FakeChip) -> None:
    spi = master(chip)
    assert spi.read(SR, 4) == TXE
    spi.write(DR, 1, 0xA5)
    assert spi.read(SR, 4) == TXE | BSY
    chip.run(8 * 8 - 1)
    assert spi.read(SR, 4) & BSY
    chip.run(1)
    assert spi.read(SR, 4) == TXE | RXNE | 1 << 9
    assert spi.read(DR, 1) == 0xFF
    assert spi.read(SR, 4) == TXE


def test_a_halfword_holds_two_frames(chip: FakeChip) -> None:
    spi = master(chip, EIGHT_BITS)
    spi.write(DR, 2, 0x1234)
    chip.run(8 * 8)
    assert not spi.read(SR, 4) & RXNE, "RXNE comes with 16 bits, as FRXTH is 0"
    chip.run(8 * 8)
    assert spi.read(SR, 4) & (RXNE | BSY) == RXNE
    assert spi.read(DR, 2) == 0xFFFF


def test_frames_of_16_bits(chip: FakeChip) -> None:
    spi = master(chip, SIXTEEN_BITS)
    spi.write(DR, 2, 0x1234)
    chip.run(16 * 8 - 1)
    assert not spi.read(SR, 4) & RXNE
    chip.run(1)
    assert spi.read(SR, 4) & RXNE
    assert spi.read(DR, 2) == 0xFFFF


def test_the_transmit_fifo_has_room_up_to_a_half(chip: FakeChip) -> None:
    spi = master(chip)
    for _ in range(4):  # one is shifted, three wait
        spi.write(DR, 1, 0)
    assert not spi.read(SR, 4) & TXE
    chip.run(8 * 8)
    assert spi.read(SR, 4) & TXE


def test_what_nobody_reads_overruns(chip: FakeChip) -> None:
    spi = master(chip)
    for _ in range(5):
        spi.write(DR, 1, 0)
        chip.run(100)
    assert spi.read(SR, 4) & OVR
    assert spi.read(DR, 1) == 0xFF
    assert not spi.read(SR, 4) & OVR


def test_interrupt_of_what_was_received(chip: FakeChip) -> None:
    spi = master(chip, EIGHT_BITS | FRXTH | RXNEIE)
    spi.write(DR, 1, 0)
    chip.run(64)
    assert chip.risen == [(64, 35)]
    spi.read(DR, 1)
    assert not chip.levels[35]


def test_nothing_moves_while_it_is_off(chip: FakeChip) -> None:
    spi = master(chip)
    spi.write(CR1, 4, MSTR | BY_8)
    spi.write(DR, 1, 0)
    chip.run(1000)
    assert spi.read(SR, 4) & ~LEVELS == TXE
    spi.write(CR1, 4, MSTR | BY_8 | SPE)
    chip.run(64)
    assert spi.read(SR, 4) & RXNE


def test_the_stm32f4_has_one_place_each_way(chip: FakeChip) -> None:
    spi = chip.device("stm32f4-spi", "spi1", 0x40013000)
    spi.write(CR1, 4, MSTR | BY_8 | SPE | DFF)
    spi.write(DR, 2, 0x1234)
    assert spi.read(SR, 4) == TXE | BSY, "in the shift register"
    spi.write(DR, 2, 0x5678)
    assert spi.read(SR, 4) == BSY
    chip.run(16 * 8)
    assert spi.read(SR, 4) == TXE | RXNE | BSY
    assert spi.read(DR, 2) == 0xFFFF


V2_CR1, V2_CR2, CFG1, CFG2, IER, V2_SR, IFCR, TXDR, RXDR = (
    *(0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18, 0x20, 0x30),
)
V2_SPE, CSTART, CSUSP, MASTER = 1 << 0, 1 << 9, 1 << 10, 1 << 22
RXP, TXP, EOT, TXTF, SUSP, TXC = 1 << 0, 1 << 1, 1 << 3, 1 << 4, 1 << 11, 1 << 12
V2_BY_8 = 2 << 28


def counted(chip: FakeChip, frames: int) -> Any:
    """SPI1 of an STM32H7 with 8-bit frames, at the start of a transfer."""
    spi = chip.device("stm32-spi-v2", "spi1", 0x40013000, (35,))
    spi.write(CFG1, 4, V2_BY_8 | 7)
    spi.write(CFG2, 4, MASTER)
    spi.write(V2_CR2, 4, frames)
    spi.write(V2_CR1, 4, V2_SPE)
    spi.write(V2_CR1, 4, V2_SPE | CSTART)
    return spi


def test_a_counted_transfer_ends_after_its_frames(chip: FakeChip) -> None:
    spi = counted(chip, 3)
    assert spi.read(V2_SR, 4) >> 16 == 3
    spi.write(TXDR, 2, 0x0201)
    spi.write(TXDR, 1, 0x03)
    chip.run(64)
    status = spi.read(V2_SR, 4)
    assert status >> 16 == 2
    assert status & (RXP | TXP | EOT | TXC) == RXP | TXP
    chip.run(128)
    status = spi.read(V2_SR, 4)
    assert status >> 16 == 0
    assert status & (RXP | EOT | TXTF | TXC) == RXP | EOT | TXTF | TXC
    assert not spi.read(V2_CR1, 4) & CSTART
    assert [spi.read(RXDR, 1) for _ in range(3)] == [0xFF] * 3
    assert not spi.read(V2_SR, 4) & RXP
    spi.write(IFCR, 4, EOT | TXTF)
    assert not spi.read(V2_SR, 4) & (EOT | TXTF)


def test_the_end_of_a_transfer_interrupts(chip: FakeChip) -> None:
    spi = counted(chip, 1)
    spi.write(IER, 4, EOT)
    spi.write(TXDR, 1, 0)
    chip.run(64)
    assert chip.risen == [(64, 35)]
    spi.write(IFCR, 4, EOT)
    assert not chip.levels[35]


def test_a_transfer_without_a_size_is_suspended(chip: FakeChip) -> None:
    spi = counted(chip, 0)
    spi.write(TXDR, 4, 0)
    chip.run(64 + 1)
    spi.write(V2_CR1, 4, V2_SPE | CSTART | CSUSP)
    assert not spi.read(V2_SR, 4) & SUSP, "the frame under way goes to its end"
    chip.run(63)
    assert spi.read(V2_SR, 4) & SUSP
    assert not spi.read(V2_CR1, 4) & (CSTART | CSUSP)
    spi.write(V2_CR1, 4, 0)
    assert not spi.read(V2_SR, 4) & (SUSP | RXP)


def test_the_stm32h7_clocks_spi1_by_pll1(chip: FakeChip) -> None:
    rcc = chip.device("stm32h743-rcc", "rcc", 0x58024400)
    rcc.write(0x28, 4, 4 << 4)  # PLLCKSELR: HSI (64 MHz) / 4
    rcc.write(0x30, 4, 9 << 16 | 1 << 9 | 49)  # PLL1DIVR: * 50, P / 2, Q / 10
    rcc.write(0x2C, 4, 3 << 16)  # PLLCFGR: P and Q on
    rcc.write(0x00, 4, rcc.read(0x00, 4) | 1 << 24)
    clocks = Clocks.of(chip)  # type: ignore[arg-type]
    assert clocks.kernel_hz("spi1") == clocks.kernel_hz("spi3") == 80e6
    rcc.write(0x50, 4, 4 << 12 | 3 << 16)  # D2CCIP1R: SPI123 by CKPER, SPI45 by HSI
    rcc.write(0x4C, 4, 0)
    assert clocks.kernel_hz("spi1") == clocks.kernel_hz("spi4") == 64e6


PE, START, NACKIE = 1 << 0, 1 << 13, 1 << 4
I2C_TXE, NACKF, STOPF, BUSY = 1 << 0, 1 << 4, 1 << 5, 1 << 15


def test_no_address_of_the_i2c_bus_is_acknowledged(chip: FakeChip) -> None:
    i2c = chip.device("stm32-i2c", "i2c1", 0x40005400, (31, 32))
    i2c.write(0x10, 4, 11 << 28 | 49 << 8 | 49)  # TIMINGR: 12 * 100 clocks, 100 kHz
    i2c.write(CR1, 4, PE | NACKIE)
    i2c.write(CR2, 4, START | 0x50 << 1 | 1 << 16)
    assert i2c.read(0x18, 4) == I2C_TXE | BUSY
    chip.run(10 * 1200)
    assert i2c.read(0x18, 4) & BUSY
    chip.run(1200)
    assert i2c.read(0x18, 4) == I2C_TXE | NACKF | STOPF
    assert chip.risen == [(11 * 1200, 31)]
    assert not i2c.read(CR2, 4) & START
    i2c.write(0x1C, 4, NACKF | STOPF)
    assert i2c.read(0x18, 4) == I2C_TXE
    assert not chip.levels[31]
    assert chip.warnings == ["i2c1: nothing answers at I2C address 0x50"]


def test_no_address_is_acknowledged_on_the_stm32f4(chip: FakeChip) -> None:
    i2c = chip.device("stm32f4-i2c", "i2c1", 0x40005400, (31, 32))
    i2c.write(0x1C, 4, 600)  # CCR: 1200 clocks a bit
    i2c.write(CR2, 4, 1 << 8 | 1 << 9)  # ITERREN, ITEVTEN
    i2c.write(CR1, 4, 1 | 1 << 8)  # PE, START
    chip.run(1200)
    assert i2c.read(0x14, 4) == 1, "SB"
    i2c.write(0x10, 4, 0x50 << 1)
    assert i2c.read(0x14, 4) == 0
    chip.run(9 * 1200)
    assert i2c.read(0x14, 4) == 1 << 10, "AF"
    assert chip.risen == [(1200, 31), (1200 + 9 * 1200, 32)]
    assert i2c.read(0x18, 4) & 2, "busy up to the stop"
    i2c.write(0x14, 4, 0)
    i2c.write(CR1, 4, 1 | 1 << 9)  # STOP
    assert i2c.read(0x14, 4) == i2c.read(0x18, 4) == 0
    assert chip.warnings == ["i2c1: nothing answers at I2C address 0x50"]


REAL = """
#define SPI(offset) R(0x40013000 + (offset))
#define SPI_DR (*(volatile uint8_t *)0x4001300C)
#define I2C(offset) R(0x40005400 + (offset))
#define CYCLES R(0xE0001004)
"""
BODY = """
R(0xE000EDFC) = 1u << 24;
R(0xE0001000) = 1;
clock_to_120_mhz();
SPI(4) = 7 << 8 | 1 << 12;
SPI(0) = 1 << 2 | 4 << 3 | 1 << 6;
unsigned begin = CYCLES;
for (int i = 0; i < 100; ++i) {
  SPI_DR = i;
  while (!(SPI(8) & 1)) {}
  results[0] += SPI_DR;
}
results[1] = CYCLES - begin;
I2C(0x10) = 11u << 28 | 49 << 8 | 49;
I2C(0) = 1;
begin = CYCLES;
I2C(4) = 1 << 13 | 0x50 << 1;
while (!(I2C(0x18) & 1 << 5)) {}
results[2] = I2C(0x18);
results[3] = CYCLES - begin;
"""


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_firmware_that_waits_for_its_buses_goes_on(fidelity: str, tmp_path: Path) -> None:
    elf = build_firmware(tmp_path, BODY, REAL)
    options = {"board": BOARD, "fidelity": fidelity, "max_time_s": 1.0}
    with mcusim.start(elf, **options) as simulation:  # type: ignore[arg-type]
        simulation.run_to_end()
        data = simulation.machine.read_memory(RESULTS, 16)
        result = simulation.finish()
    received, spi, status, i2c = (int.from_bytes(data[i : i + 4], "little") for i in (0, 4, 8, 12))
    assert result.outcome == "exited"
    assert received == 100 * 0xFF
    # 8 bits of 32 clocks a byte, and what the loop takes around them.
    assert 100 * 8 * 32 <= spi <= 100 * (8 * 32 + 40)
    assert status & (NACKF | STOPF) == NACKF | STOPF
    assert 11 * 1200 <= i2c <= 11 * 1200 + 60
