"""Random settings of physical memory protection with accesses at each level; a hash of each."""

from __future__ import annotations

from random import Random

ARENA_WORDS = 64
CATCH_ALL = 7
"""The entry that has user mode's own code execute."""
OFF, TOP_OF_RANGE, FOUR_BYTES, POWER_OF_TWO = range(4)
RIGHTS = [0, 1, 3, 4, 5, 7]
"""Without those that write and don't read, which are reserved."""
LOCKED = 0x80

LOADS = ["lw t2, 0(a1)", "lh t2, 0(t1)", "lbu t2, 0(t1)", "c.lw a0, 0(a1)", "lr.w t2, (a1)"]
STORES = ["sw t2, 0(a1)", "sh t2, 0(t1)", "sb t2, 0(t1)", "c.sw a0, 0(a1)"]
BY_STACK = ["c.lwsp a0, 0(sp)", "c.swsp a0, 4(sp)"]
"""Without AMOs, which the specification has fault as stores and QEMU 7.2 as loads."""

FRAME = """
    .option arch, +zicsr
    .globl _start
    .text
_start:
    la t0, trap
    csrw mtvec, t0
    li s3, 1
    j settings

print:                          # s3 in eight digits
    la a1, line
    addi t0, a1, 7
    li t1, 8
1:  andi t2, s3, 15
    addi t2, t2, '0'
    li t3, '9'
    ble t2, t3, 2f
    addi t2, t2, 39
2:  sb t2, 0(t0)
    srli s3, s3, 4
    addi t0, t0, -1
    addi t1, t1, -1
    bnez t1, 1b
    li a0, 4
    li s3, 1
host:
    .balign 16
    .option push
    .option norvc
    slli x0, x0, 0x1f
    ebreak
    srai x0, x0, 7
    .option pop
    ret

    .balign 4
trap:                           # s3 takes in what happened; a call goes back to machine mode
    csrw mscratch, t0
    csrr t0, mcause
    xor s3, s3, t0
    csrr t0, mtval
    add s3, s3, t0
    csrr t0, mepc
    xor s3, s3, t0
    slli s4, s3, 5
    srli s3, s3, 27
    xor s3, s3, s4
    csrr s4, mcause
    addi s4, s4, -1
    beqz s4, 3f                 # a fetch: as if the function had returned
    csrr t0, mepc
    lhu s4, 0(t0)
    andi s4, s4, 3
    addi t0, t0, 2
    addi s4, s4, -3
    bnez s4, 1f
    addi t0, t0, 2
1:  csrw mepc, t0
    csrr s4, mcause
    addi s4, s4, -8
    bnez s4, 2f
    li t0, 0x1800
    csrs mstatus, t0
2:  csrr t0, mscratch
    mret
3:  csrw mepc, ra
    j 2b

    .data
    .balign 4
line: .asciz "00000000\\n"
    .balign 1024
arena:
    .fill 64, 4, 0x80828082     # two returns
    .text
settings:
"""
FINISH = """
    li a0, 0x18
    li a1, 0x20026
    call host
    j .
"""


class Settings:
    """Writes one program; what is locked once stays."""

    def __init__(self, seed: int, locks: bool) -> None:
        self._random = Random(seed)
        self._locks = locks
        self._labels = 0

    def text(self, count: int) -> str:
        """The source of a program with so many settings."""
        parts = [part for n in range(count) for part in self._setting(n)]
        return FRAME + "\n".join(parts) + FINISH

    def _setting(self, number: int) -> list[str]:
        # Machine mode writes what an earlier setting may forbid it no longer, unless it is locked.
        lines = ["csrw pmpcfg0, zero", "csrw pmpcfg1, zero", *self._entries()]
        for _ in range(6):
            lines += self._random.choice([self._as_machine, self._as_user, self._as_if_user])()
        lines += [f"csrr t0, {name}\n xor s3, s3, t0" for name in ("pmpcfg0", "pmpaddr2")]
        return [*lines, "csrw pmpcfg0, zero", "csrw pmpcfg1, zero", "call print"]

    def _entries(self) -> list[str]:
        r = self._random
        lines, configuration = [], 0
        for entry in range(CATCH_ALL):
            where = r.randrange(ARENA_WORDS)
            if r.random() < 0.4:
                # Ones at the end make it longer: 8 to 64 bytes.
                where |= (1 << r.randrange(4)) - 1
            lines += [f"la t0, arena + {4 * where}", "srli t0, t0, 2", f"csrw pmpaddr{entry}, t0"]
            # The first range would begin at address 0.
            matching = r.choice([OFF, FOUR_BYTES, POWER_OF_TWO] + [TOP_OF_RANGE] * (entry > 0))
            lock = LOCKED if self._locks and r.random() < 0.05 else 0
            configuration |= (r.choice(RIGHTS) | matching << 3 | lock) << 8 * entry
        configuration |= (7 | POWER_OF_TWO << 3) << 8 * CATCH_ALL
        lines += ["li t0, -1", "srli t0, t0, 1", f"csrw pmpaddr{CATCH_ALL}, t0"]
        for n in (0, 1):
            lines += [f"li t0, 0x{configuration >> 32 * n & 0xFFFFFFFF:x}", f"csrw pmpcfg{n}, t0"]
        return lines

    def _accesses(self) -> list[str]:
        lines = []
        for _ in range(self._random.randint(1, 8)):
            lines += self._access()
        return lines

    def _access(self) -> list[str]:
        r = self._random
        aligned = 4 * r.randrange(ARENA_WORDS - 1)
        half = aligned + r.choice([0, 2])
        if r.random() < 0.2:
            return [f"la t1, arena + {half}", "jalr t1"]
        # What is written returns as well.
        value = ["li t2, 0x80828082", "mv a0, t2"]
        where = [f"la t1, arena + {half}", f"la a1, arena + {aligned}", "mv sp, a1"]
        return [*value, *where, r.choice(LOADS + STORES + BY_STACK), "add s3, s3, t2"]

    def _as_machine(self) -> list[str]:
        return self._accesses()

    def _as_user(self) -> list[str]:
        self._labels += 1
        label = f"user{self._labels}"
        go = [f"la t0, {label}", "csrw mepc, t0", "li t0, 0x1800", "csrc mstatus, t0", "mret"]
        return [*go, f"{label}:", *self._accesses(), "ecall"]

    def _as_if_user(self) -> list[str]:
        """With mstatus.MPRV, and MPP of user mode."""
        on = ["li t0, 0x1800", "csrc mstatus, t0", "li t0, 0x20000", "csrs mstatus, t0"]
        return [*on, *self._accesses(), "li t0, 0x20000", "csrc mstatus, t0"]
