"""STM32 DMA controller (RM0432 11), in whole transfers: no bus cycles, no arbitration."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.bus_clock import BusClock
from mcusim.devices.st.dma_requests import DmaRequests
from mcusim.devices.st.words import WordDevice

ISR, IFCR, FIRST, STRIDE = 0x00, 0x04, 0x08, 0x14  # RM0432 11.6
CCR, CNDTR, CPAR, CMAR = 0x0, 0x4, 0x8, 0xC
EN, TCIE, HTIE, TEIE, DIR, CIRC, PINC, MINC = (1 << n for n in range(8))
MEM2MEM = 1 << 14
GIF, TCIF, HTIF, TEIF = 1, 2, 4, 8
CYCLES_PER_TRANSFER = 5
"""Of a transfer from memory to memory: a read, a write and arbitration (RM0432 11.4.4)."""


class Stm32Dma(WordDevice):
    """Moves an item whenever a peripheral asks; memory to memory is moved when it is started.

    Peripherals that ask are the USARTs, the LPUART and the ADC.
    """

    channels: ClassVar[int] = 7
    first: ClassVar[int | None] = None
    """Number of its first channel among all of the chip; without, DMA2's follow DMA1's."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._requests = host.shared(DmaRequests)
        self._bus = host.shared(BusClock)
        after_dma1 = 0 if name == "dma1" else self.channels
        self._first = after_dma1 if self.first is None else self.first
        self._flags = 0
        self._reload = [0] * self.channels
        self._done = [0] * self.channels
        self._timers = []
        for channel in range(self.channels):
            self._requests.channels[self._first + channel] = partial(self._requested, channel)
            self._timers.append(host.add_timer(partial(self._finished, channel)))

    def restart(self) -> None:
        super().restart()
        self._flags = 0
        for timer in self._timers:
            self._bus.cancel(self.host, timer)

    # --- registers ---

    def load(self, register: int) -> int:
        return self._flags if register == ISR else super().load(register)

    def store(self, register: int, value: int) -> None:
        if register == IFCR:
            self._clear(value)
            return
        channel, which = divmod(register - FIRST, STRIDE)
        if register < FIRST or channel >= self.channels:
            super().store(register, value)
            return
        was_on = self._register(channel, CCR) & EN
        if was_on and which != CCR:
            return
        super().store(register, value & 0xFFFF if which == CNDTR else value)
        if which == CCR and value & EN and not was_on:
            self._start(channel)
        self._drive(channel)

    def _register(self, channel: int, which: int) -> int:
        return self.stored.get(FIRST + STRIDE * channel + which, 0)

    def _clear(self, value: int) -> None:
        for channel in range(self.channels):
            bits = value >> 4 * channel & 0xF
            # Clearing the global flag clears all of the channel's.
            self._flags &= ~((0xF if bits & GIF else bits) << 4 * channel)
            if not self._flags >> 4 * channel & 0xE:
                self._flags &= ~(GIF << 4 * channel)
            self._drive(channel)

    # --- transfers ---

    def _start(self, channel: int) -> None:
        self._reload[channel] = self._register(channel, CNDTR)
        self._done[channel] = 0
        if not self._register(channel, CCR) & MEM2MEM:
            self._requests.started(self._first + channel)
            return
        count = self._reload[channel]
        while self._register(channel, CNDTR) and self._move(channel):
            pass
        due = self._bus.now(self.host) + max(1, CYCLES_PER_TRANSFER * count)
        self._bus.schedule(self.host, self._timers[channel], due)

    def _finished(self, channel: int) -> None:
        if not self._flags >> 4 * channel & TEIF:
            self._raise(channel, TCIF | HTIF)

    def _requested(self, channel: int) -> None:
        control = self._register(channel, CCR)
        if not control & EN or control & MEM2MEM or not self._register(channel, CNDTR):
            return
        if not self._move(channel):
            return
        left, total = self._register(channel, CNDTR), self._reload[channel]
        if left == 0:
            if control & CIRC:
                self.stored[FIRST + STRIDE * channel + CNDTR] = total
                self._done[channel] = 0
            self._raise(channel, TCIF)
        elif left == total - total // 2:
            self._raise(channel, HTIF)

    def _move(self, channel: int) -> bool:
        """Moves one item; False on an error, which switches the channel off."""
        control, done = self._register(channel, CCR), self._done[channel]
        widths = 1 << (control >> 8 & 3), 1 << (control >> 10 & 3)
        addresses = (
            self._register(channel, CPAR) + (done * widths[0] if control & PINC else 0),
            self._register(channel, CMAR) + (done * widths[1] if control & MINC else 0),
        )
        # RM0432 11.4.4: DIR chooses between CPAR (0) and CMAR (1) as the source.
        source = 1 if control & DIR else 0
        self._done[channel] += 1
        self.stored[FIRST + STRIDE * channel + CNDTR] = self._register(channel, CNDTR) - 1
        requests, host = self._requests, self.host
        data = requests.fetch(host, addresses[source], widths[source])
        target, width = addresses[1 - source], widths[1 - source]
        if data is None or not requests.put(host, target, width, data):
            self.stored[FIRST + STRIDE * channel + CCR] = control & ~EN
            self._raise(channel, TEIF)
            return False
        return True

    # --- flags and interrupts ---

    def _raise(self, channel: int, flags: int) -> None:
        self._flags |= (flags | GIF) << 4 * channel
        self._drive(channel)

    def _drive(self, channel: int) -> None:
        # The flags TCIF, HTIF, TEIF and their enables lie at the same places.
        flags, enabled = self._flags >> 4 * channel, self._register(channel, CCR)
        self.interrupt(bool(flags & enabled & (TCIE | HTIE | TEIE)), channel)
