"""Small firmwares on the boards with a Cortex-M7: supply, core registers, flash, Stop."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware_builder import RESULTS, build_firmware

import mcusim
from mcusim.boards import load_board
from mcusim.result import Result

H7_BOARDS = ("nucleo-h7a3zi", "nucleo-h743zi")
STACK_TOP = 0x20010000
SUPPLY = {"nucleo-h7a3zi": 4, "nucleo-h743zi": 2}
"""PWR_CR3: SMPSEN or LDOEN."""

ON_WAKE_UP = """
static void on_wake_up(void) {
  RTC(0x0C) = 0;
  RTC(0x5C) = 4; /* the H7A3's SCR.CWUTF; reserved in the H743 */
  EXTI(0x88) = 1u << 19;
  results[2]++;
}
"""


def run(
    folder: Path, board: str, body: str, outside: str = "", max_time_s: float = 5.0
) -> tuple[Result, list[int]]:
    """The result and the words of the firmware's array `results`."""
    elf = build_firmware(
        folder,
        body,
        outside,
        cpu="cortex-m7",
        header="chip_m7.h",
        stack_top=STACK_TOP,
        enables=range(0),
    )
    with mcusim.start(elf, board=board, max_time_s=max_time_s) as simulation:
        simulation.run_to_end()
        data = simulation.machine.read_memory(RESULTS, 64)
        result = simulation.finish()
    return result, [int.from_bytes(data[i : i + 4], "little") for i in range(0, 64, 4)]


@pytest.mark.parametrize(
    ("board", "data", "instruction", "regions"),
    [
        # 128 sets of 4 ways and 256 of 2; 32 of 4 and 64 of 2 (Cortex-M7 TRM, CCSIDR encodings).
        ("nucleo-h7a3zi", 0xF00FE019, 0xF01FE009, 16),
        ("nucleo-h743zi", 0xF00FE019, 0xF01FE009, 16),
        ("stm32f746g-disco", 0xF003E019, 0xF007E009, 8),
    ],
)
def test_core_tells_its_caches_and_mpu(
    board: str, data: int, instruction: int, regions: int, tmp_path: Path
) -> None:
    body = """CSSELR = 0;
results[0] = CCSIDR;
CSSELR = 1;
results[1] = CCSIDR;
results[2] = MPU_TYPE;
results[3] = MVFR0;
results[4] = CLIDR;
results[5] = CTR;
results[6] = ITCMCR & DTCMCR & 1;"""
    result, words = run(tmp_path, board, body)
    assert result.warnings == []
    assert words[:2] == [data, instruction]
    assert words[2:7] == [regions << 8, 0x10110221, 0x09000003, 0x8303C003, 1]


@pytest.mark.parametrize(
    ("board", "enable", "bit", "told"),
    [
        ("nucleo-h7a3zi", 0x580244E8, 18, "RCC_APB1LENR.USART3EN"),
        ("nucleo-h743zi", 0x580244E8, 18, "RCC_APB1LENR.USART3EN"),
        # The same register by its second address, RCC_C1_APB1LENR.
        ("nucleo-h743zi", 0x58024548, 18, "RCC_APB1LENR.USART3EN"),
        ("stm32f746g-disco", 0x40023840, 18, "RCC_APB1ENR.USART3EN"),
    ],
)
def test_usart3_needs_its_clock(
    board: str, enable: int, bit: int, told: str, tmp_path: Path
) -> None:
    body = f"""R(0x4000480C) = 1234;
R({enable:#x}) |= 1u << {bit};
results[0] = R(0x4000480C);
R(0x4000480C) = 1234;
results[1] = R(0x4000480C);"""
    result, words = run(tmp_path, board, body)
    assert words[:2] == [0, 1234]
    (warning,) = result.warnings
    assert f"{told} = 0" in warning


@pytest.mark.parametrize("board", H7_BOARDS)
def test_voltage_is_never_ready_without_a_choice_of_supply(board: str, tmp_path: Path) -> None:
    body = "while ((PWR(0x04) & 1u << 13) == 0) continue;"
    result, _ = run(tmp_path, board, body, max_time_s=0.01)
    assert result.outcome == "limit"
    assert result.hot_loop is not None
    assert result.hot_loop.function == "main"


@pytest.mark.parametrize("board", H7_BOARDS)
def test_voltage_is_ready_with_a_supply(board: str, tmp_path: Path) -> None:
    body = f"PWR(0x0C) = {SUPPLY[board]};\nwhile ((PWR(0x04) & 1u << 13) == 0) continue;"
    result, _ = run(tmp_path, board, body)
    assert result.outcome == "exited"


