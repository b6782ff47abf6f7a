"""Streaming reads of the RP2040's flash (datasheet 2.6.3; pico-sdk, regs/xip.h, STREAM_ADDR)."""

from __future__ import annotations

from collections import deque

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.dma_requests import DmaRequests
from mcusim.devices.raspberrypi.flash_chip import FlashChip
from mcusim.devices.raspberrypi.frame_reader import FrameReader
from mcusim.devices.raspberrypi.registers import Peripheral

DEPTH = 2
"""Words of the FIFO (regs/xip.h, STAT.FIFO_FULL)."""
REQUEST = 37
"""DREQ_XIP_STREAM (regs/dreq.h)."""
COUNT_BITS = (1 << 22) - 1


class XipStream:
    """Reads words in a row into its FIFO, each in the time of half a cache line.

    It halts while the FIFO is full. What the cores read from flash meanwhile takes no time from it.
    """

    def __init__(self) -> None:
        self.address = 0
        self._fifo: deque[int] = deque()

    def join(self, host: Host) -> None:
        """Takes the machine it is part of."""
        self._host, self._flash = host, host.shared(FlashChip)
        self._reader = FrameReader(host, self._arrived)
        self._dma = host.shared(DmaRequests)
        self._dma.ready[REQUEST] = lambda: bool(self._fifo)

    @property
    def left(self) -> int:
        """Words that are still to come."""
        return self._reader.left

    @property
    def empty(self) -> bool:
        """Whether no word waits."""
        return not self._fifo

    @property
    def full(self) -> bool:
        """Whether no word has room."""
        return len(self._fifo) >= DEPTH

    def begin(self, words: int) -> None:
        """Reads so many words from `address` on; 0 ends it, and discards a read under way."""
        self._reader.end()
        if words & COUNT_BITS:
            cycles = self._flash.fill_cycles or self._host.required_wait_states
            self._reader.begin(self.address, words & COUNT_BITS, cycles, cycles, room=not self.full)

    def pull(self) -> int:
        """Takes a word; 0 where there is none."""
        word = self._fifo.popleft() if self._fifo else 0
        self._reader.go_on(not self.full)
        return word

    def _arrived(self, address: int) -> bool:
        self._fifo.append(int.from_bytes(self._host.read_memory(address, 4), "little"))
        self.address = address + 4
        self._dma.changed(REQUEST)
        return not self.full


class RpXipAux(Peripheral):
    """The FIFO at an address of its own, whatever the register."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._stream = host.shared(XipStream)

    def load(self, register: int) -> int:
        return self._stream.pull()

    def store(self, register: int, value: int) -> None:
        """Read-only."""
