"""STM32U5 RCC: offsets, fields and the arithmetic of the clock tree (RM0456, RCC).

Offsets and bits are those of ST's header stm32u575xx.h.
"""

from __future__ import annotations

from mcusim.devices.reset import Cause
from mcusim.devices.st.rcc_base import ResetRegisters

CR, ICSCR1, CFGR1, CFGR2, CFGR3 = 0x00, 0x08, 0x1C, 0x20, 0x24
PLL1CFGR, PLL1DIVR, PLL1FRACR = 0x28, 0x34, 0x38
CIFR, CICR = 0x54, 0x58
AHB1ENR, AHB2ENR1, APB1ENR1 = 0x88, 0x8C, 0x9C
CCIPR1, CCIPR3, BDCR, CSR = 0xE0, 0xE8, 0xF0, 0xF4

MSISON, MSIKON, HSION, HSEON, PLL1ON = 1 << 0, 1 << 4, 1 << 8, 1 << 16, 1 << 24
PLLS_ON = 0x15 << 24
MSIRGSEL = 1 << 23
STOPWUCK = 1 << 4
PLL1FRACEN, PLL1REN = 1 << 4, 1 << 18
LSION = 1 << 26
RMVF = 1 << 23
FLAGS, PINRSTF = 0xFE000000, 1 << 26
RESET_FLAGS: dict[Cause, int] = {
    "option bytes": 1 << 25,
    "software": 1 << 28,
    "watchdog": 1 << 29,
    "window watchdog": 1 << 30,
}
"""OBLRSTF, SFTRSTF, IWDGRSTF and WWDGRSTF of CSR; each comes with PINRSTF, as the reset drives
NRST."""
PERIPHERAL_RESETS = ResetRegisters(
    0x28,
    {
        0x60: 0x0007100F,  # AHB1RSTR
        0x64: 0x182655FF,  # AHB2RSTR1
        0x68: 0x00000111,  # AHB2RSTR2
        0x6C: 0x00000661,  # AHB3RSTR
        0x74: 0x017E403F,  # APB1RSTR1
        0x78: 0x00800222,  # APB1RSTR2
        0x7C: 0x00677800,  # APB2RSTR
        0x80: 0x0010F8E2,  # APB3RSTR
    },
)
"""stm32u575xx.h: RCC_xRSTR_y_Pos."""
SW_MSIS, SW_HSI16, SW_HSE, SW_PLL1 = range(4)

READY: dict[int, tuple[tuple[int, int, float], ...]] = {
    # Enable bit, ready bit, start-up time in seconds; typical values of DS13737 (characteristics of
    # external and internal clock sources, PLL), quoted from memory.
    CR: (
        (0, 2, 2e-6),  # MSIS
        (4, 5, 2e-6),  # MSIK
        (8, 10, 2e-6),  # HSI16
        (12, 13, 2.5e-6),  # HSI48
        (14, 15, 2.5e-6),  # SHSI
        (16, 17, 2e-3),  # HSE
        (24, 25, 50e-6),  # PLL1
        (26, 27, 50e-6),  # PLL2
        (28, 29, 50e-6),  # PLL3
    ),
    BDCR: (
        (0, 1, 2.0),  # LSE
        (7, 11, 1e-3),  # LSE for the other peripherals
        (26, 27, 230e-6),  # LSI
    ),
}

MSI_HZ = (
    *(48e6, 24e6, 16e6, 12e6, 4e6, 2e6, 1.33e6, 1e6),
    *(3.072e6, 1.536e6, 1.024e6, 768e3, 400e3, 200e3, 133e3, 100e3),
)
"""By MSISRANGE and MSIKRANGE (stm32u5xx_hal_rcc.h, RCC_MSIRANGE_x)."""

KERNEL_FIELDS = {
    "usart1": (CCIPR1, 0, 3),
    "usart2": (CCIPR1, 2, 3),
    "usart3": (CCIPR1, 4, 3),
    "uart4": (CCIPR1, 6, 3),
    "uart5": (CCIPR1, 8, 3),
    "lpuart1": (CCIPR3, 0, 7),
    "i2c1": (CCIPR1, 10, 3),
    "i2c2": (CCIPR1, 12, 3),
    "i2c4": (CCIPR1, 14, 3),
    "spi2": (CCIPR1, 16, 3),
    "spi1": (CCIPR1, 20, 3),
    "spi3": (CCIPR3, 3, 3),
    "i2c3": (CCIPR3, 6, 3),
    "adc1": (CCIPR3, 12, 7),
}
"""Register, position and mask of a clock selection (stm32u575xx.h)."""
OWN_KERNEL_CLOCKS = {
    **dict.fromkeys(
        ("i2c1", "i2c2", "i2c3", "i2c4", "spi1", "spi2", "spi3"),
        ("pclk", "sysclk", "hsi", "msik"),
    ),
    "adc1": ("hclk", "sysclk", "off", "hse", "hsi", "msik"),
}
"""stm32u5xx_hal_rcc_ex.h: RCC_I2C1CLKSOURCE_x, RCC_SPI1CLKSOURCE_x, RCC_ADCDACCLKSOURCE_x."""


def msis_hz(icscr1: int, csr: int) -> float:
    """MSISRANGE, or MSISSRANGE as long as MSIRGSEL is 0."""
    return MSI_HZ[icscr1 >> 28 if icscr1 & MSIRGSEL else csr >> 12 & 0xF]


def msik_hz(icscr1: int, csr: int) -> float:
    """MSIKRANGE, or MSIKSRANGE as long as MSIRGSEL is 0."""
    return MSI_HZ[icscr1 >> 24 & 0xF if icscr1 & MSIRGSEL else csr >> 8 & 0xF]


def pll1_hz(config: int, dividers: int, fraction: int, sources: tuple[float, ...]) -> float:
    """Output R: source / M * (N + 1 + FRACN / 8192) / (R + 1); 0 without input or while it is off.

    `sources` are MSIS, HSI16 and HSE, which PLL1SRC numbers from 1.
    """
    choice = config & 3
    if not choice or not config & PLL1REN:
        return 0.0
    m, r = (config >> 8 & 0xF) + 1, (dividers >> 24 & 0x7F) + 1
    part = (fraction >> 3 & 0x1FFF) / 8192 if config & PLL1FRACEN else 0.0
    return sources[choice - 1] / m * ((dividers & 0x1FF) + 1 + part) / r
