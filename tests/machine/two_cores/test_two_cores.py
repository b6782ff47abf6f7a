"""Two cores that share time, memories and devices, by firmware."""

from __future__ import annotations

from pathlib import Path

import pytest
from two_lab import CLOCK_HZ, CORE_RESET, board, build, execute

import mcusim
from mcusim.machine import run_loop

TURN_CYCLES = 500
"""The skew that docs/dual-core.md states (native/unicorn_engine.hpp, kTurnCycles)."""

COUNT_TOGETHER = """
static volatile uint32_t counter;
static void count(void) {
  for (int i = 0; i < 1000; ++i) {
    lock(3); uint32_t seen = counter; work(5); counter = seen + 1; unlock(3);
  }
}
void core1(void) { count(); push(1); }
void core0(void) { count(); pull(); results[0] = counter; }
"""

PING_PONG = """
void core1(void) { for (;;) push(pull() + 1); }
void core0(void) {
  uint32_t word = 0;
  for (int i = 0; i < 100; ++i) { push(word); word = pull(); }
  results[0] = word;
}
"""


def test_both_cores_run_from_reset_and_each_knows_its_number(tmp_path: Path) -> None:
    result, words = execute(
        tmp_path,
        """
        void core0(void) { results[0] = 10 + CPUID; while (!results[1]) continue; }
        void core1(void) { results[1] = 20 + CPUID; }
        """,
    )
    assert result.outcome == "exited", result.reason
    assert words[:2] == [10, 21]
    assert [core.number for core in result.cores] == [0, 1]
    assert sum(core.instructions for core in result.cores) == result.instructions


def test_a_spinlock_keeps_the_cores_apart(tmp_path: Path) -> None:
    _, words = execute(tmp_path, COUNT_TOGETHER)
    assert words[0] == 2000


def test_without_a_lock_counts_are_lost(tmp_path: Path) -> None:
    # So the test above is about cores that do get into each other's way.
    _, words = execute(tmp_path, COUNT_TOGETHER.replace("unlock(3);", "").replace("lock(3);", ""))
    assert 1000 <= words[0] < 1990


def test_words_go_to_and_fro_without_delay(tmp_path: Path) -> None:
    result, words = execute(tmp_path, PING_PONG)
    assert words[0] == 100
    # Two pushes, two pulls and the wake-ups: some 60 instructions a round, and no turn in between.
    assert result.cycles < 100 * 150


def test_the_same_firmware_gives_the_same_result_bit_for_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = []
    for first_slice in (run_loop.FIRST_SLICE_CYCLES, 777):
        monkeypatch.setattr(run_loop, "FIRST_SLICE_CYCLES", first_slice)
        for source in (PING_PONG, COUNT_TOGETHER):
            results.append(execute(tmp_path, source)[0].to_json())
    assert results[:2] == results[2:]


def test_cores_that_work_side_by_side_take_the_time_of_one(tmp_path: Path) -> None:
    alone, _ = execute(tmp_path, "void core0(void) { work(20000); } void core1(void) {}")
    both, _ = execute(
        tmp_path, "void core0(void) { work(20000); } void core1(void) { work(20000); }"
    )
    assert both.cycles == pytest.approx(alone.cycles, abs=TURN_CYCLES)
    first, second = both.cores
    assert second.cycles_awake == pytest.approx(first.cycles_awake, abs=TURN_CYCLES)
    assert alone.cores[1].cycles_awake < 100


def test_a_flag_in_memory_is_seen_a_turn_later_at_most(tmp_path: Path) -> None:
    _, words = execute(
        tmp_path,
        """
        static volatile uint32_t flag;
        static uint32_t now(void) { return 0xFFFFFF - SYST_CVR; }
        static void start(void) { SYST_RVR = 0xFFFFFF; SYST_CVR = 0; SYST_CSR = 5; }
        void core1(void) { start(); work(4321); results[1] = now(); flag = 1; }
        void core0(void) { start(); while (!flag) continue; results[0] = now(); }
        """,
    )
    assert abs(words[0] - words[1]) <= TURN_CYCLES + 50


def test_each_core_has_its_interrupts_and_its_systick(tmp_path: Path) -> None:
    _, words = execute(
        tmp_path,
        """
        static void on_interrupt(void) {
          uint32_t core = CPUID, number;
          __asm volatile("mrs %0, ipsr" : "=r"(number));
          results[2 * core + (number == 15)] += 1;
          if (number != 15) results[8 + core] = number | FIFO_RD << 8;
        }
        static void enable(uint32_t number, uint32_t period) {
          handler = on_interrupt;
          ISER = 1u << number;
          SYST_RVR = period; SYST_CVR = 0; SYST_CSR = 7;
        }
        void core1(void) { enable(16, 999); push(0x21); work(3200); SYST_CSR = 0; push(0x23); }
        void core0(void) {
          enable(15, 1999); push(0x12); work(3300); SYST_CSR = 0;
          while (results[0] < 2) WFI();
        }
        """,
    )
    assert words[0] == 2  # words that core 1 sent
    assert words[8:10] == [31 | 0x23 << 8, 32 | 0x12 << 8]
    assert words[3] == pytest.approx(2 * words[1], abs=2)
    assert words[1] >= 4


