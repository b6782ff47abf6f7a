"""ESP32-C3 GDMA: three pairs of channels that follow linked lists (TRM v1.3, GDMA).

The peripherals that use it are served when their transfer ends; its own time is not counted.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

from mcusim.devices.device import Host
from mcusim.devices.espressif.peripheral import EspPeripheral

PAIRS = 3
INT_BYTES, INT_RAW, INT_ST, INT_ENA, INT_CLR = 0x10, 0x0, 0x4, 0x8, 0xC
PAIR_BYTES, PAIR_0 = 0xC0, 0x70
IN_CONF0, IN_CONF1, IN_LINK, IN_SUC_EOF_DES_ADDR, IN_PERI_SEL = 0x70, 0x74, 0x80, 0x88, 0xA0
OUT_CONF0, OUT_CONF1, OUT_LINK, OUT_EOF_DES_ADDR, OUT_PERI_SEL = 0xD0, 0xD4, 0xE0, 0xE8, 0x100
IN_DONE, IN_SUC_EOF, OUT_DONE, OUT_EOF = 1 << 0, 1 << 1, 1 << 3, 1 << 4
IN_DSCR_ERR, OUT_DSCR_ERR, IN_DSCR_EMPTY, OUT_TOTAL_EOF = 1 << 5, 1 << 6, 1 << 7, 1 << 8
RST, AUTO_WRBACK, CHECK_OWNER = 1 << 0, 1 << 2, 1 << 12
NOBODY = 0x3F
"""GDMA_PERI_IN_SEL and GDMA_PERI_OUT_SEL at reset."""
LINK_MASK, LINK_BASE = 0xFFFFF, 0x3FC00000
"""Lists lie in the RAM: the registers hold the low 20 bits (esp-idf, gdma_ll.h)."""
SUC_EOF, OWNED = 1 << 30, 1 << 31
DESCRIPTOR = struct.Struct("<III")
"""Size, length and flags; buffer; next descriptor (TRM, linked list)."""


class Descriptor(NamedTuple):
    """An element of a list, as it stands in memory."""

    control: int
    buffer: int
    next: int

    @property
    def size(self) -> int:
        return self.control & 0xFFF

    @property
    def length(self) -> int:
        return self.control >> 12 & 0xFFF


@dataclass(slots=True)
class _List:
    """How far a channel has come."""

    at: int = 0
    """Its descriptor; 0: at the end, or never begun."""
    before: int = 0
    """The descriptor that was finished last."""
    offset: int = 0
    """Bytes of the present buffer that are done."""


class Gdma:
    """How peripherals reach the controller: one object a machine."""

    controller: EspGdma | None = None

    def take(self, peripheral: int, count: int) -> bytes:
        """Up to `count` bytes from the list that is linked to a peripheral's transmitter."""
        return b"" if self.controller is None else self.controller.take(peripheral, count)

    def put(self, peripheral: int, data: bytes) -> bool:
        """Stores a whole transfer of a peripheral's receiver; False where its list has no room."""
        return self.controller is not None and self.controller.put(peripheral, data)


