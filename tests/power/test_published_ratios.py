"""The relative energies of a core against published currents of one chip with different code.

Figures are typical currents at 25 degrees in mA, all peripherals off, from datasheets: STM32G474
(DS12288 Rev 6, tables 21 to 28), STM32G431 (DS12589 Rev 6, tables 21 to 27), STM32F411 (DS10314
Rev 8, tables 21, 23 and 26), STM32H723 (DS13313 Rev 5, tables 20 to 25), nRF52840 (Product
Specification, I_CPU0 and I_CPU2). What does not scale with the clock is taken off: STM32G4 in
range 2, the current at 100 kHz less that of the 100 kHz; STM32F411, Sleep at 20 and 64 MHz carried
to 0 Hz, as its PLL runs; STM32H723, 105 mA at 400 MHz and 135 mA at 520 MHz carried to 0 Hz.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from mcusim.boards import load_board, load_workloads
from mcusim.machine.activity import COLUMNS
from mcusim.power.calibration import shape

CLOSE = 0.1
"""How far a core may be from the mean of the chips, which differ by more than this."""

G474, G431, F411, H723 = 0.21, 0.17, 0.74, 5.0
"""Milliamperes that the clock does not move: STM32G4 in range 2, the others as said above."""

# CoreMark 1.0 (GCC 12.2 -O3) and Dhrystone 2.1 (-O3 -fno-inline) on the STM32L4R5, code and
# constants in SRAM2 on the code bus, where the STM32G4's CCM RAM lies; counted by mcusim.
COREMARK_RAM = {
    "alu": 0.3885,
    "multiply": 0.0248,
    "branch": 0.1509,
    "load": 0.1453,
    "store": 0.0385,
    "other": 0.0181,
    "ram_read": 0.1477,
    "ram_write": 0.0409,
    "ram_fetch": 0.5615,
}
DHRYSTONE_RAM = {
    "alu": 0.2751,
    "multiply": 0.0021,
    "divide": 0.0021,
    "branch": 0.0981,
    "load": 0.1237,
    "store": 0.0938,
    "other": 0.0128,
    "ram_read": 0.1919,
    "ram_write": 0.1471,
    "ram_fetch": 0.4520,
}
# A branch to itself: two cycles.
WHILE_RAM = {"branch": 0.5, "ram_fetch": 0.5}
# With all of its code in the cache.
COREMARK_FLASH = {**COREMARK_RAM, "ram_fetch": 0.0, "cache_read": COREMARK_RAM["ram_fetch"]}


class Ratio(NamedTuple):
    """Two codes, and the published currents of each: (first, second, static) in mA."""

    first: dict[str, float]
    second: dict[str, float]
    published: tuple[tuple[float, float, float], ...]


CORTEX_M4 = {
    "Dhrystone to CoreMark from CCM RAM": Ratio(
        DHRYSTONE_RAM,
        COREMARK_RAM,
        ((2.75, 2.85, G474), (2.65, 2.80, G431)),
    ),
    # From CCM RAM and from cached flash. Where the loop lies moves it: 0.78 to 1.17 of CoreMark.
    "while(1) to CoreMark": Ratio(
        WHILE_RAM,
        COREMARK_RAM,
        ((2.60, 2.85, G474), (3.25, 2.80, G431), (2.90, 3.65, G474), (3.00, 3.15, G431)),
    ),
    "CoreMark from cached flash to RAM": Ratio(
        COREMARK_FLASH,
        COREMARK_RAM,
        ((3.65, 2.85, G474), (3.15, 2.80, G431), (5.4, 5.9, F411), (3.3, 2.8, 0.0)),
    ),
}


@pytest.mark.parametrize("name", CORTEX_M4)
def test_currents_of_one_cortex_m4_with_two_codes(name):
    ratio = CORTEX_M4[name]
    found = energy("nucleo-l4r5zi", ratio.first) / energy("nucleo-l4r5zi", ratio.second)
    logs = [np.log((a - static) / (b - static)) for a, b, static in ratio.published]
    assert found == pytest.approx(np.exp(np.mean(logs)), rel=CLOSE)


H743 = 6.0
"""Of the STM32H743, in mA: 80 mA at 400 MHz and 61.5 mA at 300 MHz (DS12110, table 130) at 0 Hz."""

# CoreMark from flash with caches off, 480 MHz, data in DTCM, counted by mcusim: 0.29 of its score
# with caches on, as published (DS12110 Rev 10, table 33: 593 to 2012 at 400 MHz).
COREMARK_UNCACHED = {
    "alu": 0.1540,
    "multiply": 0.0105,
    "branch": 0.0715,
    "load": 0.0614,
    "store": 0.0161,
    "other": 0.0008,
    "flash_fetch": 0.0558,
    "cache_read": 0.2378,
    "ram_read": 0.0624,
    "ram_write": 0.0171,
}


def test_coremark_without_the_caches_of_the_stm32h743():
    """DS12110 Rev 10, tables 131 and 130: 480, 400, 300 and 200 MHz, all peripherals disabled."""
    published = ((87.0, 110.0), (73.0, 80.0), (52.0, 55.0), (34.0, 34.5))
    logs = [np.log((off - H743) / (on - H743)) for off, on in published]
    found = energy("nucleo-h743zi", COREMARK_UNCACHED) / energy("nucleo-h743zi", coremark_h743())
    assert found == pytest.approx(np.exp(np.mean(logs)), rel=CLOSE)


H723_RUNS = (
    # Score of CoreMark at 550 MHz, mA: flash, caches on; flash, AXI SRAM, SRAM1, SRAM4, off.
    (2778, 145.0),
    (923, 99.0),
    (1271, 105.0),
    (790, 96.5),
    (723, 89.5),
)
H723_SLEEP = 36.0
H743_SLEEP_TO_RUN = 50.7 / 110.0
"""DS12110 Rev 10, tables 134 and 130: 480 MHz, VOS0."""


def test_a_stalled_cortex_m7_lies_between_sleep_and_run_as_the_stm32h723_does():
    scores, currents = np.array(H723_RUNS).T
    rates = scores / scores[0]
    slope, stalled = np.polyfit(rates, currents - H723, 1)
    run = stalled + slope
    asleep = (H723_SLEEP - H723) / (H723_RUNS[0][1] - H723)
    part = (stalled / run - asleep) / (1.0 - asleep)
    found = energy("nucleo-h743zi", {}) / energy("nucleo-h743zi", coremark_h743())
    assert found == pytest.approx(
        H743_SLEEP_TO_RUN + part * (1.0 - H743_SLEEP_TO_RUN), rel=CLOSE / 2
    )


def coremark_h743() -> dict[str, float]:
    """Events per cycle of CoreMark from cached flash on the STM32H743."""
    wanted = ("coremark", "flash", "stm32h743")
    return next(dict(m.per_cycle) for m in load_workloads() if (m.name, m.code, m.chip) == wanted)


def energy(board: str, per_cycle: dict[str, float]) -> float:
    """Relative energy of an average cycle, by the file of the board's core."""
    mix = np.array([{**per_cycle, "cycles": 1.0}.get(name, 0.0) for name in COLUMNS])
    return float(shape(load_board(board).core.relative_energy) @ mix)
