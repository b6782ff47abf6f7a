"""Places of peripherals in the registers of TZSC and TZIC (CMSIS header stm32u575xx.h, GTZC_CFGRx).

Peripherals go by their names in the chip file, others by that in the header.
"""

from __future__ import annotations

Bits = dict[int, str]
Places = dict[str, tuple[int, int]]
"""Number of the register, from 0, and bit."""


def bits(names: str, first: int = 0) -> Bits:
    """Names that follow each other from a bit on; "-" is none."""
    return {first + n: name for n, name in enumerate(names.split()) if name != "-"}


SECURABLE: dict[str, tuple[Bits, ...]] = {
    "tzsc1": (
        bits(
            "tim2 tim3 tim4 tim5 tim6 tim7 wwdg iwdg spi2 usart2 usart3 uart4 uart5 i2c1 i2c2 crs "
            "i2c4 lptim2 fdcan1 ucpd1"
        ),
        bits("tim1 spi1 tim8 usart1 tim15 tim16 tim17 sai1 sai2"),
        bits(
            "mdf1 cordic fmac crc tsc dma2d icache dcache1 adc1 dcmi otg_fs - hash rng - - "
            "octospim sdmmc1 sdmmc2 fsmc octospi1 octospi2 ramcfg"
        ),
    ),
    "tzsc2": (bits("spi3 lpuart1 i2c3 lptim1 lptim3 lptim4 opamp comp adc4 vrefbuf - dac1 adf1"),),
}
"""By controller, the peripherals of each SECCFGR."""


def places(*registers: Bits) -> Places:
    """Where each name of some registers is."""
    return {
        name: (index, bit) for index, bits in enumerate(registers) for bit, name in bits.items()
    }


SOURCES: dict[str, Places] = {
    "tzic1": places(
        *SECURABLE["tzsc1"],
        bits("gpdma1 flash flash-memory") | bits("tzsc1 tzic1", 14)
        | bits("sram1 mpcbb1 sram2 mpcbb2 sram3 mpcbb3", 24),
    ),
    "tzic2": places(
        *SECURABLE["tzsc2"],
        bits("syscfg rtc tamp pwr rcc lpdma1 exti") | bits("tzsc2 tzic2", 14)
        | bits("sram4 mpcbb4", 24),
    ),
}  # fmt: skip
"""By interrupt controller, where each peripheral and memory has its flag."""
MEMORIES = {"flash": "flash-memory"}
"""What stands above for a memory with the name of a peripheral."""
