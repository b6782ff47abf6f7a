"""STM32U3 RCC: offsets, fields and the arithmetic of the clock tree (RM0487, RCC).

Offsets and bits are those of ST's header stm32u385xx.h.
"""

from __future__ import annotations

from mcusim.devices.reset import Cause
from mcusim.devices.st.rcc_base import KernelField, Ready, ResetRegisters

CR, ICSCR1, CFGR1, CFGR2, CFGR3, CFGR4 = 0x00, 0x08, 0x1C, 0x20, 0x24, 0x28
CIFR, CICR = 0x54, 0x58
AHB1ENR1, AHB2ENR1 = 0x88, 0x8C
CCIPR1, CCIPR3, BDCR, CSR = 0x100, 0x108, 0x110, 0x114

MSISON, MSIKON, HSION, HSEON = 1 << 0, 1 << 3, 1 << 11, 1 << 16
MSIRGSEL = 1 << 23
MSISDIV = 3 << 29
STOPWUCK = 1 << 4
LSION = 1 << 0
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
        0x60: 0x00031009,  # AHB1RSTR1
        0x64: 0x083F0CDF,  # AHB2RSTR1
        0x68: 0x00000010,  # AHB2RSTR2
        0x74: 0x31FC4137,  # APB1RSTR1
        0x78: 0x00000220,  # APB1RSTR2
        0x7C: 0x09275800,  # APB2RSTR
        0x80: 0x0000B8C2,  # APB3RSTR
    },
)
"""stm32u385xx.h: RCC_xRSTR_y_Pos."""
SW_MSIS, SW_HSI16, SW_HSE = range(3)

READY: dict[int, tuple[Ready, ...]] = {
    # Enable bit, ready bit, start-up time in seconds. MSI's PLL mode and LSE: measured on a
    # NUCLEO-U385RG-Q by the authors of the kernel Escapement; the others as the STM32U5's.
    CR: (
        (0, 2, 2e-6),  # MSIS
        (3, 4, 2e-6),  # MSIK
        (5, 9, 627e-6),  # PLL mode of MSIRC1
        (6, 10, 627e-6),  # PLL mode of MSIRC0
        (11, 13, 2e-6),  # HSI16
        (14, 15, 2.5e-6),  # HSI48
        (16, 17, 2e-3),  # HSE
    ),
    BDCR: (
        (0, 1, 126e-3),  # LSE
        (7, 11, 61e-6),  # LSE for the other peripherals
    ),
    CSR: ((0, 1, 230e-6),),  # LSI
}

KERNEL_FIELDS: dict[str, KernelField] = {
    "usart1": (CCIPR1, 0, 1),
    "usart3": (CCIPR1, 2, 1),
    "uart4": (CCIPR1, 4, 1),
    "uart5": (CCIPR1, 6, 1),
    "lpuart1": (CCIPR3, 0, 3),
}
"""Register, position and mask of a serial port's clock selection."""

_MSIRC_HZ = (96e6, 24e6)
"""MSIRC0 and MSIRC1 (stm32u3xx_hal_conf_template.h); their PLL mode is not told apart."""


def msis_hz(icscr1: int, csr: int) -> float:
    """MSISSEL and MSISDIV, or MSIRC1 by MSISDIVS as long as MSIRGSEL is 0."""
    if not icscr1 & MSIRGSEL:
        return _MSIRC_HZ[1] / (1 << (csr >> 12 & 3))
    return _MSIRC_HZ[icscr1 >> 31] / (1 << (icscr1 >> 29 & 3))


def msik_hz(icscr1: int, csr: int) -> float:
    """MSIKSEL and MSIKDIV, or MSIRC1 by MSIKDIVS as long as MSIRGSEL is 0."""
    if not icscr1 & MSIRGSEL:
        return _MSIRC_HZ[1] / (1 << (csr >> 8 & 3))
    return _MSIRC_HZ[icscr1 >> 28 & 1] / (1 << (icscr1 >> 26 & 3))
