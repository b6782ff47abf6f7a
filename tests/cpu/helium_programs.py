"""Random programs with vector instructions as functions of a firmware that prints what each did.

A program gets vectors, registers, flags, predicates and memory from its number. The firmware prints
a hash of all of them a line.
"""

from __future__ import annotations

from random import Random

import helium_forms
from case import Case
from helium_forms import (
    ADDRESSES,
    ALONE,
    CLEAR,
    FLOAT,
    HALF,
    HALVES,
    MEMORY,
    PREDICABLE,
    UNPREDICABLE,
    fill,
    forms,
)

WITH_ADDRESSES = set(forms(ADDRESSES))
GATHERED = {form for form in forms(MEMORY) if "q7" in form}
FLOATING = {*forms(FLOAT), *forms(HALVES), *forms(HALF)}
EQUALITY = {form for form in FLOATING if "{.c}" in form}
SUFFIXES = {1: ["t"], 2: ["tt", "te"], 3: ["ttt", "tte", "tet", "tee"], 4: ["tttt", "tete", "teet"]}
SIZES = ["8", "16", "32"]


class Program:
    """Writes one program."""

    def __init__(self, name: str, seed: int) -> None:
        self._random = Random(seed)
        self._name = name
        self.forms: list[str] = []
        """The forms that it uses."""

    def source(self) -> str:
        """The assembler source: a function."""
        lines = [f"{self._name}:", "push {lr}"]
        for _ in range(self._random.randint(1, 2)):
            lines += self._piece()
        return "\n".join([*lines, "pop {pc}", ".balign 4", ""])

    def kind(self) -> int:
        """1 with floating-point numbers as inputs, 2 with tests for equality of them, else 0."""
        if any(form in EQUALITY for form in self.forms):
            return 2
        return int(any(form in FLOATING for form in self.forms))

    def _piece(self) -> list[str]:
        r = self._random
        if r.random() < 0.15:
            return self._scalar_halves()
        if r.random() < 0.12:
            # QEMU 7.2 gives 0 for shifts by more than 48 to the right, where bits are left of 64.
            return [
                "ldr r6, [sp, #4]",
                "asr r12, r12, #26",
                self._instruction(r.choice(forms(ALONE))),
            ]
        chosen = [r.choice(r.choice(PREDICABLE)) for _ in range(r.choice([1, 1, 1, 2, 3, 4]))]
        if r.random() < 0.15:
            chosen = [r.choice(forms(ADDRESSES))]
        before = self._offsets(chosen)
        lines = [self._instruction(form) for form in chosen]
        block = [line.startswith(UNPREDICABLE) for line in lines]
        if r.random() < 0.45 and not any(block):
            suffixes = r.choice(SUFFIXES[len(lines)])
            lines = [_predicated(line, s) for line, s in zip(lines, suffixes, strict=True)]
            lines.insert(0, f"vps{suffixes}")
        return ["ldr r6, [sp, #4]", *before, *self._looped(lines, chosen)]

    def _scalar_halves(self) -> list[str]:
        """Half precision with some rounding, NaNs kept or not; now and then in an IT block."""
        r = self._random
        control = r.choice([0, 1 << 22, 2 << 22, 3 << 22]) | r.choice([0, 1 << 25])
        lines = ["vmrs r6, fpscr", "bic r6, r6, #0x02c00000", f"orr r6, r6, #{control:#x}"]
        lines += ["vmsr fpscr, r6", "ldr r6, [sp, #4]"]
        lines += [self._instruction(r.choice(forms(HALF))) for _ in range(r.choice([1, 2, 3, 4]))]
        if r.random() < 0.2:
            plain = [form for form in forms(HALF) if form.startswith(("vadd", "vmul", "vldr"))]
            name, _, rest = self._instruction(r.choice(plain)).partition(" ")
            base, dot, kind = name.partition(".")
            lines += ["it mi", f"{base}mi{dot}{kind} {rest}"]
        if r.random() < 0.2:
            lines.append(self._instruction(r.choice(forms(CLEAR))))
        lines += ["vmrs r6, fpscr", "bic r6, r6, #0x02c00000", "vmsr fpscr, r6"]
        return [*lines, "ldr r6, [sp, #4]"]

    def _looped(self, lines: list[str], chosen: list[str]) -> list[str]:
        r = self._random
        kind = r.random()
        alone = any(form in WITH_ADDRESSES for form in chosen)
        count = f"movs r12, #{r.randint(0, 20)}"
        if kind < 0.5:
            return lines
        if kind < 0.7 or alone:
            return [count, f"dlstp.{r.choice(SIZES)} lr, r12", *lines, "lctp"]
        if kind < 0.8:
            few = f"movs r12, #{r.randint(1, 3)}"
            return [few, "dls lr, r12", "2:", *self._again(chosen), *lines, "le lr, 2b"]
        begin = f"wlstp.{r.choice(['16', '32'])} lr, r12, 1f"
        return [count, begin, "2:", *self._again(chosen), *lines, "letp lr, 2b", "1:"]

    def _again(self, chosen: list[str]) -> list[str]:
        # Memory stays in reach, however often the loop turns.
        return ["ldr r6, [sp, #4]", *self._offsets(chosen)]

    def _offsets(self, chosen: list[str]) -> list[str]:
        """Has q7 hold offsets or addresses, where an instruction takes them from there."""
        if any(form in WITH_ADDRESSES for form in chosen):
            return ["vmov.i32 q6, #0xf8", "vand q7, q7, q6", "vadd.i32 q7, q7, r6"]
        if any(form in GATHERED for form in chosen):
            halves = all("16 " in form for form in chosen if form in GATHERED)
            return [f"vmov.{'i16' if halves else 'i32'} q6, #0xf8", "vand q7, q7, q6"]
        return []

    def _instruction(self, form: str) -> str:
        self.forms.append(form)
        return fill(form, self._random)


