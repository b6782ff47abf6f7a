"""Memory protection controllers of the SSE-300 (QEMU 7.2 hw/misc/tz-mpc.c; SIE-200 TRM DDI0571)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from mcusim.devices.arm.sse300.blocked import Blocked
from mcusim.devices.arm.sse300.registers import ApbDevice
from mcusim.devices.device import Host
from mcusim.devices.keeps import Keeps

CTRL, BLK_MAX, BLK_CFG, BLK_IDX, BLK_LUT = 0x00, 0x10, 0x14, 0x18, 0x1C
INT_STAT, INT_CLEAR, INT_EN, INT_INFO1, INT_INFO2, INT_SET = 0x20, 0x24, 0x28, 0x2C, 0x30, 0x34
SEC_RESP, AUTO_INCREMENT, LOCKDOWN = 1 << 4, 1 << 8, 1 << 31
HNONSEC, CFG_NS = 1 << 16, 1 << 17
BLOCK_BYTES = 1024
"""As in QEMU's machine: 32 bytes shifted by BLK_CFG."""
BLOCKS_OF_WORD = 32


class Part(NamedTuple):
    """What a controller stands before: a memory of the chip, from an offset on."""

    memory: str
    offset: int
    size_bytes: int


PARTS = {
    "mpc-isram0": Part("isram", 0, 0x200000),
    "mpc-isram1": Part("isram", 0x200000, 0x200000),
    "mpc-bram": Part("bram", 0, 0x200000),
    "mpc-qspi": Part("qspi", 0, 0x800000),
}
UNCHECKED = Part("", 0, 0x80000000)
"""The 2 GB of DDR memory, from 0x60000000 on."""


class Sse300Mpc(ApbDevice):
    """Each block is for Secure accesses alone, or for Non-secure ones alone.

    The others read as zero and write nothing, or are a bus error (SEC_RESP). That of the DDR
    memory, whose windows are memories of their own, keeps what is written.
    """

    reset: ClassVar[Mapping[int, int]] = {CTRL: AUTO_INCREMENT, BLK_CFG: 5, INT_EN: 1}
    identity: ClassVar[tuple[int, ...]] = (4, 0, 0, 0, 0x60, 0xB8, 0x1B, 0, 0x0D, 0xF0, 0x05, 0xB1)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._part = PARTS.get(name, UNCHECKED)
        self._words = self._part.size_bytes // BLOCK_BYTES // BLOCKS_OF_WORD
        self.stored[BLK_MAX] = self._words - 1
        self._table: dict[int, int] = {}
        self._all = host.shared(Blocked)
        self._all.add(self, host)
        if name in PARTS:
            self._keep(0, self._part.size_bytes, Keeps.NON_SECURE)

    def load(self, register: int) -> int:
        if register != BLK_LUT:
            return super().load(register)
        index = self.stored.get(BLK_IDX, 0)
        self._advance(index)
        return self._table.get(index, 0)

    def store(self, register: int, value: int) -> None:
        locked = bool(self.stored[CTRL] & LOCKDOWN)
        if locked and register in (CTRL, BLK_LUT, INT_EN):
            return
        if register == BLK_LUT:
            index = self.stored.get(BLK_IDX, 0)
            self._table[index] = value
            self._attribute(index)
            self._advance(index)
        elif register == BLK_IDX:
            super().store(register, value % self._words)
        elif register == CTRL:
            super().store(register, value & (SEC_RESP | AUTO_INCREMENT | LOCKDOWN))
            self._attribute_all()
        elif register in (INT_CLEAR, INT_SET):
            if value & 1:
                self.stored[INT_STAT] = int(register == INT_SET)
        elif register == INT_EN:
            super().store(register, value & 1)
        self._signal()

    def blocked(self, memory: str, offset: int) -> None:
        """Keeps what the first blocked access was, until the interrupt is cleared."""
        at = offset - self._part.offset
        if memory != self._part.memory or not 0 <= at < self._part.size_bytes:
            return
        if not self.stored.get(INT_STAT, 0):
            block = at // BLOCK_BYTES
            word = self._table.get(block // BLOCKS_OF_WORD, 0)
            # A block of the one state keeps out accesses of the other.
            non_secure = word >> block % BLOCKS_OF_WORD & 1
            self.stored[INT_INFO1] = at
            self.stored[INT_INFO2] = CFG_NS if non_secure else HNONSEC
            self.stored[INT_STAT] = 1
        self._signal()

    def _advance(self, index: int) -> None:
        if self.stored[CTRL] & AUTO_INCREMENT:
            self.stored[BLK_IDX] = (index + 1) % self._words

    @property
    def asks(self) -> bool:
        """Whether it asks for the interrupt that all of them share."""
        return bool(self.stored.get(INT_STAT, 0) & self.stored[INT_EN])

    def _signal(self) -> None:
        self.interrupt(self._all.asks_for(self.interrupts))

    def _keep(self, offset: int, size_bytes: int, keeps: Keeps) -> None:
        if self.stored[CTRL] & SEC_RESP:
            keeps |= Keeps.WITH_FAULT
        start = self._part.offset + offset
        self.host.filter_memory(self._part.memory, start, size_bytes, keeps)

    def _attribute_all(self) -> None:
        self._keep(0, self._part.size_bytes, Keeps.NON_SECURE)
        for index in self._table:
            self._attribute(index)

    def _attribute(self, index: int) -> None:
        """Has the blocks of one word of the table as it says."""
        word = self._table[index]
        for bit in range(BLOCKS_OF_WORD):
            secure = Keeps.SECURE_DATA | Keeps.SECURE_FETCH
            keeps = secure if word >> bit & 1 else Keeps.NON_SECURE
            self._keep((index * BLOCKS_OF_WORD + bit) * BLOCK_BYTES, BLOCK_BYTES, keeps)
