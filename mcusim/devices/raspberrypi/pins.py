"""The pins as SIO, IO_BANK0 and the outside share them."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices.raspberrypi.pio_blocks import PioBlocks

SSN = 1 << 1
"""The flash's chip select among the QSPI pins of GPIO_HI_IN."""


class Pins:
    """What SIO drives, by bank: GPIO 0 to 31, and what is beyond them.

    Pin control takes part by setting `changed`, which then gets each bank whose outputs changed,
    and `inputs`, which tells the levels that a bank's pins have. Without it, SIO has all pins.
    """

    def __init__(self) -> None:
        self.out = [0, 0]
        self.enabled = [0, 0]
        self.changed: Callable[[int], None] | None = None
        self.inputs: Callable[[int], int] = self._own_outputs
        self.pio: PioBlocks | None = None
        """What drives pins beside SIO, on a chip that has it."""

    def driven(self, bank: int) -> int:
        """Levels of the pins that SIO drives high."""
        return self.out[bank] & self.enabled[bank]

    def _own_outputs(self, bank: int) -> int:
        # The flash is not selected, and BOOTSEL not pressed: a pull-up keeps its line high.
        return self.driven(bank) | (SSN & ~self.enabled[bank] if bank else 0)
