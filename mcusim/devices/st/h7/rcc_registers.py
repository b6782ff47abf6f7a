"""STM32H7 RCC: offsets, fields and the arithmetic of the clock tree (RM0433 and RM0455, RCC).

Offsets and bits are those of ST's headers stm32h743xx.h and stm32h7a3xxq.h. In the STM32H7A3 the
domain registers have other names (CDCFGR1, CDCFGR2, SRDCFGR), at the same places.
"""

from __future__ import annotations

from mcusim.devices.reset import Cause
from mcusim.devices.st.rcc_base import ResetRegisters

CR, HSICFGR, CSICFGR, CFGR = 0x00, 0x04, 0x0C, 0x10
D1CFGR, D2CFGR, D3CFGR = 0x18, 0x1C, 0x20
PLLCKSELR, PLLCFGR = 0x28, 0x2C
PLLDIVR = (0x30, 0x38, 0x40)
PLLFRACR = (0x34, 0x3C, 0x44)
D1CCIPR, D2CCIP1R, D2CCIP2R, D3CCIPR = 0x4C, 0x50, 0x54, 0x58
CIFR, CICR, BDCR, CSR, RSR = 0x64, 0x68, 0x70, 0x74, 0xD0
APB4LPENR, SECOND = 0x11C, 0x60
AHB3ENR, AHB1ENR, AHB2ENR, AHB4ENR = 0xD4, 0xD8, 0xDC, 0xE0
APB1LENR, APB1HENR, APB2ENR, APB4ENR = 0xE8, 0xEC, 0xF0, 0xF4
BUSES = {
    **dict.fromkeys((AHB3ENR, AHB1ENR, AHB2ENR, AHB4ENR), "hclk"),
    **dict.fromkeys((APB1LENR, APB1HENR), "pclk1"),
    APB2ENR: "pclk2",
    APB4ENR: "pclk4",
}

HSION, HSIDIVF, CSION = 1 << 0, 1 << 5, 1 << 7
CPUCKRDY, CDCKRDY = 1 << 14, 1 << 15
HSEON, PLL1ON = 1 << 16, 1 << 24
PLLS_ON = 0x15 << 24
STOPWUCK, TIMPRE = 1 << 6, 1 << 15
LSION, RMVF = 1 << 0, 1 << 16
FLAGS, PINRSTF = 0xFFFFFFFF & ~RMVF, 1 << 22
RESET_FLAGS: dict[Cause, int] = {
    "software": 1 << 24,
    "watchdog": 1 << 26,
    "window watchdog": 1 << 28,
}
"""SFTRSTF, IWDG1RSTF and WWDG1RSTF of RSR; each comes with PINRSTF, as the reset drives NRST."""
H743_RESETS = ResetRegisters(
    0x58,
    {
        0x7C: 0x00015031,  # AHB3RSTR
        0x80: 0x0A008023,  # AHB1RSTR
        0x84: 0x00000241,  # AHB2RSTR
        0x88: 0x032807FF,  # AHB4RSTR
        0x8C: 0x00000008,  # APB3RSTR
        0x90: 0xE8FFC3FF,  # APB1LRSTR
        0x94: 0x00000136,  # APB1HRSTR
        0x98: 0x31D73033,  # APB2RSTR
        0x9C: 0x0020DEAA,  # APB4RSTR
    },
)
"""stm32h743xx.h: RCC_xRSTR_y_Pos."""
H7A3_RESETS = ResetRegisters(
    0x58,
    {
        0x7C: 0x01295031,  # AHB3RSTR
        0x80: 0x02000223,  # AHB1RSTR
        0x84: 0x00000A45,  # AHB2RSTR
        0x88: 0x002007FF,  # AHB4RSTR
        0x8C: 0x00000008,  # APB3RSTR
        0x90: 0xE8FFC3FF,  # APB1LRSTR
        0x94: 0x00000136,  # APB1HRSTR
        0x98: 0x40D730F3,  # APB2RSTR
        0x9C: 0x0C00E6AA,  # APB4RSTR
    },
)
"""stm32h7a3xxq.h: RCC_xRSTR_y_Pos."""
SW_HSI, SW_CSI, SW_HSE, SW_PLL1 = range(4)

