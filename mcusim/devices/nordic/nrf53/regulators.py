"""nRF5340 REGULATORS and OSCILLATORS at one address: DC/DC, System OFF, crystals."""

from __future__ import annotations

from typing import Self

from mcusim.devices.device import Device, Host
from mcusim.devices.nordic.fabric import NrfFabric
from mcusim.devices.nordic.nrf53.vmc import Nrf53Vmc
from mcusim.devices.nordic.system import NrfSystem
from mcusim.devices.reset import Reset

# nRF5340 PS, REGULATORS, Registers.
SYSTEMOFF, VREGMAIN_DCDCEN = 0x500, 0x704
VREGH_EXTSILENTEN = 0xB40


class Nrf53Regulators(Device):
    """VREGMAIN supplies the core; VREGRADIO is the network core's, VREGH is bypassed at VDD."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._fabric = host.shared(NrfFabric)
        self.stored[VREGH_EXTSILENTEN] = 1
        self._chosen = False
        """Whether the firmware has written DCDCEN; before, the board's regulator counts."""

    def inherit(self, before: Self, reset: Reset) -> None:
        if before._chosen:
            self._chosen = True
            self.host.set_regulator("ldo", at_reset="ldo")

    def write(self, offset: int, size: int, value: int) -> None:
        super().write(offset, size, value)
        if offset == VREGMAIN_DCDCEN:
            self._chosen = True
            self.host.set_regulator("dcdc" if value & 1 else "ldo", at_reset="ldo")
        elif offset == SYSTEMOFF and value & 1:
            retained = any(vmc.retains for vmc in self._fabric.find(Nrf53Vmc))
            for system in self._fabric.find(NrfSystem):
                system.system_off(retained=retained)
