"""The boot ROM's functions, called one by one on a bare Unicorn."""

from __future__ import annotations

import struct

import numpy as np
import unicorn
from unicorn import arm_const

from mcusim.boards.roms import image

STACK, RETURN = 0x20041F00, 0x20000000
FUNCTIONS, DATA, LOOKUP = 0x14, 0x16, 0x18


class Rom:
    """A Cortex-M0 with the ROM at 0 and 264 kB of RAM."""

    def __init__(self) -> None:
        self.image = image("rp2040")
        self.uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB)
        self.uc.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M0)
        self.uc.mem_map(0, 0x4000, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC)
        self.uc.mem_write(0, self.image)
        self.uc.mem_map(0x20000000, 0x42000)

    def half_word(self, address: int) -> int:
        return int(struct.unpack_from("<H", self.image, address)[0])

    def word(self, address: int) -> int:
        return int(struct.unpack_from("<I", self.image, address)[0])

    def look_up(self, table: int, code: str) -> int:
        """What the ROM's own look-up gives for two letters."""
        return self.call(
            self.half_word(LOOKUP), self.half_word(table), ord(code[0]) | ord(code[1]) << 8
        )[0]

    def call(self, function: int, *words: int) -> tuple[int, int, int, int]:
        """Calls a function with r0 to r3; returns them after it."""
        registers = (arm_const.UC_ARM_REG_R0, arm_const.UC_ARM_REG_R1, arm_const.UC_ARM_REG_R2,
                     arm_const.UC_ARM_REG_R3)  # fmt: skip
        kept = (arm_const.UC_ARM_REG_R4, arm_const.UC_ARM_REG_R5, arm_const.UC_ARM_REG_R6,
                arm_const.UC_ARM_REG_R7)  # fmt: skip
        for number, register in enumerate(kept):
            self.uc.reg_write(register, 0xC0DE0000 + number)
        for register, word in zip(registers, words, strict=False):
            self.uc.reg_write(register, word & 0xFFFFFFFF)
        self.uc.reg_write(arm_const.UC_ARM_REG_SP, STACK)
        self.uc.reg_write(arm_const.UC_ARM_REG_LR, RETURN | 1)
        self.uc.emu_start(function | 1, RETURN, count=200_000)
        assert self.uc.reg_read(arm_const.UC_ARM_REG_PC) == RETURN, "it does not return"
        assert self.uc.reg_read(arm_const.UC_ARM_REG_SP) == STACK
        for number, register in enumerate(kept):
            assert self.uc.reg_read(register) == 0xC0DE0000 + number
        return tuple(self.uc.reg_read(register) for register in registers)  # type: ignore[return-value]


def single(value: float) -> int:
    """The bits of a single-precision number."""
    with np.errstate(all="ignore"):
        return int(np.float32(value).view(np.uint32))


def double(value: float) -> tuple[int, int]:
    """Low and high word of a double-precision number."""
    bits = int(np.float64(value).view(np.uint64))
    return bits & 0xFFFFFFFF, bits >> 32


def from_single(bits: int) -> np.float32:
    return np.uint32(bits).view(np.float32)


def from_double(low: int, high: int) -> np.float64:
    return np.uint64(high << 32 | low).view(np.float64)