HSI_HZ, CSI_HZ = 64e6, 4e6
READY: dict[int, tuple[tuple[int, int, float], ...]] = {
    # Enable bit, ready bit, start-up time in seconds: typical values of DS12110 Rev 10, tables 44
    # to 49; the time to lock of the PLLs is from memory of the same datasheet.
    CR: (
        (0, 2, 1.4e-6),  # HSI
        (7, 8, 1e-6),  # CSI
        (12, 13, 2.1e-6),  # HSI48
        (16, 17, 2e-3),  # HSE
        (24, 25, 50e-6),  # PLL1
        (26, 27, 50e-6),  # PLL2
        (28, 29, 50e-6),  # PLL3
    ),
    BDCR: ((0, 1, 2.0),),  # LSE
    CSR: ((0, 1, 80e-6),),  # LSI
}

KERNEL_FIELDS = {
    **dict.fromkeys(("usart1", "usart6", "uart9", "usart10"), (D2CCIP2R, 3, 7)),
    **dict.fromkeys(("usart2", "usart3", "uart4", "uart5", "uart7", "uart8"), (D2CCIP2R, 0, 7)),
    "lpuart1": (D3CCIPR, 0, 7),
    **dict.fromkeys(("spi1", "spi2", "spi3"), (D2CCIP1R, 12, 7)),
    **dict.fromkeys(("spi4", "spi5"), (D2CCIP1R, 16, 7)),
    "spi6": (D3CCIPR, 28, 7),
    **dict.fromkeys(("i2c1", "i2c2", "i2c3"), (D2CCIP2R, 12, 3)),
    "i2c4": (D3CCIPR, 8, 3),
    **dict.fromkeys(("adc12", "adc3"), (D3CCIPR, 16, 3)),
}
"""Register, position and mask of a clock selection (stm32h743xx.h)."""
OWN_KERNEL_CLOCKS = {
    **dict.fromkeys(("spi1", "spi2", "spi3"), ("pll1q", "pll2p", "pll3p", "pin", "per")),
    **dict.fromkeys(("spi4", "spi5", "spi6"), ("pclk", "pll2q", "pll3q", "hsi", "csi", "hse")),
    **dict.fromkeys(("i2c1", "i2c2", "i2c3", "i2c4"), ("pclk", "pll3r", "hsi", "csi")),
    **dict.fromkeys(("adc12", "adc3"), ("pll2p", "pll3r", "per", "off")),
}
"""stm32h7xx_hal_rcc_ex.h: RCC_SPI123CLKSOURCE_x, RCC_SPI45CLKSOURCE_x, RCC_I2C123CLKSOURCE_x."""
ON_APB2 = ("usart1", "usart6", "uart9", "usart10", "spi1", "spi4", "spi5")
ON_APB4 = ("lpuart1", "spi6", "i2c4")


def at_first_address(register: int) -> int:
    """RSR and what follows it, up to the enables in sleep, have second addresses: RCC_C1_RSR..."""
    return register - SECOND if RSR <= register - SECOND <= APB4LPENR else register


def hsi_hz(cr: int) -> float:
    """The internal oscillator after HSIDIV; 0 while it is off."""
    return HSI_HZ / (1 << (cr >> 3 & 3)) if cr & HSION else 0.0


def pll_hz(number: int, output: str, registers: dict[int, int], source_hz: float) -> float:
    """Output "p", "q" or "r" of PLL `number` (0 for PLL1); 0 while it is off or without input.

    source / DIVM * (N + 1 + FRACN / 8192) / (divider + 1)
    """
    place = "pqr".index(output)
    config, dividers = registers[PLLCFGR], registers[PLLDIVR[number]]
    divm = registers[PLLCKSELR] >> 4 + 8 * number & 0x3F
    on = registers[CR] >> 24 + 2 * number & 1
    if not on or not divm or not config >> 16 + 3 * number + place & 1:
        return 0.0
    fraction = registers[PLLFRACR[number]] >> 3 & 0x1FFF if config >> 4 * number & 1 else 0
    divider = (dividers >> (9, 16, 24)[place] & 0x7F) + 1
    return source_hz / divm * ((dividers & 0x1FF) + 1 + fraction / 8192) / divider
