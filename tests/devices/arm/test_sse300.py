"""Peripherals of Corstone-300 against QEMU's mps3-an547, and what QEMU does not have."""

from __future__ import annotations

from pathlib import Path

import pytest
from sse_lab import BOARD, build, on_qemu

import mcusim
from mcusim.boards import load_board

UART, TIMER0, COUNTER = 0x59303000, 0x58000000, 0x58100000
SLOW_TIMER, SLOW_WATCHDOG, WATCHDOG = 0x5802F000, 0x5802E000, 0x58040000
FPGAIO, NPU, GPIO0 = 0x59302000, 0x58102000, 0x51100000

IDENTITY = {
    "system information": (0x58020000, (0, 4, 0xFC8, 0xFD0, 0xFE0, 0xFE4, 0xFE8, 0xFF0, 0xFFC)),
    "system control": (0x58021000, (0x100, 0x110, 0xFD0, 0xFE0, 0xFE4, 0xFE8, 0xFF4)),
    "core identity": (0x5001F000, (0, 0xFD0, 0xFE0, 0xFE4, 0xFE8, 0xFF0)),
    "configuration": (0x59300000, (0x10, 0xFF8, 0xFFC)),
    "UART": (UART, (4, 8, 0xC, 0x10, 0xFD0, 0xFE0, 0xFE4, 0xFE8, 0xFF0)),
    "UART, Non-secure view": (UART - 0x10000000 + 0x1000, (4, 0xFE0)),
    "timer": (TIMER0, (0, 0x10, 0x2C, 0x4C, 0x50, 0xFE0, 0xFE4, 0xFE8)),
    "counter": (COUNTER, (0, 4, 8, 0xC, 0x10, 0x1C, 0xD0, 0xFE0, 0xFE4, 0xFE8)),
    "slow timer": (SLOW_TIMER, (0, 4, 8, 0xC, 0xFE0, 0xFE4, 0xFE8)),
    "slow watchdog": (SLOW_WATCHDOG, (0, 8, 0x10, 0x14, 0xC00, 0xFE0, 0xFE4, 0xFE8)),
    "board I/O": (FPGAIO, (0, 8, 0x1C, 0x28, 0x4C)),
}


def both(folder: Path, body: str, outside: str = "") -> tuple[list[str], list[str]]:
    """What a firmware prints here and on QEMU."""
    elf = build(folder, body, outside)
    result = mcusim.run(elf, board=BOARD, max_time_s=5.0)
    assert result.outcome == "exited", result.reason
    return result.output.split(), on_qemu(elf)


@pytest.mark.parametrize("device", IDENTITY)
def test_registers_after_reset(device: str, tmp_path: Path) -> None:
    base, offsets = IDENTITY[device]
    ours, theirs = both(tmp_path, "\n".join(f"print(R32({base + o:#x}u));" for o in offsets))
    assert ours == theirs


def test_the_counter_counts_cycles_scaled_or_not(tmp_path: Path) -> None:
    body = f"""
R32({COUNTER}) = 1;
uint32_t begin = R32({COUNTER} + 8);
for (volatile int i = 0; i < 100; ++i) continue;
uint32_t passed = R32({COUNTER} + 8) - begin;
R32({COUNTER}) = 0;
R32({COUNTER} + 0xD0) = 4u << 24;
R32({COUNTER}) = 1 | 4;
begin = R32({COUNTER} + 8);
for (volatile int i = 0; i < 100; ++i) continue;
uint32_t scaled = R32({COUNTER} + 8) - begin;
print(passed);
print(scaled);
R32({COUNTER}) = 0;
print(R32({COUNTER} + 8) == R32(0x58101000) && R32(0x48101000) == R32(0x58101000));
"""
    result = mcusim.run(build(tmp_path, body), board=BOARD)
    passed, scaled, same = (int(line, 16) for line in result.output.split())
    assert passed > 300
    assert scaled == pytest.approx(4 * passed, abs=4)
    assert same == 1


TIMERS = {
    "once": "R32(0x58000028) = 20000; R32(0x5800002C) = 1;",
    "again and again": "R32(0x58000048) = 5000; R32(0x5800004C) = 1; R32(0x5800002C) = 1;",
}


