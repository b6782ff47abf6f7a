"""A peripheral whose clock is off, as firmware finds it that forgot to switch it on."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.boards.schema import ClockGate
from mcusim.devices.device import Device, Host


class Unclocked(Device):
    """Reads as 0 and ignores writes; tells of the first access."""

    def __init__(self, device: Device, host: Host, gate: ClockGate, where: Callable[[], str]):
        super().__init__(device.name, host)
        self._gate = gate
        self._where = where
        self._told = False

    def read(self, offset: int, size: int) -> int:
        self._tell()
        return 0

    def write(self, offset: int, size: int, value: int) -> None:
        self._tell()

    def _tell(self) -> None:
        if self._told:
            return
        self._told = True
        gate = self._gate
        self.host.warn(
            f"{self.name} accessed{self._where()} while its clock is off "
            f"({gate.register}.{gate.bit_name} = 0): it reads as 0 and ignores writes"
        )
