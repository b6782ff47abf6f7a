"""STM32U3 global TrustZone controller (RM0487, GTZC): as the STM32U5's, with one of each kind.

Places: CMSIS header stm32u385xx.h, GTZC_CFGRx.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.u5.gtzc import Stm32u5Mpcbb, Stm32u5Tzic, Stm32u5Tzsc
from mcusim.devices.st.u5.securable import Bits, Places, bits, places

SECURABLE: tuple[Bits, ...] = (
    bits(
        "tim2 tim3 tim4 - tim6 tim7 wwdg iwdg spi2 - usart3 uart4 uart5 i2c1 i2c2 crs - lptim2 "
        "fdcan1 - - spi3 i3c1 opamp vrefbuf"
    ),
    bits(
        "tim1 spi1 - usart1 tim15 tim16 tim17 sai1 - usb i3c2 lpuart1 i2c3 lptim1 lptim3 lptim4 "
        "comp"
    ),
    bits(
        "- - - crc tsc - icache - adc12 - - aes hash rng pka saes ccb sdmmc1 - - octospi1 - "
        "ramcfg dac1 adf1"
    ),
)
OTHERS: Bits = {
    **bits("gpdma1 flash-memory flash pwr rcc syscfg exti rtc tamp"),
    **bits("tzsc1 tzic1", 14),
    **bits("sram1 mpcbb1 sram2 mpcbb2", 24),
}


class Stm32u3Tzsc(Stm32u5Tzsc):
    """The peripherals of the STM32U385."""

    securable: ClassVar[Mapping[str, tuple[Bits, ...]]] = {"tzsc1": SECURABLE}


class Stm32u3Tzic(Stm32u5Tzic):
    """Flags for these, and for what attributes itself."""

    sources: ClassVar[Mapping[str, Places]] = {"tzic1": places(*SECURABLE, OTHERS)}


class Stm32u3Mpcbb(Stm32u5Mpcbb):
    """SRAM1 and SRAM2."""

    memories: ClassVar[Mapping[str, str]] = {"mpcbb1": "sram1", "mpcbb2": "sram2"}
