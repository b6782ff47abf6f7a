"""Peripherals of the STM32G0 that differ from the STM32L4+, by their names in chip files."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.st.g0.adc import Stm32g0Adc
from mcusim.devices.st.g0.dma import Stm32g0Dma2, Stm32g0Dmamux
from mcusim.devices.st.g0.exti import Stm32g0Exti
from mcusim.devices.st.g0.flash import Stm32g0Flash
from mcusim.devices.st.g0.gpio import Stm32g0Gpio
from mcusim.devices.st.g0.identity import Stm32g0b1Dbgmcu, Stm32g0b1Identity
from mcusim.devices.st.g0.pwr import Stm32g0Pwr
from mcusim.devices.st.g0.rcc import Stm32g0Rcc
from mcusim.devices.st.g0.syscfg import Stm32g0Syscfg

DEVICES: dict[str, type[Device]] = {
    "stm32g0-adc": Stm32g0Adc,
    "stm32g0-dma2": Stm32g0Dma2,
    "stm32g0-dmamux": Stm32g0Dmamux,
    "stm32g0-exti": Stm32g0Exti,
    "stm32g0-flash": Stm32g0Flash,
    "stm32g0-gpio": Stm32g0Gpio,
    "stm32g0-pwr": Stm32g0Pwr,
    "stm32g0-rcc": Stm32g0Rcc,
    "stm32g0-syscfg": Stm32g0Syscfg,
    "stm32g0b1-dbgmcu": Stm32g0b1Dbgmcu,
    "stm32g0b1-identity": Stm32g0b1Identity,
}

__all__ = ["DEVICES"]
