"""ADCs of all series (RM0432, RM0444, RM0433, RM0456 and RM0090): results, times, calibration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_chip import FakeChip
from firmware_builder import BOARD, RESULTS, build_firmware

import mcusim

ISR, IER, CR, CFGR, CFGR2, SMPR1, CHSELR, SQR1, DR = 0, 4, 8, 0xC, 0x10, 0x14, 0x28, 0x30, 0x40
CCR = 0x308
ADEN, ADDIS, ADSTART, ADSTP, ADVREGEN, ADCAL = 1, 2, 4, 1 << 4, 1 << 28, 1 << 31
ADRDY, EOC, EOS, OVR = 1, 4, 8, 16
SYNCHRONOUS = 1 << 16
SR, F4_CR1, F4_CR2, F4_SQR1, F4_SQR2, F4_SQR3, F4_DR = 0, 4, 8, 0x2C, 0x30, 0x34, 0x4C
F4_EOC, F4_OVR, SWSTART = 1 << 1, 1 << 5, 1 << 30
HZ = 60e6


@pytest.fixture
def chip() -> FakeChip:
    return FakeChip(HZ)


def adc(chip: FakeChip, kind: str = "stm32-adc", name: str = "adc1") -> Any:
    """The ADC after regulator, calibration and enabling, with the bus clock where it has it."""
    device = chip.device(kind, name, 0x50040000, (18,))
    device.write(CR, 4, ADVREGEN)
    device.write(CR, 4, ADVREGEN | ADCAL)
    assert not device.read(CR, 4) & ADCAL
    device.write(CR, 4, ADVREGEN | ADEN)
    assert device.read(ISR, 4) & ADRDY
    device.write(CCR, 4, SYNCHRONOUS)
    device.write(CFGR2, 4, 3 << 30 if "g0" in kind else 0)
    device.set_input(5, 1.1)
    device.write(SQR1, 4, 5 << 6)
    device.write(CHSELR, 4, 1 << 5)
    return device


@pytest.mark.parametrize(
    ("kind", "bits", "clocks"),
    [
        # Sampling and conversion of the longest result at the shortest sampling time.
        ("stm32-adc", 12, 2.5 + 12.5),
        ("stm32g0-adc", 12, 1.5 + 12.5),
        ("stm32h743-adc12", 16, 2 * (1.5 + 8.5)),
        ("stm32h743-adc3", 16, 2 * (1.5 + 8.5)),
        ("stm32h7a3-adc12", 16, 2 * (1.5 + 8.5)),
        ("stm32u5-adc", 14, 5 + 17),
    ],
)
def test_a_conversion_takes_its_time(chip: FakeChip, kind: str, bits: int, clocks: float) -> None:
    device = adc(chip, kind)
    device.write(CR, 4, ADVREGEN | ADEN | ADSTART)
    assert device.read(CR, 4) & ADSTART
    chip.run(round(clocks) - 1)
    assert not device.read(ISR, 4) & EOC
    chip.run(1)
    assert device.read(ISR, 4) & (EOC | EOS | OVR) == EOC | EOS
    assert not device.read(CR, 4) & ADSTART
    assert device.read(DR, 4) == round(1.1 / 3.3 * (1 << bits))
    assert device.read(ISR, 4) & (EOC | EOS) == EOS, "a read of DR clears EOC"
    device.write(ISR, 4, EOS)
    assert device.read(ISR, 4) & EOS == 0
    device.write(CR, 4, ADVREGEN | ADDIS)
    assert not device.read(ISR, 4) & ADRDY


def test_resolutions_of_the_stm32h7(chip: FakeChip) -> None:
    device = adc(chip, "stm32h743-adc12")
    found = []
    for resolution in range(8):
        device.write(CFGR, 4, resolution << 2)
        device.write(CR, 4, ADVREGEN | ADEN | ADSTART)
        chip.run(100)
        found.append((device.read(DR, 4) * 3 + 3).bit_length() - 1)
    assert found == [16, 14, 12, 10, 16, 14, 12, 8]


def test_a_sequence_in_its_order_with_interrupts(chip: FakeChip) -> None:
    device = adc(chip)
    for channel in range(19):
        device.set_input(channel, channel * 3.3 / 32)
    order = [7, 1, 18, 9, 2, 16]
    device.write(SQR1, 4, len(order) - 1 | sum(c << 6 * n for n, c in enumerate(order[:4], 1)))
    device.write(SQR1 + 4, 4, order[4] | order[5] << 6)
    device.write(IER, 4, EOC)
    device.write(CR, 4, ADVREGEN | ADEN | ADSTART)
    found = []
    for _ in order:
        chip.run(15)
        found.append(device.read(DR, 4) // 128)
    assert found == order
    assert [cycle for cycle, _ in chip.risen] == [15 * n for n in range(1, 7)]
    assert device.read(ISR, 4) & (EOS | OVR) == EOS


def test_continuous_conversions_overrun_until_they_are_stopped(chip: FakeChip) -> None:
    device = adc(chip)
    device.write(CFGR, 4, 1 << 13)
    device.write(CR, 4, ADVREGEN | ADEN | ADSTART)
    chip.run(15)
    device.set_input(5, 2.2)
    chip.run(30)
    assert device.read(ISR, 4) & OVR
    assert device.read(DR, 4) == 1365, "OVRMOD = 0 keeps the first"
    device.write(CR, 4, ADVREGEN | ADEN | ADSTP)
    device.write(ISR, 4, EOC | OVR)
    chip.run(100)
    assert not device.read(ISR, 4) & EOC


@pytest.mark.parametrize(
    ("kind", "setting", "code"),
    [
        ("stm32-adc", 1 | 3 << 2 | 4 << 5, 1365),
        ("stm32-adc", 1 | 3 << 2, 16 * 1365),
        ("stm32h7a3-adc12", 1 | 7 << 16 | 3 << 5, 21845),
    ],
)
def test_oversampling(chip: FakeChip, kind: str, setting: int, code: int) -> None:
    device = adc(chip, kind)
    device.write(CFGR2, 4, setting)
    device.write(CR, 4, ADVREGEN | ADEN | ADSTART)
    chip.run(20 * 8 - 1)
    assert not device.read(ISR, 4) & EOC
    chip.run(100)
    assert device.read(DR, 4) == code


def test_channels_of_the_stm32g0_by_mask_or_in_a_row(chip: FakeChip) -> None:
    device = adc(chip, "stm32g0-adc")
    for channel in range(19):
        device.set_input(channel, channel * 3.3 / 32)

    def convert(config: int, chosen: int) -> list[int]:
        device.write(ISR, 4, 0xFFFF)
        device.write(CFGR, 4, config)
        device.write(CHSELR, 4, chosen)
        assert device.read(ISR, 4) & 1 << 13, "CCRDY"
        device.write(CR, 4, ADVREGEN | ADEN | ADSTART)
        found = []
        while not device.read(ISR, 4) & EOS:
            chip.run(14)
            found.append(device.read(DR, 4) // 128)
        return found

    assert convert(0, 1 << 3 | 1 << 17 | 1 << 0) == [0, 3, 17]
    assert convert(1 << 2, 1 << 3 | 1 << 17) == [17, 3]
    assert convert(1 << 21, 0xF3C7) == [7, 12, 3]


def test_nothing_is_converted_without_a_clock(chip: FakeChip) -> None:
    device = adc(chip)
    device.write(CCR, 4, 0)
    chip.device("stm32-rcc", "rcc", 0x40021000)
    device.write(CR, 4, ADVREGEN | ADEN | ADSTART)
    chip.run(100000)
    assert not device.read(ISR, 4) & EOC
    assert chip.warnings == ["adc1: a conversion is started without a clock: it never ends"]


def f4(chip: FakeChip, kind: str = "stm32f4-adc") -> Any:
    device = chip.device(kind, "adc123", 0x40012000, (18,))
    for channel in range(16):
        device.set_input(channel, channel * 3.3 / 32, 2)
    device.write(0x100 + F4_SQR3, 4, 5)
    device.write(0x100 + F4_CR2, 4, 1)
    return device


def test_a_conversion_of_the_stm32f4_takes_its_time(chip: FakeChip) -> None:
    device = f4(chip)
    device.write(0x100 + F4_CR2, 4, 1 | SWSTART)
    chip.run(2 * (3 + 12) - 1)
    assert not device.read(0x100 + SR, 4) & F4_EOC
    chip.run(1)
    assert device.read(0x100 + SR, 4) & F4_EOC
    assert device.read(0x100 + F4_DR, 4) == 5 * 128
    assert not device.read(0x100 + SR, 4) & F4_EOC


def test_a_sequence_of_the_stm32f4_in_its_order(chip: FakeChip) -> None:
    device = f4(chip)
    order = [7, 1, 15, 9, 2, 13, 4, 8]
    device.write(0x100 + F4_CR1, 4, 1 << 8 | 1 << 5)  # SCAN, EOCIE
    device.write(0x100 + F4_SQR1, 4, len(order) - 1 << 20)
    device.write(0x100 + F4_SQR3, 4, sum(c << 5 * n for n, c in enumerate(order[:6])))
    device.write(0x100 + F4_SQR2, 4, sum(c << 5 * n for n, c in enumerate(order[6:])))
    device.write(0x100 + F4_CR2, 4, 1 | 1 << 10 | SWSTART)  # EOCS
    found = []
    for _ in order:
        chip.run(30)
        found.append(device.read(0x100 + F4_DR, 4) // 128)
    assert found == order
    assert [cycle for cycle, _ in chip.risen] == [30 * n for n in range(1, 9)]
    device.write(0x100 + F4_CR2, 4, 1 | 1 << 10 | SWSTART)
    chip.run(100)
    assert device.read(0x100 + SR, 4) & F4_OVR


CALIBRATED: list[tuple[str, str, int, tuple[int, int, int], tuple[int, int, int], float, int]] = [
    # VREFINT's and the sensor's channel, VREFINT_CAL, TS_CAL1, TS_CAL2, their supply and bits
    # (stm32xxxx_ll_adc.h).
    ("stm32-adc", "stm32-identity", 0, (0, 17, 130), (0x1AA, 0x1A8, 0x1CA), 3.0, 12),
    ("stm32g0-adc", "stm32g0b1-identity", 0, (13, 12, 130), (0x1AA, 0x1A8, 0x1CA), 3.0, 12),
    ("stm32h743-adc3", "stm32h743-identity", 0, (19, 18, 130), (0x60, 0x20, 0x40), 3.3, 16),
    ("stm32h7a3-adc12", "stm32h7a3-identity", 0x100, (19, 18, 130), (0x10, 0x14, 0x18), 3.3, 16),
    ("stm32u5-adc", "stm32u575-identity", 0, (0, 19, 130), (0x3A5, 0x310, 0x342), 3.0, 14),
]


@pytest.mark.parametrize(
    ("kind", "identity", "at", "inputs", "places", "volts", "bits"), CALIBRATED
)
def test_calibration_values_lead_to_supply_and_temperature(
    chip: FakeChip,
    kind: str,
    identity: str,
    at: int,
    inputs: tuple[int, int, int],
    places: tuple[int, int, int],
    volts: float,
    bits: int,
) -> None:
    chip.supply_v = 2.5
    device, memory = adc(chip, kind), chip.device(identity)
    device.write(at + CR, 4, ADVREGEN)
    device.write(at + CR, 4, ADVREGEN | ADEN)

    def convert(channel: int) -> int:
        device.write(at + SQR1, 4, channel << 6)
        device.write(at + CHSELR, 4, 1 << channel)
        device.write(at + CR, 4, ADVREGEN | ADEN | ADSTART)
        chip.run(100)
        return int(device.read(at + DR, 4))

    reference, sensor, hot_c = inputs
    assert convert(reference) == 0, "VREFEN = 0"
    device.write(CCR, 4, SYNCHRONOUS | 7 << 22)
    cal = [memory.read(place & ~1, 2) for place in places]
    if places[0] & 1:
        cal[0] = memory.read(places[0] & ~3, 4) >> 8 & 0xFFFF
    supply = volts * cal[0] / convert(reference)
    assert supply == pytest.approx(2.5, rel=2e-3)
    code = convert(sensor) * supply / volts
    assert 30 + (code - cal[1]) * (hot_c - 30) / (cal[2] - cal[1]) == pytest.approx(25, abs=1.5)


@pytest.mark.parametrize(
    ("kind", "identity", "base", "sensor"),
    [
        ("stm32f4-adc", "stm32f407-identity", 0x22A, 16),
        ("stm32f7-adc", "stm32f746-identity", 0x4A, 18),
    ],
)
def test_calibration_of_stm32f4_and_f7(
    chip: FakeChip, kind: str, identity: str, base: int, sensor: int
) -> None:
    device, memory = f4(chip, kind), chip.device(identity)
    device.write(0x304, 4, 1 << 23)
    found = []
    for channel in (17, sensor):
        device.write(F4_SQR3, 4, channel)
        device.write(F4_CR2, 4, 1 | SWSTART)
        chip.run(100)
        found.append(device.read(F4_DR, 4))
    vrefint_cal, ts_cal1, ts_cal2 = (memory.read(base + 2 * n, 2) for n in range(3))
    assert found[0] == vrefint_cal
    assert 30 + (found[1] - ts_cal1) * 80 / (ts_cal2 - ts_cal1) == pytest.approx(25, abs=0.5)


BODY = """
R(0xE000EDFC) = 1u << 24;
R(0xE0001000) = 1;
clock_to_120_mhz();
ADC(8) = 1u << 28;
ADC(8) |= 1u << 31;
while (ADC(8) >> 31) {}
ADC(8) |= 1;
while (!(ADC(0) & 1)) {}
ADC(0x308) = 3u << 16 | 1u << 22; /* HCLK / 4, VREFINT */
ADC(0x30) = 1 | 0 << 6 | 5 << 12;
R(0x40020800) = 5; /* DMAMUX1, channel 1: ADC1 */
R(0x4002000C) = 8;
R(0x40020010) = 0x50040040;
R(0x40020014) = (unsigned)&results[4];
R(0x40020008) = 2 << 10 | 2 << 8 | 1 << 7 | 1;
ADC(0xC) = 1u << 13 | 3; /* continuous, by DMA */
unsigned begin = CYCLES;
ADC(8) |= 4;
while (!(R(0x40020000) & 2)) {}
results[0] = CYCLES - begin;
ADC(8) |= 1 << 4;
while (ADC(8) & 4) {}
results[1] = ADC(0) & 16;
"""
REGISTERS = """
#define ADC(offset) R(0x50040000 + (offset))
#define CYCLES R(0xE0001004)
"""


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_dma_fetches_what_firmware_converts(fidelity: str, tmp_path: Path) -> None:
    elf = build_firmware(tmp_path, BODY, REGISTERS)
    options = {"board": BOARD, "fidelity": fidelity, "max_time_s": 1.0}
    with mcusim.start(elf, **options) as simulation:  # type: ignore[arg-type]
        simulation.machine.devices["adc1"].set_input(5, 3.3 / 4)  # type: ignore[attr-defined]
        simulation.run_to_end()
        data = simulation.machine.read_memory(RESULTS, 48)
        result = simulation.finish()
    words = [int.from_bytes(data[i : i + 4], "little") for i in range(0, 48, 4)]
    assert (result.outcome, result.warnings) == ("exited", [])
    assert words[4:12] == [round(1.212 / 3.3 * 4096), 1024] * 4
    assert words[0] == pytest.approx(8 * 15 * 4, abs=40)
    assert words[1] == 0
