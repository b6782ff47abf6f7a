"""Ends the run when a firmware calls a function of the mask ROM that mcusim's ROM lacks."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from mcusim.devices.device import Device

RADIO = 0x400008DC
"""From here on, all entries belong to Bluetooth, Wi-Fi and their PHY (esp-idf, esp32c3.rom.ld)."""
ENTRIES = Path(__file__).parents[2] / "roms" / "esp32c3" / "entries.toml"


class EspRomServices(Device):
    """No register of the chip: the ROM's empty entries write their address here."""

    def write(self, offset: int, size: int, value: int) -> None:
        name = _names().get(value, "an entry without a name")
        if value >= RADIO:
            self.host.end(
                f"the firmware starts the radio: it calls {name} (0x{value:08x}) of the mask ROM, "
                f"of the closed libraries for Wi-Fi and Bluetooth, which are not simulated; build "
                f"it without them",
                failure="radio",
            )
            return
        self.host.end(
            f"the firmware calls {name} (0x{value:08x}) of the mask ROM, which mcusim's own ROM "
            f"lacks: link a function of the firmware's instead",
            failure="missing ROM function",
        )


@cache
def _names() -> dict[int, str]:
    """The functions of the mask ROM by the addresses of their entries."""
    return {address: name for name, address in tomllib.loads(ENTRIES.read_text()).items()}
