"""Peripherals that the nRF5340's SPU gives to one security state (PS, System protection unit)."""

from __future__ import annotations

from pathlib import Path

import pytest
from secure_lab import build

import mcusim

HERE = Path(__file__).parent
SECURE, NON_SECURE = "0x50000000u", "0x40000000u"
WRITE = f"CC0({NON_SECURE}) = x; return CC0({NON_SECURE});"


def run(folder: Path, body: str, rest: str = WRITE) -> mcusim.Result:
    """Runs `body` in Secure state, and `rest` in Non-secure state where the body calls it."""
    text = (
        f"NS_CODE uint32_t rest(uint32_t x) {{ {rest} }}\n"
        f"int main(void) {{\n{body}\nreturn 0;\n}}\n"
    )
    return mcusim.run(build(folder, text, HERE), board="nrf5340", max_time_s=0.1)


def test_a_peripheral_given_away_answers_non_secure_code(tmp_path: Path) -> None:
    body = f"""
print(PERIPHID(TIMER0)); print(PERIPHID(0x42)); print(PERIPHID(0x12));
CC0({SECURE}) = 7;
PERIPHID(TIMER0) = 0; SYNC();
print(PERIPHID(TIMER0));
print(CALL_NS(rest, 9));
print(CC0({NON_SECURE}));
PERIPHID(TIMER0) = 1u << 8 | 1u << 4; PERIPHID(TIMER0) = 0; SYNC();
print(CC0({SECURE})); print(PERIPHID(TIMER0));
"""
    result = run(tmp_path, body)
    assert result.outcome == "exited", result.fault
    words = [int(word, 16) for word in result.output.split()]
    present = 1 << 31
    assert words[:3] == [present | 0x12, present | 0x13, 0]
    assert words[3:] == [present | 2, 9, 9, 9, present | 0x112]


@pytest.mark.parametrize(
    ("body", "address", "state"),
    [
        ("CALL_NS(rest, 1);", "0x4000f540", "Non-secure"),
        (f"print(CC0({NON_SECURE}));", "0x4000f540", "Non-secure"),
        (f"PERIPHID(TIMER0) = 0; SYNC(); print(CC0({SECURE}));", "0x5000f540", "Secure"),
    ],
    ids=["Non-secure code", "Secure code at the other address", "Secure code of a Non-secure one"],
)
def test_the_other_address_is_a_bus_error(
    body: str, address: str, state: str, tmp_path: Path
) -> None:
    result = run(tmp_path, body)
    assert result.fault is not None
    assert result.fault.kind == "BusFault: PRECISERR"
    assert f"{address} in" in result.fault.message
    assert f"keeps it from {state} accesses" in result.fault.message


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_a_load_in_an_it_block_may_be_the_first_of_its_page(fidelity: str, tmp_path: Path) -> None:
    """The code behind was taken for the rest of the IT block, and left out."""
    text = """
NS_CODE uint32_t rest(uint32_t x) { return x; }
__attribute__((naked, noinline)) static uint32_t table(uint32_t n) {
  __asm volatile("cmp r0, #7\\n itte ls\\n ldrls r3, =0x00040000\\n ldrsbls r0, [r3, r0]\\n"
                 "mvnhi.w r0, #10\\n bx lr\\n .ltorg");
}
__attribute__((naked, noinline)) static uint32_t looked_up(uint32_t n) {
  __asm volatile("push {r3, lr}\\n ldr r3, =table\\n blx r3\\n"
                 "cmp r0, #0\\n bne 1f\\n 1: pop {r3, pc}\\n .ltorg");
}
int main(void) { R32(0xE000EDD0u) = 1; SYNC(); print(looked_up(3)); print(table(9)); return 0; }
"""
    result = mcusim.run(build(tmp_path, text, HERE), board="nrf5340", fidelity=fidelity)
    assert result.outcome == "exited", result.fault
    assert [int(word, 16) for word in result.output.split()] == [0xFFFFFFFF, 0xFFFFFFF5]


PORT = """
#define PERM(port) R32(0x500034C0u + 8u * (port))
#define LOCK(port) R32(0x500034C4u + 8u * (port))
#define P0(base) ((base) + 0x842000u)
#define P1(base) ((base) + 0x842300u) /* behind it, registers have the same offsets as of P0 */
"""


def run_port(folder: Path, body: str, rest: str) -> list[int]:
    """The words that a firmware prints; `rest` is Non-secure code."""
    text = (
        f"{PORT}\nNS_CODE uint32_t rest(uint32_t port) {{ {rest} }}\n"
        f"int main(void) {{\n{body}\nreturn 0;\n}}\n"
    )
    result = mcusim.run(build(folder, text, HERE), board="nrf5340", max_time_s=0.1)
    assert result.outcome == "exited", result.fault
    assert result.warnings == []
    return [int(word, 16) for word in result.output.split()]


