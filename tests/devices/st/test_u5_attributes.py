"""Registers of an STM32U5 that divide themselves between the security states (RM0456)."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest
from secure_lab import build

import mcusim

HERE = Path(__file__).parent
RTC_CLOCK = """
R32(0x56020CA8u) |= 1u << 2; R32(0x56020C94u) |= 1u << 12; /* PWREN; GTZC2EN */
R32(0x56020828u) = 1; /* DBPR.DBP */
R32(0x56020CA8u) |= 1u << 21; /* RTCAPBEN */
R32(0x56007824u) = 0xCA; R32(0x56007824u) = 0x53; /* WPR */
"""
TZIC2_SR2, RTC_FLAG = "0x56023414u", 1 << 1
ALARM_A, WAKE_UP, INIT, SEC = 1 << 0, 1 << 2, 1 << 14, 1 << 15


def run(folder: Path, body: str, rest: str = "", handler: str = "for (;;) { }") -> mcusim.Result:
    """Runs `body` in Secure state, and `rest` in Non-secure state where the body calls it."""
    text = (
        "#define RTC(offset) R32(0x56007800u + (offset))\n"
        "#define RTC_NS(offset) R32(0x46007800u + (offset))\n"
        "#define PORT(offset) R32(0x52020800u + (offset))\n"
        "#define PORT_NS(offset) R32(0x42020800u + (offset))\n"
        f"NS_CODE uint32_t rest(uint32_t x) {{\n{indent(rest, '  ')}\n  return 0;\n}}\n"
        f"void interrupt(void) {{\n{indent(handler, '  ')}\n}}\n"
        f"int main(void) {{\n  divide();\n{indent(body, '  ')}\n  return 0;\n}}\n"
    )
    return mcusim.run(
        build(folder, text, HERE), board="nucleo-u575zi", option_bytes={"tzen": 1}, max_time_s=3.0
    )


def words(result: mcusim.Result) -> list[int]:
    assert result.outcome == "exited", result.fault or result.reason
    assert result.warnings == []
    return [int(word, 16) for word in result.output.split()]


def test_a_secure_alarm_is_closed_to_non_secure_code(tmp_path: Path) -> None:
    body = f"""{RTC_CLOCK}
RTC(0x40u) = 0x80808011u; RTC(0x48u) = 0x80808022u; /* ALRMAR, ALRMBR */
RTC(0x18u) = 1u << 12 | 1u << 13; /* ALRAIE, ALRBIE */
RTC(0x20u) = {ALARM_A}u;
CALL_NS(rest, 0);
print(RTC(0x40u)); print(RTC(0x48u)); print(RTC(0x18u)); print(R32({TZIC2_SR2}));
"""
    rest = """
NOTE(RTC_NS(0x40u)); NOTE(RTC_NS(0x48u)); NOTE(RTC_NS(0x18u));
RTC_NS(0x40u) = 1; RTC_NS(0x48u) = 2;
RTC_NS(0x18u) = 1u << 5; /* BYPSHAD, and neither interrupt */
"""
    # The Non-secure alarm lost its interrupt enable, the Secure one kept it.
    after = [0x80808011, 2, 1 << 12 | 1 << 5, RTC_FLAG]
    assert words(run(tmp_path, body, rest)) == [0, 0x80808022, 1 << 13, *after]


def test_bits_of_a_mixed_register_are_kept_without_a_flag(tmp_path: Path) -> None:
    body = f"""{RTC_CLOCK}
RTC(0x18u) = 1u << 12;
RTC(0x20u) = {ALARM_A}u;
CALL_NS(rest, 0);
print(RTC(0x18u)); print(R32({TZIC2_SR2}));
"""
    rest = "RTC_NS(0x18u) = 1u << 14; NOTE(RTC_NS(0x18u));"
    assert words(run(tmp_path, body, rest)) == [1 << 14, 1 << 14 | 1 << 12, 0]


def test_non_secure_code_can_read_the_calendar_that_it_can_not_set(tmp_path: Path) -> None:
    body = f"""{RTC_CLOCK}
