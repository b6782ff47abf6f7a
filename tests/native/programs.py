"""Random Thumb-2 programs with defined behaviour: what compilers emit, and what they might.

Registers: r0 to r6 are data, r7 and r9 scratch (index, moving pointer), r8 points to RAM, r10 to
flash, r11 and r12 count loops. A program ends at its BKPT or in the fault that it was given.
"""

from __future__ import annotations

from random import Random

DATA = [f"r{i}" for i in range(7)]
CONDITIONS = ["eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"]
OPPOSITE = dict(zip(CONDITIONS, [CONDITIONS[i ^ 1] for i in range(14)], strict=True))
SHAPES = ["", "t", "e", "tt", "te", "et", "ee"]
SHAPES += ["ttt", "tte", "tet", "tee", "ett", "ete", "eet", "eee"]
COUNTERS = ["r11", "r12"]
SCRATCH_BYTES = 512
NOWHERE = 0x60000000
NO_CODE = 0x30000001
END = "bkpt #0xab"

THREE = ["add{c}.w", "sub{c}.w", "and{c}.w", "orr{c}.w", "eor{c}.w", "bic{c}.w", "lsl{c}.w"]
THREE += ["lsr{c}.w", "asr{c}.w", "ror{c}.w", "mul{c}", "udiv{c}", "sdiv{c}", "smmul{c}"]
THREE += ["qadd{c}", "qsub{c}", "uadd8{c}", "sel{c}", "smulbb{c}", "smuad{c}", "pkhbt{c}"]
THREE += ["adc{c}.w", "sbc{c}.w", "orn{c}", "usada8x"]
FOUR = ["mla{c}", "mls{c}", "smlad{c}", "smlabb{c}", "umull{c}", "smull{c}", "umlal{c}", "umaal{c}"]
TWO = ["sxtb{c}", "uxth{c}", "clz{c}", "rev{c}", "rbit{c}", "mvn{c}", "mov{c}", "rev16{c}"]
NARROW = ["adds {a}, {b}, {d}", "subs {a}, #{i}", "eors {a}, {b}", "ands {a}, {b}", "muls {a}, {b}"]
NARROW += ["lsls {a}, {b}, #{s}", "asrs {a}, {b}, #{s}", "movs {a}, #{i}", "rsbs {a}, {b}, #0"]
NARROW += ["cmp {a}, {b}", "tst {a}, {b}", "cmp {a}, #{i}", "adcs {a}, {b}", "mvns {a}, {b}"]
FLOAT = ["vadd.f32 s0, s1, s2", "vmul.f32 s3, s0, s1", "vdiv.f32 s4, s3, s1", "vmov s1, r0"]
FLOAT += ["vmov r1, s3", "vldr s2, [r8, #8]", "vstr s4, [r8, #16]", "vmla.f32 s5, s1, s2"]
FLOAT += [
    "vcvt.f32.s32 s1, s1",
    "vsqrt.f32 s6, s4",
    "vmov r2, r3, s0, s1",
    "vpush {s0-s3}\nvpop {s0-s3}",
]
PLAIN = ["nop", "nop.w", "dsb", "dmb", "mrs r0, apsr", "isb", "clrex", "pld [r8]"]


