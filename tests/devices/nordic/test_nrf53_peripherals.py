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
