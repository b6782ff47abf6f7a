"""RP2040 analogue-to-digital converter (datasheet 4.9)."""

from __future__ import annotations

from collections import deque
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.clock_tree import ClockTree, Source
from mcusim.devices.raspberrypi.dma_requests import DmaRequests
from mcusim.devices.raspberrypi.registers import Interrupts, Peripheral

CS, RESULT, FCS, FIFO, DIV, INTR, INTE, INTF, INTS = range(0x00, 0x24, 4)
EN, TS_EN, START_ONCE, START_MANY, READY = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 8
FIFO_EN, SHIFT, FIFO_ERR, DREQ_EN = 1 << 0, 1 << 1, 1 << 2, 1 << 3
EMPTY, FULL, UNDER, OVER = 1 << 8, 1 << 9, 1 << 10, 1 << 11
DEPTH, INPUTS, SENSOR = 4, 5, 4
CYCLES = 96
"""Of clk_adc in a conversion (datasheet 4.9.1)."""
FULL_SCALE_V, STEPS = 3.3, 4096
SENSOR_V = 0.706
"""The temperature sensor's voltage at 27 degrees Celsius (datasheet 4.9.5)."""


class RpAdc(Peripheral):
    """Inputs are at 0 V until `set_input`; the sensor is at 27 degrees. No noise, no errors."""

    reset_bit = 0
    request: ClassVar[int] = 36
    """Its number among those who ask for DMA."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._dma = host.shared(DmaRequests)
        self._dma.ready[self.request] = self._has_data
        self._volts = [0.0] * SENSOR
        self._fifo: deque[int] = deque()
        self._converting = False
        self._done = host.add_timer(self._converted)
        self._interrupts = Interrupts(self.interrupt)
        self._errors = 0

    def set_input(self, number: int, volts: float) -> None:
        """Puts a voltage on input 0 to 3 (GPIO 26 to 29)."""
        self._volts[number] = volts

    def load(self, register: int) -> int:
        match register:
            case 0x00:
                return self.stored.get(CS, 0) | (0 if self._converting else READY)
            case 0x08:
                level = len(self._fifo)
                state = (0 if level else EMPTY) | (FULL if level >= DEPTH else 0)
                return self.stored.get(FCS, 0) | state | self._errors | level << 16
            case 0x0C:
                return self._pull()
            case 0x14:
                return self._interrupts.raw
            case 0x20:
                return self._interrupts.status
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                super().store(register, value & ~(START_ONCE | READY))
                if value & (START_ONCE | START_MANY):
                    self._start()
            case 0x08:
                self._errors &= ~value
                super().store(register, value & 0x0F00000F)
            case 0x04 | 0x0C | 0x14 | 0x20:
                return
            case _:
                super().store(register, value)
        self._update()

    def restart(self) -> None:
        super().restart()
        self._fifo.clear()
        self.host.cancel(self._done)
        self._converting, self._errors = False, 0
        self._update()

    def _start(self) -> None:
        clock_hz = self._tree.hz(Source.ADC)
        if self._converting or not self.stored.get(CS, 0) & EN:
            return
        if not clock_hz:
            self.host.warn("the firmware starts the ADC without a clock (clk_adc): it never ends")
            return
        cycles = float(CYCLES)
        if self.stored.get(CS, 0) & START_MANY:
            # A divider below the conversion's length has them back to back.
            cycles = max(cycles, 1 + (self.stored.get(DIV, 0) & 0xFFFFFF) / 256.0)
        self._converting = True
        self.host.schedule(self._done, self.host.cycle_in(cycles / clock_hz))

    def _converted(self) -> None:
        self._converting = False
        control = self.stored.get(CS, 0)
        number = control >> 12 & 7
        self.stored[RESULT] = value = self._sample(number)
        fifo = self.stored.get(FCS, 0)
        if fifo & FIFO_EN:
            if len(self._fifo) < DEPTH:
                self._fifo.append(value >> 4 if fifo & SHIFT else value)
            else:
                self._errors |= OVER
        self._next_input(control, number)
        if control & START_MANY:
            self._start()
        self._update()
        self._dma.changed(self.request)

    def _next_input(self, control: int, number: int) -> None:
        """Round robin: the next input of the mask."""
        mask = control >> 16 & 0x1F
        for step in range(1, INPUTS + 1):
            candidate = (number + step) % INPUTS
            if mask >> candidate & 1:
                self.stored[CS] = control & ~(7 << 12) | candidate << 12
                return

    def _sample(self, number: int) -> int:
        if number == SENSOR:
            volts = SENSOR_V if self.stored.get(CS, 0) & TS_EN else 0.0
        else:
            volts = self._volts[number] if number < SENSOR else 0.0
        return min(max(round(volts / FULL_SCALE_V * STEPS), 0), STEPS - 1)

    def _pull(self) -> int:
        if not self._fifo:
            self._errors |= UNDER
            return 0
        value = self._fifo.popleft()
        self._update()
        return value

    def _has_data(self) -> bool:
        return bool(self.stored.get(FCS, 0) & DREQ_EN) and bool(self._fifo)

    def _update(self) -> None:
        threshold = self.stored.get(FCS, 0) >> 24 & 0xF
        self._interrupts.raw = int(bool(self._fifo) and len(self._fifo) >= threshold)
        self._interrupts.enabled = self.stored.get(INTE, 0) & 1
        self._interrupts.forced = self.stored.get(INTF, 0) & 1
        self._interrupts.update()
