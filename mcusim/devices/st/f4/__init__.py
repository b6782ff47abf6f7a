"""Peripherals of the STM32F4 that differ from the STM32F7, by their names in chip files."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.st.f4.adc import Stm32f4Adc
from mcusim.devices.st.f4.flash import Stm32f4Flash
from mcusim.devices.st.f4.i2c import Stm32f4I2c
from mcusim.devices.st.f4.identity import Stm32f407Dbgmcu, Stm32f407Identity
from mcusim.devices.st.f4.pwr import Stm32f4Pwr
from mcusim.devices.st.f4.usart import Stm32f4Usart
from mcusim.devices.st.spi import Stm32f4Spi

DEVICES: dict[str, type[Device]] = {
    "stm32f4-adc": Stm32f4Adc,
    "stm32f4-flash": Stm32f4Flash,
    "stm32f4-i2c": Stm32f4I2c,
    "stm32f4-pwr": Stm32f4Pwr,
    "stm32f4-spi": Stm32f4Spi,
    "stm32f4-usart": Stm32f4Usart,
    "stm32f407-dbgmcu": Stm32f407Dbgmcu,
    "stm32f407-identity": Stm32f407Identity,
}

__all__ = ["DEVICES"]