@pytest.mark.parametrize("kind", TIMERS)
def test_system_timer_interrupts(kind: str, tmp_path: Path) -> None:
    again = kind != "once"
    stop = "R32(0x5800004C) = 1;" if again else "R32(0x5800002C) = 0;"
    body = f"""
handler = tick;
R32({COUNTER}) = 1;
ENABLE(3);
uint32_t begin = R32({TIMER0});
{TIMERS[kind]}
while (interrupts < {4 if again else 1}) continue;
uint32_t passed = R32({TIMER0}) - begin;
print(last);
print(passed / 1000);
print(R32({TIMER0} + 0x2C));
"""
    ours, theirs = both(tmp_path, body, f"static void tick(void) {{ {stop} }}")
    assert ours == theirs
    assert ours[:2] == ["00000013", "00000014"]


def test_slow_timer_interrupts(tmp_path: Path) -> None:
    body = f"""
handler = tick;
ENABLE(2);
R32({SLOW_TIMER} + 8) = 31;
R32({SLOW_TIMER}) = 1 | 8;
R32({COUNTER}) = 1;
while (interrupts < 3) __asm volatile("wfi");
print(last);
print(R32({COUNTER} + 8) / 1000);
print(R32({SLOW_TIMER} + 8));
"""
    ours, theirs = both(tmp_path, body, f"static void tick(void) {{ R32({SLOW_TIMER} + 12) = 1; }}")
    assert ours[0] == theirs[0] == "00000012"
    # 31 ticks and then twice 32 of a millisecond's 32nd part, from somewhere within a tick on.
    assert int(ours[1], 16) == pytest.approx(95 * 1000 * 32 / 32 / 1000, abs=2)


@pytest.mark.parametrize("lock", ["", "R32(0x5802EC00) = 1;"], ids=["open", "locked"])
def test_slow_watchdog_warns_and_resets(lock: str, tmp_path: Path) -> None:
    body = f"""
R32({SLOW_WATCHDOG}) = 64;
R32({SLOW_WATCHDOG} + 8) = 3;
{lock}
for (;;) R32({SLOW_WATCHDOG} + 8) = 0;
"""
    result = mcusim.run(build(tmp_path, body), board=BOARD, max_time_s=0.5)
    if not lock:
        assert result.outcome == "limit"
        return
    assert result.outcome == "fault"
    assert "counted to 0 twice" in result.reason
    assert result.time_s == pytest.approx(2 * 65 / 32000, rel=0.03)


def test_generic_watchdog_wants_its_refresh(tmp_path: Path) -> None:
    body = f"""
R32({COUNTER}) = 1;
R32({WATCHDOG} + 8) = 32000;
R32({WATCHDOG}) = 1;
for (int i = 0; i < 3; ++i) {{
  for (volatile int k = 0; k < 2000; ++k) continue;
  print(R32({WATCHDOG}));
  R32({WATCHDOG} + 0x1000) = 1;
}}
for (;;) continue;
"""
    result = mcusim.run(build(tmp_path, body), board=BOARD, max_time_s=0.5)
    assert result.output.split() == ["00000001"] * 3
    assert "was not refreshed" in result.reason


def test_uart_takes_the_time_of_its_divider(tmp_path: Path) -> None:
    body = f"""
R32({UART} + 0x10) = 250;
R32({UART} + 8) = 1 | 4;
handler = sent;
ENABLE(34);
for (int i = 0; i < 5; ++i) {{
  while (R32({UART} + 4) & 1) continue;
  R32({UART}) = "hello"[i];
}}
while (R32({UART} + 4) & 1) continue;
print(interrupts);
print(R32({UART} + 4));
"""
    elf = build(tmp_path, body, f"static void sent(void) {{ R32({UART} + 12) = 1; }}")
    with mcusim.start(elf, board=BOARD) as simulation:
        assert simulation.uart("uart0").expect(b"hell")
        simulation.run_to_end()
        result = simulation.finish()
    assert result.output.startswith("hello")
    assert result.output[5:].split() == ["00000005", "00000000"]
    # The fifth begins when four frames of ten bits have left.
    assert result.time_s == pytest.approx(4 * 10 * 250 / 25e6, rel=0.05)


def test_uart_receives_and_overruns(tmp_path: Path) -> None:
    body = f"""
handler = got;
R32({UART} + 0x10) = 16;
R32({UART} + 8) = 2 | 8;
ENABLE(33);
while (interrupts == 0) __asm volatile("wfi");
print(R32({UART} + 4));
print(R32({UART}));
for (volatile int i = 0; i < 5000; ++i) continue;
print(R32({UART} + 4));
print(R32({UART}));
R32({UART} + 4) = 8;
print(R32({UART} + 4));
"""
    elf = build(tmp_path, body, "static void got(void) { R32(0x5930300C) = 15; }")
    with mcusim.start(elf, board=BOARD) as simulation:
        simulation.uart("uart0").write(b"abc")
        simulation.run_to_end()
        words = simulation.finish().output.split()
    assert words == ["00000002", "00000061", "0000000a", "00000063", "00000000"]


