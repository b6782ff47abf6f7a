"""UICR: the chip's configuration, in flash of its own."""

from __future__ import annotations

from typing import ClassVar, Self

from mcusim.devices.device import FlashedDevice, Host
from mcusim.devices.nordic.fabric import NrfFabric
from mcusim.devices.reset import Reset

UNPROGRAMMED = 0xFFFFFFFF
PSELRESET0, PSELRESET1, NFCPINS = 0x200, 0x204, 0x20C
RESET_PIN = 18
NFC_PINS_ARE_GPIO = 0xFFFFFFFE


class NrfUicr(FlashedDevice):
    """Erased, except for what the image holds, and what start-up code programs once.

    Nordic's SystemInit writes PSELRESET and NFCPINS when they aren't as it wants them (with
    CONFIG_GPIO_AS_PINRESET and CONFIG_NFCT_PINS_AS_GPIOS), and resets: the chip that is simulated
    has been through that, as a board on a desk has.
    """

    programmed: ClassVar[dict[int, int]] = {
        PSELRESET0: RESET_PIN,
        PSELRESET1: RESET_PIN,
        NFCPINS: NFC_PINS_ARE_GPIO,
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._fabric = host.shared(NrfFabric)
        self._fabric.uicr = self
        self.stored = dict(self.programmed)

    def program(self, offset: int, data: bytes) -> None:
        for at, byte in enumerate(data, offset):
            word, shift = at & ~3, 8 * (at & 3)
            kept = self.stored.get(word, UNPROGRAMMED) & ~(0xFF << shift)
            self.stored[word] = kept | byte << shift

    def inherit(self, before: Self, reset: Reset) -> None:
        self.stored = before.stored

    def erase(self) -> None:
        """Makes all bits 1."""
        self.stored.clear()

    def read(self, offset: int, size: int) -> int:
        word = self.stored.get(offset & ~3, UNPROGRAMMED)
        return word >> 8 * (offset & 3) & (1 << 8 * size) - 1

    def write(self, offset: int, size: int, value: int) -> None:
        if not self._fabric.flash_writable:
            self.host.warn(
                f"write to UICR at 0x{self.base + offset:08x} without NVMC.CONFIG = Wen: ignored"
            )
            return
        self.stored[offset & ~3] = self.stored.get(offset & ~3, UNPROGRAMMED) & value
