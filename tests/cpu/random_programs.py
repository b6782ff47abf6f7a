"""Random programs of Armv6-M and Armv8-M as functions of a firmware that prints what each did.

A program gets registers, flags and memory from its number, and may return with all of them changed.
The firmware prints a hash of them a line.
"""

from __future__ import annotations

from random import Random

import programs
from case import Case

DATA = [f"r{i}" for i in range(7)]
HIGH = ["r8", "r9", "r10", "r11"]
CONDITIONS = ["eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"]

ONE = ["movs {a}, #{i}", "adds {a}, #{i}", "subs {a}, #{i}", "cmp {a}, #{i}"]
TWO = ["adcs {a}, {b}", "sbcs {a}, {b}", "ands {a}, {b}", "eors {a}, {b}", "orrs {a}, {b}"]
TWO += ["bics {a}, {b}", "mvns {a}, {b}", "muls {a}, {b}", "tst {a}, {b}", "cmp {a}, {b}"]
TWO += ["cmn {a}, {b}", "lsls {a}, {b}", "lsrs {a}, {b}", "asrs {a}, {b}", "rors {a}, {b}"]
TWO += ["rsbs {a}, {b}, #0", "sxtb {a}, {b}", "sxth {a}, {b}", "uxtb {a}, {b}", "uxth {a}, {b}"]
TWO += ["rev {a}, {b}", "rev16 {a}, {b}", "revsh {a}, {b}", "movs {a}, {b}"]
TWO += ["lsls {a}, {b}, #{s}", "lsrs {a}, {b}, #{s}", "asrs {a}, {b}, #{s}"]
TWO += ["adds {a}, {b}, #{t}", "subs {a}, {b}, #{t}"]
THREE = ["adds {a}, {b}, {d}", "subs {a}, {b}, {d}"]
WITH_HIGH = ["mov {a}, {h}", "mov {h}, {a}", "add {a}, {h}", "add {h}, {b}", "cmp {a}, {h}"]
WITH_HIGH += ["cmp {h}, {a}"]
SYSTEM = ["nop", "mrs {a}, apsr", "msr apsr_nzcvq, {a}", "dmb", "dsb", "isb", "sev"]
MEMORY = ["ldr {a}, [r7, #{w}]", "str {a}, [r7, #{w}]", "ldrh {a}, [r7, #{k}]"]
MEMORY += ["strh {a}, [r7, #{k}]", "ldrb {a}, [r7, #{c}]", "strb {a}, [r7, #{c}]"]
INDEXED = [("ldr", 4), ("str", 4), ("ldrh", 2), ("strh", 2), ("ldrb", 1), ("strb", 1)]
INDEXED += [("ldrsh", 2), ("ldrsb", 1)]
ADDED = ["lda r0, [r8]", "stl r1, [r8]", "ldab r2, [r8]", "stlh r3, [r8]", "ldaex r4, [r8]"]
ADDED += ["ldaex r0, [r8]\nstlex r1, r2, [r8]", "vseleq.f32 s2, s0, s1", "vselgt.f32 s3, s1, s2"]
ADDED += ["vmaxnm.f32 s4, s0, s1", "vminnm.f32 s5, s1, s2", "vrintz.f32 s6, s1"]
ADDED += ["vcvta.s32.f32 s7, s1", "vfma.f32 s1, s2, s3", "sdiv r0, r1, r2", "udiv r3, r4, r5"]


