"""The RP2350 by firmware: boot, clocks, timers, pins by coprocessor, and both cores."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest
from pico2_lab import build, execute

import mcusim

TICKS_OF_1_US = """
R32(TICKS + 0x1C) = 12;
R32(TICKS + 0x18) = 1;
release(1u << 23);
"""


def test_the_boot_rom_starts_an_image_def(tmp_path: Path) -> None:
    result, words, _ = execute(tmp_path, "results[0] = R32(0xE000ED08u); results[1] = R32(SIO);")
    assert (result.outcome, words[0], words[1]) == ("exited", 0x10000000, 0)


def test_flash_without_an_image_def_is_not_started(tmp_path: Path) -> None:
    result, words, _ = execute(tmp_path, "results[0] = 1;", "", "-DWITHOUT_IMAGE")
    assert (result.outcome, words[0]) == ("fault", 0)
    assert "found no IMAGE_DEF for the RP2350's Arm cores" in result.reason


def test_a_uf2_file_of_its_family_is_taken(tmp_path: Path) -> None:
    elf, binary = build(tmp_path, ""), tmp_path / "main.bin"
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", elf, binary], check=True)
    data = binary.read_bytes()
    parts = [data[i : i + 256].ljust(256, b"\0") for i in range(0, len(data), 256)]
    blocks = [
        struct.pack(
            "<8I476sI", 0x0A324655, 0x9E5D5157, 0x2000, 0x10000000 + 256 * number, 256, number,
            len(parts), 0xE48BFF59, part, 0x0AB16F30,
        )
        for number, part in enumerate(parts)
    ]  # fmt: skip
    (tmp_path / "main.uf2").write_bytes(b"".join(blocks))
    assert mcusim.run(tmp_path / "main.uf2", board="rp2350").outcome == "exited"


@pytest.mark.parametrize("flags", [0x1121, 0x0021, 0x1020])
def test_an_image_for_another_chip_or_core_is_not_started(tmp_path: Path, flags: int) -> None:
    # RISC-V on the RP2350, Arm on the RP2040, and no executable.
    block = f"""
    __attribute__((section(".image_def"), used)) static const uint32_t other[] = {{
        0xFFFFDED3u, {flags << 16 | 0x0142:#x}u, 0x000001FFu, 0, 0xAB123579u}};
    """
    result, _, _ = execute(tmp_path, "", block, "-DWITHOUT_IMAGE")
    assert "no IMAGE_DEF" in result.reason


def test_the_rom_finds_its_functions_by_code(tmp_path: Path) -> None:
    _, words, _ = execute(
        tmp_path,
        """
        results[0] = (uint32_t)rom_function('S' | 'R' << 8);
        results[1] = (uint32_t)rom_function('?' | '?' << 8);
        void (*state_reset)(uint32_t) = (void (*)(uint32_t))results[0];
        state_reset(4);
        """,
    )
    assert 0 < words[0] < 0x8000
    assert words[1] == 0


def test_flash_is_erased_and_programmed_by_the_roms_functions(tmp_path: Path) -> None:
    outside = """
    typedef void (*act)(void);
    typedef void (*erase)(uint32_t, uint32_t, uint32_t, uint32_t);
    typedef void (*program)(uint32_t, const uint8_t *, uint32_t);
    struct rom { act connect, leave, flush, set_up; erase erase; program program; };
    static uint8_t page[512];
    static uint32_t code[64];
    /* Runs from RAM: in direct mode there is no code in flash. */
    static void work(const struct rom *rom, const uint8_t *data) {
      rom->connect();
      rom->leave();
      rom->erase(0x40000, 0x11000, 0x10000, 0xD8);
      rom->program(0x40100, data, 512);
      rom->flush();
      rom->set_up();
    }
    """
    result, words, _ = execute(
        tmp_path,
        """
        static uint32_t set_up[64];
        for (int i = 0; i < 64; ++i) {
          code[i] = ((const uint32_t *)((uint32_t)work & ~1u))[i];
          set_up[i] = R32(BOOTRAM + 4 * i);
        }
        for (int i = 0; i < 512; ++i) page[i] = i * 7;
        const struct rom rom = {
          rom_function('I' | 'F' << 8), rom_function('E' | 'X' << 8), rom_function('F' | 'C' << 8),
          (act)((uint32_t)set_up | 1), rom_function('R' | 'E' << 8), rom_function('R' | 'P' << 8),
        };
        results[2] = R32(0x10040100);
        ((void (*)(const struct rom *, const uint8_t *))((uint32_t)code | 1))(&rom, page);
        results[0] = R32(0x10040100);
        results[1] = R32(0x100402FC);
        results[3] = R32(0x10050FFC);
        results[4] = R32(0x400D0014);
        typedef void *(*look_up)(uint32_t, uint32_t);
        look_up data = (look_up)(uint32_t)*(uint16_t *)0x16;
        results[5] = **(uint16_t **)data('F' | 'D' << 8, 0x40);
        """,
        outside,
    )
    expected = [bytes(i * 7 & 0xFF for i in range(at, at + 4)) for at in (0, 508)]
    assert words[:2] == [int.from_bytes(word, "little") for word in expected]
    assert words[2:4] == [0xFFFFFFFF] * 2
    assert words[4] == 0xA0EB
    # FLASH_DEVINFO: 4 MB at chip select 0.
    assert words[5] == 0x0A00
    # A block of 64 kB, a sector, two pages (W25Q16JV: 150, 45 and 0.4 ms).
    assert result.time_s == pytest.approx(0.150 + 0.045 + 2 * 0.4e-3, rel=0.15)


def test_the_roms_checked_flash_function_works_from_flash(tmp_path: Path) -> None:
    _, words, _ = execute(
        tmp_path,
        """
        int (*op)(uint32_t, uint32_t, uint32_t, uint8_t *) = rom_function('F' | 'O' << 8);
        static uint32_t page[64], back[2];
        for (int i = 0; i < 64; ++i) page[i] = 0x01020304u * i;
        results[0] = op(0, 0x10080000, 4096, 0);
        results[1] = op(1 << 16, 0x10080000, 256, (uint8_t *)page);
        results[2] = R32(0x10080008);
        results[3] = op(2 << 16, 0x1008000C, 5, (uint8_t *)back);
        results[4] = back[0];
        results[5] = back[1];
        results[6] = op(1 << 16, 0x10080001, 256, (uint8_t *)page);
        results[7] = op(5 << 16, 0x10080000, 256, (uint8_t *)page);
        """,
    )
    assert words[:6] == [0, 0, 2 * 0x01020304, 0, 3 * 0x01020304, 4 * 4]
    # BOOTROM_ERROR_BAD_ALIGNMENT and INVALID_ARG.
    assert words[6:8] == [(1 << 32) - 11, (1 << 32) - 5]


def test_start_up_code_sets_150_mhz(tmp_path: Path) -> None:
    result, _, _ = execute(tmp_path, "clock_to_150_mhz(); for (int i = 0; i < 99999; ++i) WAIT;",
                           '#define WAIT __asm volatile("")')  # fmt: skip
    assert result.board.clock_hz == 150e6


def test_a_timer_counts_the_ticks_of_its_generator(tmp_path: Path) -> None:
    _, words, _ = execute(
        tmp_path,
        f"""
        clock_to_150_mhz();
        {TICKS_OF_1_US}
        handler = on_alarm;
        ISER(0) = 1u << 1;
        R32(TIMER0 + 0x40) = 1u << 1;
        R32(TIMER0 + 0x14) = R32(TIMER0 + 0x28) + 250;
        results[1] = R32(TIMER0 + 0x28);
        while (!results[0]) __asm volatile("wfi");
        """,
        """
        static void on_alarm(void) {
          results[0] = R32(TIMER0 + 0x28) - results[1];
          R32(TIMER0 + 0x3C) = 1u << 1;
        }
        """,
    )
    # The handler is fetched from flash, at 0.7 us a line.
    assert 250 <= words[0] < 260


PINS = """
release(1u << 6 | 1u << 9);
for (int pin = 2; pin < 4; ++pin) {
  R32(PADS_BANK0 + 4 + 4 * pin) = 0x40;
  R32(IO_BANK0 + 4 + 8 * pin) = 5;
}
"""


def test_the_gpio_coprocessor_moves_pins(tmp_path: Path) -> None:
    _, words, edges = execute(
        tmp_path,
        f"""
        {PINS}
        CPACR |= 3;
        uint32_t two = 2, high = 1, mask = 12, seen;
        __asm volatile("mcrr p0, #4, %0, %1, c4" : : "r"(two), "r"(high));   /* oe put */
        __asm volatile("mcr p0, #2, %0, c0, c4" : : "r"(mask));              /* oe set */
        __asm volatile("mcrr p0, #4, %0, %1, c0" : : "r"(two), "r"(high));   /* out put */
        __asm volatile("mcr p0, #1, %0, c0, c0" : : "r"(mask));              /* out xor */
        __asm volatile("mrc p0, #0, %0, c0, c0" : "=r"(seen));
        results[0] = seen;
        __asm volatile("mrc p0, #0, %0, c0, c8" : "=r"(seen));
        results[1] = seen;
        __asm volatile("mcr p0, #7, %0, c0, c0" : : "r"(3));                 /* out clear */
        results[2] = R32(SIO + 0x10);
        results[3] = R32(SIO + 0x30);
        """,
    )
    assert words[:4] == [8, 8, 0, 12]
    assert edges == [(2, True), (2, False), (3, True), (3, False)]


def test_a_skipped_coprocessor_instruction_does_nothing(tmp_path: Path) -> None:
    _, words, _ = execute(
        tmp_path,
        f"""
        {PINS}
        CPACR |= 3;
        uint32_t mask = 4, count = 0;
        __asm volatile(
            "cmp %1, #5\\n itte eq\\n mcreq p0, #2, %1, c0, c0\\n addeq %0, #1\\n addne %0, #2\\n"
            "cmp %1, #4\\n itte eq\\n mcreq p0, #2, %1, c0, c0\\n addeq %0, #4\\n addne %0, #8\\n"
            "adds %0, #16\\n"
            : "+r"(count) : "r"(mask) : "cc");
        results[0] = count;
        results[1] = R32(SIO + 0x10);
        """,
    )
    assert words[:2] == [2 + 4 + 16, 4]


def test_a_coprocessor_that_is_not_enabled_faults(tmp_path: Path) -> None:
    result, _, _ = execute(tmp_path, '__asm volatile("mcr p0, #2, r0, c0, c0"); finish();')
    assert result.outcome == "fault"
    assert result.fault is not None
    assert "NOCP" in result.fault.kind


def test_exclusive_accesses_keep_the_cores_apart(tmp_path: Path) -> None:
    _, words, _ = execute(
        tmp_path,
        """
        launch(core1);
        count();
        while (!(FIFO_ST & 1)) __asm volatile("wfe");
        results[0] = counter;
        """,
        """
        static volatile uint32_t counter, lock;
        static void count(void) {
          for (int i = 0; i < 500; ++i) {
            uint32_t taken, one = 1;
            do {
              __asm volatile("ldaex %0, [%1]" : "=r"(taken) : "r"(&lock) : "memory");
              if (taken) continue;
              __asm volatile("strex %0, %2, [%1]" : "=&r"(taken) : "r"(&lock), "r"(one) : "memory");
            } while (taken);
            uint32_t seen = counter, turns = 9;
            __asm volatile("1: subs %0, #1\\n bne 1b" : "+r"(turns) : : "cc");
            counter = seen + 1;
            __asm volatile("stl %1, [%0]" : : "r"(&lock), "r"(0) : "memory");
          }
        }
        static void core1(void) {
          count();
          FIFO_WR = 1;
          __asm volatile("sev");
          for (;;) __asm volatile("wfe");
        }
        """,
    )
    assert words[0] == 1000


def test_a_doorbell_interrupts_the_other_core(tmp_path: Path) -> None:
    result, words, _ = execute(
        tmp_path,
        """
        handler = on_bell;
        launch(core1);
        while (!results[2]) continue;
        BELL_OUT_SET = 1u << 5;
        while (!results[0]) continue;
        """,
        """
        static void on_bell(void) {
          results[1] = BELL_IN_CLEAR;
          BELL_IN_CLEAR = 0xFF;
          results[0] = 1 + R32(SIO);
        }
        static void core1(void) {
          ISER(0) = 1u << 26;
          results[2] = 1;
          for (;;) __asm volatile("wfi");
        }
        """,
    )
    assert (words[0], words[1]) == (2, 1 << 5)
    assert len(result.cores) == 2


def test_a_boot_lock_is_claimed_once(tmp_path: Path) -> None:
    _, words, _ = execute(
        tmp_path,
        """
        results[0] = R32(BOOTRAM + 0x810);
        results[1] = R32(BOOTRAM + 0x810);
        R32(BOOTRAM + 0x810) = 1;
        results[2] = R32(BOOTRAM + 0x810);
        """,
    )
    assert words[:3] == [2, 0, 2]


def test_dma_copies_back_to_front_chains_and_starts_itself_again(tmp_path: Path) -> None:
    _, words, _ = execute(
        tmp_path,
        """
        release(1u << 2);
        for (int i = 0; i < 8; ++i) from[i] = i + 1;
        /* Channel 15 reads from the end, and chains to channel 0. */
        R32(DMA + 15 * 0x40 + 0) = (uint32_t)&from[7];
        R32(DMA + 15 * 0x40 + 4) = (uint32_t)to;
        R32(DMA + 15 * 0x40 + 8) = 8;
        /* Channel 0 adds its sum up, twice: mode 1 of the count. */
        R32(DMA + 0) = (uint32_t)from;
        R32(DMA + 4) = (uint32_t)&ignored;
        R32(DMA + 8) = 1u << 28 | 8;
        R32(DMA + 0x454) = 0xF << 5 | 0 << 1 | 1;
        R32(DMA + 0x10) = 1 | 2 << 2 | 1 << 4 | 0 << 13 | 63u << 17 | 1 << 25;
        R32(DMA + 0x424) = 1u << 15;
        R32(DMA + 15 * 0x40 + 0xC) = 1 | 2 << 2 | 3 << 4 | 1 << 6 | 0 << 13 | 63u << 17;
        while (!(R32(DMA + 0x400) & 1)) continue;
        for (int i = 0; i < 8; ++i) results[i] = to[i];
        results[8] = R32(DMA + 0x42C);
        results[9] = R32(DMA + 0x468);
        results[10] = R32(DMA + 8) >> 28;
        while (R32(DMA + 0x458) < 72) continue;
        """,
        "static uint32_t from[8], to[8]; static volatile uint32_t ignored;",
    )
    assert words[:8] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert words[8:11] == [1 << 15, 16, 1]


def test_pwm_wraps_on_the_second_line_of_the_last_slice(tmp_path: Path) -> None:
    _, words, _ = execute(
        tmp_path,
        """
        release(1u << 16);
        R32(PWM + 11 * 0x14 + 0x10) = 99;
        R32(PWM + 0x104) = 1u << 11;
        R32(PWM + 0xF0) = 1u << 11;
        while (!(R32(PWM + 0x10C) & 1u << 11)) continue;
        results[0] = R32(PWM + 0x100);
        results[1] = R32(PWM + 0xF0);
        R32(PWM + 0xF0) = 0;
        R32(PWM + 0xF4) = 1u << 11;
        results[2] = R32(PWM + 0x10C);
        """,
    )
    assert words[:3] == [0, 1 << 11, 0]


def test_adc_converts_its_sensor_and_asks_for_dma(tmp_path: Path) -> None:
    _, words, _ = execute(
        tmp_path,
        """
        clock_to_150_mhz();
        release(1u << 0 | 1u << 2);
        R32(CLOCKS + 0x6C) = 1u << 11 | 3u << 5; /* clk_adc from the crystal */
        R32(ADC + 0) = 4u << 12 | 3;
        R32(ADC + 8) = 1u << 24 | 1u << 3 | 1;
        R32(DMA + 0) = ADC + 0xC;
        R32(DMA + 4) = (uint32_t)&results[0];
        R32(DMA + 8) = 1;
        R32(DMA + 0xC) = 1 | 1 << 2 | 48u << 17;
        R32(ADC + 0) = 4u << 12 | 7;
        while (R32(DMA + 0xC) >> 26 & 1) continue;
        """,
    )
    # 0.706 V at 27 degrees, of 3.3 V in 4096 steps.
    assert words[0] == round(0.706 / 3.3 * 4096)


def test_the_rom_tells_of_the_chip_and_no_more_than_there_is_room_for(tmp_path: Path) -> None:
    _, words, _ = execute(
        tmp_path,
        """
        int (*info)(uint32_t *, uint32_t, uint32_t) =
            (int (*)(uint32_t *, uint32_t, uint32_t))rom_function('G' | 'S' << 8);
        results[0] = info((uint32_t *)&results[2], 9, 0x01 | 0x10 | 0x40);
        results[1] = info((uint32_t *)&results[12], 4, 0x10);
        """,
    )
    assert words[0] == 8
    assert words[1] == 0xFFFFFFF3  # too small
    assert words[2:4] == [0x11, 1]
    assert len(set(words[6:10])) == 4
    assert words[10:16] == [0] * 6


def test_random_numbers_come_when_their_source_is_on(tmp_path: Path) -> None:
    _, words, _ = execute(
        tmp_path,
        """
        release(1u << 25);
        results[0] = R32(TRNG + 0x104);
        R32(TRNG + 0x12C) = 1;
        while (!(R32(TRNG + 0x104) & 1)) continue;
        for (int i = 0; i < 6; ++i) results[1 + i] = R32(TRNG + 0x114 + 4 * i);
        """,
    )
    assert words[0] == 0
    assert len(set(words[1:7])) == 6


@pytest.mark.parametrize(("operation", "dropped"), [(0, True), (1, False), (2, True), (3, False)])
def test_a_dropped_line_of_the_cache_is_read_from_flash_again(
    tmp_path: Path, operation: int, dropped: bool
) -> None:
    # Invalidating by set and by address, and cleaning likewise. The code lies in RAM.
    _, words, _ = execute(
        tmp_path,
        f"""
        R32(0xE000EDFCu) |= 1u << 24; /* DEMCR.TRCENA */
        R32(0xE0001000u) |= 1;
        for (uint32_t i = 0; i < 64; ++i) ((volatile uint16_t *)copy)[i] = code[i];
        uint32_t (*timed)(void) = (uint32_t (*)(void))((uint32_t)copy | 1);
        timed();
        results[0] = timed();
        *(volatile uint8_t *)(0x18000000u + {operation}) = 0;
        results[1] = timed();
        """,
        """
        static const volatile uint32_t datum = 7;
        static uint32_t copy[32];
        static uint32_t __attribute__((noinline)) timed_in_flash(void) {
          uint32_t before = R32(0xE0001004u);
          (void)datum;
          return R32(0xE0001004u) - before;
        }
        #define code ((const volatile uint16_t *)((uint32_t)timed_in_flash & ~1u))
        """,
    )
    assert (words[1] > words[0] + 50) == dropped, words[:2]
