"""A peripheral that the chip's clock controller holds in reset."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.boards.schema import ClockGate
from mcusim.devices.device import Device, Host


class Held(Device):
    """Reads as after reset and ignores writes; tells of the first one."""

    def __init__(self, device: Device, host: Host, gate: ClockGate, where: Callable[[], str]):
        super().__init__(device.name, host)
        self._device = device
        self._register = gate.register.replace("ENR", "RSTR")
        self._where = where
        self._told = False

    def read(self, offset: int, size: int) -> int:
        return self._device.read(offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        if self._told:
            return
        self._told = True
        self.host.warn(
            f"{self.name} is written{self._where()} while {self._register} holds it in reset: "
            f"it ignores writes"
        )
