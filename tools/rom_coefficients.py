"""Writes coefficients.h: the series of the RP2040's boot ROM functions as fixed-point numbers; and
reciprocals.inc: first digits of reciprocals and of those of roots.

Usage: python tools/rom_coefficients.py >mcusim/roms/rp2040/coefficients.h
       python tools/rom_coefficients.py --tables >mcusim/roms/rp2040/reciprocals.inc
"""

from __future__ import annotations

import sys
from decimal import Decimal, getcontext
from math import factorial

getcontext().prec = 60
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
LN2 = Decimal("0.69314718055994530941723212145817656807550013436025525412068001")


def scaled(value: Decimal, bits: int) -> int:
    """The nearest integer to value * 2^bits."""
    return int((value * (Decimal(2) ** bits)).to_integral_value())


def arc_tangent(value: Decimal) -> Decimal:
    """By its series, after halving the angle often enough."""
    doubled = 0
    while value > Decimal("0.01"):
        value = value / (1 + (1 + value * value).sqrt())
        doubled += 1
    total = sum((-1) ** k * value ** (2 * k + 1) / (2 * k + 1) for k in range(30) if value)
    return Decimal(total) * 2**doubled


def table(name: str, kind: str, values: list[Decimal], bits: int) -> None:
    """One array."""
    suffix = "u" if kind == "uint32_t" else "ull"
    numbers = ", ".join(f"0x{scaled(value, bits):X}{suffix}" for value in values)
    print(f"static const {kind} {name}[] = {{{numbers}}};")


def bytes_table(name: str, values: list[int]) -> None:
    """One array of bytes for the assembler."""
    print(f"{name}:")
    for first in range(0, len(values), 16):
        print("  .byte", ", ".join(map(str, values[first : first + 16])))


def tables() -> None:
    """Of values in the middle of what each entry stands for."""
    print("/* Written by tools/rom_coefficients.py --tables. */")
    print("/* 2^16 over numbers of eight bits, the highest of which is set, less 255. */")
    bytes_table("reciprocals", [round(65536 / (128.5 + k)) - 255 for k in range(128)])
    print("/* 2^8 over the roots of numbers from 1 to 4, in steps of 1/64. */")
    roots = [round(256 / ((k + 0.5) / 64) ** 0.5) for k in range(64, 256)]
    bytes_table("root_reciprocals", roots)


def main() -> None:
    """All series, for both precisions; the last term comes first."""
    print("/* Written by tools/rom_coefficients.py. */\n#pragma once\n\n#include <stdint.h>\n")
    one = Decimal(1)
    for kind, prefix, bits, sines, exponentials, logarithms, tangents in (
        ("uint64_t", "wide", 63, 11, 19, 14, 9),
        ("uint32_t", "short", 31, 7, 11, 7, 5),
    ):
        rows = {
            "sine": [one / factorial(2 * k + 1) for k in range(sines)],
            "cosine": [one / factorial(2 * k) for k in range(sines)],
            "logarithm": [one / (2 * k + 1) for k in range(logarithms)],
            "tangent": [one / (2 * k + 1) for k in range(tangents)],
        }
        for name, values in rows.items():
            table(f"{prefix}_{name}", kind, values[::-1], bits)
        powers = [one / factorial(k) for k in range(exponentials)]
        table(f"{prefix}_exponential", kind, powers[::-1], bits - 1)
        eighths = [arc_tangent(Decimal(k) / 8) for k in range(9)]
        table(f"{prefix}_eighths", kind, eighths, bits - 1)
    for name, value in (("HALF_PI", PI / 2), ("LN2", LN2)):
        whole = scaled(value, 126)
        print(f"#define {name}_HIGH 0x{whole >> 64:X}ull /* 62 bits behind the point */")
        print(f"#define {name}_LOW 0x{whole & (1 << 64) - 1:X}ull /* the next 64 */")
    print(f"#define TWO_OVER_PI 0x{scaled(2 / PI, 64):X}ull /* 64 bits behind the point */")
    print(f"#define ONE_OVER_LN2 0x{scaled(1 / LN2, 63):X}ull /* 63 bits behind the point */")


if __name__ == "__main__":
    tables() if "--tables" in sys.argv else main()
