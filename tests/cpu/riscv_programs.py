"""Random programs of RV32IMAFC as functions; `riscv_harness.S` prints a hash of what each did."""

from __future__ import annotations

from random import Random

DATA = [
    "t0",
    "t1",
    "t2",
    *(f"a{i}" for i in range(8)),
    *(f"s{i}" for i in range(2, 12)),
    "t3",
    "t4",
]
SHORT = ["a0", "a1", "a2", "a3", "a4", "a5"]
"""What compressed instructions reach, but for the pointer s0 and s1."""
FLOATS = [f"f{i}" for i in range(32)]

THREE = ["add", "sub", "sll", "slt", "sltu", "xor", "srl", "sra", "or", "and"]
MULTIPLY = ["mul", "mulh", "mulhsu", "mulhu", "div", "divu", "rem", "remu"]
IMMEDIATE = ["addi", "slti", "sltiu", "xori", "ori", "andi"]
SHIFTS = ["slli", "srli", "srai"]
BRANCHES = ["beq", "bne", "blt", "bge", "bltu", "bgeu"]
LOADS = [("lw", 4), ("lh", 2), ("lhu", 2), ("lb", 1), ("lbu", 1)]
STORES = [("sw", 4), ("sh", 2), ("sb", 1)]
ATOMICS = [
    "amoadd",
    "amoswap",
    "amoxor",
    "amoor",
    "amoand",
    "amomin",
    "amomax",
    "amominu",
    "amomaxu",
]
CSRS = ["mscratch", "mcause", "mtval"]
"""Without mepc: after an interrupt it depends on where blocks end."""
FLOAT_THREE = ["fadd.s", "fsub.s", "fmul.s", "fdiv.s", "fsgnj.s", "fsgnjn.s", "fsgnjx.s"]
FUSED = ["fmadd.s", "fmsub.s", "fnmsub.s", "fnmadd.s"]
ROUNDING = ["rne", "rtz", "rdn", "rup", "rmm"]


