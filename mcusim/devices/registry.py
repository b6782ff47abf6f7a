"""Device types by the names that chip files use."""

from __future__ import annotations

from collections.abc import Mapping

from mcusim.boards.riscv_schema import RISCV_CORES
from mcusim.boards.schema import Npu
from mcusim.devices.arm.dwt import Dwt
from mcusim.devices.arm.ethos_u55 import EthosU55
from mcusim.devices.arm.itm import Itm
from mcusim.devices.arm.memory_control import CortexM55MemoryControl
from mcusim.devices.arm.sse300 import DEVICES as SSE300
from mcusim.devices.device import Device, FlashedDevice, Host
from mcusim.devices.espressif import DEVICES as ESPRESSIF
from mcusim.devices.microchip import DEVICES as SAM
from mcusim.devices.nordic.egu import NrfEgu
from mcusim.devices.nordic.ficr import NrfFicr
from mcusim.devices.nordic.gpio import NrfGpio
from mcusim.devices.nordic.gpiote import NrfGpiote
from mcusim.devices.nordic.nrf53 import DEVICES as NRF53
from mcusim.devices.nordic.nvmc import NrfNvmc
from mcusim.devices.nordic.power import NrfPower
from mcusim.devices.nordic.ppi import NrfPpi
from mcusim.devices.nordic.radio import NrfRadio
from mcusim.devices.nordic.rng import NrfRng
from mcusim.devices.nordic.rom_table import NrfRomTable
from mcusim.devices.nordic.rtc import NrfRtc
from mcusim.devices.nordic.saadc import NrfSaadc
from mcusim.devices.nordic.spim_twim import NrfSpimTwim
from mcusim.devices.nordic.temp import NrfTemp
from mcusim.devices.nordic.timer import NrfTimer
from mcusim.devices.nordic.uart import NrfUart
from mcusim.devices.nordic.uicr import NrfUicr
from mcusim.devices.nordic.wdt import NrfWdt
from mcusim.devices.own import installed_devices
from mcusim.devices.raspberrypi import DEVICES as RASPBERRY_PI
from mcusim.devices.raspberrypi.rp2350 import DEVICES as RP2350
from mcusim.devices.riscv import DEVICES as RISCV
from mcusim.devices.sifive import DEVICES as SIFIVE
from mcusim.devices.st import DEVICES as STM32
from mcusim.errors import BoardError

_TYPES: dict[str, type[Device]] = {
    "cortex-m55-memory-control": CortexM55MemoryControl,
    "nrf-clock-power": NrfPower,
    "nrf-egu": NrfEgu,
    "nrf-ficr": NrfFicr,
    "nrf-gpio": NrfGpio,
    "nrf-gpiote": NrfGpiote,
    "nrf-nvmc": NrfNvmc,
    "nrf-ppi": NrfPpi,
    "nrf-radio": NrfRadio,
    "nrf-rng": NrfRng,
    "nrf-rom-table": NrfRomTable,
    "nrf-rtc": NrfRtc,
    "nrf-saadc": NrfSaadc,
    "nrf-spim-twim": NrfSpimTwim,
    "nrf-temp": NrfTemp,
    "nrf-timer": NrfTimer,
    "nrf-uart": NrfUart,
    "nrf-uicr": NrfUicr,
    "nrf-wdt": NrfWdt,
    **ESPRESSIF,
    **NRF53,
    **RASPBERRY_PI,
    **RP2350,
    **RISCV,
    **SAM,
    **SIFIVE,
    **SSE300,
    **STM32,
}

_CORE_DEVICES: tuple[tuple[str, type[Device], int, int], ...] = (
    ("itm", Itm, 0xE0000000, 0x1000),
    ("dwt", Dwt, 0xE0001000, 0x1000),
)
"""Name, class, base address and size in bytes of what a core has (DDI0403E B3.1)."""

_WITHOUT_TRACE = {"cortex-m0plus"}
"""Cores without ITM, and with a DWT that counts no cycles (DDI0419, debug; DDI0484C, 7)."""


def core_devices(core: str) -> tuple[tuple[str, type[Device], int, int], ...]:
    """Name, class, base address and size in bytes of the devices that come with a core."""
    return () if core in (*_WITHOUT_TRACE, *RISCV_CORES) else _CORE_DEVICES


def device_types() -> list[str]:
    """The names that a chip file may use as `type`."""
    return sorted(_TYPES)


def takes_image(type_name: str) -> bool:
    """Whether a programmer writes parts of a firmware into devices of a type."""
    return issubclass(_TYPES.get(type_name, Device), FlashedDevice)


def create(
    type_name: str, name: str, host: Host, own: Mapping[str, type[Device]] | None = None
) -> Device:
    """Makes a device of the type that a chip or board file names; `own` are those of the user.

    Raises:
        BoardError: for a type that doesn't exist.
    """
    found = (own or {}).get(type_name) or _TYPES.get(type_name)
    if found is None:
        found = installed_devices().get(type_name)
    if found is None:
        known = ", ".join([*(own or {}), *device_types()])
        raise BoardError(f"device {name!r}: unknown type {type_name!r}; there are {known}")
    return found(name, host)


def create_npu(npu: Npu, host: Host) -> Device:
    """Makes the registers of an NPU."""
    return EthosU55(npu, host)
