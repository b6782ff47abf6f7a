"""STM32H7 and STM32F7 DMA controllers of 8 streams (RM0433 and RM0385, DMA), in whole transfers."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.bus_clock import BusClock
from mcusim.devices.st.dma_requests import DmaRequests
from mcusim.devices.st.words import WordDevice

LISR, HISR, LIFCR, HIFCR, FIRST, STRIDE = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x18
CR, NDTR, PAR, M0AR, M1AR, FCR = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14
STREAMS = 8
EN, TEIE, HTIE, TCIE = 1 << 0, 1 << 2, 1 << 3, 1 << 4
CIRC, PINC, MINC, DBM, CT = 1 << 8, 1 << 9, 1 << 10, 1 << 18, 1 << 19
TO_MEMORY, TO_PERIPHERAL, MEMORY_TO_MEMORY = range(3)
TEIF, HTIF, TCIF = 1 << 3, 1 << 4, 1 << 5
FLAGS = 0x3D
FLAG_PLACES = (0, 6, 16, 22)
"""Of a stream's flags within LISR and HISR."""
CYCLES_PER_TRANSFER = 5
"""Of a transfer from memory to memory: a read, a write and arbitration, as in the STM32L4+."""


class Stm32DmaStream(WordDevice):
    """Moves an item whenever a peripheral asks; memory to memory is moved when it is started.

    Items pass the FIFO at once, in the order of their bytes, so MSIZE and bursts change nothing.
    The peripherals that ask are the USARTs.
    """

    reset_fcr: ClassVar[int] = 0x21

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._requests = host.shared(DmaRequests)
        self._bus = host.shared(BusClock)
        self._first = 0 if name == "dma1" else STREAMS
        self._flags = [0] * STREAMS
        self._reload = [0] * STREAMS
        self._done = [0] * STREAMS
        self._timers = []
        self._reset_fcrs()
        for stream in range(STREAMS):
            self._requests.channels[self._first + stream] = partial(self._requested, stream)
            self._timers.append(host.add_timer(partial(self._finished, stream)))

    def _reset_fcrs(self) -> None:
        for stream in range(STREAMS):
            self._set(stream, FCR, self.reset_fcr)

    def restart(self) -> None:
        super().restart()
        self._reset_fcrs()
        self._flags = [0] * STREAMS
        for timer in self._timers:
            self._bus.cancel(self.host, timer)

    # --- registers ---

    def load(self, register: int) -> int:
        if register in (LISR, HISR):
            half = self._flags[4:] if register == HISR else self._flags[:4]
            return sum(flags << place for flags, place in zip(half, FLAG_PLACES, strict=True))
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register in (LIFCR, HIFCR):
            self._clear(4 if register == HIFCR else 0, value)
            return
        stream, which = divmod(register - FIRST, STRIDE)
        if register < FIRST or stream >= STREAMS:
            return
        was_on = self._get(stream, CR) & EN
        # A running stream takes its enables and the memory that it doesn't use.
        if was_on and which not in (CR, M0AR, M1AR):
            return
        self._set(stream, which, value & 0xFFFF if which == NDTR else value)
        if which == CR:
            if value & EN and not was_on:
                self._start(stream)
            self._drive(stream)

    def _get(self, stream: int, which: int) -> int:
        return self.stored.get(FIRST + STRIDE * stream + which, 0)

    def _set(self, stream: int, which: int, value: int) -> None:
        self.stored[FIRST + STRIDE * stream + which] = value

    def _clear(self, first: int, value: int) -> None:
        for stream, place in enumerate(FLAG_PLACES, start=first):
            self._flags[stream] &= ~(value >> place & FLAGS)
            self._drive(stream)

    # --- transfers ---

    def _direction(self, stream: int) -> int:
        return self._get(stream, CR) >> 6 & 3

    def _start(self, stream: int) -> None:
        count = self._reload[stream] = self._get(stream, NDTR)
        self._done[stream] = 0
        if self._direction(stream) != MEMORY_TO_MEMORY:
            self._requests.started(self._first + stream)
            return
        while self._get(stream, NDTR) and self._move(stream):
            pass
        due = self._bus.now(self.host) + max(1, CYCLES_PER_TRANSFER * count)
        self._bus.schedule(self.host, self._timers[stream], due)

    def _finished(self, stream: int) -> None:
        if self._flags[stream] & TEIF:
            return
        self._set(stream, CR, self._get(stream, CR) & ~EN)
        self._raise(stream, TCIF | HTIF)

    def _requested(self, stream: int) -> None:
        control = self._get(stream, CR)
        if not control & EN or self._direction(stream) == MEMORY_TO_MEMORY:
            return
        if not self._get(stream, NDTR) or not self._move(stream):
            return
        left, total = self._get(stream, NDTR), self._reload[stream]
        if left == 0:
            self._complete(stream, control)
        elif left == total - total // 2:
            self._raise(stream, HTIF)

    def _complete(self, stream: int, control: int) -> None:
        if control & (CIRC | DBM):
            self._set(stream, NDTR, self._reload[stream])
            self._set(stream, CR, control ^ (CT if control & DBM else 0))
            self._done[stream] = 0
        else:
            self._set(stream, CR, control & ~EN)
        self._raise(stream, TCIF)

    def _move(self, stream: int) -> bool:
        """Moves one item; False on an error, which switches the stream off."""
        control, done = self._get(stream, CR), self._done[stream]
        width = 1 << (control >> 11 & 3)
        memory = self._get(stream, M1AR if control & DBM and control & CT else M0AR)
        peripheral = self._get(stream, PAR) + (done * width if control & PINC else 0)
        memory += done * width if control & MINC else 0
        self._done[stream] += 1
        self._set(stream, NDTR, self._get(stream, NDTR) - 1)
        outwards = self._direction(stream) == TO_PERIPHERAL
        source, target = (memory, peripheral) if outwards else (peripheral, memory)
        data = self._requests.fetch(self.host, source, width)
        if data is None or not self._requests.put(self.host, target, width, data):
            self._set(stream, CR, control & ~EN)
            self._raise(stream, TEIF)
            return False
        return True

    # --- flags and interrupts ---

    def _raise(self, stream: int, flags: int) -> None:
        self._flags[stream] |= flags
        self._drive(stream)

    def _drive(self, stream: int) -> None:
        # The flags TEIF, HTIF, TCIF lie one bit above their enables.
        wanted = self._flags[stream] >> 1 & self._get(stream, CR) & (TEIE | HTIE | TCIE)
        self.interrupt(bool(wanted), stream)