class Program:
    """Writes one program; s0 stays the address of its 256 bytes of memory."""

    def __init__(self, name: str, seed: int, floats: bool, faults: bool) -> None:
        self._random = Random(seed)
        self._name = name
        self._labels = 0
        self._floats = floats
        self._faults = faults

    def text(self) -> str:
        """The source of the program, a function."""
        lines = [f"{self._name}:", "addi sp, sp, -16", "sw ra, 12(sp)"]
        kinds = [
            self._work,
            self._skip,
            self._loop,
            self._call,
            self._atomic,
            self._trap,
            self._csr,
        ]
        weights = [6, 2, 1, 1, 1, 1, 1]
        if self._floats:
            kinds.append(self._float)
            weights.append(5)
        for _ in range(self._random.randint(3, 8)):
            lines += self._random.choices(kinds, weights)[0]()
        if self._faults:
            lines += self._fault()
        return "\n".join([*lines, "lw ra, 12(sp)", "addi sp, sp, 16", "ret", ""])

    def _label(self) -> str:
        self._labels += 1
        return f"L{self._name}_{self._labels}"

    def _register(self) -> str:
        return self._random.choice(DATA)

    def _work(self) -> list[str]:
        return [self._line() for _ in range(self._random.randint(1, 6))]

    def _line(self) -> str:
        r = self._random
        a, b, c = (self._register() for _ in range(3))
        short, other = r.choice(SHORT), r.choice(SHORT)
        match r.randrange(13):
            case 0 | 1 | 2:
                return f"{r.choice(THREE)} {a}, {b}, {c}"
            case 3:
                return f"{r.choice(MULTIPLY)} {a}, {b}, {c}"
            case 4 | 5:
                return f"{r.choice(IMMEDIATE)} {a}, {b}, {r.randrange(-2048, 2048)}"
            case 6:
                return f"{r.choice(SHIFTS)} {a}, {b}, {r.randrange(32)}"
            case 7:
                return f"lui {a}, {r.randrange(1 << 20)}"
            case 8:
                name, size = r.choice(LOADS)
                # Not only where its size says: the hart splits such an access.
                step = size if r.random() < 0.9 else 1
                return f"{name} {a}, {step * r.randrange(240 // step)}(s0)"
            case 9:
                name, size = r.choice(STORES)
                step = size if r.random() < 0.9 else 1
                return f"{name} {a}, {step * r.randrange(240 // step)}(s0)"
            case 10:
                name = r.choice(["c.and", "c.or", "c.xor", "c.sub", "c.mv", "c.add"])
                return f"{name} {short}, {other}"
            case 11:
                name = r.choice(["c.addi", "c.li", "c.andi", "c.srli", "c.srai", "c.slli"])
                return f"{name} {short}, {r.randrange(1, 32)}"
            case _:
                name = r.choice(["c.lw", "c.sw"])
                return f"{name} {short}, {4 * r.randrange(32)}(s0)"

    def _skip(self) -> list[str]:
        label = self._label()
        branch = f"{self._random.choice(BRANCHES)} {self._register()}, {self._register()}, {label}"
        return [branch, *self._work(), f"{label}:"]

    def _loop(self) -> list[str]:
        # The count is on the stack, as the work may change any register.
        label = self._label()
        start = [f"li t6, {self._random.randint(2, 5)}", "sw t6, 0(sp)", f"{label}:"]
        step = ["lw t6, 0(sp)", "addi t6, t6, -1", "sw t6, 0(sp)", f"bnez t6, {label}"]
        return [*start, *self._work(), *step]

    def _call(self) -> list[str]:
        inner, behind = self._label(), self._label()
        by_register = [f"la t6, {inner}", "jalr ra, 0(t6)"]
        call = self._random.choice([[f"jal ra, {inner}"], by_register])
        return [f"j {behind}", f"{inner}:", *self._work(), "ret", f"{behind}:", *call]

    def _atomic(self) -> list[str]:
        r = self._random
        a, b = self._register(), self._register()
        where = [f"addi t6, s0, {4 * r.randrange(32)}"]
        if r.random() < 0.3:
            return [*where, f"lr.w {a}, (t6)", f"addi {b}, {b}, 1", f"sc.w t5, {b}, (t6)"]
        return [*where, f"{r.choice(ATOMICS)}.w {a}, {b}, (t6)"]

    def _trap(self) -> list[str]:
        """An environment call, or a software interrupt that comes at once."""
        if self._random.random() < 0.5:
            return ["ecall"]
        behind = self._label()
        request = ["li t6, 0x02000000", "li t5, 1", "sw t5, 0(t6)"]
        # It comes at the end of a block at the latest, here as there.
        return [*request, f"j {behind}", f"{behind}:", "csrr t5, mip", "andi t5, t5, 8"]

    def _csr(self) -> list[str]:
        r = self._random
        name, a, b = r.choice(CSRS), self._register(), self._register()
        if r.random() < 0.5:
            return [f"{r.choice(['csrrw', 'csrrs', 'csrrc'])} {a}, {name}, {b}"]
        return [f"{r.choice(['csrrwi', 'csrrsi', 'csrrci'])} {a}, {name}, {r.randrange(32)}"]

    def _float(self) -> list[str]:
        r = self._random
        lines = []
        for _ in range(r.randint(1, 4)):
            a, b, c, d = (r.choice(FLOATS) for _ in range(4))
            x = self._register()
            rounding = r.choice(ROUNDING)
            lines.append(
                r.choice(
                    [
                        f"{r.choice(FLOAT_THREE)} {a}, {b}, {c}",
                        f"fadd.s {a}, {b}, {c}, {rounding}",
                        f"{r.choice(FUSED)} {a}, {b}, {c}, {d}",
                        f"fsqrt.s {a}, {b}",
                        f"fcvt.w.s {x}, {a}, {rounding}",
                        f"fcvt.wu.s {x}, {a}, {rounding}",
                        f"fcvt.s.w {a}, {x}, {rounding}",
                        f"fcvt.s.wu {a}, {x}, {rounding}",
                        f"{r.choice(['feq.s', 'flt.s', 'fle.s'])} {x}, {a}, {b}",
                        f"fclass.s {x}, {a}",
                        f"fmv.x.w {x}, {a}",
                        f"flw {a}, {4 * r.randrange(60)}(s0)",
                        f"fsw {a}, {4 * r.randrange(60)}(s0)",
                        f"csrrw {x}, fflags, zero",
                        f"csrwi frm, {r.randrange(5)}",
                    ]
                )
            )
        return lines

    def _fault(self) -> list[str]:
        """What the handler skips: nothing there, or no such instruction.

        Without a misaligned AMO, which the specification has as a store and QEMU 7.2 as a load.
        """
        return self._random.choice(
            [
                ["li t6, 0x08000000", "lw t5, 4(t6)"],
                ["li t6, 0x08000000", "c.sw a0, 0(s0)", "sh t5, 6(t6)"],
                [".word 0xFFFFFFFF"],
                ["csrr t5, 0x7C0"],
                ["csrw mhartid, t5"],
                ["addi t6, s0, 1", "lr.w t5, (t6)"],
                ["ebreak"],
            ]
        )


def programs(count: int, seed: int, *, floats: bool) -> str:
    """Source of `count` programs and the table that the harness goes through."""
    # Each fault costs a stop of the run, and a run outlives a limited number.
    texts = [
        Program(f"p{n}", seed * 100_000 + n, floats, faults=n % 8 == 0).text() for n in range(count)
    ]
    table = "\n".join(f".word p{n}" for n in range(count))
    return f".text\n{''.join(texts)}\n.section .rodata\n.globl programs, programs_end\n" + (
        f".balign 4\nprograms:\n{table}\nprograms_end:\n"
    )