@pytest.mark.parametrize("port", ["P0", "P1"])
def test_secure_pins_are_closed_to_non_secure_code(port: str, tmp_path: Path) -> None:
    body = f"""
PERM({port[1]}) = 0xFFFFFF00u;
R32({port}({SECURE}) + 0x514u) = 0x0180u; R32({port}({SECURE}) + 0x504u) = 0x0180u; /* DIR, OUT */
print(CALL_NS(rest, {port}({NON_SECURE})));
print(R32({port}({SECURE}) + 0x504u)); print(R32({port}({SECURE}) + 0x514u));
print(R32({port}({SECURE}) + 0x700u)); print(R32({port}({SECURE}) + 0x720u));
"""
    rest = """
uint32_t seen = R32(port + 0x504u) | R32(port + 0x720u) << 16;
R32(port + 0x50Cu) = ~0u; /* OUTCLR */
R32(port + 0x508u) = 0x0201u; R32(port + 0x518u) = 0x0201u; /* OUTSET, DIRSET */
R32(port + 0x700u) = 0xDu; R32(port + 0x720u) = 0xDu; /* PIN_CNF[0], PIN_CNF[8] */
return seen;
"""
    # Pin 7 was cleared, pin 8 is Secure; DIR of pins 0, 7 and 8.
    assert run_port(tmp_path, body, rest) == [0x80, 0x101, 0x181, 0xD, 3]


def test_all_pins_are_secure_at_reset_and_stay_as_they_are_locked(tmp_path: Path) -> None:
    body = f"""
print(PERM(0)); print(PERM(1));
R32(P0({SECURE}) + 0x504u) = 7;
print(CALL_NS(rest, P0({NON_SECURE})));
PERM(0) = 0; LOCK(0) = 1; PERM(0) = ~0u;
print(PERM(0)); print(CALL_NS(rest, P0({NON_SECURE})));
"""
    ones = 0xFFFFFFFF
    assert run_port(tmp_path, body, "return R32(port + 0x504u);") == [ones, ones, 0, 0, 7]


UARTE0 = 8
SEND = """
R32(base + 0x8500u) = 8; R32(base + 0x8544u) = x; R32(base + 0x8548u) = 4;
R32(base + 0x8120u) = 0; R32(base + 0x8008u) = 1;
while (!R32(base + 0x8120u)) {{ }}
R32(base + 0x8500u) = 0;
"""


@pytest.mark.parametrize(
    ("perm", "base", "place", "sent", "event"),
    [
        (None, "0x50000000u", "0x20002000u", "ABCD", 0),
        (1 << 5 | 1 << 4, "0x50000000u", "0x20002000u", "ABCD", 0),
        (1 << 4, "0x50000000u", "0x20002000u", "\0\0\0\0", 1),
        (1 << 4, "0x50000000u", "0x20010000u", "ABCD", 0),
        (0, "0x40000000u", "0x20002000u", "\0\0\0\0", 1),
        (0, "0x40000000u", "0x20010000u", "ABCD", 0),
    ],
)
def test_dma_has_a_security_state_as_well(
    perm: int | None, base: str, place: str, sent: str, event: int, tmp_path: Path
) -> None:
    attribute = "" if perm is None else f"PERIPHID({UARTE0}) = {perm}u; SYNC();"
    body = f"""
R32({place}) = 0x44434241u;
{attribute}
const uint32_t base = {base}, x = {place};
{SEND.format()}
print(R32(0x50003100u));
"""
    result = run(tmp_path, body)
    assert result.outcome == "exited", result.fault
    assert result.output == f"{sent}{event:08x}\n"


def test_secure_channels_are_closed_to_non_secure_code(tmp_path: Path) -> None:
    body = """
R32(0x50003480u) = 3; /* channels 0 and 1 are Secure */
R32(0x50017504u) = 1; R32(0x50017800u) = 6; R32(0x50017804u) = 0xC; /* CHENSET, CHG */
SYNC();
print(CALL_NS(rest, 0));
print(R32(0x50017500u)); print(R32(0x50017800u)); print(R32(0x50017804u));
"""
    rest = """
uint32_t seen = R32(0x40017500u) | R32(0x40017800u);
R32(0x40017508u) = 1; R32(0x40017504u) = 0x12; R32(0x40017804u) = 0x1C;
R32(0x40017800u) = 0; R32(0x40017000u) = 1; R32(0x40017008u) = 1;
return seen | R32(0x40017804u) << 8;
"""
    result = run(tmp_path, body, rest)
    assert result.outcome == "exited", result.fault
    words = [int(word, 16) for word in result.output.split()]
    assert words == [0x1C00, 0x1D, 6, 0x1C]
