"""STM32F7 RCC: offsets, fields and the arithmetic of the clock tree (RM0385, RCC).

Offsets and bits are those of ST's header stm32f746xx.h.
"""

from __future__ import annotations

from mcusim.devices.reset import Cause

CR, PLLCFGR, CFGR, CIR, AHB1ENR = 0x00, 0x04, 0x08, 0x0C, 0x30
BDCR, CSR, PLLI2SCFGR, PLLSAICFGR, DCKCFGR1, DCKCFGR2 = 0x70, 0x74, 0x84, 0x88, 0x8C, 0x90

HSION, HSEON, PLLON = 1 << 0, 1 << 16, 1 << 24
PLLS_ON = 0x15 << 24
PLLSRC_HSE, TIMPRE = 1 << 22, 1 << 24
LSEON, RTCEN, BDRST = 1 << 0, 1 << 15, 1 << 16
LSION, RMVF = 1 << 0, 1 << 24
FLAGS, PINRSTF = 0xFE000000, 1 << 26
RESET_FLAGS: dict[Cause, int] = {
    "software": 1 << 28,
    "watchdog": 1 << 29,
    "window watchdog": 1 << 30,
}
"""SFTRSTF, IWDGRSTF and WWDGRSTF of CSR; each comes with PINRSTF, as the reset drives NRST."""
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
    "usart1": 0,
    "usart2": 2,
    "usart3": 4,
    "uart4": 6,
    "uart5": 8,
    "usart6": 10,
    "uart7": 12,
    "uart8": 14,
}
"""Position of a serial port's clock selection in DCKCFGR2; 0 is its bus's clock."""
KERNEL_SYSCLK, KERNEL_HSI, KERNEL_LSE = range(1, 4)
ON_APB2 = ("usart1", "usart6")

_AHB = (2, 4, 8, 16, 64, 128, 256, 512)


def pll_hz(pllcfgr: int, hse_hz: float) -> float:
    """PLLCLK = source / M * N / P; 0 for an M or N that isn't allowed."""
    source = hse_hz if pllcfgr & PLLSRC_HSE else HSI_HZ
    m, n = pllcfgr & 0x3F, pllcfgr >> 6 & 0x1FF
    p = 2 * ((pllcfgr >> 16 & 3) + 1)
    return source / m * n / p if m >= 2 else 0.0


def ahb_divider(cfgr: int) -> int:
    """HPRE."""
    code = cfgr >> 4 & 0xF
    return _AHB[code & 7] if code & 8 else 1


def apb_dividers(cfgr: int) -> tuple[int, int]:
    """PPRE1 and PPRE2."""

    def divider(code: int) -> int:
        return 2 << (code & 3) if code & 4 else 1

    return divider(cfgr >> 10 & 7), divider(cfgr >> 13 & 7)


def timer_divider(apb: int, timpre: bool) -> int:
    """HCLK cycles for one of a timer's (RM0385, RCC_DCKCFGR1.TIMPRE)."""
    return max(1, apb // (4 if timpre else 2))
