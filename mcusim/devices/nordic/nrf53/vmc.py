"""nRF5340 VMC: the power of RAM sections, and what of them System OFF retains."""

from __future__ import annotations

from typing import ClassVar, Self

from mcusim.devices.nordic.peripheral import NrfPeripheral
from mcusim.devices.reset import Reset

# nRF5340 PS, VMC, Registers.
POWER, STEP, BLOCKS = 0x600, 0x10, 8
SET, CLEAR = 4, 8
SECTIONS, SECTION_BYTES, RAM = 16, 0x1000, 0x20000000
"""Eight blocks of 16 sections of 4 kB make the 512 kB (nrf5340_application.svd, PS, Memory)."""
ALL_ON = 0xFFFF


class Nrf53Vmc(NrfPeripheral):
    """Retention is in the upper half of RAM[n].POWER; what is off in System ON keeps its bytes."""

    reset: ClassVar[dict[int, int]] = {POWER + STEP * block: ALL_ON for block in range(BLOCKS)}

    @property
    def retains(self) -> bool:
        """Whether System OFF keeps any RAM."""
        return any(self._retained(block) for block in range(BLOCKS))

    def inherit(self, before: Self, reset: Reset) -> None:
        """Waking from System OFF, RAM that was not retained is lost."""
        if reset.cause != "wake-up":
            return
        for section in range(BLOCKS * SECTIONS):
            if not before._retained(section // SECTIONS) >> section % SECTIONS & 1:
                self.host.write_memory(RAM + section * SECTION_BYTES, bytes(SECTION_BYTES))

    def _retained(self, block: int) -> int:
        return self.stored[POWER + STEP * block] >> 16

    def value(self, offset: int) -> int:
        return super().value(offset & ~0xF)

    def configured(self, offset: int, value: int) -> None:
        block, which = offset & ~0xF, offset & 0xF
        if which == SET:
            self.stored[block] = self.stored.get(block, 0) | value
        elif which == CLEAR:
            self.stored[block] = self.stored.get(block, 0) & ~value