@pytest.mark.parametrize(
    ("board", "words_per_write", "erase_sector_1"),
    [
        # CR: SER, SNB = 1 and START.
        ("nucleo-h743zi", 8, 1 << 2 | 1 << 8 | 1 << 7),
        ("nucleo-h7a3zi", 4, 1 << 2 | 1 << 6 | 1 << 5),
    ],
)
@pytest.mark.parametrize("bank", [0, 1])
def test_flash_of_either_bank(
    board: str, words_per_write: int, erase_sector_1: int, bank: int, tmp_path: Path
) -> None:
    sector = 0x08000000 + bank * 0x100000 + (0x20000 if board == "nucleo-h743zi" else 0x2000)
    body = f"""volatile uint32_t *word = (uint32_t *){sector:#x};
results[0] = word[0];
FLASH({0x04 + bank * 0x100:#x}) = 0x45670123;
FLASH({0x04 + bank * 0x100:#x}) = 0xCDEF89AB;
FLASH({0x0C + bank * 0x100:#x}) = 2;
for (uint32_t i = 0; i < {words_per_write}; i++) word[i] = 0x11111111 * i;
while (FLASH({0x10 + bank * 0x100:#x}) & 5) continue;
FLASH({0x0C + bank * 0x100:#x}) = 0;
results[1] = word[{words_per_write - 1}];
FLASH({0x0C + bank * 0x100:#x}) = {erase_sector_1:#x};
results[2] = FLASH({0x10 + bank * 0x100:#x}) >> 16 & 1;
results[3] = word[{words_per_write - 1}];"""
    result, words = run(tmp_path, board, body)
    assert result.outcome == "exited"
    last = 0x11111111 * (words_per_write - 1)
    assert words[:4] == [0xFFFFFFFF, last, 1, 0xFFFFFFFF]


def test_flash_of_the_stm32f746(tmp_path: Path) -> None:
    body = """volatile uint32_t *word = (uint32_t *)0x080C0000;
R(0x40023C04) = 0x45670123;
R(0x40023C04) = 0xCDEF89AB;
R(0x40023C10) = 1 | 2u << 8;
word[0] = 0x12345678;
results[0] = word[0];
results[1] = R(0x002C0000); /* the same through ITCM */
R(0x40023C10) = 2 | 7u << 3 | 1u << 16;
results[2] = word[0];"""
    result, words = run(tmp_path, "stm32f746g-disco", body)
    assert result.outcome == "exited"
    assert words[:3] == [0x12345678, 0x12345678, 0xFFFFFFFF]


@pytest.mark.parametrize("board", H7_BOARDS)
def test_stop_until_the_rtc_wakes(board: str, tmp_path: Path) -> None:
    body = f"""PWR(0x0C) = {SUPPLY[board]};
RCC(0x74) |= 1;
while ((RCC(0x74) & 2) == 0) continue;
PWR(0x00) |= 1u << 8;
RCC(0x70) = 2u << 8 | 1u << 15;
RTC(0x24) = 0xCA;
RTC(0x24) = 0x53;
RTC(0x10) = 127u << 16 | 249;
RTC(0x14) = 1; /* every other second */
EXTI(0x00) |= 1u << 19;
EXTI(0x80) |= 1u << 19;
handler = on_wake_up;
NVIC_ISER(0) = 1u << 3;
RTC({0x18 if board == "nucleo-h7a3zi" else 0x08:#x}) = 4u | 1u << 10 | 1u << 14;
RCC(0x00) |= 1u << 7; /* CSION */
while ((RCC(0x00) & 1u << 8) == 0) continue;
RCC(0x10) = 1;
while ((RCC(0x10) & 7u << 3) != 1u << 3) continue;
results[1] = RCC(0x10) >> 3 & 7;
SCR = 4;
while (results[2] < 2) __asm volatile("wfi");
results[0] = RCC(0x10) >> 3 & 7;"""
    result, words = run(tmp_path, board, body, ON_WAKE_UP, max_time_s=10)
    assert words[:3] == [0, 1, 2], "woken with HSI, gone to sleep with CSI"
    assert result.time_s == pytest.approx(4.0, rel=0.01)
    assert any("Asleep in stop" in line for line in result.energy.basis)
    published = load_board(board).sleep_state("stop").typical_a
    assert result.energy.average_current_a == pytest.approx(published, rel=0.05)


def test_stop_and_standby_of_the_stm32f746(tmp_path: Path) -> None:
    # The core comes back from Stop where it was, from Standby by a reset with PWR_CSR1.SBF set.
    body = """R(0x40023840) |= 1u << 28; /* PWREN */
if (R(0x40007004) & 2) {
  results[3] = 1;
  return 0;
}
R(0x40023874) |= 1;
while ((R(0x40023874) & 2) == 0) continue;
R(0x40007000) |= 1u << 8;
R(0x40023870) = 2u << 8 | 1u << 15;
F7_RTC(0x24) = 0xCA;
F7_RTC(0x24) = 0x53;
F7_RTC(0x10) = 127u << 16 | 249;
F7_RTC(0x14) = 1; /* every other second */
R(0x40013C00) |= 1u << 22;
R(0x40013C08) |= 1u << 22;
handler = on_wake_up;
NVIC_ISER(0) = 1u << 3;
F7_RTC(0x08) = 4u | 1u << 10 | 1u << 14;
SCR = 4;
while (results[2] < 1) __asm volatile("wfi");
R(0x40007004) |= 1u << 8; /* EIWUP: else the RTC does not end Standby */
R(0x40007000) |= 1u << 1; /* PDDS */
for (;;) __asm volatile("wfi");"""
    outside = """#define F7_RTC(offset) R(0x40002800 + (offset))
static void on_wake_up(void) {
  F7_RTC(0x0C) = 0;
  R(0x40013C14) = 1u << 22;
  results[2]++;
}
"""
    result, words = run(tmp_path, "stm32f746g-disco", body, outside, max_time_s=10)
    assert result.outcome == "exited"
    assert words[2:4] == [0, 1], "Standby clears RAM"
    assert result.time_s == pytest.approx(4.0, rel=0.01)
    asleep = [line for line in result.energy.basis if "Asleep in" in line]
    assert any("Asleep in stop" in line for line in asleep)
    assert any("Asleep in standby" in line for line in asleep)