RTC(0x0Cu) = 1u << 7; RTC(0x00u) = 0x123456u; /* INIT, TR */
RTC(0x20u) = {INIT}u;
CALL_NS(rest, 0);
print(RTC(0x00u)); print(RTC(0x0Cu) >> 6 & 3u); print(R32({TZIC2_SR2}));
"""
    rest = "NOTE(RTC_NS(0x00u)); RTC_NS(0x00u) = 0; RTC_NS(0x0Cu) = 0;"
    assert words(run(tmp_path, body, rest)) == [0x123456, 0x123456, 3, RTC_FLAG]


def test_all_of_the_clock_is_secure(tmp_path: Path) -> None:
    body = f"""{RTC_CLOCK}
RTC(0x10u) = 0x7F00FEu; RTC(0x14u) = 5; /* PRER, WUTR */
RTC(0x20u) = {SEC}u;
CALL_NS(rest, 0);
print(RTC(0x10u)); print(RTC(0x14u)); print(RTC(0x20u));
"""
    rest = """
NOTE(RTC_NS(0x10u)); NOTE(RTC_NS(0x14u)); NOTE(RTC_NS(0x20u));
RTC_NS(0x10u) = 1; RTC_NS(0x14u) = 1; RTC_NS(0x20u) = 0;
"""
    assert words(run(tmp_path, body, rest)) == [0x7F00FE, 0, SEC, 0x7F00FE, 5, SEC]


@pytest.mark.parametrize(("seccfgr", "line", "masked"), [(0, 2, 0x54), (WAKE_UP, 3, 0x58)])
def test_a_function_interrupts_by_the_line_of_its_state(
    seccfgr: int, line: int, masked: int, tmp_path: Path
) -> None:
    body = f"""{RTC_CLOCK}
R32(0x56020CF0u) |= 1u << 26; while (!(R32(0x56020CF0u) & 1u << 27)) {{ }} /* LSION */
R32(0x56020CF0u) |= 2u << 8 | 1u << 15; /* RTCSEL: LSI; RTCEN */
R32(0xE000E100u) = 1u << 2 | 1u << 3;
RTC(0x20u) = {seccfgr}u;
RTC(0x14u) = 99; RTC(0x18u) = 1u << 14 | 1u << 10; /* WUTIE, WUTE */
for (uint32_t n = 0; n < 1000000u && !(RTC(0x50u) & 4u); ++n) {{ }}
"""
    handler = """
uint32_t number;
__asm volatile("mrs %0, ipsr" : "=r"(number));
print(number); print(RTC(0x54u)); print(RTC(0x58u));
RTC(0x5Cu) = ~0u; RTC(0x18u) = 0;
finish();
"""
    flags = [4, 0] if masked == 0x54 else [0, 4]
    assert words(run(tmp_path, body, handler=handler)) == [16 + line, *flags]


def test_configurations_are_not_alarms(tmp_path: Path) -> None:
    body = f"""{RTC_CLOCK}
RTC(0x40u) = 0x11; RTC(0x48u) = 0x22;
RTC(0x1Cu) = 0x8000u; RTC(0x20u) = {ALARM_A}u; /* PRIVCFGR, SECCFGR */
print(RTC(0x40u)); print(RTC(0x48u)); print(RTC(0x1Cu)); print(RTC(0x20u));
"""
    assert words(run(tmp_path, body)) == [0x11, 0x22, 0x8000, ALARM_A]


def test_alarms_need_no_key_and_the_calendar_does(tmp_path: Path) -> None:
    body = f"""{RTC_CLOCK}
RTC(0x24u) = 0xFF; /* WPR */
RTC(0x40u) = 0x11; RTC(0x14u) = 5; RTC(0x18u) = 0xFFFFFFFFu & ~(1u << 8 | 1u << 9 | 1u << 10);
RTC(0x10u) = 1; RTC(0x28u) = 1; RTC(0x0Cu) = 1u << 7; /* PRER, CALR, INIT */
print(RTC(0x40u)); print(RTC(0x14u)); print(RTC(0x18u)); print(RTC(0x10u)); print(RTC(0x28u));
print(RTC(0x0Cu) >> 6 & 3u);
"""
    keyed = 1 << 4 | 1 << 6 | 1 << 16 | 1 << 17
    control = 0xFFFFFFFF & ~(7 << 8 | keyed)
    assert words(run(tmp_path, body)) == [0x11, 5, control, 0x7F00FF, 0, 0]


PORT_CLOCK = "R32(0x56020C8Cu) |= 1u << 2; /* GPIOCEN */\n"


def test_pins_are_secure_after_reset(tmp_path: Path) -> None:
    body = f"""{PORT_CLOCK}
