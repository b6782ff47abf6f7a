"""STM32F7 RCC: offsets, fields and the arithmetic of the clock tree (RM0385, RCC).

Offsets and bits are those of ST's header stm32f746xx.h.
"""

from __future__ import annotations

from mcusim.devices.reset import Cause
from mcusim.devices.st.rcc_base import ResetRegisters

CR, PLLCFGR, CFGR, CIR, AHB1ENR = 0x00, 0x04, 0x08, 0x0C, 0x30
BDCR, CSR, PLLI2SCFGR, PLLSAICFGR, DCKCFGR1, DCKCFGR2 = 0x70, 0x74, 0x84, 0x88, 0x8C, 0x90

HSION, HSEON, PLLON = 1 << 0, 1 << 16, 1 << 24
PLLS_ON = 0x15 << 24
PLLSRC_HSE, TIMPRE = 1 << 22, 1 << 24
LSION, RMVF = 1 << 0, 1 << 24
FLAGS, PINRSTF = 0xFE000000, 1 << 26
RESET_FLAGS: dict[Cause, int] = {
    "software": 1 << 28,
    "watchdog": 1 << 29,
    "window watchdog": 1 << 30,
}
"""SFTRSTF, IWDGRSTF and WWDGRSTF of CSR; each comes with PINRSTF, as the reset drives NRST."""
PERIPHERAL_RESETS = ResetRegisters(
    0x20,
    {
        0x10: 0x22E017FF,  # AHB1RSTR
        0x14: 0x000000C1,  # AHB2RSTR
        0x18: 0x00000003,  # AHB3RSTR
        0x20: 0xFFFFCBFF,  # APB1RSTR
        0x24: 0x04F77933,  # APB2RSTR
    },
)
"""stm32f746xx.h: RCC_xRSTR_y_Pos."""
SW_HSI, SW_HSE, SW_PLL = range(3)

HSI_HZ = 16e6
READY: dict[int, tuple[tuple[int, int, float], ...]] = {
    # Enable bit, ready bit, start-up time in seconds; typical values of DS10916 (characteristics
    # of external and internal clock sources, PLL), quoted from memory.
    CR: (
        (0, 1, 2.2e-6),  # HSI
        (16, 17, 2e-3),  # HSE
        (24, 25, 100e-6),  # PLL
        (26, 27, 100e-6),  # PLLI2S
        (28, 29, 100e-6),  # PLLSAI
    ),
    BDCR: ((0, 1, 2.0),),  # LSE
    CSR: ((0, 1, 15e-6),),  # LSI
}

KERNEL_FIELDS = {
    "usart1": (DCKCFGR2, 0, 3),
    "usart2": (DCKCFGR2, 2, 3),
    "usart3": (DCKCFGR2, 4, 3),
    "uart4": (DCKCFGR2, 6, 3),
    "uart5": (DCKCFGR2, 8, 3),
    "usart6": (DCKCFGR2, 10, 3),
    "uart7": (DCKCFGR2, 12, 3),
    "uart8": (DCKCFGR2, 14, 3),
    "i2c1": (DCKCFGR2, 16, 3),
    "i2c2": (DCKCFGR2, 18, 3),
    "i2c3": (DCKCFGR2, 20, 3),
    "i2c4": (DCKCFGR2, 22, 3),
}
"""Register, position and mask of a clock selection (stm32f746xx.h)."""
ON_APB2 = ("usart1", "usart6", "spi1", "spi4", "spi5", "spi6")


def pll_hz(pllcfgr: int, hse_hz: float) -> float:
    """PLLCLK = source / M * N / P; 0 for an M or N that isn't allowed."""
    source = hse_hz if pllcfgr & PLLSRC_HSE else HSI_HZ
    m, n = pllcfgr & 0x3F, pllcfgr >> 6 & 0x1FF
    p = 2 * ((pllcfgr >> 16 & 3) + 1)
    return source / m * n / p if m >= 2 else 0.0
