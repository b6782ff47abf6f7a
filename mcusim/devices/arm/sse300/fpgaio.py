"""FPGAIO of the MPS3's images (DAI0547B, FPGA system control and I/O): LEDs, buttons, counters."""

from __future__ import annotations

from mcusim.devices.arm.sse300.registers import ApbDevice
from mcusim.devices.device import Host

LED0, BUTTON, CLK1HZ, CLK100HZ, COUNTER = 0x00, 0x08, 0x10, 0x14, 0x18
PRESCALE, PSCNTR, SWITCH, MISC = 0x1C, 0x20, 0x28, 0x4C
LEDS = 10
LED_PORT = "PK"
"""What regions call the LEDs: user LED 3 is the pin PK3."""
WORD = 0xFFFFFFFF


class Mps3Fpgaio(ApbDevice):
    """LEDs are pins; no button is pressed and no switch is on."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._offsets = {CLK1HZ: 0, CLK100HZ: 0, COUNTER: 0}
        self._prescaled = self._since = 0

    def _ticks(self, register: int) -> int:
        cycle, hz = self.host.now, int(self.host.clock_hz)
        if register == CLK1HZ:
            return cycle // hz
        if register == CLK100HZ:
            return 100 * cycle // hz
        # A tick of COUNTER each time that PSCNTR has counted from PRESCALE down to 0.
        period = self.stored.get(PRESCALE, 0) + 1
        return self._prescaled + (cycle - self._since) // period

    def load(self, register: int) -> int:
        if register in self._offsets:
            return self._ticks(register) + self._offsets[register] & WORD
        if register == PSCNTR:
            prescale = self.stored.get(PRESCALE, 0)
            return prescale - (self.host.now - self._since) % (prescale + 1)
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register in self._offsets:
            self._offsets[register] = value - self._ticks(register)
        elif register == PRESCALE:
            self._prescaled, self._since = self._ticks(COUNTER), self.host.now
            super().store(register, value)
        elif register == LED0:
            self._light(value & (1 << LEDS) - 1)
        elif register not in (BUTTON, SWITCH, PSCNTR):
            super().store(register, value)

    def _light(self, value: int) -> None:
        changed = value ^ self.stored.get(LED0, 0)
        self.stored[LED0] = value
        for led in range(LEDS):
            if changed >> led & 1:
                self.host.pin_changed(LED_PORT, led, bool(value >> led & 1))