print(PORT(0x30u));
CALL_NS(rest, 0);
print(PORT(0x00u)); print(PORT(0x14u)); print(PORT(0x30u));
"""
    rest = """
NOTE(PORT_NS(0x00u));
PORT_NS(0x00u) = 0; PORT_NS(0x18u) = 1u; PORT_NS(0x30u) = 0; /* MODER, BSRR, SECCFGR */
"""
    assert words(run(tmp_path, body, rest)) == [0xFFFF, 0, 0xFFFFFFFF, 0, 0xFFFF]


def test_non_secure_code_has_the_pins_that_it_is_given(tmp_path: Path) -> None:
    body = f"""{PORT_CLOCK}
PORT(0x00u) = 0x55555555u; PORT(0x14u) = 0x0F00u; /* all outputs; ODR */
PORT(0x20u) = 0x33333333u; PORT(0x24u) = 0x33333333u;
PORT(0x30u) = 0x00FFu; /* pins 8 to 15 are Non-secure */
CALL_NS(rest, 0);
print(PORT(0x00u)); print(PORT(0x14u)); print(PORT(0x20u)); print(PORT(0x24u));
"""
    rest = """
NOTE(PORT_NS(0x00u)); NOTE(PORT_NS(0x10u)); NOTE(PORT_NS(0x20u)); NOTE(PORT_NS(0x24u));
PORT_NS(0x00u) = 0; PORT_NS(0x20u) = 0; PORT_NS(0x24u) = 0x77777777u;
PORT_NS(0x18u) = 0x0100F0FFu; /* set 12 to 15 and 0 to 7, reset 8 */
*(volatile uint8_t *)0x42020801u = 1;
*(volatile uint8_t *)0x42020815u &= 0xFEu;
PORT_NS(0x28u) = 0x0201u;
"""
    seen = [0x55550000, 0x0F00, 0, 0x33333333]
    assert words(run(tmp_path, body, rest)) == [*seen, 0x5555, 0xFC00, 0x33333333, 0x77777777]


EXTI, EXTI_NS = "0x56022000u", "0x46022000u"


def test_secure_lines_of_pins_are_closed_to_non_secure_code(tmp_path: Path) -> None:
    body = f"""
R32({EXTI}) = 3; R32({EXTI} + 0x60u) = 0x0202u; R32({EXTI} + 0x80u) = 3; /* RTSR1, EXTICR1, IMR1 */
R32({EXTI} + 0x08u) = 3; /* SWIER1 */
R32({EXTI} + 0x14u) = 1; /* SECCFGR1: line 0 */
CALL_NS(rest, 0);
print(R32({EXTI})); print(R32({EXTI} + 0x60u)); print(R32({EXTI} + 0x80u));
print(R32({EXTI} + 0x0Cu)); print(R32({EXTI} + 0x14u));
R32({EXTI} + 0x70u) = 1; R32({EXTI} + 0x70u) = 0; R32({EXTI} + 0x14u) = 0;
print(R32({EXTI} + 0x70u)); print(R32({EXTI} + 0x14u));
"""
    rest = f"""
NOTE(R32({EXTI_NS})); NOTE(R32({EXTI_NS} + 0x60u)); NOTE(R32({EXTI_NS} + 0x80u));
NOTE(R32({EXTI_NS} + 0x0Cu));
R32({EXTI_NS}) = 4; R32({EXTI_NS} + 0x60u) = 0x0505u; R32({EXTI_NS} + 0x80u) = 0;
R32({EXTI_NS} + 0x0Cu) = 3; R32({EXTI_NS} + 0x14u) = 0;
"""
    seen, left = [2, 0x200, 2, 2], [5, 0x502, 1, 1, 1]
    assert words(run(tmp_path, body, rest)) == [*seen, *left, 1, 1]