class Armv6:
    """Writes one program of Armv6-M; r7 stays the address of its memory."""

    def __init__(self, name: str, seed: int) -> None:
        self._random = Random(seed)
        self._name = name
        self._labels = 0

    def program(self) -> str:
        """The source of the program, a function."""
        lines = [f"{self._name}:", "push {lr}"]
        for _ in range(self._random.randint(3, 8)):
            lines += self._random.choices(
                [self._work, self._skip, self._loop, self._indexed, self._multiple, self._call],
                [5, 2, 1, 2, 2, 1],
            )[0]()
        return "\n".join([*lines, "pop {pc}", ".balign 4", ".ltorg", ""])

    def _label(self) -> str:
        self._labels += 1
        return f"L{self._name}_{self._labels}"

    def _line(self) -> str:
        r = self._random
        kinds = r.choices([ONE, TWO, THREE, WITH_HIGH, SYSTEM, MEMORY], [3, 8, 2, 2, 1, 4])[0]
        return r.choice(kinds).format(
            a=r.choice(DATA), b=r.choice(DATA), d=r.choice(DATA), h=r.choice(HIGH),
            i=r.randrange(256), s=r.randrange(1, 32), t=r.randrange(8),
            w=4 * r.randrange(32), k=2 * r.randrange(32), c=r.randrange(32),
        )  # fmt: skip

    def _work(self) -> list[str]:
        return [self._line() for _ in range(self._random.randint(1, 6))]

    def _skip(self) -> list[str]:
        label = self._label()
        branch = self._random.choice([*(f"b{c}" for c in CONDITIONS), "b"])
        return [f"{branch} {label}", *self._work(), f"{label}:"]

    def _loop(self) -> list[str]:
        # The count is on the stack, as the work may change any register.
        label, out = self._label(), self._label()
        return [
            *(f"movs r0, #{self._random.randint(1, 9)}", "push {r0}", f"{label}:"),
            *self._work(),
            *("ldr r0, [sp]", "subs r0, #1", "str r0, [sp]", f"bne {label}", "add sp, #4"),
            f"{out}:",
        ]

    def _indexed(self) -> list[str]:
        r = self._random
        name, step = r.choice(INDEXED)
        return [
            f"movs r6, #{step * r.randrange(128 // step)}",
            f"{name} {r.choice(DATA)}, [r7, r6]",
        ]

    def _multiple(self) -> list[str]:
        r = self._random
        some = sorted(r.sample(DATA[:6], r.randint(1, 5)))
        if r.random() < 0.5:
            name = r.choice(["ldmia", "stmia"])
            return ["mov r6, r7", f"{name} r6!, {{{', '.join(some)}}}"]
        back = sorted(r.sample(DATA, len(some)))
        return [f"push {{{', '.join(some)}}}", self._line(), f"pop {{{', '.join(back)}}}"]

    def _call(self) -> list[str]:
        function, after = self._label(), self._label()
        return [f"bl {function}", f"b {after}", f"{function}:", *self._work(), "bx lr", f"{after}:"]


class Armv8(programs.Generator):
    """The programs of tests/native as functions, with what Armv8-M and FPv5 add."""

    def program(self, *, fault: bool = False) -> str:
        source = super().program(fault=fault).replace(programs.END, "pop {pc}")
        return source.replace(f"{self._name}:", f"{self._name}:\npush {{lr}}", 1)

    def _other(self) -> None:
        if self._random.random() < 0.6:
            self._emit(self._pick(ADDED))
        else:
            super()._other()


DRIVER = """
#define COUNT {count}
__asm(".include \\"{programs}\\"");
static uint32_t state[32], seed;
extern const uint32_t addresses[];
void run_program(uint32_t code, uint32_t *state, void *memory);
static uint32_t next(void) {{ return seed = seed * 1664525u + 1013904223u; }}
static void print(uint32_t word) {{
  static char line[10];
  for (int i = 0; i < 8; ++i) line[i] = "0123456789abcdef"[word >> (28 - 4 * i) & 15];
  line[8] = '\\n';
  register uint32_t r0 __asm("r0") = 4;
  register const void *r1 __asm("r1") = line;
  __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}}
int main(void) {{
  for (uint32_t n = 0; n < COUNT; ++n) {{
    seed = n * 2654435761u + 12345u;
    for (int i = 0; i < 1024; ++i) ((uint32_t *)region)[i] = next();
    for (int i = 0; i < 32; ++i) state[i] = next() >> (next() >> 27 & 1 ? 0 : 20);
    run_program(addresses[n], state, region + 1024);
    uint32_t hash = 2166136261u;
    for (int i = 0; i < 32; ++i) hash = (hash ^ state[i]) * 16777619u;
    for (int i = 0; i < 1024; ++i) hash = (hash ^ ((uint32_t *)region)[i]) * 16777619u;
    print(hash);
  }}
}}
"""

