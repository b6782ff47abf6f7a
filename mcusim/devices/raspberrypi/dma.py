"""RP2040 DMA (datasheet 2.5): twelve channels, chains, pacing, the sniffer."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.dma_requests import DmaRequests
from mcusim.devices.raspberrypi.registers import WHOLE, Peripheral
from mcusim.devices.raspberrypi.sniffer import Sniffer

CHANNEL_BYTES = 0x40
READ, WRITE, COUNT, CTRL = range(4)
ALIASES = (
    (READ, WRITE, COUNT, CTRL),
    (CTRL, READ, WRITE, COUNT),
    (CTRL, COUNT, READ, WRITE),
    (CTRL, WRITE, COUNT, READ),
)
"""What the four words of each alias are; a write to the last one starts the channel."""
EN, INCR_READ, INCR_WRITE, RING_WRITE = 1 << 0, 1 << 4, 1 << 5, 1 << 10
IRQ_QUIET, BSWAP, SNIFF_EN, BUSY = 1 << 21, 1 << 22, 1 << 23, 1 << 24
READ_BACK, WRITE_BACK = 1 << 25, 1 << 26
"""Decrement instead of increment: the RP2350's, at places that the RP2040 does not use."""
WRITE_ERROR, READ_ERROR, AHB_ERROR = 1 << 29, 1 << 30, 1 << 31
INTR, INTE0, INTF0, INTS0, INTE1, INTF1, INTS1 = 0x400, 0x404, 0x408, 0x40C, 0x414, 0x418, 0x41C
TIMER0, MULTI_TRIGGER, SNIFF_CTRL, SNIFF_DATA, ABORT = 0x420, 0x430, 0x434, 0x438, 0x444
N_CHANNELS = 0x448
TIMER_REQUEST, ALWAYS = 59, 63
CONTROL_BITS = 0xFFFFFF
TRIGGER_SELF, ENDLESS = 1, 0xF
"""Modes of a channel on the RP2350."""
BURST = 4096
"""Transfers without pacing that are done at once; the time of them passes before the next."""


class Channel:
    """One channel's registers and what is left to do."""

    def __init__(self) -> None:
        self.words = [0, 0, 0, 0]
        self.reload = 0
        self.mode = 0
        self.busy = False
        self.request = 0
        self.timer = 0
        """Of the machine, for transfers that are paced by time."""

    @property
    def size(self) -> int:
        """Bytes of a transfer."""
        return 1 << min(self.words[CTRL] >> 2 & 3, 2)


