"""RCC_xxxRSTR: a device held in reset goes back to its reset values (RM0432 6.4, xRSTR)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from fake_chip import FakeChip
from firmware_builder import BOARD, RESULTS, build_firmware

import mcusim
from mcusim.devices.registry import create
from mcusim.result import Result

ROOT = Path(__file__).resolve().parents[3]
CHIPS = sorted((ROOT / "boards" / "chips").glob("stm32*.toml"))
APB1RSTR1, APB1RSTR2, AHB1RSTR, AHB2RSTR = (
    f"R(0x{0x40021000 + offset:x})" for offset in (0x38, 0x3C, 0x28, 0x2C)
)
GTZC = tuple(f"stm32u{n}-{unit}" for n in (3, 5) for unit in ("tzsc", "tzic", "mpcbb"))
WITHOUT_RESET = {"rtc", "tamp", "wwdg", "wwdg1", "bkpsram", "dcache1"}
"""Devices with a clock gate and no reset bit in some series; PWR has none in the STM32U5."""


def run(folder: Path, body: str) -> tuple[Result, list[int]]:
    elf = build_firmware(folder, body)
    with mcusim.start(elf, board=BOARD, max_time_s=1.0) as simulation:
        simulation.run_to_end()
        data = simulation.machine.read_memory(RESULTS, 32)
        result = simulation.finish()
    return result, [int.from_bytes(data[i : i + 4], "little") for i in range(0, 32, 4)]


def test_registers_go_back_to_their_reset_values(tmp_path: Path) -> None:
    # As __HAL_RCC_LPUART1_FORCE_RESET and _RELEASE_RESET of ST's drivers.
    body = f"""LPUART1(0x0C) = 1234;
LPUART1(0x00) = 0xD;
results[0] = LPUART1(0x1C);
{APB1RSTR2} |= 1;
{APB1RSTR2} &= ~1u;
results[1] = LPUART1(0x0C);
results[2] = LPUART1(0x00);
results[3] = LPUART1(0x1C);
LPUART1(0x0C) = 77;
results[4] = LPUART1(0x0C);"""
    result, words = run(tmp_path, body)
    assert words[:5] == [0x6000C0, 0, 0, 0xC0, 77]
    assert result.warnings == []


def test_a_device_held_in_reset_ignores_writes_and_is_told_of_once(tmp_path: Path) -> None:
    body = f"""{APB1RSTR2} = 1;
LPUART1(0x0C) = 5;
LPUART1(0x0C) = 6;
results[0] = LPUART1(0x0C);
results[1] = LPUART1(0x1C);
results[2] = {APB1RSTR2};
{APB1RSTR2} = 0;
results[3] = LPUART1(0x0C);"""
    result, words = run(tmp_path, body)
    assert words[:4] == [0, 0xC0, 1, 0]
    (warning,) = result.warnings
    assert warning.startswith("lpuart1 is written at 0x")
    assert "while RCC_APB1RSTR2 holds it in reset" in warning


def test_a_reset_stops_a_running_timer_and_its_interrupt(tmp_path: Path) -> None:
    body = f"""R(0x40021058) |= 1;
volatile unsigned *tim = (volatile unsigned *)0x40000000;
tim[0x2C / 4] = 99;
tim[0x0C / 4] = 1;
tim[0x00 / 4] = 1;
while (!(tim[0x10 / 4] & 1)) continue;
results[0] = R(0xE000E200) >> 28 & 1;
{APB1RSTR1} = 1;
{APB1RSTR1} = 0;
R(0xE000E280) = 1 << 28;
results[1] = R(0xE000E200) >> 28 & 1;
results[2] = tim[0x2C / 4];
results[3] = tim[0x24 / 4];
results[4] = tim[0x00 / 4];"""
    _, words = run(tmp_path, body)
    assert words[:5] == [1, 0, 0xFFFFFFFF, 0, 0]


def test_all_bits_at_once_as_hal_deinit_sets_them(tmp_path: Path) -> None:
    """Bits that don't exist stay 0; the real-time clock, which has none, keeps its registers."""
    body = f"""R(0x40021058) |= 1 << 10 | 1 << 28;
R(0x40007000) |= 1 << 8;
R(0x40002854) = 0x1234;
{APB1RSTR1} = 0xFFFFFFFF;
results[0] = {APB1RSTR1};
results[1] = R(0x40007000);
{APB1RSTR1} = 0;
results[2] = R(0x40002854);"""
    _, words = run(tmp_path, body)
    assert words[:3] == [0xF3FEC03F, 0x200, 0x1234]


