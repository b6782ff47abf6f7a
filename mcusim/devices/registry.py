"""Device types by the names that chip files use."""

from __future__ import annotations

from mcusim.devices.arm.dwt import Dwt
from mcusim.devices.arm.itm import Itm
from mcusim.devices.device import Device, Host
from mcusim.devices.nordic.gpio import NrfGpio
from mcusim.devices.nordic.nvmc import NrfNvmc
from mcusim.devices.nordic.uart import NrfUart
from mcusim.devices.st.flash import Stm32Flash
from mcusim.devices.st.gpio import Stm32Gpio
from mcusim.devices.st.usart import Stm32Usart
from mcusim.errors import BoardError

_TYPES: dict[str, type[Device]] = {
    "nrf-gpio": NrfGpio,
    "nrf-nvmc": NrfNvmc,
    "nrf-uart": NrfUart,
    "stm32-flash": Stm32Flash,
    "stm32-gpio": Stm32Gpio,
    "stm32-usart": Stm32Usart,
}

CORE_DEVICES: tuple[tuple[str, type[Device], int, int], ...] = (
    ("itm", Itm, 0xE0000000, 0x1000),
    ("dwt", Dwt, 0xE0001000, 0x1000),
)
"""Name, class, base address and size in bytes of what every Armv7-M core has (DDI0403E B3.1)."""


def device_types() -> list[str]:
    """The names that a chip file may use as `type`."""
    return sorted(_TYPES)


def create(type_name: str, name: str, host: Host) -> Device:
    """Makes a device of the type that a chip file names.

    Raises:
        BoardError: for a type that doesn't exist.
    """
    if type_name not in _TYPES:
        known = ", ".join(device_types())
        raise BoardError(f"device {name!r}: unknown type {type_name!r}; there are {known}")
    return _TYPES[type_name](name, host)