@pytest.mark.parametrize("waiting", [0, 1])
@pytest.mark.parametrize("waits", ["for (;;) continue;", "while (!results[2]) continue;"])
def test_an_interrupt_reaches_a_core_that_does_nothing_but_wait(
    waits: str, waiting: int, tmp_path: Path
) -> None:
    """Neither core has a timer that would have it look up."""
    other = 1 - waiting
    _, words = execute(
        tmp_path,
        f"""
        static uint32_t now(void) {{ return 0xFFFFFF - SYST_CVR; }}
        static void start(void) {{ SYST_RVR = 0xFFFFFF; SYST_CVR = 0; SYST_CSR = 5; }}
        static void on_interrupt(void) {{ results[0] = FIFO_RD; results[1] = now(); finish(); }}
        void core{waiting}(void) {{
          start(); handler = on_interrupt; ISER = 1u << {15 + waiting}; {waits} finish();
        }}
        void core{other}(void) {{ start(); work(10000); results[3] = now(); push(321); for (;;); }}
        """,
        max_time_s=0.1,
    )
    assert words[0] == 321
    assert abs(words[1] - words[3]) <= TURN_CYCLES + 100


def test_a_core_that_waits_is_woken_at_once(tmp_path: Path) -> None:
    result, words = execute(
        tmp_path,
        """
        static uint32_t now(void) { return 0xFFFFFF - SYST_CVR; }
        static void start(void) { SYST_RVR = 0xFFFFFF; SYST_CVR = 0; SYST_CSR = 5; }
        void core1(void) { start(); work(10000); results[1] = now(); SEV(); }
        void core0(void) { start(); WFE(); results[0] = now(); }
        """,
    )
    assert 0 <= words[0] - words[1] < 50
    assert result.cores[0].cycles_asleep == pytest.approx(words[1], rel=0.01)


def test_cores_that_both_sleep_for_good_end_the_run(tmp_path: Path) -> None:
    result, _ = execute(
        tmp_path, "void core0(void) { work(9); WFI(); } void core1(void) { work(5000); WFE(); }"
    )
    assert result.outcome == "exited"
    assert "nothing is left to wake it" in result.reason
    assert result.cycles == pytest.approx(3 * 5000, rel=0.05)


def test_a_held_core_begins_when_it_is_released_and_anew_each_time(tmp_path: Path) -> None:
    result, words = execute(
        tmp_path,
        """
        void core1(void) { results[1] += 1; results[2] = CPUID; push(7); for (;;) WFE(); }
        void core0(void) {
          work(1000); results[0] = results[1];
          R32(0x40000000) = 0; pull();
          R32(0x40000000) = 1; R32(0x40000000) = 0; pull();
        }
        """,
        held=True,
    )
    assert words[:3] == [0, 2, 1]
    assert result.cores[1].cycles_asleep > 4000 * 0.7


CODE = """
typedef uint32_t (*function)(void);
/* movs r0, #n; bx lr */
static volatile uint32_t code;
static void write_code(uint32_t n) { code = 0x47702000u | n; }
static uint32_t call(void) { return ((function)((uint32_t)&code | 1))(); }
"""


def test_code_that_one_core_writes_is_what_the_other_executes(tmp_path: Path) -> None:
    _, words = execute(
        tmp_path,
        CODE
        + """
        void core1(void) { for (;;) { pull(); push(call()); } }
        void core0(void) {
          static const uint8_t values[] = {5, 6, 5, 7, 7, 6};
          for (int i = 0; i < 6; ++i) {
            write_code(values[i]); push(0); results[i] = pull();
          }
          results[6] = call();
        }
        """,
    )
    assert words[:7] == [5, 6, 5, 7, 7, 6, 6]


def test_a_fault_of_the_second_core_tells_which_it_was(tmp_path: Path) -> None:
    result, _ = execute(
        tmp_path,
        """
        void core1(void) { work(100); R32(0x30000000) = 1; }
        void core0(void) { for (;;) work(1000); }
        """,
        max_time_s=3,
    )
    assert result.outcome == "fault"
    assert result.fault is not None
    assert (result.fault.core, result.fault.function) == (1, "core1")
    assert result.fault.address == 0x30000000


def test_a_handler_of_the_second_core_takes_its_fault(tmp_path: Path) -> None:
    result, words = execute(
        tmp_path,
        """
        static void on_fault(void) { results[0] = 77; push(1); for (;;) WFE(); }
        void core1(void) { handler = on_fault; R32(0x30000000) = 1; }
        void core0(void) { pull(); }
        """,
    )
    assert (result.outcome, words[0]) == ("exited", 77)