class EspGdma(EspPeripheral):
    """Copies from memory to memory, the FIFOs' own registers and priorities aren't modelled."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._pending = [0] * PAIRS
        self._in = [_List() for _ in range(PAIRS)]
        self._out = [_List() for _ in range(PAIRS)]
        for pair in range(PAIRS):
            for register in (IN_PERI_SEL, OUT_PERI_SEL):
                self.stored[register + PAIR_BYTES * pair] = NOBODY
        host.shared(Gdma).controller = self

    # --- registers ---

    def load(self, register: int) -> int:
        pair, part = divmod(register, INT_BYTES)
        if pair < PAIRS and part in (INT_RAW, INT_ST):
            enabled = self.stored.get(INT_BYTES * pair + INT_ENA, 0)
            return self._pending[pair] & (enabled if part == INT_ST else ~0)
        pair, part = self._place(register)
        if part == IN_LINK:
            return super().load(register) | (not self._in[pair].at) << 24
        if part == OUT_LINK:
            return super().load(register) | (not self._out[pair].at) << 23
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        pair, part = divmod(register, INT_BYTES)
        if pair < PAIRS:
            if part == INT_CLR:
                self._pending[pair] &= ~value
            elif part == INT_ENA:
                super().store(register, value)
            self._drive(pair)
            return
        pair, part = self._place(register)
        if part == IN_LINK:
            super().store(register, value & (LINK_MASK | 1 << 20))
            self._control(self._in[pair], value, value >> 21)
        elif part == OUT_LINK:
            super().store(register, value & LINK_MASK)
            self._control(self._out[pair], value, value >> 20)
        elif part not in (IN_SUC_EOF_DES_ADDR, OUT_EOF_DES_ADDR):
            super().store(register, value)
            if value & RST and part == IN_CONF0:
                self._in[pair] = _List()
            if value & RST and part == OUT_CONF0:
                self._out[pair] = _List()

    def _place(self, register: int) -> tuple[int, int]:
        """The pair that a register belongs to, and the same register of pair 0."""
        pair, part = divmod(register - PAIR_0, PAIR_BYTES)
        return (pair, part + PAIR_0) if 0 <= pair < PAIRS else (0, register)

    def _control(self, chain: _List, value: int, commands: int) -> None:
        """STOP, START and RESTART from bit 0 of `commands` on."""
        if commands & 1:
            chain.at = 0
        if commands & 2:
            chain.at, chain.offset = LINK_BASE | value & LINK_MASK, 0
        if commands & 4 and not chain.at and chain.before:
            last = self._descriptor(chain.before)
            chain.at, chain.offset = (0 if last is None else last.next), 0

    def _drive(self, pair: int) -> None:
        enabled = self.stored.get(INT_BYTES * pair + INT_ENA, 0)
        self.interrupt(bool(self._pending[pair] & enabled), pair)

    # --- transfers ---

    def take(self, peripheral: int, count: int) -> bytes:
        """Up to `count` bytes for a peripheral."""
        taken = b""
        for pair in self._linked(peripheral, OUT_PERI_SEL):
            while len(taken) < count and self._out[pair].at:
                taken += self._take_some(pair, count - len(taken))
            self._drive(pair)
        return taken

    def put(self, peripheral: int, data: bytes) -> bool:
        """Stores what a peripheral received, to the end of its transfer; whether there was room."""
        for pair in self._linked(peripheral, IN_PERI_SEL):
            while data and self._in[pair].at:
                data = data[self._put_some(pair, data) :]
            if data:
                self._pending[pair] |= IN_DSCR_EMPTY
            self._drive(pair)
        return not data

    def _linked(self, peripheral: int, select: int) -> list[int]:
        return [
            pair
            for pair in range(PAIRS)
            if self.stored.get(select + PAIR_BYTES * pair, 0) & 0x3F == peripheral
        ][:1]

    def _take_some(self, pair: int, count: int) -> bytes:
        chain, at = self._out[pair], self._out[pair].at
        found = self._usable(pair, at, OUT_CONF1)
        if found is None or not found.length:
            return self._fail_out(pair)
        data = self.host.read_memory(
            found.buffer + chain.offset, min(count, found.length - chain.offset)
        )
        if not data:
            return self._fail_out(pair)
        chain.offset += len(data)
        if chain.offset >= found.length:
            self._finish_out(pair, found)
        return data

    def _fail_out(self, pair: int) -> bytes:
        self._pending[pair] |= OUT_DSCR_ERR
        self._out[pair].at = 0
        return b""

    def _finish_out(self, pair: int, found: Descriptor) -> None:
        chain = self._out[pair]
        self._pending[pair] |= OUT_DONE
        if found.control & SUC_EOF:
            self._pending[pair] |= OUT_EOF
            self.stored[OUT_EOF_DES_ADDR + PAIR_BYTES * pair] = chain.at
        if not found.next:
            self._pending[pair] |= OUT_TOTAL_EOF
        if self.stored.get(OUT_CONF0 + PAIR_BYTES * pair, 0) & AUTO_WRBACK:
            self._write_control(chain.at, found.control & ~OWNED)
        self._out[pair] = _List(found.next, chain.at)

    def _put_some(self, pair: int, data: bytes) -> int:
        """Bytes that went into the present descriptor's buffer; it is finished with them."""
        at = self._in[pair].at
        found = self._usable(pair, at, IN_CONF1)
        part = b"" if found is None else data[: found.size]
        if found is None or not part or not self.host.write_memory(found.buffer, part):
            self._pending[pair] |= IN_DSCR_ERR
            self._in[pair].at = 0
            return 0
        self._pending[pair] |= IN_DONE
        flags = 0
        if len(part) == len(data):
            self._pending[pair] |= IN_SUC_EOF
            self.stored[IN_SUC_EOF_DES_ADDR + PAIR_BYTES * pair] = at
            flags = SUC_EOF
        self._write_control(at, found.size | len(part) << 12 | flags)
        self._in[pair] = _List(found.next, at)
        return len(part)

    def _usable(self, pair: int, at: int, conf1: int) -> Descriptor | None:
        found = self._descriptor(at)
        checks = self.stored.get(conf1 + PAIR_BYTES * pair, 0) & CHECK_OWNER
        return None if found is None or (checks and not found.control & OWNED) else found

    def _descriptor(self, at: int) -> Descriptor | None:
        words = self.host.read_memory(at, DESCRIPTOR.size)
        return Descriptor(*DESCRIPTOR.unpack(words)) if words else None

    def _write_control(self, at: int, control: int) -> None:
        self.host.write_memory(at, control.to_bytes(4, "little"))