class Generator:
    """Writes one program."""

    def __init__(self, name: str, seed: int) -> None:
        self._random = Random(seed)
        self._name = name
        self._labels = 0
        self._functions: list[str] = []
        self._lines: list[str] = []

    def program(self, *, fault: bool) -> str:
        """The source of the program, its functions behind it."""
        self._emit(f".balign 4\n{self._name}:")
        self._emit("msr apsr_nzcvq, r0")
        blocks = self._random.randint(2, 6)
        faulty = self._random.randrange(blocks) if fault else -1
        for i in range(blocks):
            self._statements(depth=0)
            if i == faulty:
                self._fault()
        self._emit(END)
        return "\n".join([*self._lines, *self._functions, ".ltorg", ""])

    # --- parts ---

    def _emit(self, *lines: str) -> None:
        self._lines.extend(lines)

    def _label(self) -> str:
        self._labels += 1
        return f"L{self._name}_{self._labels}"

    def _pick(self, options: list[str]) -> str:
        return self._random.choice(options)

    def _statements(self, depth: int, count: int | None = None) -> None:
        for _ in range(self._random.randint(1, 6) if count is None else count):
            self._statement(depth)

    def _statement(self, depth: int) -> None:
        simple = [self._narrow, self._wide, self._memory, self._multiple, self._it, self._other]
        nested = [self._skip, self._compare_zero, self._loop, self._table, self._call]
        weights = [4, 4, 5, 2, 4, 1] + ([1, 1, 1, 1, 1] if depth < 2 else [0] * 5)
        chosen = self._random.choices([*simple, *nested], weights)[0]
        if chosen in nested:
            chosen(depth)
        else:
            chosen()

    def _narrow(self) -> None:
        r = self._random
        self._emit(
            self._pick(NARROW).format(
                a=self._pick(DATA), b=self._pick(DATA), d=self._pick(DATA),
                i=r.randrange(256), s=r.randrange(1, 32),
            )
        )  # fmt: skip

    def _arithmetic(self, c: str = "") -> str:
        r = self._random
        a, b, d, e = (self._pick(DATA) for _ in range(4))
        kind = r.randrange(6)
        if kind == 0:
            return f"{self._pick(TWO).format(c=c)} {a}, {b}"
        if kind == 1:
            name = self._pick(FOUR).format(c=c)
            low, high = r.sample(DATA, 2)
            long = name[:5] in ("umull", "smull", "umlal", "umaal")
            return f"{name} {low}, {high}, {d}, {e}" if long else f"{name} {a}, {b}, {d}, {e}"
        if kind == 2:
            lsb = r.randrange(32)
            width = r.randint(1, 32 - lsb)
            return f"{self._pick(['bfi', 'ubfx', 'sbfx'])}{c} {a}, {b}, #{lsb}, #{width}"
        if kind == 3:
            return f"{self._pick(['movw', 'movt'])}{c} {a}, #{r.randrange(65536)}"
        if kind == 4:
            return f"{self._pick(['add', 'sub', 'rsb', 'eor'])}{c}.w {a}, {b}, #{r.randrange(256)}"
        return f"{self._pick(THREE[:-1]).format(c=c)} {a}, {b}, {d}"

    def _wide(self) -> None:
        self._emit(self._arithmetic())

    def _access(self, c: str = "") -> str:
        r = self._random
        a = self._pick(DATA)
        kind = r.randrange(9)
        load = self._pick(["ldr", "ldrb", "ldrh", "ldrsb", "ldrsh"])
        store = self._pick(["str", "strb", "strh"])
        if kind <= 1:
            return f"{load}{c}.w {a}, [r8, #{r.randrange(256)}]"
        if kind == 2:
            return f"{store}{c}.w {a}, [r8, #{r.randrange(256)}]"
        if kind == 3:
            return f"{self._pick([load, store])}{c}.w {a}, [r8, r7, lsl #{r.randrange(3)}]"
        if kind == 4:
            return f"{load}{c}.w {a}, [r10, #{r.randrange(1024)}]"
        if kind == 5:
            low, high = r.sample(DATA, 2)
            return f"{self._pick(['ldrd', 'strd'])}{c} {low}, {high}, [r8, #{4 * r.randrange(32)}]"
        if kind == 6:
            return f"{load}{c} {a}, [r9], #{r.randrange(1, 8)}"
        if kind == 7:
            return f"{store}{c} {a}, [r9, #-{r.randrange(1, 8)}]!"
        return f"ldr{c}.w {a}, =0x{r.getrandbits(32) | 0x01010101:08x}"

    def _point(self) -> None:
        """Sets r7 to a small index and r9 into the scratch area."""
        self._emit(f"and.w r7, {self._pick(DATA)}, #0x7f")
        self._emit(f"add.w r9, r8, #{4 * self._random.randint(16, 64)}")

    def _memory(self) -> None:
        if self._random.random() < 0.5:
            self._point()
        else:
            self._emit("movs r7, #12", "add.w r9, r8, #128")
        for _ in range(self._random.randint(1, 5)):
            self._emit(self._access())

    def _multiple(self) -> None:
        r = self._random
        registers = ", ".join(sorted(r.sample(DATA, r.randint(1, 5))))
        several = ", ".join(sorted(r.sample(DATA, r.randint(2, 5))))
        kind = r.randrange(6)
        if kind == 0:
            back = ", ".join(sorted(r.sample(DATA, registers.count(",") + 1)))
            self._emit(f"push {{{registers}}}", self._arithmetic(), f"pop {{{back}}}")
            return
        if kind == 1:
            self._emit("push {r0, lr}", "ldr r0, [sp, #4]", "pop {r0, lr}")
            return
        if kind == 2:
            self._emit("sub sp, #16", "str r1, [sp, #8]", "ldr r2, [sp, #8]", "add sp, #16")
            return
        if kind == 3:
            self._emit("add.w r9, r8, #64", "ldrex r0, [r9]", "strex r1, r2, [r9]")
            return
        self._emit("add.w r9, r8, #160")
        names = ["ldmia", "stmia", "ldmdb", "stmdb"]
        self._emit(f"{self._pick(names)} r9{self._pick(['!', ''])}, {{{several}}}")

    def _it(self) -> None:
        r = self._random
        self._point()
        self._emit(f"cmp {self._pick(DATA)}, {self._pick(DATA)}")
        condition, shape = self._pick(CONDITIONS), self._pick(SHAPES)
        self._emit(f"it{shape} {condition}")
        last = None
        for i, then in enumerate("t" + shape):
            c = condition if then == "t" else OPPOSITE[condition]
            if i == len(shape) and r.random() < 0.3:
                last = self._label()
                self._emit(f"b{c} {last}")
            else:
                self._emit(self._access(c) if r.random() < 0.6 else self._arithmetic(c))
        if last is not None:
            self._emit(self._arithmetic(), f"{last}:")

    def _other(self) -> None:
        self._emit(self._pick(FLOAT if self._random.random() < 0.6 else PLAIN))

    def _skip(self, depth: int) -> None:
        label = self._label()
        self._emit(f"cmp {self._pick(DATA)}, {self._pick(DATA)}")
        self._emit(f"b{self._pick(CONDITIONS)}{self._pick(['.w', '.w'])} {label}")
        self._statements(depth + 1)
        self._emit(f"{label}:")

    def _compare_zero(self, depth: int) -> None:
        label = self._label()
        register = self._pick(DATA)
        self._emit(f"and.w {register}, {register}, #1")
        self._emit(f"{self._pick(['cbz', 'cbnz'])} {register}, {label}")
        self._emit(self._arithmetic(), self._arithmetic(), f"{label}:")

    def _loop(self, depth: int) -> None:
        counter, label = COUNTERS[depth], self._label()
        self._emit(f"mov.w {counter}, #{self._random.randint(1, 12)}", f"{label}:")
        self._statements(depth + 1, self._random.randint(1, 3))
        self._emit(f"subs.w {counter}, {counter}, #1", f"bne.w {label}")

    def _table(self, depth: int) -> None:
        end, table = self._label(), self._label()
        cases = [self._label() for _ in range(4)]
        wide = self._random.random() < 0.5
        self._emit(f"and.w r7, {self._pick(DATA)}, #3")
        self._emit("tbh [pc, r7, lsl #1]" if wide else "tbb [pc, r7]", f"{table}:")
        self._emit(*(f"{'.2byte' if wide else '.byte'} ({case}-{table})/2" for case in cases))
        for case in cases:
            self._emit(f"{case}:", self._arithmetic(), f"b {end}")
        self._emit(f"{end}:")

    def _call(self, depth: int) -> None:
        function = self._label()
        if self._random.random() < 0.3:
            self._emit(f"adr.w r7, {function}", "orr.w r7, r7, #1", "blx r7")
        else:
            self._emit(f"bl {function}")
        outer, self._lines = self._lines, []
        self._emit(".balign 4", f"{function}:", "push {r4, r5, lr}")
        self._statements(2)
        if self._random.random() < 0.5:
            self._emit(
                "cmp r0, r1", f"it {(c := self._pick(CONDITIONS))}", f"pop{c} {{r4, r5, pc}}"
            )
            self._emit(self._arithmetic())
        self._emit(*self._return())
        self._functions.extend(self._lines)
        self._lines = outer

    def _return(self) -> list[str]:
        if self._random.random() < 0.5:
            return ["pop {r4, r5, pc}"]
        return ["ldr r4, [sp], #4", "ldr r5, [sp], #4", "ldr lr, [sp], #4", "bx lr"]

    def _fault(self) -> None:
        nowhere = [f"movw r7, #{NOWHERE & 0xFFFF}", f"movt r7, #{NOWHERE >> 16}"]
        no_code = [f"movw r7, #{NO_CODE & 0xFFFF}", f"movt r7, #{NO_CODE >> 16}"]
        after = self._arithmetic()
        ways = [
            [*nowhere, "ldr r0, [r7]", after],
            [*nowhere, "str r0, [r7, #4]", after],
            [*nowhere, "ldmia r7, {r0, r1}", after],
            [*nowhere, "cmp r0, r0", "itet eq", "moveq r1, r2", "movne r2, r3", "ldreq r0, [r7]"],
            [*nowhere, "cmp r0, r0", "ittte ne", "addne r1, r2", "addne r2, r3", "ldrne r0, [r7]",
             "ldreq r0, [r7]"],
            [after, "udf #0", after],
            [after, "udf.w #0", after],
            [*no_code, "bx r7"],
            [*no_code, "blx r7", after],
            [*no_code, "push {r7}", "pop {pc}"],
            ["str r0, [r10]", after],
            [after, "svc #1", after],
            [after, "bkpt #1", after],
        ]  # fmt: skip
        self._emit(*self._random.choice(ways))


def batch(count: int, seed: int, *, fault_share: float = 0.2) -> tuple[str, list[str]]:
    """The source of `count` programs and their labels."""
    random = Random(seed)
    names = [f"p{i}" for i in range(count)]
    sources = [
        Generator(name, random.getrandbits(64)).program(fault=random.random() < fault_share)
        for name in names
    ]
    return "\n".join(sources), names
