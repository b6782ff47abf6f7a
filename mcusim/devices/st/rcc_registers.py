"""STM32L4+ RCC: offsets, fields and the arithmetic of the clock tree (RM0432 6.2 and 6.4)."""

from __future__ import annotations

from mcusim.devices.reset import Cause
from mcusim.devices.st.clocks import HSI16_HZ
from mcusim.devices.st.rcc_base import ResetRegisters

CR, ICSCR, CFGR, PLLCFGR = 0x00, 0x04, 0x08, 0x0C
CIER, CIFR, CICR = 0x18, 0x1C, 0x20
AHB1ENR, AHB2ENR, AHB3ENR = 0x48, 0x4C, 0x50
APB1ENR1, APB1ENR2, APB2ENR = 0x58, 0x5C, 0x60
BUSES = {
    **dict.fromkeys((AHB1ENR, AHB2ENR, AHB3ENR), "hclk"),
    **dict.fromkeys((APB1ENR1, APB1ENR2), "pclk1"),
    APB2ENR: "pclk2",
}
CCIPR, BDCR, CSR, CRRCR, CCIPR2 = 0x88, 0x90, 0x94, 0x98, 0x9C

MSION, MSIRGSEL = 1 << 0, 1 << 3
HSION, HSEON, PLLON = 1 << 8, 1 << 16, 1 << 24
PLLS_ON = 0x15 << 24
STOPWUCK = 1 << 15
PLLREN = 1 << 24
LSION, RMVF = 1 << 0, 1 << 23
FLAGS, PINRSTF = 0xFF000000, 1 << 26
RESET_FLAGS: dict[Cause, int] = {
    "option bytes": 1 << 25,
    "software": 1 << 28,
    "watchdog": 1 << 29,
    "window watchdog": 1 << 30,
}
"""OBLRSTF, SFTRSTF, IWDGRSTF and WWDGRSTF of CSR; each comes with PINRSTF, as the reset drives
NRST (RM0432 6.1.2 and 6.4.29; positions: CMSIS header stm32l4r5xx.h)."""
PERIPHERAL_RESETS = ResetRegisters(
    0x20,
    {
        0x28: 0x00031107,  # AHB1RSTR
        0x2C: 0x005471FF,  # AHB2RSTR
        0x30: 0x00000301,  # AHB3RSTR
        0x38: 0xF3FEC03F,  # APB1RSTR1
        0x3C: 0x00000023,  # APB1RSTR2
        0x40: 0x01677801,  # APB2RSTR
    },
)
"""stm32l4r5xx.h: RCC_xRSTR_y_Pos."""
SW_MSI, SW_HSI16, SW_HSE, SW_PLL = range(4)

READY: dict[int, tuple[tuple[int, int, float], ...]] = {
    # Enable bit, ready bit, start-up time in seconds. Typical values of the series' datasheets
    # (characteristics of external and internal clock sources, PLL), quoted from memory.
    CR: (
        (0, 1, 3e-6),  # MSI
        (8, 10, 0.8e-6),  # HSI16
        (16, 17, 2e-3),  # HSE
        (24, 25, 15e-6),  # PLL
        (26, 27, 15e-6),  # PLLSAI1
        (28, 29, 15e-6),  # PLLSAI2
    ),
    BDCR: ((0, 1, 2.0),),  # LSE
    CSR: ((0, 1, 80e-6),),  # LSI
    CRRCR: ((0, 1, 2.5e-6),),  # HSI48
}

MSI_HZ = (100e3, 200e3, 400e3, 800e3, 1e6, 2e6, 4e6, 8e6, 16e6, 24e6, 32e6, 48e6)

KERNEL_FIELDS = {
    "usart1": (CCIPR, 0, 3),
    "usart2": (CCIPR, 2, 3),
    "usart3": (CCIPR, 4, 3),
    "uart4": (CCIPR, 6, 3),
    "uart5": (CCIPR, 8, 3),
    "lpuart1": (CCIPR, 10, 3),
    "i2c1": (CCIPR, 12, 3),
    "i2c2": (CCIPR, 14, 3),
    "i2c3": (CCIPR, 16, 3),
    "i2c4": (CCIPR2, 0, 3),
    "adc1": (CCIPR, 28, 3),
}
"""Register, position and mask of a clock selection (RM0432 6.4.27; stm32l4r5xx.h)."""
OWN_KERNEL_CLOCKS = {"adc1": ("off", "off", "off", "sysclk")}
"""PLLSAI1, which the ADC may have too, isn't modelled."""
LOW_POWER_TIMERS = {"lptim1": (CCIPR, 18, 3), "lptim2": (CCIPR, 20, 3)}


def msi_hz(cr: int, csr: int) -> float:
    """The multi-speed oscillator: MSIRANGE, or MSISRANGE as long as MSIRGSEL is 0."""
    code = cr >> 4 & 0xF if cr & MSIRGSEL else csr >> 8 & 0xF
    return MSI_HZ[min(code, len(MSI_HZ) - 1)]


def pll_hz(pllcfgr: int, msi: float, hse: float) -> float:
    """PLLCLK = source / M * N / R; 0 without a source or with the output off."""
    source = (0.0, msi, HSI16_HZ, hse)[pllcfgr & 3]
    m, n = (pllcfgr >> 4 & 0xF) + 1, pllcfgr >> 8 & 0x7F
    r = 2 * ((pllcfgr >> 25 & 3) + 1)
    return source / m * n / r if pllcfgr & PLLREN else 0.0
