"""Text that firmware leaves in RAM for a debug probe to read: SEGGER's Real Time Transfer.

A control block, the variable `_SEGGER_RTT`, has ring buffers: the firmware moves WrOff, the probe
RdOff. Layout: SEGGER_RTT.h, SEGGER_RTT_CB and SEGGER_RTT_BUFFER_UP. Read is the first buffer, which
is the terminal. What the block says is the firmware's, and may be anything.
"""

from __future__ import annotations

import struct

from mcusim.machine.machine import Machine

SYMBOL = "_SEGGER_RTT"
POLL_S = 2e-3
"""Simulated time between two looks, about a probe's; a buffer that is full meanwhile stays full."""
_IDENTIFIER = b"SEGGER RTT\0"
_HEADER = struct.Struct("<16sii")
_BUFFER = struct.Struct("<IIIIII")
_READ_OFFSET_AT = _HEADER.size + 16
_LARGEST_BYTES = 1 << 20
_NAME_BYTES = 8


class Rtt:
    """The probe's side."""

    def __init__(self, machine: Machine, block: int) -> None:
        self._machine = machine
        self._block = block
        self.next_s = POLL_S
        """Simulated time of the next look."""

    def poll(self) -> None:
        """Takes what is there when it is time to look."""
        clock, cycle = self._machine.clock, self._machine.cores.first.cycles
        if cycle >= clock.cycle_at(self.next_s):
            self.take()
            self.next_s = clock.seconds(cycle) + POLL_S

    def take(self) -> None:
        """Takes what is there."""
        content = self._machine.read_memory(self._block, _HEADER.size + _BUFFER.size)
        if not content.startswith(_IDENTIFIER) or _HEADER.unpack_from(content)[1] < 1:
            return
        name, at, size, write, read, _ = _BUFFER.unpack_from(content, _HEADER.size)
        if write == read or max(write, read) >= size or size > _LARGEST_BYTES:
            return
        ring = self._machine.read_memory(at, size)
        if not ring:
            return
        self._show(name, ring[read:write] if read < write else ring[read:] + ring[:write])
        self._machine.write_memory(self._block + _READ_OFFSET_AT, struct.pack("<I", write))

    def _show(self, name: int, data: bytes) -> None:
        if self._machine.read_memory(name, _NAME_BYTES).startswith(b"defmt\0"):
            self._machine.warn(
                "the firmware logs with defmt over RTT: its messages are encoded, and not shown"
            )
        else:
            self._machine.emit("rtt", data)


def find(machine: Machine) -> Rtt | None:
    """The control block of a firmware that has one and whose file has symbols."""
    block = machine.image.symbols.value(SYMBOL)
    return None if block is None else Rtt(machine, block)