ENTER = """.syntax unified
.thumb
.text
.balign 4
.type run_program, %function
.global run_program
run_program:
  push {r4-r7, lr}
  mov r4, r8
  mov r5, r9
  mov r6, r10
  mov r7, r11
  push {r1, r4-r7}
  mov r12, r0
  mov r7, r2
"""
ENTER_V6 = """
  ldr r4, [r1, #32]
  mov r8, r4
  ldr r4, [r1, #36]
  mov r9, r4
  ldr r4, [r1, #40]
  mov r10, r4
  ldr r4, [r1, #44]
  mov r11, r4
  ldr r4, [r1, #28]
  msr apsr_nzcvq, r4
"""
ENTER_V8 = """
  mov r8, r2
  mov r9, r2
  ldr r10, =addresses
  add r4, r1, #64
  vldmia r4, {s0-s15}
  movs r4, #0
  vmsr fpscr, r4
  ldr r4, [r1, #28]
  msr apsr_nzcvqg, r4
  movs r7, #0
"""
LEAVE = """
  ldr r6, [r1, #24]
  ldr r5, [r1, #20]
  ldr r4, [r1, #16]
  ldr r3, [r1, #12]
  ldr r2, [r1, #8]
  ldr r0, [r1]
  ldr r1, [r1, #4]
  blx r12
  push {r0-r6}
  mrs r0, apsr
  ldr r1, [sp, #28]
  str r0, [r1, #28]
  mov r2, r8
  str r2, [r1, #32]
  mov r2, r9
  str r2, [r1, #36]
  mov r2, r10
  str r2, [r1, #40]
  mov r2, r11
  str r2, [r1, #44]
  mov r0, r1
  pop {r2-r6}
  stmia r0!, {r2-r6}
  pop {r2, r3}
  stmia r0!, {r2, r3}
"""
LEAVE_V8 = """
  add r4, r1, #64
  vstmia r4, {s0-s15}
  vmrs r4, fpscr
  str r4, [r1, #48]
"""
RETURN = """
  pop {r1, r4-r7}
  mov r8, r4
  mov r9, r5
  mov r10, r6
  mov r11, r7
  pop {r4-r7, pc}
  .ltorg
"""


def armv6(count: int, seed: int) -> str:
    """Assembler source of `count` programs of Armv6-M."""
    sources = [Armv6(f"p{i}", seed * 100000 + i).program() for i in range(count)]
    return ENTER + ENTER_V6 + LEAVE + RETURN + "\n".join(sources) + _addresses(count)


def armv8(count: int, seed: int) -> str:
    """Assembler source of `count` programs of Armv8-M with an FPU."""
    sources = [Armv8(f"p{i}", seed * 100000 + i).program() for i in range(count)]
    entry = ENTER + ENTER_V8 + LEAVE + LEAVE_V8 + RETURN
    return entry + "\n".join(sources) + _addresses(count)


def _addresses(count: int) -> str:
    words = "\n".join(f".word p{i} + 1" for i in range(count))
    # What programs read as flash lies behind, whatever erased flash reads as.
    return f"\n.balign 4\n.global addresses\naddresses:\n{words}\n.space 2048, 0x5A\n"


def case(count: int, programs_file: str) -> Case:
    """The firmware that runs the programs of a file."""
    code = DRIVER.format(count=count, programs=programs_file)
    return Case("programs", "the instruction set", code, ())
