"""nRF5340: memories, cache, DPPI, power states, and what start-up code does with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware_lab import build, reports
from nrf53 import BOARD, HEADER, run

import mcusim

START_UP = """
#define TRIM(n, word) REG(FICR + 0x300 + 8 * (n) + 4 * (word))
static void start_up(void) {
  REG(0xE000EDD0) |= 2;                           /* SAU_CTRL.ALLNS */
  uint32_t part = REG(FICR + 0x130), revision = REG(FICR + 0x134);
  report("part", part); report("revision", revision);
  unsigned i = 0;
  for (; i < 32 && TRIM(i, 0) != 0xFFFFFFFF; i++) REG(TRIM(i, 0)) = TRIM(i, 1);
  report("trims", i);
  REG(0x5000470C) = 0x7E; REG(0x50039530) = 0xBEEF0044; REG(0x50002118) = 0x7F;
  REG(0x5003254C) = 0; REG(0x50101110) = 0; REG(0x502012A0) = 0;
  HFCLKCTRL = 1;
  uint32_t *to = (uint32_t *)0x2007F000;
  for (uint32_t at = 0; at < 0x1000; at += 4) to[at / 4] = REG(FICR + at);
  REG(SPU + 0x700 + 4 * 63) &= ~(1u << 4);        /* RAMREGION[63] Non-secure */
  REG(0xE000ED8C) |= 3u << 10;                    /* NSACR */
  REG(CTRLAP + 0x544) = REG(0x00FF8000);          /* UICR.APPROTECT */
  REG(CTRLAP + 0x54C) = REG(0x00FF801C);
  report("nfc", REG(0x00FF8028));
  report("id", REG(0x2007F20C));
}
"""


def test_start_up_of_an_sdk_runs_in_secure_state(tmp_path: Path) -> None:
    result, said = run(tmp_path, 'start_up(); report("done", 1);', START_UP)
    assert (said["part"], said["trims"], said["done"]) == ([7], [0], [1])
    assert said["nfc"] == [0xFFFFFFFE]
    assert said["id"] == [0x5340]
    assert result.warnings == []


def test_secure_and_non_secure_addresses_reach_the_same_block(tmp_path: Path) -> None:
    body = """
    REG(0x40005558) = 0;
    report("secure", HFCLKCTRL);
    REG(0x4000F540) = 77;
    report("timer", REG(TIMER0 + 0x540));
    REG(0x40842508) = 1u << 28;
    report("pins", REG(P0 + 4));
    """
    result, said = run(tmp_path, body)
    assert (said["secure"], said["timer"], said["pins"]) == ([0], [77], [1 << 28])
    assert result.warnings == []


def test_the_cache_saves_waits_for_flash(tmp_path: Path) -> None:
    outside = "static const volatile uint32_t table[64] = {1};\n"
    loop = "uint32_t sum = 0; for (int i = 0; i < 4000; i++) sum += table[i & 63];"
    loop += 'report("sum", sum);'
    off, _ = run(tmp_path, loop, outside)
    on, _ = run(tmp_path, "REG(CACHE + 0x500) = 1;" + loop, outside)
    as_ram, _ = run(tmp_path, "REG(CACHE + 0x514) = 1; REG(CACHE + 0x500) = 1;" + loop, outside)
    assert off.cycles - on.cycles > 3 * 4000
    assert as_ram.cycles == pytest.approx(off.cycles, rel=0.01)


def test_flash_has_more_wait_states_at_128_mhz(tmp_path: Path) -> None:
    slow, _ = run(tmp_path, "HFCLKCTRL = 1; spend(2000);")
    fast, _ = run(tmp_path, "HFCLKCTRL = 0; spend(2000);")
    assert fast.cycles > slow.cycles


def test_the_upper_half_of_ram_has_a_wait_state(tmp_path: Path) -> None:
    body = "REG(CACHE + 0x500) = 1;"
    body += "for (int i = 0; i < 1000; i++) (void)REG({});"
    low, _ = run(tmp_path, body.format("0x2003FFF0"))
    high, _ = run(tmp_path, body.format("0x20040000"))
    assert high.cycles - low.cycles == pytest.approx(1000, abs=20)


CONNECTED = """
REG(TIMER0 + 0x510) = 0; REG(TIMER0 + 0x508) = 3;
REG(TIMER0 + 0x540) = 100;
REG(TIMER0 + 0x200) = 1u << 16;                   /* COMPARE0_STOP */
REG(TIMER0 + 0x1C0) = 1u << 31 | 3;
REG(EGU0 + 0x084) = 1u << 31 | 3;
"""


def test_events_reach_tasks_through_a_channel(tmp_path: Path) -> None:
    body = CONNECTED + "REG(DPPIC + 0x504) = 1u << 3; TASK(TIMER0, 0); spend(1000);"
    body += 'report("fired", REG(EGU0 + 0x104));'
    body += "TASK(TIMER0, 0x44); "
    body += 'report("stopped", REG(TIMER0 + 0x544)); report("enabled", REG(DPPIC + 0x508));'
    body += 'report("subscribed", REG(EGU0 + 0x084));'
    _, said = run(tmp_path, body)
    assert said["fired"] == [1]
    assert said["stopped"] == [100]
    assert said["enabled"] == [1 << 3]
    assert said["subscribed"] == [1 << 31 | 3]


def test_a_channel_that_is_off_or_another_carries_nothing(tmp_path: Path) -> None:
    fired = 'TASK(TIMER0, 0); spend(1000); report("fired", REG(EGU0 + 0x104));'
    _, off = run(tmp_path, CONNECTED + fired)
    other = "REG(DPPIC + 0x504) = 3u << 3; REG(EGU0 + 0x084) = 1u << 31 | 4;"
    _, elsewhere = run(tmp_path, CONNECTED + other + fired)
    _, unsubscribed = run(
        tmp_path, CONNECTED + "REG(DPPIC + 0x504) = 1u << 3; REG(EGU0 + 0x084) = 3;" + fired
    )
    assert (off["fired"], elsewhere["fired"], unsubscribed["fired"]) == ([0], [0], [0])


def test_a_circle_of_events_and_tasks_is_followed_once(tmp_path: Path) -> None:
    body = "REG(EGU0 + 0x180) = 1u << 31 | 3; REG(EGU0 + 0x080) = 1u << 31 | 3;"
    body += 'REG(DPPIC + 0x504) = 1u << 3; TASK(EGU0, 0); report("fired", REG(EGU0 + 0x100));'
    result, said = run(tmp_path, body)
    assert said["fired"] == [1]
    assert any("egu0: the event at 0x5001b100 leads" in warning for warning in result.warnings)


def test_groups_of_channels_are_switched_by_tasks(tmp_path: Path) -> None:
    body = """
    REG(DPPIC + 0x800) = 1u << 3;
    TASK(DPPIC, 0);
    report("on", REG(DPPIC + 0x500));
    TASK(DPPIC, 4);
    report("off", REG(DPPIC + 0x500));
    """
    _, said = run(tmp_path, body)
    assert (said["on"], said["off"]) == ([1 << 3], [0])


PAGE = 0x80000
FLASH = f"""
#define WRITE(at, word) (REG(NVMC + 0x504) = 1, REG(at) = (word), ready())
#define ERASE(at) (REG(NVMC + 0x504) = 2, REG(at) = 0xFFFFFFFF, ready(), REG(NVMC + 0x504) = 0)
static void ready(void) {{ while (!(REG(NVMC + 0x400) & 1)) {{}} }}
#define PAGE {PAGE}u
"""


def test_a_page_is_erased_by_a_store_of_ones(tmp_path: Path) -> None:
    body = """
    WRITE(PAGE, 0x12345678); WRITE(PAGE + 0x1000, 0xCAFE); WRITE(PAGE + 8, 1);
    ERASE(PAGE);
    report("page", REG(PAGE)); report("page", REG(PAGE + 8)); report("next", REG(PAGE + 0x1000));
    """
    result, said = run(tmp_path, body, FLASH)
    assert said["page"] == [0xFFFFFFFF, 0xFFFFFFFF]
    assert said["next"] == [0xCAFE]
    assert result.time_s == pytest.approx(85e-3, rel=0.02)


def test_a_page_whose_first_word_is_ones_is_erased_too(tmp_path: Path) -> None:
    body = """
    WRITE(PAGE + 8, 0x1234);
    ERASE(PAGE);
    report("page", REG(PAGE)); report("page", REG(PAGE + 8));
    report("other", REG(PAGE + 0x2000));
    """
    result, said = run(tmp_path, body, FLASH)
    assert said["page"] == [0xFFFFFFFF, 0xFFFFFFFF]
    assert said["other"] == [0xFFFFFFFF]
    assert result.time_s > 85e-3


def test_other_stores_erase_nothing(tmp_path: Path) -> None:
    body = """
    WRITE(PAGE, 0x11); WRITE(PAGE + 8, 0x22);
    REG(NVMC + 0x504) = 2; REG(PAGE + 8) = 0xFFFFFFFF; REG(PAGE) = 0x7777; ready();
    REG(NVMC + 0x504) = 0;
    report("kept", REG(PAGE)); report("kept", REG(PAGE + 8));
    """
    _, said = run(tmp_path, body, FLASH)
    assert said["kept"] == [0x11, 0x22]


OFF = """
report("reason", RESETREAS);
report("kept", REG(0x2003F000));
if (RESETREAS & 1u << 5) return 0;
REG(0x2003F000) = 0x600D;
{retain}
REG(P0 + 0x200 + 4 * 11) = 3u << 2 | 3u << 16;    /* pull-up, SENSE low */
REG(REGULATORS + 0x500) = 1;
for (;;) {{}}
"""


@pytest.mark.parametrize(
    ("retain", "kept", "state"),
    [
        ("", 0, "system-off"),
        ("REG(VMC + 0x634) = 1u << 31;", 0x600D, "system-off-retained"),
    ],
)
def test_system_off_and_what_it_keeps(tmp_path: Path, retain: str, kept: int, state: str) -> None:
    elf = build(tmp_path, OFF.format(retain=retain), HEADER, BOARD)
    with mcusim.start(elf, board=BOARD) as simulation:
        assert simulation.run(0.5)
        simulation.machine.devices["p0"].set_input(11, False)  # type: ignore[attr-defined]
        simulation.run_to_end()
        result = simulation.finish()
    found = reports(result)
    assert found["reason"] == [0, 1 << 5]
    assert found["kept"][1] == kept
    assert [row.cause for row in result.resets] == ["wake-up"]
    assert any(f"Asleep in {state}:" in line for line in result.energy.basis)


@pytest.mark.parametrize(
    ("before", "state"),
    [
        ("HFCLKCTRL = 1;", "system-on-rtc"),
        ("HFCLKCTRL = 0;", "system-on-128mhz"),
        ("TASK(CLOCK, 0x78);", "constant-latency"),
    ],
)
def test_what_sleep_draws_depends_on_the_clock(tmp_path: Path, before: str, state: str) -> None:
    handler = "void irq_handler(unsigned n) { (void)n; REG(RTC1 + 0x140) = 0; "
    handler += "(void)REG(RTC1 + 0x140); }"
    body = """
    REG(CLOCK + 0x518) = 1;
    TASK(CLOCK, 8);
    WAIT(CLOCK, 0x104);
    REG(RTC1 + 0x540) = 3276;
    REG(RTC1 + 0x304) = 1u << 16;
    enable_irq(21);
    TASK(RTC1, 0);
    __asm volatile("wfi");
    """
    result, _ = run(tmp_path, before + body, handler)
    assert result.time_s == pytest.approx(0.1, rel=0.02)
    assert any(f"Asleep in {state}:" in line for line in result.energy.basis)


def test_dcdc_and_ldo_by_the_firmware(tmp_path: Path) -> None:
    work = "REG(CACHE + 0x500) = 1; spend(100000);"
    dcdc, _ = run(tmp_path, "REG(REGULATORS + 0x704) = 1;" + work)
    ldo, _ = run(tmp_path, "REG(REGULATORS + 0x704) = 0;" + work)
    ratio = ldo.energy.average_current_a / dcdc.energy.average_current_a
    assert ratio == pytest.approx(5.1 / 2.4, rel=0.01)


def test_starting_the_network_core_is_answered_by_a_warning(tmp_path: Path) -> None:
    result, _ = run(tmp_path, "REG(CLOCK + 0x614) = 0;")
    assert any("network core" in warning for warning in result.warnings)


def test_pins_and_their_events(tmp_path: Path) -> None:
    body = """
    REG(P0 + 0x200 + 4 * 28) = 1;
    REG(GPIOTE0 + 0x510) = 3 | 28u << 8 | 3u << 16;
    TASK(GPIOTE0, 0);
    report("in", REG(P0 + 0x10) >> 28 & 1);
    REG(0x50842808) = 1u << 4;
    report("p1", REG(0x50842804));
    """
    _, said = run(tmp_path, body)
    assert said["p1"] == [1 << 4]


def test_a_face_of_a_serial_interface_that_is_missing_is_said(tmp_path: Path) -> None:
    result, _ = run(tmp_path, "REG(0x50009500) = 7; TASK(0x50009000, 0x10);")
    assert any("uart1: ENABLE = 7 makes it a SPIM" in warning for warning in result.warnings)
