"""Peripherals of the STM32H7 that differ from the STM32L4+, by their names in chip files."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.st.h7.adc import Stm32h7a3Adc12, Stm32h743Adc3, Stm32h743Adc12
from mcusim.devices.st.h7.bdma import Stm32h7Bdma
from mcusim.devices.st.h7.dmamux import Stm32h7Dmamux1, Stm32h7Dmamux2
from mcusim.devices.st.h7.exti import Stm32h7Exti
from mcusim.devices.st.h7.flash import Stm32h7a3Flash, Stm32h7Flash
from mcusim.devices.st.h7.gpio import Stm32h7Gpio
from mcusim.devices.st.h7.hsem import Stm32h7Hsem
from mcusim.devices.st.h7.identity import (
    Stm32h7a3Dbgmcu,
    Stm32h7a3Identity,
    Stm32h743Dbgmcu,
    Stm32h743Identity,
)
from mcusim.devices.st.h7.pwr import Stm32h7a3Pwr, Stm32h743Pwr
from mcusim.devices.st.h7.rcc import Stm32h7a3Rcc, Stm32h743Rcc
from mcusim.devices.st.h7.syscfg import Stm32h7Syscfg
from mcusim.devices.st.h7.usart import Stm32h7Lpuart, Stm32h7Usart

DEVICES: dict[str, type[Device]] = {
    "stm32h743-adc12": Stm32h743Adc12,
    "stm32h743-adc3": Stm32h743Adc3,
    "stm32h7a3-adc12": Stm32h7a3Adc12,
    "stm32h7-bdma": Stm32h7Bdma,
    "stm32h7-dmamux1": Stm32h7Dmamux1,
    "stm32h7-dmamux2": Stm32h7Dmamux2,
    "stm32h7-exti": Stm32h7Exti,
    "stm32h7-gpio": Stm32h7Gpio,
    "stm32h7-hsem": Stm32h7Hsem,
    "stm32h7-lpuart": Stm32h7Lpuart,
    "stm32h7-syscfg": Stm32h7Syscfg,
    "stm32h7-usart": Stm32h7Usart,
    "stm32h743-dbgmcu": Stm32h743Dbgmcu,
    "stm32h743-flash": Stm32h7Flash,
    "stm32h743-identity": Stm32h743Identity,
    "stm32h743-pwr": Stm32h743Pwr,
    "stm32h743-rcc": Stm32h743Rcc,
    "stm32h7a3-dbgmcu": Stm32h7a3Dbgmcu,
    "stm32h7a3-flash": Stm32h7a3Flash,
    "stm32h7a3-identity": Stm32h7a3Identity,
    "stm32h7a3-pwr": Stm32h7a3Pwr,
    "stm32h7a3-rcc": Stm32h7a3Rcc,
}

__all__ = ["DEVICES"]