def test_leds_and_pins_are_regions(tmp_path: Path) -> None:
    body = f"""
R32({GPIO0} + 0x10) = 1 << 5;
R32({FPGAIO}) = 1 << 3;
R32({GPIO0} + 0x400 + (1 << 5 << 2)) = 1 << 5;
for (volatile int i = 0; i < 100; ++i) continue;
R32({FPGAIO}) = 0;
R32({GPIO0} + 4) = 0;
"""
    result = mcusim.run(build(tmp_path, body), board=BOARD, roi_gpio=["PK3", "P0.5"])
    assert [(r.name, r.calls) for r in result.regions] == [("PK3", 1), ("P0.5", 1)]


def test_software_reset_of_the_subsystem(tmp_path: Path) -> None:
    body = """
print(R32(0x58021100));
if (R32(0x58021100) == 1) {
  R32(0x58021100) = 0;
  R32(0x58021108) = 1 << 5;
}
"""
    result = mcusim.run(build(tmp_path, body), board=BOARD, max_time_s=0.01, on_reset="stop")
    assert "SWRESET" in result.reason


def test_npu_tells_what_it_is_and_refuses_to_compute(tmp_path: Path) -> None:
    body = f"""
print(R32({NPU}));
print(R32({NPU} - 0x10000000 + 0x28));
print(R32({NPU} + 4));
R32({NPU} + 0x10) = 0x11000000;
R32({NPU} + 0x20) = 0x40;
R32({NPU} + 8) = 1;
print(0);
"""
    result = mcusim.run(build(tmp_path, body), board=BOARD)
    assert result.output.split() == ["10060000", "00001807", "00000000"]
    assert result.outcome == "fault"
    assert "does not execute the commands of an Ethos-U55" in result.reason
    assert "64 bytes at 0x11000000" in result.reason


def test_the_board_lists_its_npu() -> None:
    npu = load_board(BOARD).chip.npu[0]
    assert (npu.type, npu.macs_per_cycle, npu.interrupt) == ("ethos-u55", 128, 56)


TIMED = """
static uint32_t timed(uint32_t address) {
  volatile uint32_t *p = (volatile uint32_t *)address;
  uint32_t begin = R32(0xE0001004);
  for (int i = 0; i < 256; ++i) (void)p[i];
  return R32(0xE0001004) - begin;
}
static void caches_on(void) {
  R32(0xE000ED14) |= 3u << 16;
  __asm volatile("dsb\\n isb");
}
"""
DTCM, SRAM, DDR = 0x30001000, 0x31000000, 0x70000000


def test_caches_stand_between_the_core_and_what_is_not_coupled(tmp_path: Path) -> None:
    each = "".join(f"print(timed({address:#x}u)); " for address in (DTCM, SRAM, DDR))
    elf = build(tmp_path, f"R32(0xE0001000) = 1; {each} caches_on(); {each} {each}", TIMED)
    cycles = [int(word, 16) for word in mcusim.run(elf, board=BOARD).output.split()]
    off, filling, filled = (
        dict(zip(("tcm", "sram", "ddr"), cycles[i : i + 3], strict=True)) for i in (0, 3, 6)
    )
    assert off["tcm"] == filling["tcm"] == filled["tcm"] == filled["sram"] == filled["ddr"]
    # Latencies of 3 and 20 cycles each word without caches, each line of 8 words with them.
    assert off["sram"] - off["tcm"] >= 3 * 256
    assert off["ddr"] - off["tcm"] >= 20 * 256
    assert 20 * 32 <= filling["ddr"] - filled["ddr"] < 30 * 32


def test_the_mpu_says_what_is_cached(tmp_path: Path) -> None:
    region = "R32(0xE000ED98) = 0; R32(0xE000ED9C) = 0x70000003; R32(0xE000EDA0) = 0x7FFFFFE1;"
    body = f"""
R32(0xE0001000) = 1;
R32(0xE000EDC0) = {{}};
{region}
R32(0xE000ED94) = 5;
caches_on();
timed({DDR:#x}u);
print(timed({DDR:#x}u));
"""
    device, write_back, outer_alone = (
        int(mcusim.run(build(tmp_path, body.format(mair), TIMED), board=BOARD).output, 16)
        for mair in ("0x00", "0xFF", "0xF4")
    )
    assert device == outer_alone > 20 * 256
    assert write_back < 6 * 256