def test_an_output_pin_falls(tmp_path: Path) -> None:
    elf = build_firmware(
        tmp_path,
        f"""R(0x4002104C) |= 1 << 8;
R(0x48002000) = 0xFFFFFFFD;
R(0x48002018) = 1;
{AHB2RSTR} = 1 << 8;
{AHB2RSTR} = 0;
results[0] = R(0x48002000);
results[1] = R(0x48002014);""",
    )
    edges: list[tuple[str, int, bool]] = []
    with mcusim.start(elf, board=BOARD, max_time_s=1.0) as simulation:
        simulation.machine.pin_listeners.append(lambda *edge: edges.append(edge))
        simulation.run_to_end()
        data = simulation.machine.read_memory(RESULTS, 8)
    assert edges == [("PI", 0, True), ("PI", 0, False)]
    assert data == bytes.fromhex("ffffffff00000000")


def test_the_backup_domain_resets_the_clock_and_its_registers(tmp_path: Path) -> None:
    body = """R(0x40021058) |= 1 << 10;
R(0x40002850) = 0xCAFE;
R(0x40021090) = 1 << 16;
R(0x40021090) = 0;
results[0] = R(0x40002850);
results[1] = R(0x40002814);"""
    _, words = run(tmp_path, body)
    assert words[:2] == [0, 0xFFFF]


def gated_devices() -> list[tuple[str, dict[str, Any]]]:
    """The entry of each device with a clock gate, and its chip."""
    return [
        (path.stem, entry)
        for path in CHIPS
        for entry in tomllib.loads(path.read_text())["device"]
        if "clock" in entry and "RCC" in entry["clock"]["register"]
    ]


@pytest.mark.parametrize(
    ("chip", "entry"), gated_devices(), ids=lambda x: x if isinstance(x, str) else x["name"]
)
def test_each_device_with_a_clock_has_a_reset(chip: str, entry: dict[str, Any]) -> None:
    """Enables and resets lie at the same bits of their registers (ST's headers)."""
    document = tomllib.loads((ROOT / "boards" / "chips" / f"{chip}.toml").read_text())
    rcc_entry = next(device for device in document["device"] if device["name"] == "rcc")
    rcc = create(rcc_entry["type"], "rcc", FakeChip())
    gate = entry["clock"]
    register, bit = gate["address"] - rcc_entry["base"], gate["bit"]
    assert not rcc.holds_in_reset(register, bit)
    for offset in range(0x10, 0xA0, 4):
        if offset in rcc.peripheral_resets.bits:  # type: ignore[attr-defined]
            rcc.write(offset, 4, 0xFFFFFFFF)
    name, series = entry["name"], chip[5:7]
    expected = name not in WITHOUT_RESET and entry["type"] not in GTZC
    expected &= not (name == "pwr" and series in ("u3", "u5"))
    expected |= name == "wwdg" and series in ("f4", "f7")
    assert rcc.holds_in_reset(register, bit) == expected


WRITES = [(offset, value) for offset in range(0, 0x60, 4) for value in (0xA5A5A5A5, 0x00010001)]
TYPES = sorted({(chip, entry["type"]) for chip, entry in gated_devices()})


@pytest.mark.parametrize(("chip", "kind"), TYPES)
def test_a_restarted_device_is_as_a_new_one(chip: str, kind: str) -> None:
    """Whatever was written to it: each register reads as that of a device just made."""
    host, fresh = FakeChip(), FakeChip()
    name = {"stm32-timer32": "tim2", "stm32-dma": "dma1"}.get(kind, "gpioa")
    device, new = (create(kind, name, chip_host) for chip_host in (host, fresh))
    for made in (device, new):
        made.interrupts = (1, 2, 3, 4)
        made.placed(0x40000000)
    for offset, value in WRITES:
        device.write(offset, 4, value)
        host.run(10)
    device.restart()
    fresh.run(host.now)
    host.run(100_000)
    fresh.run(100_000)
    assert not any(host.levels.values())
    for offset in range(0, 0x100, 4):
        if kind == "stm32-rng" and offset == 8:
            continue
        assert device.read(offset, 4) == new.read(offset, 4), hex(offset)
