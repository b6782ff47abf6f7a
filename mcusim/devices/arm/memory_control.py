"""Memory system control of a Cortex-M55 (TRM 101051): what gates its tightly coupled memories.

Registers: CMSIS 6 core_cm55.h, MemSysCtl_Type, from 0xE001E000 on.
"""

from __future__ import annotations

from typing import NamedTuple

from mcusim.devices.device import Host
from mcusim.devices.keeps import Keeps
from mcusim.devices.words import Words

CTRL, CFG, LUT, LUT_END = 0x000, 0x004, 0x010, 0x050
"""Of a gate unit, from its first register on."""
DBFEN, DEREN = 1 << 0, 1 << 1
PRESENT, BLOCKS_SHIFT = 1 << 31, 8
SMALLEST_SHIFT = 5
"""A block has 2^(BLKSZ + 5) bytes."""
LUT_BITS = 512


class Gate(NamedTuple):
    """A gate unit: where its registers are, and the memory behind it."""

    offset: int
    memory: str
    size_bytes: int

    @property
    def block_bytes(self) -> int:
        """The smallest block with which the table covers the memory; assumed, AN547 names none."""
        return self.size_bytes // LUT_BITS


class CortexM55MemoryControl(Words):
    """Blocks of ITCM and DTCM that are Secure (LUT 0, all at reset) keep Non-secure accesses out.

    These are a bus error, or with DBFEN off read as zero and write nothing. Whether Secure accesses
    stay out of Non-secure blocks isn't documented where we looked: they pass. The other registers
    of the block keep what is written.
    """

    gates = (Gate(0x500, "itcm", 0x80000), Gate(0x600, "dtcm", 0x80000))

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        for gate in self.gates:
            self.stored[gate.offset + CTRL] = DBFEN | DEREN
            blocks = gate.size_bytes // gate.block_bytes
            self.stored[gate.offset + CFG] = (
                PRESENT
                | blocks.bit_length() - 1 << BLOCKS_SHIFT
                | gate.block_bytes.bit_length() - 1 - SMALLEST_SHIFT
            )
            self._apply_all(gate)

    def store(self, register: int, value: int) -> None:
        for gate in self.gates:
            offset = register - gate.offset
            if offset == CFG:
                return
            if offset == CTRL:
                super().store(register, value & (DBFEN | DEREN))
                self._apply_all(gate)
                return
            if LUT <= offset < LUT_END:
                super().store(register, value)
                self._apply(gate, offset)
                return
        super().store(register, value)

    def _apply_all(self, gate: Gate) -> None:
        for offset in range(LUT, LUT_END, 4):
            self._apply(gate, offset)

    def _apply(self, gate: Gate, offset: int) -> None:
        """Has the blocks of one word of the table as it says."""
        word = self.stored.get(gate.offset + offset, 0)
        secure = Keeps.NON_SECURE
        if self.stored[gate.offset + CTRL] & DBFEN:
            secure |= Keeps.WITH_FAULT
        for bit in range(32):
            start = ((offset - LUT) * 8 + bit) * gate.block_bytes
            keeps = Keeps.NOTHING if word >> bit & 1 else secure
            self.host.filter_memory(gate.memory, start, gate.block_bytes, keeps)