def test_either_core_may_print_and_end_the_run(tmp_path: Path) -> None:
    result, _ = execute(
        tmp_path,
        """
        static void print(const char *text) {
          register uint32_t operation __asm("r0") = 4;
          register const char *string __asm("r1") = text;
          __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(string) : "memory");
        }
        void core1(void) { pull(); print("second"); finish(); }
        void core0(void) { print("first "); push(0); for (;;) WFE(); }
        """,
    )
    assert (result.output, result.exit_code) == ("first second", 0)


def test_a_reset_that_the_second_core_asks_for_is_the_chips(tmp_path: Path) -> None:
    result, _ = execute(
        tmp_path,
        """
        void core1(void) { work(100); R32(0xE000ED0C) = 0x05FA0004; for (;;) continue; }
        void core0(void) {
          if (results[15] == 0x600D) return;
          results[15] = 0x600D;
          for (;;) WFE();
        }
        """,
    )
    assert (result.outcome, result.reset_count) == ("exited", 1)


def test_the_limit_of_instructions_is_that_of_both(tmp_path: Path) -> None:
    loop = 'for (;;) __asm volatile("nop\\n nop");'
    elf = build(tmp_path, f"void core0(void) {{ {loop} }} void core1(void) {{ {loop} }}")
    result = mcusim.run(
        elf, board=str(board(tmp_path)), devices=[CORE_RESET], max_instructions=100_000
    )
    assert result.outcome == "limit"
    assert result.instructions == pytest.approx(100_000, abs=2 * TURN_CYCLES)
    first, second = result.cores
    assert first.instructions == pytest.approx(second.instructions, abs=TURN_CYCLES)


def test_a_function_is_measured_on_whichever_core_it_runs(tmp_path: Path) -> None:
    elf = build(
        tmp_path,
        """
        __attribute__((noinline)) void task(void) { work(500); }
        void core1(void) { task(); task(); push(1); }
        void core0(void) { task(); pull(); }
        """,
    )
    result = mcusim.run(elf, board=str(board(tmp_path)), devices=[CORE_RESET], roi=["task"])
    region = next(r for r in result.regions if r.name == "task")
    assert region.calls == 3
    assert region.cycles_max == pytest.approx(region.cycles_min, rel=0.05)
    function = next(f for f in result.functions if f.name == "task")
    assert function.calls == 3
    assert function.cycles == pytest.approx(region.cycles_total, rel=0.05)


# --- energy ---

IDLE_SECOND = "void core0(void) { work(200000); } void core1(void) {}"
BUSY_SECOND = "void core0(void) { work(200000); } void core1(void) { for (;;) work(9); }"


def test_a_second_core_at_work_costs_what_it_executes(tmp_path: Path) -> None:
    idle, _ = execute(tmp_path, IDLE_SECOND)
    busy, _ = execute(tmp_path, BUSY_SECOND)
    static = idle.energy.breakdown_j["static"]
    assert busy.energy.breakdown_j["static"] == pytest.approx(static, rel=1e-3)
    dynamic_idle = idle.energy.energy_j - static
    dynamic_busy = busy.energy.energy_j - static
    assert dynamic_busy == pytest.approx(2 * dynamic_idle, rel=0.05)
    assert sum(c.energy_j for c in busy.cores) == pytest.approx(dynamic_busy, rel=0.01)


def test_a_sleeping_second_core_takes_its_share_of_a_cycle(tmp_path: Path) -> None:
    none, _ = execute(tmp_path, IDLE_SECOND)
    half, _ = execute(tmp_path, IDLE_SECOND, asleep_share=0.5)
    # The chip's run currents have it in them: a core that works alone costs what they say, and the
    # clock tree of the core asleep is half of that of the one awake.
    assert half.energy.energy_j == pytest.approx(none.energy.energy_j, rel=0.06)
    tree = "core clock tree"
    awake = half.energy.breakdown_j[tree] / half.energy.energy_j
    assert awake > none.energy.breakdown_j[tree] / none.energy.energy_j


def test_the_chip_sleeps_while_both_cores_do(tmp_path: Path) -> None:
    source = """
    static void tick(void) { if (CPUID == 0) SYST_CSR = 0; }
    void core1(void) { work(SECOND); }
    void core0(void) {
      handler = tick; SYST_RVR = 479999; SYST_CVR = 0; SYST_CSR = 7; WFI();
    }
    """
    both, _ = execute(tmp_path, source.replace("SECOND", "10"))
    one, _ = execute(tmp_path, source.replace("SECOND", "1000000"))
    assert both.time_s == pytest.approx(480000 / CLOCK_HZ, rel=0.01)
    assert both.cores[0].cycles_asleep == pytest.approx(one.cores[0].cycles_asleep, rel=0.01)
    assert both.energy.breakdown_j["static"] < 0.05 * one.energy.breakdown_j["static"]
    assert one.energy.breakdown_j["sleep"] == 0


def test_the_report_has_a_line_for_each_core(tmp_path: Path) -> None:
    result, _ = execute(tmp_path, BUSY_SECOND)
    lines = [line for line in str(result).splitlines() if "core 0:" in line or "core 1:" in line]
    assert len(lines) == 2
    assert all("awake" in line and "instructions" in line for line in lines)
    assert "issue 100 %" in str(result)