class RpDma(Peripheral):
    """A transfer takes one cycle, or waits for who paces it; the core isn't slowed down.

    Priorities, FIFO levels and the debug registers aren't modelled.
    """

    reset_bit = 2
    channels: ClassVar[int] = 12
    control_bits: ClassVar[int] = CONTROL_BITS
    status: ClassVar[tuple[int, ...]] = (INTS0, INTS1)
    """Registers of the status of each interrupt line; enables and forces lie before it."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._requests = host.shared(DmaRequests)
        self._requests.listener = self._asked
        self._channels = [Channel() for _ in range(self.channels)]
        for number, channel in enumerate(self._channels):
            channel.timer = host.add_timer(lambda n=number: self._go_on(n))  # type: ignore[misc]
        self._sniffer = Sniffer()
        self._raised = 0
        self._moving = False
        self._passed = 0
        """Cycles that the transfers which are being done have taken so far."""

    # --- registers ---

    def load(self, register: int) -> int:
        if register < self.channels * CHANNEL_BYTES:
            number, place = divmod(register, CHANNEL_BYTES)
            channel = self._channels[number]
            word = ALIASES[place >> 4][place >> 2 & 3]
            busy = BUSY if word == CTRL and channel.busy else 0
            return channel.words[word] | busy
        match register:
            case 0x400:
                return self._raised
            case _ if register in self.status:
                return self._status(register)
            case 0x430 | 0x444:
                return 0
            case 0x438:
                return self._sniffer.result(self.stored.get(SNIFF_CTRL, 0))
            case 0x448:
                return self.channels
        return super().load(register)

    def held(self, register: int) -> int:
        return (
            self.load(register)
            if register < self.channels * CHANNEL_BYTES
            else super().held(register)
        )

    def store(self, register: int, value: int) -> None:
        if register < self.channels * CHANNEL_BYTES:
            self._set(*divmod(register, CHANNEL_BYTES), value)
            return
        match register:
            case _ if register == INTR or register in self.status:
                self._raised &= ~value
            case 0x430:
                for number in range(self.channels):
                    if value >> number & 1:
                        self._start(number)
            case 0x438:
                self._sniffer.value = value
            case 0x444:
                for number in range(self.channels):
                    if value >> number & 1:
                        self._stop(number)
            case _:
                super().store(register, value)
        self._update()

    def restart(self) -> None:
        super().restart()
        for number, channel in enumerate(self._channels):
            self._stop(number)
            channel.words, channel.mode = [0, 0, 0, 0], 0
        self._raised = 0
        self._update()

    def _set(self, number: int, place: int, value: int) -> None:
        channel, word = self._channels[number], ALIASES[place >> 4][place >> 2 & 3]
        if word == CTRL:
            errors = channel.words[CTRL] & ~value & (WRITE_ERROR | READ_ERROR)
            channel.words[CTRL] = value & self.control_bits | errors
        elif word == COUNT:
            channel.reload = value
        else:
            channel.words[word] = value
        if place & 0xC == 0xC:
            if value == 0:
                # A null trigger ends a list of control blocks: it interrupts instead.
                self._finish_quietly(number)
            else:
                self._start(number)

    def _finish_quietly(self, number: int) -> None:
        if self._channels[number].words[CTRL] & IRQ_QUIET:
            self._raised |= 1 << number
            self._update()

    # --- transfers ---

    def _start(self, number: int) -> None:
        channel = self._channels[number]
        if channel.busy or not channel.words[CTRL] & EN:
            return
        channel.words[COUNT], channel.busy = channel.reload, True
        channel.request = channel.words[CTRL] >> 15 & 0x3F
        # Not at once: who triggers it may be in the middle of transfers of its own.
        self.host.schedule(channel.timer, self.host.now + self._passed + 1)

    def _stop(self, number: int) -> None:
        self._channels[number].busy = False
        self.host.cancel(self._channels[number].timer)

    def _asked(self, request: int) -> None:
        """A peripheral wants transfers."""
        if self._moving or self.in_reset:
            return
        for number, channel in enumerate(self._channels):
            if channel.busy and channel.request == request:
                self._go_on(number)

    def _go_on(self, number: int) -> None:
        """Does the transfers that can be done now, and plans what follows."""
        channel, done = self._channels[number], 0
        self._moving = True
        while channel.busy and channel.words[COUNT] and done < BURST and self._may_move(channel):
            done += 1
            self._passed = done
            self._move(channel)
            if TIMER_REQUEST <= channel.request < ALWAYS:
                break
        self._moving, self._passed = False, 0
        if not channel.busy:
            return
        if done:
            wait = self._pace(channel.request) if channel.words[COUNT] else done
            if wait:
                self.host.schedule(channel.timer, self.host.now + wait)
        elif not channel.words[COUNT]:
            self._complete(number)

    def _may_move(self, channel: Channel) -> bool:
        return channel.request >= TIMER_REQUEST or self._requests.is_ready(channel.request)

    def _pace(self, request: int) -> int:
        """Cycles until transfers go on: Y over X of a timer, or 0 where a peripheral will ask."""
        if request < TIMER_REQUEST:
            return 0
        if request == ALWAYS:
            return BURST
        value = self.stored.get(TIMER0 + 4 * (request - TIMER_REQUEST), 0)
        x, y = value >> 16, value & 0xFFFF
        return max(1, round(y / x)) if x and y else 1 << 32

    def _move(self, channel: Channel) -> None:
        control, size = channel.words[CTRL], channel.size
        data = self._fetch(channel.words[READ], size)
        if data is None:
            channel.words[CTRL] |= READ_ERROR
            data = 0
        if control & SNIFF_EN:
            self._sniff(channel, data, size)
        if control & BSWAP:
            data = int.from_bytes(data.to_bytes(size, "little"), "big")
        if not self._put(channel.words[WRITE], size, data):
            channel.words[CTRL] |= WRITE_ERROR
        if channel.mode != ENDLESS:
            channel.words[COUNT] -= 1
        ring, rings_write = control >> 6 & 0xF, bool(control & RING_WRITE)
        if control & INCR_READ:
            ring_bits = 0 if rings_write else ring
            step = -size if control & READ_BACK else size
            channel.words[READ] = _next(channel.words[READ], step, ring_bits)
        if control & INCR_WRITE:
            ring_bits = ring if rings_write else 0
            step = -size if control & WRITE_BACK else size
            channel.words[WRITE] = _next(channel.words[WRITE], step, ring_bits)

    def _sniff(self, channel: Channel, data: int, size: int) -> None:
        control = self.stored.get(SNIFF_CTRL, 0)
        if control & 1 and self._channels[control >> 1 & 0xF] is channel:
            self._sniffer.take(control, data, size)

    def _fetch(self, address: int, size: int) -> int | None:
        found = self.fabric.at(address)
        if found is not None:
            return found[0].read(found[1], size)
        data = self.host.read_memory(address, size)
        return int.from_bytes(data, "little") if len(data) == size else None

    def _put(self, address: int, size: int, value: int) -> bool:
        found = self.fabric.at(address)
        if found is not None:
            found[0].write(found[1], size, value)
            return True
        return self.host.write_memory(address, value.to_bytes(size, "little"))

    def _complete(self, number: int) -> None:
        channel = self._channels[number]
        channel.busy = False
        if not channel.words[CTRL] & IRQ_QUIET:
            self._raised |= 1 << number
            self._update()
        follower = channel.words[CTRL] >> 11 & 0xF
        if follower != number and follower < self.channels:
            self._start(follower)
        if channel.mode == TRIGGER_SELF:
            self._start(number)

    # --- interrupts ---

    def _status(self, register: int) -> int:
        enabled, forced = self.stored.get(register - 8, 0), self.stored.get(register - 4, 0)
        return self._raised & enabled | forced

    def _update(self) -> None:
        for line, register in enumerate(self.status):
            self.interrupt(bool(self._status(register)), line)


def _next(address: int, step: int, ring_bits: int) -> int:
    """The address after a transfer; it wraps inside a ring of 2 to that power bytes."""
    if not ring_bits:
        return address + step & WHOLE
    mask = (1 << ring_bits) - 1
    return address & ~mask | (address + step) & mask
