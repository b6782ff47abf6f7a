"""ESP32-C3 remote control peripheral (TRM v1.3, RMT): its two transmitters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.espressif.clocks import RC_FAST_HZ, XTAL_HZ, divided
from mcusim.devices.espressif.peripheral import InterruptDevice, InterruptRegisters
from mcusim.devices.espressif.up_counter import Alarm

CH0CONF0, CH0STATUS, CH0_TX_LIM, SYS_CONF = 0x10, 0x28, 0x58, 0x68
MEMORY = 0x400
TRANSMITTERS = 2
BLOCK_WORDS, BLOCKS = 48, 4
"""Of the memory: a block for each channel, receivers' included."""
TX_START, MEM_RD_RST, APB_MEM_RST, TX_CONTI_MODE, MEM_TX_WRAP_EN = (1 << n for n in range(5))
TX_STOP, AFIFO_RST, CONF_UPDATE = 1 << 7, 1 << 23, 1 << 24
SELF_CLEARING = TX_START | MEM_RD_RST | APB_MEM_RST | TX_STOP | AFIFO_RST | CONF_UPDATE
LOOP_CNT_EN, LOOP_COUNT_RESET = 1 << 19, 1 << 20
TX_END, ERROR, THRESHOLD, TX_LOOP = 1 << 0, 1 << 4, 1 << 8, 1 << 12
"""Of channel 0 in the interrupt registers."""
APB, RC_FAST, XTAL = 1, 2, 3
"""RMT_SCLK_SEL (esp-idf, rmt_ll.h: rmt_ll_set_group_clock_src)."""


@dataclass(slots=True)
class _Transmitter:
    """Where a channel is."""

    running: bool = False
    at: int = 0
    """Word of its memory that comes next."""
    sent: int = 0
    """Words since the threshold was reached last."""
    loops: int = 0
    ends: bool = False
    """Whether the words under way are the last ones."""


class EspRmt(InterruptDevice):
    """The signals reach no pin, and receivers get none; access to the memory by FIFO is missing.

    Words are read in parts of RMT_TX_LIM, after which the driver fills them again.
    """

    reset: ClassVar[Mapping[int, int]] = {
        **{CH0CONF0 + 4 * n: 7 << 20 | 1 << 16 | 2 << 8 for n in range(TRANSMITTERS)},
        **{CH0_TX_LIM + 4 * n: 0x80 for n in range(TRANSMITTERS)},
        SYS_CONF: 1 << 26 | 1 << 24 | 1 << 4,
    }
    """esp-idf, soc/esp32c3/register/soc/rmt_reg.h."""
    interrupt_registers = InterruptRegisters(raw=0x38, st=0x3C, ena=0x40, clr=0x44)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._channels = [_Transmitter() for _ in range(TRANSMITTERS)]
        self._alarms = [Alarm(host, partial(self._sent, n)) for n in range(TRANSMITTERS)]

    def load(self, register: int) -> int:
        match register:
            case 0x28 | 0x2C:
                number = register - CH0STATUS >> 2
                return number * BLOCK_WORDS + self._channels[number].at
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x10 | 0x14:
                super().store(register, value & ~SELF_CLEARING)
                self._control(register - CH0CONF0 >> 2, value)
            case 0x58 | 0x5C:
                super().store(register, value & ~LOOP_COUNT_RESET)
                if value & LOOP_COUNT_RESET:
                    self._channels[register - CH0_TX_LIM >> 2].loops = 0
            case 0x28 | 0x2C:
                return
            case _:
                super().store(register, value)

    def _control(self, number: int, value: int) -> None:
        channel = self._channels[number]
        if value & TX_STOP:
            channel.running = False
            self._alarms[number].stop()
        if value & MEM_RD_RST:
            channel.at = channel.sent = 0
        if value & TX_START and not channel.running:
            channel.running = True
            channel.loops = 0
            self._go_on(number)

    # --- words ---

    def _go_on(self, number: int) -> None:
        """Takes the words up to the end or to the threshold, and plans when they are sent."""
        channel, config = self._channels[number], self.stored[CH0CONF0 + 4 * number]
        words = self._words(config, number)
        limit = self._limit(number)
        ticks, channel.ends = 0, False
        while not channel.ends and channel.sent < limit and channel.at < words:
            place = MEMORY + 4 * (number * BLOCK_WORDS + channel.at)
            word = self.stored.get(place, 0)
            first, second = word & 0x7FFF, word >> 16 & 0x7FFF
            ticks += first + (second if first else 0)
            channel.ends = not (first and second)
            channel.at += 1
            channel.sent += 1
        if config & MEM_TX_WRAP_EN and channel.at >= words:
            channel.at = 0
        self._alarms[number].after(ticks / self._clock_hz(config))

    def _words(self, config: int, number: int) -> int:
        """Of the channel's memory, which may take in its neighbours'."""
        return min(config >> 16 & 7, BLOCKS - number) * BLOCK_WORDS

    def _limit(self, number: int) -> int:
        return self.stored[CH0_TX_LIM + 4 * number] & 0x1FF or 0x200

    def _sent(self, number: int) -> None:
        channel, config = self._channels[number], self.stored[CH0CONF0 + 4 * number]
        if channel.sent >= self._limit(number):
            channel.sent = 0
            self.pending |= THRESHOLD << number
        if channel.ends:
            self._end(number, loops=bool(config & TX_CONTI_MODE))
        elif channel.at >= self._words(config, number):
            channel.running = False
            self.pending |= ERROR << number
        if channel.running:
            self._go_on(number)
        self.drive()

    def _end(self, number: int, *, loops: bool) -> None:
        channel, limits = self._channels[number], self.stored[CH0_TX_LIM + 4 * number]
        channel.at = channel.sent = 0
        if not loops:
            channel.running = False
            self.pending |= TX_END << number
        elif limits & LOOP_CNT_EN:
            channel.loops += 1
            if channel.loops >= limits >> 9 & 0x3FF:
                channel.loops = 0
                self.pending |= TX_LOOP << number

    def _clock_hz(self, config: int) -> float:
        """Ticks a second: the group's clock by DIV_NUM + 1 + DIV_B / DIV_A, and by DIV_CNT."""
        group = self.stored[SYS_CONF]
        sources = {APB: self.clocks.apb_hz, RC_FAST: RC_FAST_HZ, XTAL: XTAL_HZ}
        # 0 selects none (TRM, RMT_SCLK_SEL); the driver never leaves it there.
        source_hz = sources.get(group >> 24 & 3, XTAL_HZ)
        hz = divided(source_hz, group >> 4 & 0xFF, group >> 18 & 0x3F, group >> 12 & 0x3F)
        return hz / (config >> 8 & 0xFF or 256)
