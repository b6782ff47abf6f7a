"""nRF52 RNG: random bytes, the same ones in each run."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.nordic.clock_rates import microseconds
from mcusim.devices.nordic.countdown import Countdown
from mcusim.devices.nordic.peripheral import NrfPeripheral

# PS, RNG, Registers.
START, STOP, VALRDY, CONFIG, VALUE = 0x000, 0x004, 0x100, 0x504, 0x508
CORRECT_BIAS = 1 << 0
RAW_US, CORRECTED_US = 30.0, 120.0
"""PS, RNG: typical time of a byte, without and with bias correction (quoted from memory)."""
SEED = 0x52840


class NrfRng(NrfPeripheral):
    """The noise source is a generator with a fixed seed, so that runs can be repeated."""

    shortcuts: ClassVar[dict[int, tuple[int, int]]] = {0: (VALRDY, STOP)}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._random = Random(SEED)
        self._byte = Countdown(host, self._ready)

    def task(self, offset: int) -> None:
        if offset == START:
            self._start()
        elif offset == STOP:
            self._byte.stop()

    def _start(self) -> None:
        corrected = self.stored.get(CONFIG, 0) & CORRECT_BIAS
        self._byte.start(microseconds(CORRECTED_US if corrected else RAW_US))

    def _ready(self) -> None:
        self.stored[VALUE] = self._random.getrandbits(8)
        self._start()
        self.fire(VALRDY)
