"""What a chip's clock controller does to a peripheral: takes its clock, and holds it in reset."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mcusim.boards.schema import ClockGate
from mcusim.boards.schema import Device as Entry
from mcusim.devices.device import Device, Host
from mcusim.devices.held import Held
from mcusim.devices.unclocked import Unclocked


class Gated(NamedTuple):
    """A device, and who answers for it while it has no clock or is held in reset."""

    device: Device
    off: Device
    held: Device
    base: int
    size_bytes: int
    gate: ClockGate

    def has_clock(self, controller: Device, register: int) -> bool:
        """Whether the gate is open; `register`: its offset in the clock controller."""
        return bool(controller.read(register, 4) >> self.gate.bit & 1)

    def answers(self, controller: Device, register: int) -> Device:
        """Who answers as the clock controller's registers are; `register`: the gate's offset."""
        bit = self.gate.bit
        held = controller.holds_in_reset(register, bit)
        if held:
            # A reset needs no clock.
            self.device.restart()
        if not self.has_clock(controller, register):
            return self.off
        return self.held if held else self.device


def gated(
    device: Device, entry: Entry, gate: ClockGate, host: Host, where: Callable[[], str]
) -> Gated:
    """A device behind the gate that its entry in the chip file names; `where` is for warnings."""
    off, held = Unclocked(device, host, gate, where), Held(device, host, gate, where)
    return Gated(device, off, held, entry.base, entry.size_bytes, gate)
