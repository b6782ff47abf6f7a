"""Peripherals of the STM32F7 that differ from the STM32L4+, by their names in chip files."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.st.f4.adc import Stm32f7Adc
from mcusim.devices.st.f7.dma import Stm32f7Dma
from mcusim.devices.st.f7.exti import Stm32f7Exti
from mcusim.devices.st.f7.flash import Stm32f7Flash
from mcusim.devices.st.f7.gpio import Stm32f7Gpio
from mcusim.devices.st.f7.identity import Stm32f746Dbgmcu, Stm32f746Identity
from mcusim.devices.st.f7.pwr import Stm32f7Pwr
from mcusim.devices.st.f7.rcc import Stm32f7Rcc
from mcusim.devices.st.f7.syscfg import Stm32f7Syscfg
from mcusim.devices.st.f7.usart import Stm32f7Usart

DEVICES: dict[str, type[Device]] = {
    "stm32f7-adc": Stm32f7Adc,
    "stm32f7-dma": Stm32f7Dma,
    "stm32f7-exti": Stm32f7Exti,
    "stm32f7-flash": Stm32f7Flash,
    "stm32f7-gpio": Stm32f7Gpio,
    "stm32f7-pwr": Stm32f7Pwr,
    "stm32f7-rcc": Stm32f7Rcc,
    "stm32f7-syscfg": Stm32f7Syscfg,
    "stm32f7-usart": Stm32f7Usart,
    "stm32f746-dbgmcu": Stm32f746Dbgmcu,
    "stm32f746-identity": Stm32f746Identity,
}

__all__ = ["DEVICES"]
