"""Peripherals of the STM32U3 that differ from the STM32U5, by their names in chip files."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.st.u3.flash import Stm32u3Flash
from mcusim.devices.st.u3.gtzc import Stm32u3Mpcbb, Stm32u3Tzic, Stm32u3Tzsc
from mcusim.devices.st.u3.identity import Stm32u385Dbgmcu, Stm32u385Identity
from mcusim.devices.st.u3.pwr import Stm32u3Pwr
from mcusim.devices.st.u3.rcc import Stm32u3Rcc

DEVICES: dict[str, type[Device]] = {
    "stm32u3-flash": Stm32u3Flash,
    "stm32u3-mpcbb": Stm32u3Mpcbb,
    "stm32u3-pwr": Stm32u3Pwr,
    "stm32u3-rcc": Stm32u3Rcc,
    "stm32u3-tzic": Stm32u3Tzic,
    "stm32u3-tzsc": Stm32u3Tzsc,
    "stm32u385-dbgmcu": Stm32u385Dbgmcu,
    "stm32u385-identity": Stm32u385Identity,
}

__all__ = ["DEVICES"]
