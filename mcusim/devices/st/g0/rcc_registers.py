"""STM32G0 RCC: offsets, fields and the arithmetic of the clock tree (RM0444 5.2 and 5.4).

Offsets and bits are those of ST's header stm32g0b1xx.h.
"""

from __future__ import annotations

from mcusim.devices.reset import Cause
from mcusim.devices.st.clocks import HSI16_HZ
from mcusim.devices.st.rcc_base import ResetRegisters

CR, ICSCR, CFGR, PLLCFGR, CRRCR = 0x00, 0x04, 0x08, 0x0C, 0x14
CIFR, CICR = 0x1C, 0x20
AHBENR = 0x38
CCIPR, BDCR, CSR = 0x54, 0x5C, 0x60

HSION, HSEON, PLLON = 1 << 8, 1 << 16, 1 << 24
PLLREN = 1 << 28
LSION, RMVF = 1 << 0, 1 << 23
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
    0x10,
    {
        0x24: 0x0000003F,  # IOPRSTR
        0x28: 0x00001103,  # AHBRSTR
        0x2C: 0xFFFFF3B7,  # APBRSTR1
        0x30: 0x0017D801,  # APBRSTR2
    },
)
"""stm32g0b1xx.h: RCC_xRSTR_y_Pos."""
SW_HSISYS, SW_HSE, SW_PLL, SW_LSI, SW_LSE = range(5)
PLL_HSI16, PLL_HSE = 2, 3

READY: dict[int, tuple[tuple[int, int, float], ...]] = {
    # Enable bit, ready bit, start-up time in seconds; typical values of DS13560 (characteristics of
    # external and internal clock sources, PLL), quoted from memory.
    CR: (
        (8, 10, 0.8e-6),  # HSI16
        (16, 17, 2e-3),  # HSE
        (22, 23, 2.5e-6),  # HSI48
        (24, 25, 15e-6),  # PLL
    ),
    BDCR: ((0, 1, 2.0),),  # LSE
    CSR: ((0, 1, 80e-6),),  # LSI
}

KERNEL_FIELDS = {
    "usart1": (CCIPR, 0, 3),
    "usart2": (CCIPR, 2, 3),
    "usart3": (CCIPR, 4, 3),
    "lpuart2": (CCIPR, 8, 3),
    "lpuart1": (CCIPR, 10, 3),
    "i2c1": (CCIPR, 12, 3),
    "i2c2": (CCIPR, 14, 3),
    "adc1": (CCIPR, 30, 3),
}
"""Register, position and mask of a clock selection; USART4 to USART6 have none."""
OWN_KERNEL_CLOCKS = {"adc1": ("sysclk", "off", "hsi")}
"""The PLL's output P, which the ADC may have too, isn't modelled."""
LOW_POWER_TIMERS = {"lptim1": (CCIPR, 18, 3), "lptim2": (CCIPR, 20, 3)}


def hsisys_hz(cr: int) -> float:
    """HSI16 after HSIDIV."""
    return HSI16_HZ / (1 << (cr >> 11 & 7))


def pll_hz(pllcfgr: int, hse_hz: float) -> float:
    """PLLRCLK = source / M * N / R; 0 without a source, or with the output off."""
    source = {PLL_HSI16: HSI16_HZ, PLL_HSE: hse_hz}.get(pllcfgr & 3, 0.0)
    m, n, r = (pllcfgr >> 4 & 7) + 1, pllcfgr >> 8 & 0x7F, (pllcfgr >> 29 & 7) + 1
    return source / m * n / r if pllcfgr & PLLREN else 0.0
