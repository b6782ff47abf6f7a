"""RP2040 execute-in-place: the cache's control, and the serial interface behind it.

Datasheet 2.6.3 (XIP) and 4.10 (SSI); pico-sdk, regs/xip.h and regs/ssi.h.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.dma_requests import DmaRequests
from mcusim.devices.raspberrypi.flash_chip import FlashChip
from mcusim.devices.raspberrypi.frame_reader import FrameReader
from mcusim.devices.raspberrypi.registers import WHOLE, Peripheral
from mcusim.devices.raspberrypi.xip_stream import XipStream
from mcusim.devices.reset import Reset

FLASH_BASE = 0x10000000
FILL_BITS = 32
"""Of a transfer: half a line of the cache, which has a valid bit of its own.

The SSI takes no more at once for the bus (Wren6991, the chip's designer, in raspberrypi/pico-sdk,
issue 1182; pico-sdk, boot2_w25q080.S: "single 32b read"; xip_cache.c: "two valid flags per cache
line").
"""
TRANSFER_CYCLES = 7
"""Core cycles of a transfer beside its clocks: selecting the flash, handing address and data over.

Not in the datasheet. Code without the cache takes "about 400 nanoseconds per load" on a Pico at
125 MHz (oberon-rtk.org, description/flash-memory; its CodeLoading counts XIP accesses by BUSCTRL):
50 cycles. A loop like its runs in 2.7 cycles an access where nothing waits, and 20 clocks of the
flash are 40. "About" leaves two cycles or so either way. How much of it BAUDR scales is not known:
none is assumed to.
"""


class RpXipCtrl(Peripheral):
    """Turns the cache on and off, empties it at once, and counts its hits and all accesses.

    A store to the flash drops the half of a line that it meets (pico-sdk, hardware_xip_cache,
    xip_cache_invalidate_range); by other mirrors it faults, or does nothing where CTRL says so.
    Of code, a word counts once for each basic block that has part of it; what DMA reads does not
    count. While the cache is off, it does not serve as RAM.
    """

    CTRL, FLUSH, STAT, COUNT_HITS, COUNT_ACCESSES = 0x00, 0x04, 0x08, 0x0C, 0x10
    STREAM_ADDR, STREAM_CTR, STREAM_FIFO = 0x14, 0x18, 0x1C
    EN, ERR_BADWRITE, POWER_DOWN = 1 << 0, 1 << 1, 1 << 3
    FLUSH_READY, FIFO_EMPTY, FIFO_FULL = 1 << 0, 1 << 1, 1 << 2
    reset: ClassVar[Mapping[int, int]] = {CTRL: 0x3}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        host.shared(FlashChip).changed = self._flush
        host.flash.set_flash_drops(True, False)
        self._stream = host.shared(XipStream)
        self._stream.join(host)
        self._hits = self._accesses = 0
        self._reads = (0, 0)
        """What the machine had counted when these were brought up to date."""

    def load(self, register: int) -> int:
        if register in (self.COUNT_HITS, self.COUNT_ACCESSES):
            self._count()
            count = self._hits if register == self.COUNT_HITS else self._accesses
            return min(max(count, 0), WHOLE)
        match register:
            case 0x04:
                return 0
            case 0x08:
                stream = self._stream
                return (
                    self.FLUSH_READY | self.FIFO_EMPTY * stream.empty | self.FIFO_FULL * stream.full
                )
            case 0x14:
                return self._stream.address
            case 0x18:
                return self._stream.left
            case 0x1C:
                return self._stream.pull()
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                self._count()
                if value & self.POWER_DOWN:
                    value &= ~self.EN
                super().store(register, value)
                self.host.flash.set_icache(bool(value & self.EN))
                self.host.flash.set_flash_drops(True, not value & self.ERR_BADWRITE)
            case 0x04:
                self._flush()
            case 0x0C:
                self._count()
                self._hits = 0
            case 0x10:
                self._count()
                self._accesses = 0
            case 0x14:
                self._stream.address = value & ~3
            case 0x18:
                self._stream.begin(value)

    def _flush(self) -> None:
        self.host.flash.invalidate_icache()

    def inherit(self, before: Self, reset: Reset) -> None:
        """What was read before the reset does not count."""
        before._count()
        self._reads = before._reads

    def _count(self) -> None:
        """Adds the reads since the last time; the cache was on, or off, throughout."""
        reads = self.host.flash.flash_reads()
        if reads is None:
            self.host.warn(
                f"{self.name}: the fast fidelity does not count accesses of the cache: they stay 0"
            )
            return
        hits, misses = reads[0] - self._reads[0], reads[1] - self._reads[1]
        self._reads = reads
        if not self.stored[self.CTRL] & self.EN:
            hits = 0
        self._hits += hits
        self._accesses += hits + misses


class RpSsi(Peripheral):
    """Shifts bytes to and from the flash, and sets what a miss of the XIP cache costs.

    Frames take their time at the programmed rate. The flash is let go when nothing is left to send,
    or as IO_QSPI says. Set up for execution in place, a write of an address reads as many frames
    as CTRLR1 says, with requests for DMA (pico-examples, flash_ssi_dma.c). Its interrupts aren't
    modelled.
    """

    CTRLR0, CTRLR1, SSIENR, SER, BAUDR, SR = 0x00, 0x04, 0x08, 0x10, 0x14, 0x28
    DMACR, RX_DMA, REQUEST = 0x4C, 1 << 0, 39
    TXFLR, RXFLR, DR0, DR_END, SPI_CTRLR0 = 0x20, 0x24, 0x60, 0xF0, 0xF4
    BUSY, TFNF, TFE, RFNE, RFF = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 4
    TX_ONLY, EEPROM_READ = 1, 3
    DEPTH = 16
    reset: ClassVar[Mapping[int, int]] = {
        SER: 1, 0x58: 0x51535049, 0x5C: 0x3430312A, SPI_CTRLR0: 0x03000000,
    }  # fmt: skip

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._flash = host.shared(FlashChip)
        self._received: deque[int] = deque()
        self._done_at = 0
        self._selected = False
        self._bulk = FrameReader(host, self._frame_read)
        self._dma = host.shared(DmaRequests)
        self._dma.ready[self.REQUEST] = self._wants_dma

    def placed(self, base: int) -> None:
        super().placed(base)
        self._flash.connect(self.host, FLASH_BASE)

    def inherit(self, before: Self, reset: Reset) -> None:
        """No reset of the cores reaches it: the flash stays as fast as it was."""
        self.stored = before.stored
        self._set_fill_time()

    # --- registers ---

    def load(self, register: int) -> int:
        if self.DR0 <= register < self.DR_END:
            word = self._received.popleft() if self._received else 0
            self._bulk.go_on(len(self._received) < self.DEPTH)
            return word
        match register:
            case 0x20:
                return self._waiting()
            case 0x24:
                return len(self._received)
            case 0x28:
                return self._status()
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if self.DR0 <= register < self.DR_END:
            self._send(value)
        elif register not in (self.SR, self.RXFLR, self.TXFLR, 0x58, 0x5C):
            super().store(register, value)
            if register == self.SSIENR and not value & 1:
                self._let_go()
                self._bulk.end()
                self._received.clear()
                self._done_at = self.host.now
            self._set_fill_time()

    def _status(self) -> int:
        waiting = self._waiting()
        if not waiting:
            self._let_go()
        status = self.BUSY if waiting or self._bulk.left else 0
        status |= 0 if waiting else self.TFE
        status |= self.TFNF if waiting < self.DEPTH else 0
        status |= self.RFNE if self._received else 0
        return status | (self.RFF if len(self._received) >= self.DEPTH else 0)

    # --- frames ---

    @property
    def _divider(self) -> int:
        return max(self.stored.get(self.BAUDR, 0) & 0xFFFE, 2)

    def _frame_bits(self) -> int:
        return (self.stored.get(self.CTRLR0, 0) >> 16 & 0x1F) + 1

    def _frame_cycles(self) -> int:
        return self._frame_bits() * self._divider

    def _waiting(self) -> int:
        """Frames that have not left yet."""
        left = self._done_at - self.host.now
        return 0 if left <= 0 else -(-left // self._frame_cycles())

    def _send(self, value: int) -> None:
        if not self.stored.get(self.SSIENR, 0) & 1:
            return
        if self.host.now >= self._done_at:
            self._let_go()
        self._done_at = max(self._done_at, self.host.now) + self._frame_cycles()
        if self.stored.get(self.CTRLR0, 0) >> 21 & 3:
            # Behind an instruction they set the flash up for XIP: nobody wants what they read.
            if not self.stored[self.SPI_CTRLR0] >> 8 & 3:
                self._read_frames(value >> 8)
            return
        self._selected = True
        reply = 0
        for shift in range(self._frame_bits() - 8, -1, -8):
            reply = reply << 8 | self._flash.exchange(value >> shift)
        if self.stored.get(self.CTRLR0, 0) >> 8 & 3 != self.TX_ONLY:
            self._received.append(reply)

    def _let_go(self) -> None:
        if self._selected and not self._flash.is_forced:
            self._selected = False
            self._flash.deselect()

    # --- frames in a row ---

    def _read_frames(self, address: int) -> None:
        frame = 32 // self._width * self._divider
        first = self._fill_clocks() * self._divider
        frames = (self.stored.get(self.CTRLR1, 0) & 0xFFFF) + 1
        self._bulk.begin(address, frames, first, frame)

    def _frame_read(self, address: int) -> bool:
        """Takes a frame, of which the flash sends the first byte first; whether there is room."""
        data = self._flash.read_memory(address % self._flash.size_bytes, 4)
        self._received.append(int.from_bytes(data, "big"))
        self._dma.changed(self.REQUEST)
        return len(self._received) < self.DEPTH

    def _wants_dma(self) -> bool:
        return bool(self.stored.get(self.DMACR, 0) & self.RX_DMA and self._received)

    # --- execute in place ---

    @property
    def _width(self) -> int:
        """Bits that a clock carries."""
        return 1 << min(self.stored.get(self.CTRLR0, 0) >> 21 & 3, 2)

    def _fill_clocks(self) -> int:
        """Of a transfer of 32 bits: instruction, address with mode bits, dummy clocks, data.

        Each phase has one, two or four bits a clock (datasheet 4.10.13, SPI_CTRLR0).
        """
        control, wide = self.stored[self.SPI_CTRLR0], self._width
        kind = control & 3
        instruction_bits = (0, 4, 8, 16)[control >> 8 & 3]
        clocks = instruction_bits // (wide if kind == 2 else 1)
        clocks += 4 * (control >> 2 & 0xF) // (wide if kind else 1)
        return clocks + (control >> 11 & 0x1F) + FILL_BITS // wide

    def _set_fill_time(self) -> None:
        """Half a cache line takes its serial transfer and `TRANSFER_CYCLES`, in core cycles.

        The clock is the core's over BAUDR.
        """
        if not self.stored.get(self.SSIENR, 0) & 1:
            return
        self._flash.fill_cycles = self._fill_clocks() * self._divider + TRANSFER_CYCLES
        self.host.flash.set_wait_states(self._flash.fill_cycles)
