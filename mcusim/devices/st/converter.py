"""What the STM32's two designs of ADC share: a block of converters, each with its sequence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.analog import Analog
from mcusim.devices.st.bus_clock import BusClock
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.dma_requests import DmaRequests, Request
from mcusim.devices.st.words import WordDevice

SPACING, COMMON = 0x100, 0x300
CCR = COMMON + 8
F4_CCR = COMMON + 4
REFERENCE, SENSOR, BATTERY = 1 << 22, 1 << 23, 1 << 24
"""Internal inputs, by the bit of CCR that switches them on."""


class Converter(ABC):
    """One ADC: converts a sequence of channels, each in its time."""

    def __init__(self, block: AdcBlock, number: int) -> None:
        self.block = block
        self._at = SPACING * number
        self._request = Request(block.converter_names[number], "rx")
        self.volts: dict[int, float] = {}
        """What `set_input` put on a channel."""
        self._queue: list[int] = []
        self._due = 0
        self._done = block.host.add_timer(self._converted)

    # --- what the designs differ in ---

    @abstractmethod
    def load(self, register: int) -> int:
        """What a register reads as; offsets are the converter's own."""

    @abstractmethod
    def store(self, register: int, value: int) -> None:
        """Writes a register."""

    @property
    @abstractmethod
    def wants_interrupt(self) -> bool:
        """Whether an enabled flag is set."""

    @abstractmethod
    def sequence(self) -> list[int]:
        """The channels to convert."""

    @property
    @abstractmethod
    def bits(self) -> int:
        """Resolution of a conversion."""

    @abstractmethod
    def clocks(self, channel: int) -> float:
        """ADC clocks that sampling and conversion of a channel take."""

    @property
    @abstractmethod
    def clock_hz(self) -> float:
        """The ADC clock; 0 without one."""

    @abstractmethod
    def converted(self, code: int, last: bool) -> bool:
        """Takes a result, and whether it ends the sequence; returns whether DMA is to fetch it."""

    @property
    @abstractmethod
    def repeats(self) -> bool:
        """Whether a sequence begins anew after its end."""

    # --- what they share ---

    def get(self, register: int) -> int:
        """A register as it is stored."""
        return self.block.stored.get(self._at + register, 0)

    def put(self, register: int, value: int) -> None:
        """Stores a register."""
        self.block.stored[self._at + register] = value

    @property
    def converting(self) -> bool:
        return bool(self._queue)

    def start(self) -> None:
        """Begins the sequence, unless one is under way."""
        if not self._queue:
            self._queue = self.sequence()
            self._next(self.block.bus.now(self.block.host))

    def stop(self) -> None:
        """Drops the conversion under way and those after it."""
        self.block.bus.cancel(self.block.host, self._done)
        self._queue.clear()

    def _next(self, begin: int) -> None:
        if not self._queue:
            return
        host, hz = self.block.host, self.clock_hz
        if hz <= 0.0:
            host.warn(f"{self.block.name}: a conversion is started without a clock: it never ends")
            return
        cycles = host.cycle_in(self.clocks(self._queue[0]) / hz) - host.now
        self._due = max(begin + cycles, self.block.bus.now(host) + 1)
        self.block.bus.schedule(host, self._done, self._due)

    def _converted(self) -> None:
        channel = self._queue.pop(0)
        last = not self._queue
        if last and self.repeats:
            self._queue = self.sequence()
        wants_dma = self.converted(self._code(channel), last)
        self._next(self._due)
        self.block.drive()
        if wants_dma:
            self.block.dma.raise_request(self._request)

    def _code(self, channel: int) -> int:
        """The step that the voltage is next to; VREF+ is the supply."""
        volts = self.volts.get(channel)
        if volts is None:
            volts = self.block.internal_v(self._at // SPACING, channel)
        full = 1 << self.bits
        return max(0, min(round(volts / self.block.host.supply_v * full), full - 1))


class AdcBlock(WordDevice):
    """Converters and their common registers, in 1 kB.

    Inputs are at 0 V until `set_input`. Injected channels, external triggers, differential inputs,
    offsets, watchdogs and the coupling of converters aren't modelled.
    """

    converter: ClassVar[type[Converter]]
    converter_names: ClassVar[tuple[str, ...]] = ("adc1",)
    analog: ClassVar[Analog]
    internal: ClassVar[Mapping[tuple[int, int], int]] = {}
    """Internal inputs by place of the converter and channel."""
    battery_divider: ClassVar[int] = 3

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.clocks = Clocks.of(host)
        self.bus = host.shared(BusClock)
        self.dma = host.shared(DmaRequests)
        self._converters = [self.converter(self, n) for n in range(len(self.converter_names))]

    def set_input(self, channel: int, volts: float, converter: int = 1) -> None:
        """Puts a voltage on a channel of a converter of this block, which count from 1."""
        self._converters[converter - 1].volts[channel] = volts

    def placed(self, base: int) -> None:
        super().placed(base)
        self.dma.add_device(self)

    def restart(self) -> None:
        super().restart()
        for converter in self._converters:
            converter.stop()

    def load(self, register: int) -> int:
        place = register // SPACING
        if place < len(self._converters):
            value = self._converters[place].load(register % SPACING)
            self.drive()
            return value
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        place = register // SPACING
        if place < len(self._converters):
            self._converters[place].store(register % SPACING, value)
            self.drive()
        else:
            super().store(register, value)

    def drive(self) -> None:
        """Drives the interrupt line that the converters share."""
        self.interrupt(any(converter.wants_interrupt for converter in self._converters))

    def internal_v(self, place: int, channel: int) -> float:
        """The voltage of an internal input, 0 until it is switched on, and of pins."""
        source = self.internal.get((place, channel), 0) & self.stored.get(CCR, 0)
        volts = {
            REFERENCE: self.analog.reference_v,
            SENSOR: self.analog.sensor_v(),
            BATTERY: self.host.supply_v / self.battery_divider,
        }
        return volts.get(source, 0.0)
