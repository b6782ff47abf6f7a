"""Peripherals of the STM32U5 that differ from the STM32L4+, by their names in chip files."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.st.u5.adc import Stm32u5Adc
from mcusim.devices.st.u5.dcache import Stm32u5Dcache
from mcusim.devices.st.u5.flash import Stm32u5Flash
from mcusim.devices.st.u5.gtzc import Stm32u5Mpcbb, Stm32u5Tzic, Stm32u5Tzsc
from mcusim.devices.st.u5.icache import Stm32u5Icache
from mcusim.devices.st.u5.identity import Stm32u575Dbgmcu, Stm32u575Identity
from mcusim.devices.st.u5.ports import Stm32u5Exti, Stm32u5Gpio, Stm32u5Syscfg
from mcusim.devices.st.u5.pwr import Stm32u5Pwr
from mcusim.devices.st.u5.rcc import Stm32u5Rcc
from mcusim.devices.st.u5.rtc import Stm32u5Rtc
from mcusim.devices.st.u5.tamp import Stm32u5Tamp

DEVICES: dict[str, type[Device]] = {
    "stm32u5-adc": Stm32u5Adc,
    "stm32u5-dcache": Stm32u5Dcache,
    "stm32u5-exti": Stm32u5Exti,
    "stm32u5-flash": Stm32u5Flash,
    "stm32u5-gpio": Stm32u5Gpio,
    "stm32u5-icache": Stm32u5Icache,
    "stm32u5-mpcbb": Stm32u5Mpcbb,
    "stm32u5-pwr": Stm32u5Pwr,
    "stm32u5-rcc": Stm32u5Rcc,
    "stm32u5-rtc": Stm32u5Rtc,
    "stm32u5-syscfg": Stm32u5Syscfg,
    "stm32u5-tamp": Stm32u5Tamp,
    "stm32u5-tzic": Stm32u5Tzic,
    "stm32u5-tzsc": Stm32u5Tzsc,
    "stm32u575-dbgmcu": Stm32u575Dbgmcu,
    "stm32u575-identity": Stm32u575Identity,
}

__all__ = ["DEVICES"]
