"""Which bits of an nRF5340's GPIO port Non-secure code reaches (PS, SPU, GPIO access control)."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices.keeps import WHOLE_WORD
from mcusim.devices.nordic.gpio import LATCH, OUT, PIN_CNF, PINS, PORT_1_SHIFT

DETECTMODE_SEC = 0x528
"""nrfx bsp/stable/mdk/nrf5340_application.svd."""


class SecurePins:
    """Looks a register up among those that have a bit, or a word, of each pin."""

    def __init__(self, port: int, perm: Callable[[], int]) -> None:
        """`perm`: GPIOPORT[n].PERM, a one for each Secure pin."""
        self._shift = PORT_1_SHIFT * port
        self._perm = perm

    def allowed(self, offset: int, _write: bool) -> int:
        """The bits of the word at an offset that are open to Non-secure code."""
        register, open_pins = offset + self._shift, WHOLE_WORD & ~self._perm()
        if OUT <= register <= LATCH:
            return open_pins
        if PIN_CNF <= register < PIN_CNF + 4 * PINS:
            return WHOLE_WORD if open_pins >> (register - PIN_CNF) // 4 & 1 else 0
        return 0 if register == DETECTMODE_SEC else WHOLE_WORD
