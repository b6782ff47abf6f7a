"""RP2350 programmable I/O (datasheet 11): the RP2040's with a third block, and more instructions.

The native core has what its registers add: words of a receive FIFO that are reached in any order,
a window of pins (GPIOBASE), and the neighbours' flags and state machines.
"""

from __future__ import annotations

from mcusim.devices.raspberrypi.pio import RpPio
from mcusim.devices.raspberrypi.pio_blocks import Rp2350PioBlocks


class Rp2350Pio0(RpPio):
    """The first one."""

    kind = Rp2350PioBlocks
    number = 0
    reset_bit = 11


class Rp2350Pio1(Rp2350Pio0):
    """The second one."""

    number = 1
    reset_bit = 12


class Rp2350Pio2(Rp2350Pio0):
    """The third one."""

    number = 2
    reset_bit = 13
