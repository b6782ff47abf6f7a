"""ESP32-C3: small programs, built here, in what its boot loader, ROM, sleep and radio do."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from rig import sample

import mcusim
from mcusim.errors import FirmwareError
from mcusim.result import Result

SAMPLES = Path(__file__).resolve().parents[2] / "firmware_samples"
GCC = "riscv64-unknown-elf-gcc"
COMMON = [
    *("common/riscv/vectors.S", "common/riscv/startup.c", "common/riscv/memory.c"),
    *("common/semihosting.c", "common/board/esp32-c3.c", "common/print.c"),
]
RESET_CAUSE = "0x60008038u"
SLEEP = "REG32(0x60008018u) = 1u << 31; while (!(REG32(0x60008044u) & 3u)) {}"
"""As esp-idf does: until the interrupt of a wake-up or a rejected sleep is there."""
HEAD = """
#include <stdint.h>
#include "print.h"
#include "registers.h"
#include "trap.h"
#define IN_RTC_FAST __attribute__((section(".rtc")))
"""
TIMER_WAKES = """
static void wake_after(uint32_t slow_cycles) {
  REG32(0x6000800Cu) = 1u << 31; /* the counter, to be read */
  REG32(0x6000803Cu) = 1u << 3 << 15;
  REG32(0x60008004u) = REG32(0x60008010u) + slow_cycles;
  REG32(0x60008008u) = 1u << 16;
}
"""


def build(folder: Path, source: str) -> Path:
    """An ELF of a program with the samples' start-up, and with a section in the RTC memory."""
    if shutil.which(GCC) is None:
        pytest.skip(f"{GCC} not found")
    (folder / "main.c").write_text(HEAD + source)
    script = (SAMPLES / "common/board/esp32-c3.ld").read_text()
    script = script.replace(".text :", ".rtc : { *(.rtc) } > RTC\n  .text :", 1)
    script = script.replace("{\n", "{\n  RTC (rwx) : ORIGIN = 0x50000000, LENGTH = 8K\n", 1)
    (folder / "lab.ld").write_text(script)
    elf = folder / "main.elf"
    flags = ["-march=rv32imc", "-mabi=ilp32", "-O2", "-ffreestanding", "-nostdlib", "-g"]
    flags += [f"-I{SAMPLES / 'common'}", f"-I{SAMPLES / 'common/riscv'}"]
    flags += ["-Wl,--no-warn-rwx-segments", "-T", str(folder / "lab.ld"), "-o", str(elf)]
    sources = [str(folder / "main.c"), *(str(SAMPLES / name) for name in COMMON), "-lgcc"]
    done = subprocess.run([GCC, *flags, *sources], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return elf


def run(folder: Path, source: str, **options: object) -> Result:
    return mcusim.run(build(folder, source), board="esp32-c3", **options)  # type: ignore[arg-type]


def test_a_core_that_waits_for_its_system_timer_sleeps() -> None:
    result = mcusim.run(sample("ticks", "esp32-c3"), board="esp32-c3")
    assert result.output == "10 ticks\n"
    assert result.warnings == []
    assert result.time_s == pytest.approx(10e-3, rel=0.02)
    assert result.energy.breakdown_j["sleep"] == pytest.approx(10e-3 * 3.3 * 16e-3, rel=0.02)


def test_deep_sleep_ends_with_a_start_that_keeps_the_rtc_memory(tmp_path: Path) -> None:
    program = (
        TIMER_WAKES
        + f"""
    static int starts = 1;
    IN_RTC_FAST int kept = 1;
    int main(void) {{
      print("cause %u, data %u, kept %u\\n", REG32({RESET_CAUSE}) & 0x3F, starts++, kept++);
      if (kept == 4) return 0;
      wake_after(1360);
      REG32(0x60008088u) = 1u << 31;
      {SLEEP};
      return 1;
    }}
    """
    )
    result = run(tmp_path, program)
    assert result.exit_code == 0, result.output
    causes = [f"cause {cause}, data 1, kept {n}\n" for cause, n in ((1, 1), (5, 2), (5, 3))]
    assert result.output == "".join(causes)
    assert [row.cause for row in result.resets] == ["wake-up", "wake-up"]
    assert result.time_s == pytest.approx(20e-3, rel=0.03)
    assert result.energy.breakdown_j["sleep"] == pytest.approx(20e-3 * 3.3 * 5e-6, rel=0.05)


def test_light_sleep_goes_on_where_it_began(tmp_path: Path) -> None:
    program = (
        TIMER_WAKES
        + f"""
    int main(void) {{
      static int kept = 1;
      wake_after(1360);
      ++kept;
      {SLEEP};
      print("woken by %u, kept %u\\n", REG32(0x600080F8u), kept);
      return 0;
    }}
    """
    )
    result = run(tmp_path, program)
    assert result.output == "woken by 8, kept 2\n"
    assert result.resets == []
    assert result.time_s == pytest.approx(10e-3, rel=0.03)
    assert result.energy.breakdown_j["sleep"] == pytest.approx(10e-3 * 3.3 * 130e-6, rel=0.05)


def test_a_reset_by_software_has_the_data_loaded_again(tmp_path: Path) -> None:
    program = f"""
    static int starts = 1;
    int main(void) {{
      print("cause %u, data %u\\n", REG32({RESET_CAUSE}) & 0x3F, starts++);
      if (REG32(0x60008050u) != 7) {{
        REG32(0x60008050u) = 7;
        REG32(0x60008000u) |= 1u << 31;
        for (;;) {{ }}
      }}
      return 0;
    }}
    """
    result = run(tmp_path, program)
    assert result.output == "cause 1, data 1\ncause 3, data 1\n"
    assert result.exit_code == 0


def test_a_function_that_the_rom_lacks_is_named(tmp_path: Path) -> None:
    program = "int main(void) { ((void (*)(void))0x40000104u)(); return 0; }"
    result = run(tmp_path, program)
    assert result.fault is not None
    assert result.fault.kind == "missing ROM function"
    assert "(0x40000104) of the mask ROM" in result.fault.message


def test_firmware_that_starts_the_radio_is_told_that_there_is_none(tmp_path: Path) -> None:
    """esp_pp_rom_version_get is what esp_wifi_init calls first."""
    program = "int main(void) { ((void (*)(void))0x400015B0u)(); return 0; }"
    result = run(tmp_path, program)
    assert result.fault is not None
    assert result.fault.kind == "radio"
    assert "starts the radio: it calls esp_pp_rom_version_get" in result.fault.message


def test_rom_functions_are_there_for_the_firmware(tmp_path: Path) -> None:
    program = """
    typedef int (*printer)(const char *, ...);
    typedef void (*delay)(uint32_t);
    int main(void) {
      ((delay)0x40000588u)(160); /* the clock in MHz, for what follows */
      ((printer)0x40000040u)("%s %5d|%08x|%-4u|\\n", "rom", -12, 0xBEEF, 7u);
      ((delay)0x40000050u)(1000);
      return 0;
    }
    """
    result = run(tmp_path, program)
    assert b"rom   -12|0000beef|7   |" in result.output.encode()
    assert result.time_s == pytest.approx(1e-3, rel=0.2)


def test_the_radio_draws_what_the_firmware_says(tmp_path: Path) -> None:
    program = """
    int main(void) {
      REG32(0x600260B0u) = 0x52414403u; /* transmits: 802.11b, +21 dBm */
      for (volatile int i = 0; i < 10000; ++i) { }
      REG32(0x600260B0u) = 0x52414400u;
      return 0;
    }
    """
    result = run(tmp_path, program)
    (row,) = result.energy.device_states
    assert (row.device, row.state) == ("radio", "wifi tx 802.11b +21 dBm")
    assert row.energy_j == pytest.approx(row.time_s * 3.3 * (335e-3 - 16e-3), rel=1e-6)


def test_an_image_of_esptool_runs_as_its_elf_does(tmp_path: Path) -> None:
    elf = sample("ticks", "esp32-c3")
    segments = mcusim.firmware.load_firmware(elf).segments
    entry = mcusim.firmware.load_firmware(elf).entry
    head = struct.pack(
        "<BBBBIB3sHBHH4sB", 0xE9, len(segments), 2, 0x20, entry, 0xEE, b"", 5, 0, 0, 0, b"", 0
    )
    body = b"".join(struct.pack("<II", s.address, len(s.data)) + s.data for s in segments)
    (tmp_path / "ticks.bin").write_bytes(head + body)
    result = mcusim.run(tmp_path / "ticks.bin", board="esp32-c3")
    assert result.output == "10 ticks\n"
    assert result.cycles == mcusim.run(elf, board="esp32-c3").cycles


def test_the_cycle_counter_begins_again_at_a_reset(tmp_path: Path) -> None:
    """esp-idf's log takes its first timestamps from it."""
    program = f"""
    int main(void) {{
      uint32_t count;
      __asm volatile(".option arch, +zicsr; csrr %0, 0x7E2" : "=r"(count));
      print("%u\\n", count < 100000);
      if ((REG32({RESET_CAUSE}) & 0x3F) != 1) {{ return 0; }}
      for (volatile int i = 0; i < 200000; ++i) {{ }}
      REG32(0x60008000u) |= 1u << 31;
      for (;;) {{ }}
    }}
    """
    assert run(tmp_path, program).output == "1\n1\n"


def test_a_format_without_an_entry_is_refused_in_one_line(tmp_path: Path) -> None:
    raw = tmp_path / "raw.bin"
    raw.write_bytes(b"\x01\xa0")
    with pytest.raises(FirmwareError, match="tells no entry, which the chip's boot ROM needs"):
        mcusim.run(raw, board="esp32-c3", base=0x42000000)


SPIN = """
static void spin_us(uint32_t us) {
  REG32(0x60023004u) = 1u << 30;
  const uint32_t start = REG32(0x60023044u);
  do {
    REG32(0x60023004u) = 1u << 30;
  } while (REG32(0x60023044u) - start < 16u * us);
}
"""


def test_the_rtc_watchdog_keeps_its_time_when_the_core_s_clock_changes(tmp_path: Path) -> None:
    program = (
        SPIN
        + """
    int main(void) {
      REG32(0x600C0058u) &= ~(3u << 10); /* the crystal */
      REG32(0x60008094u) = 6800; /* 100 ms */
      REG32(0x60008090u) = 1u << 31 | 4u << 28;
      REG32(0x600C0058u) |= 1u << 10; /* the PLL */
      spin_us(90000);
      print("in time\\n");
      spin_us(20000);
      print("too late\\n");
      return 0;
    }
    """
    )
    result = run(tmp_path, program)
    assert result.output == "in time\n"
    assert "RWDT" in result.resets[0].message


@pytest.mark.parametrize(("pauses", "output"), [(1, "awake\n"), (0, "")])
def test_the_rtc_watchdog_pauses_in_sleep_if_it_is_told_to(
    pauses: int, output: str, tmp_path: Path
) -> None:
    """RTC_CNTL_WDT_PAUSE_IN_SLP."""
    program = (
        TIMER_WAKES
        + f"""
    int main(void) {{
      wake_after(13600);
      REG32(0x60008094u) = 680; /* 10 ms */
      REG32(0x60008090u) = 1u << 31 | 4u << 28 | {pauses}u << 9;
      {SLEEP};
      print("awake\\n");
      return 0;
    }}
    """
    )
    assert run(tmp_path, program).output == output