def _predicated(line: str, suffix: str) -> str:
    name, _, rest = line.partition(" ")
    base, dot, types = name.partition(".")
    return f"{base}{suffix}{dot}{types} {rest}"


DRIVER = """
#define COUNT {count}
__asm(".include \\"{programs}\\"");
static uint32_t state[48] __attribute__((aligned(8))), memory[1024] __attribute__((aligned(8)));
static uint32_t seed;
extern const uint32_t addresses[];
extern const uint8_t floating[];
void run_program(uint32_t code, uint32_t *state, void *memory);
static const uint32_t special[16] = {{
  0, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001, 1, 0x00800000, 0x3f800000,
  0x7c007c01, 0xfc000400, 0x4f000000, 0xcf000000, 0x3c00bc00, 0x000103ff, 0x477fe000,
}};
static uint32_t next(void) {{ return seed = seed * 1664525u + 1013904223u; }}
static uint32_t some(int number) {{
  uint32_t value = next() ^ next() >> 16;
  uint32_t kind = next() >> 24;
  if (!number) return kind < 32 ? 0x80000000u : kind < 64 ? 0x7fff8000u : kind < 80 ? 0 : value;
  if (kind < 80) return special[next() >> 28];
  if (kind < 140) return (value & 0x807fffff) | 0x3f000000 + (value >> 24 & 7) * 0x800000;
  if (kind < 170) return (value & 0x83ff83ff) | 0x3c003800;
  return value;
}}
static void print(uint32_t word) {{
  static char line[10];
  for (int i = 0; i < 8; ++i) line[i] = "0123456789abcdef"[word >> (28 - 4 * i) & 15];
  line[8] = '\\n';
  register uint32_t r0 __asm("r0") = 4;
  register const void *r1 __asm("r1") = line;
  __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}}
int main(void) {{
  *(volatile uint32_t *)0xE000ED88 |= 0xF << 20;
  for (uint32_t n = 0; n < COUNT; ++n) {{
    seed = n * 2654435761u + 12345u;
    for (int i = 0; i < 1024; ++i) memory[i] = next();
    for (int i = 0; i < 48; ++i) state[i] = some(floating[n]);
    if (next() >> 30) for (int i = 32; i < 39; ++i) state[i] = (int32_t)state[i] >> 25;
    run_program(addresses[n], state, (char *)memory + 1536);
    /* QEMU 7.2 raises IOC when VCMP tests a quiet NaN for equality; FPCompareEQ does not. */
    if (floating[n] == 2) state[40] &= ~1u;
    uint32_t hash = 2166136261u;
    for (int i = 0; i < 48; ++i) hash = (hash ^ state[i]) * 16777619u;
    for (int i = 0; i < 1024; ++i) hash = (hash ^ memory[i]) * 16777619u;
    {extra}
    print(hash);
  }}
}}
"""
SHOW = "for (int i = 0; i < 48; ++i) print(state[i]);"

RUN = """.syntax unified
.thumb
.text
.balign 4
.type run_program, %function
.global run_program
run_program:
  push {r2, r4-r11, lr}
  vpush {d8-d15}
  push {r0, r1}
  mov r8, r1
  mov r6, r2
  mov r7, r0
  vldmia r8!, {d0-d15}
  ldmia r8!, {r0-r5, r12}
  ldr r9, [r8], #4
  msr apsr_nzcvq, r9
  ldr r9, [r8], #4
  and r9, r9, #0xf0000000
  tst r9, #0x40000000
  it ne
  orrne r9, r9, #0x00080000
  orr r9, r9, #0x00040000
  vmsr fpscr, r9
  ldr r9, [r8], #4
  uxth r9, r9
  vmsr vpr, r9
  sub sp, #8
  str r6, [sp]
  blx r7
  add sp, #8
  ldr r8, [sp, #4]
  vstmia r8!, {d0-d15}
  stmia r8!, {r0-r5, r12}
  mrs r9, apsr
  str r9, [r8], #4
  vmrs r9, fpscr
  str r9, [r8], #4
  vmrs r9, vpr
  str r9, [r8], #4
  stmia r8!, {r6, lr}
  movs r9, #0
  vmsr vpr, r9
  pop {r0, r1}
  vpop {d8-d15}
  pop {r2, r4-r11, pc}
  .ltorg
"""


def write(count: int, seed: int) -> tuple[str, list[list[str]]]:
    """The source of `count` programs, and the forms that each uses."""
    programs = [Program(f"p{i}", seed * 100000 + i) for i in range(count)]
    sources = [program.source() for program in programs]
    words = "\n".join(f".word p{i} + 1" for i in range(count))
    kinds = "\n".join(f".byte {program.kind()}" for program in programs)
    tables = f"\n.balign 4\n.global addresses\naddresses:\n{words}\n.global floating\nfloating:\n"
    return RUN + "\n".join(sources) + tables + kinds + "\n", [p.forms for p in programs]


def case(count: int, programs_file: str, *, show: bool = False) -> Case:
    """The firmware that runs the programs of a file; with `show`, it prints each state as well."""
    code = DRIVER.format(count=count, programs=programs_file, extra=SHOW if show else "")
    return Case("programs", "the vector extension", code, ())


__all__ = ["case", "helium_forms", "write"]
