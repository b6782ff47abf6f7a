"""ESP32-C3 cache controller and its MMU (TRM v1.3, 3.3.3; esp-idf, extmem_reg.h)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.espressif.boot_image import place_application
from mcusim.devices.espressif.flash_chip import FlashChip
from mcusim.devices.espressif.peripheral import EspPeripheral
from mcusim.devices.reset import Reset

CTRL, LOCK, SYNC, PRELOAD, AUTOLOAD, STATE, FREEZE = 0x00, 0x1C, 0x28, 0x34, 0x40, 0xB0, 0xCC
ENABLE = 1 << 0
INVALIDATE, SYNC_DONE = 1 << 0, 1 << 1
LOCK_DONE, PRELOAD_DONE, AUTOLOAD_DONE = 1 << 2, 1 << 1, 1 << 3
FREEZE_ENABLE, FREEZE_DONE = 1 << 0, 1 << 2
IDLE = 1
ENTRIES = 128
INVALID = 1 << 8
"""Of an entry of the MMU (esp-idf, ext_mem_defs.h, SOC_MMU_INVALID)."""


class EspCache(EspPeripheral):
    """On when the application starts; locking and preloading are done at once and do nothing."""

    reset: ClassVar[Mapping[int, int]] = {CTRL: ENABLE}

    def load(self, register: int) -> int:
        value = super().load(register)
        match register:
            case 0x1C:
                return value | LOCK_DONE
            case 0x28:
                return value & ~INVALIDATE | SYNC_DONE
            case 0x34:
                return value & ~1 | PRELOAD_DONE
            case 0x40:
                return value | AUTOLOAD_DONE
            case 0xB0:
                return IDLE
            case 0xCC:
                return value | FREEZE_DONE if value & FREEZE_ENABLE else value & ~FREEZE_DONE
        return value

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        if register == CTRL:
            self.host.flash.set_icache(bool(value & ENABLE))
        elif register == SYNC and value & INVALIDATE:
            self.host.flash.invalidate_icache()


class EspMmu(EspPeripheral):
    """128 pages of 64 kB, seen at 0x42000000 for code and at 0x3C000000 for data.

    The bootloader has mapped the pages that the application fills. A page whose entry becomes
    invalid keeps its bytes.
    """

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._chip = host.shared(FlashChip)
        self._booted = False

    def inherit(self, before: Self, reset: Reset) -> None:
        """The flash keeps its content."""
        self._chip.take_over(before._chip)

    def load(self, register: int) -> int:
        self._boot()
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        self._boot()
        super().store(register, value)
        entry = register >> 2
        if entry < ENTRIES and not value & INVALID:
            self._chip.map_page(self.host, entry, value & 0xFF)

    def _boot(self) -> None:
        """What the bootloader leaves, at the first access, which is the ROM's: the firmware is
        loaded by then.
        """
        if self._booted:
            return
        self._booted = True
        if self._chip.application is None:
            self._chip.application = place_application(self.host, self._chip)
        self.stored.update({4 * entry: INVALID for entry in range(ENTRIES)})
        for entry, page in self._chip.application.items():
            self.stored[4 * entry] = page
            self._chip.map_page(self.host, entry, page)
