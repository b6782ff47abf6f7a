"""Peripherals of the nRF5340's application core that the nRF52 has not, or has otherwise."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.nordic.nrf53.cache import Nrf53Cache
from mcusim.devices.nordic.nrf53.dppic import Nrf53Dppic
from mcusim.devices.nordic.nrf53.identity import Nrf53Ficr, Nrf53Uicr
from mcusim.devices.nordic.nrf53.nvmc import Nrf53Nvmc
from mcusim.devices.nordic.nrf53.power import Nrf53Power
from mcusim.devices.nordic.nrf53.regulators import Nrf53Regulators
from mcusim.devices.nordic.nrf53.remembered import Nrf53Ipc, Nrf53Registers
from mcusim.devices.nordic.nrf53.serial import Nrf53Serial
from mcusim.devices.nordic.nrf53.spu import Nrf53Spu
from mcusim.devices.nordic.nrf53.timers import Nrf53Rtc, Nrf53Timer
from mcusim.devices.nordic.nrf53.vmc import Nrf53Vmc

DEVICES: dict[str, type[Device]] = {
    "nrf53-cache": Nrf53Cache,
    "nrf53-clock-power": Nrf53Power,
    "nrf53-dppic": Nrf53Dppic,
    "nrf53-ficr": Nrf53Ficr,
    "nrf53-ipc": Nrf53Ipc,
    "nrf53-nvmc": Nrf53Nvmc,
    "nrf53-registers": Nrf53Registers,
    "nrf53-regulators": Nrf53Regulators,
    "nrf53-rtc": Nrf53Rtc,
    "nrf53-serial": Nrf53Serial,
    "nrf53-spu": Nrf53Spu,
    "nrf53-timer": Nrf53Timer,
    "nrf53-uicr": Nrf53Uicr,
    "nrf53-vmc": Nrf53Vmc,
}

__all__ = ["DEVICES"]
