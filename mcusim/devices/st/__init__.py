"""Peripherals of STM32 chips, by their names in chip files; those of the STM32L4+ are here."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.st.adc import Stm32Adc
from mcusim.devices.st.crc import Stm32Crc
from mcusim.devices.st.dbgmcu import Stm32Dbgmcu
from mcusim.devices.st.dma import Stm32Dma
from mcusim.devices.st.dma_stream import Stm32DmaStream
from mcusim.devices.st.dmamux import Stm32Dmamux
from mcusim.devices.st.exti import Stm32Exti
from mcusim.devices.st.f4 import DEVICES as STM32F4
from mcusim.devices.st.f7 import DEVICES as STM32F7
from mcusim.devices.st.flash import Stm32Flash
from mcusim.devices.st.g0 import DEVICES as STM32G0
from mcusim.devices.st.gpio import Stm32Gpio
from mcusim.devices.st.h7 import DEVICES as STM32H7
from mcusim.devices.st.i2c import Stm32I2c
from mcusim.devices.st.identity import Stm32Identity
from mcusim.devices.st.iwdg import Stm32Iwdg
from mcusim.devices.st.lptim import Stm32Lptim
from mcusim.devices.st.lpuart import Stm32Lpuart
from mcusim.devices.st.otg import Stm32Otg
from mcusim.devices.st.pwr import Stm32Pwr
from mcusim.devices.st.rcc import Stm32Rcc
from mcusim.devices.st.rng import Stm32Rng
from mcusim.devices.st.rtc import Stm32Rtc
from mcusim.devices.st.rtc_direct import Stm32RtcDirect
from mcusim.devices.st.rtc_v3 import Stm32RtcV3
from mcusim.devices.st.spi import Stm32Spi
from mcusim.devices.st.spi_v2 import Stm32SpiV2
from mcusim.devices.st.storage import Stm32BackupSram, Stm32Fmc, Stm32Tamp
from mcusim.devices.st.syscfg import Stm32Syscfg
from mcusim.devices.st.timer import Stm32Timer
from mcusim.devices.st.timer32 import Stm32Timer32
from mcusim.devices.st.u3 import DEVICES as STM32U3
from mcusim.devices.st.u5 import DEVICES as STM32U5
from mcusim.devices.st.usart import Stm32Usart
from mcusim.devices.st.wwdg import Stm32Wwdg

DEVICES: dict[str, type[Device]] = {
    "stm32-adc": Stm32Adc,
    "stm32-backup-sram": Stm32BackupSram,
    "stm32-crc": Stm32Crc,
    "stm32-dbgmcu": Stm32Dbgmcu,
    "stm32-dma": Stm32Dma,
    "stm32-dma-stream": Stm32DmaStream,
    "stm32-dmamux": Stm32Dmamux,
    "stm32-exti": Stm32Exti,
    "stm32-flash": Stm32Flash,
    "stm32-fmc": Stm32Fmc,
    "stm32-gpio": Stm32Gpio,
    "stm32-i2c": Stm32I2c,
    "stm32-identity": Stm32Identity,
    "stm32-iwdg": Stm32Iwdg,
    "stm32-lptim": Stm32Lptim,
    "stm32-lpuart": Stm32Lpuart,
    "stm32-otg": Stm32Otg,
    "stm32-pwr": Stm32Pwr,
    "stm32-rcc": Stm32Rcc,
    "stm32-rng": Stm32Rng,
    "stm32-rtc": Stm32Rtc,
    "stm32-rtc-direct": Stm32RtcDirect,
    "stm32-rtc-v3": Stm32RtcV3,
    "stm32-spi": Stm32Spi,
    "stm32-spi-v2": Stm32SpiV2,
    "stm32-syscfg": Stm32Syscfg,
    "stm32-tamp": Stm32Tamp,
    "stm32-timer": Stm32Timer,
    "stm32-timer32": Stm32Timer32,
    "stm32-usart": Stm32Usart,
    "stm32-wwdg": Stm32Wwdg,
    **STM32F4,
    **STM32F7,
    **STM32G0,
    **STM32H7,
    **STM32U3,
    **STM32U5,
}

__all__ = ["DEVICES"]
