"""ESP32-C3 system registers: the CPU's clock, and interrupts that software makes (TRM v1.3, 16)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.espressif.clocks import APB_HZ, RC_FAST_HZ, XTAL_HZ
from mcusim.devices.espressif.flash_interface import FlashInterface
from mcusim.devices.espressif.peripheral import EspPeripheral

CPU_PER_CONF, PERIP_CLK_EN0, FROM_CPU_0, SYSCLK_CONF = 0x08, 0x10, 0x28, 0x58
RTC_FASTMEM_CONFIG = 0x48
CRC_START, CRC_FINISH = 1 << 8, 1 << 31
FROM_CPU_COUNT = 4
FROM_XTAL, FROM_PLL, FROM_RC_FAST = range(3)
PLL_80_MHZ, PLL_160_MHZ = range(2)
PLL_480_MHZ = 1 << 2
BOOTLOADER_HZ = 80e6
"""esp-idf, Kconfig of the bootloader for the ESP32-C3: the CPU's clock when it starts the
application."""
IDLE_160_MHZ = "idle-160mhz"
IDLE_80_MHZ = "idle-80mhz"


class EspSystem(EspPeripheral):
    """The clock gates of peripherals are remembered, and stop nothing.

    The checksum of the RTC memory, which esp-idf waits for before deep sleep, is done at once and
    0: nothing here checks it, as the ROM runs no wake stub.
    """

    reset: ClassVar[Mapping[int, int]] = {
        CPU_PER_CONF: 1 << 3 | PLL_480_MHZ | PLL_80_MHZ,
        PERIP_CLK_EN0: 0xF9C1E06F,
        SYSCLK_CONF: FROM_PLL << 10,
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._flash = FlashInterface.of(host)
        self._chosen = False
        host.set_light_sleep(IDLE_160_MHZ if host.clock_hz > BOOTLOADER_HZ else IDLE_80_MHZ)

    def load(self, register: int) -> int:
        value = super().load(register)
        match register:
            case 0x48:
                return value | CRC_FINISH if value & CRC_START else value & ~CRC_FINISH
            case 0x58:
                return value | round(XTAL_HZ / 1e6) << 12
        return value

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        if FROM_CPU_0 <= register < FROM_CPU_0 + 4 * FROM_CPU_COUNT:
            self.interrupt(bool(value & 1), register - FROM_CPU_0 >> 2)
        elif register in (CPU_PER_CONF, SYSCLK_CONF):
            self._choose_clock()

    def _choose_clock(self) -> None:
        if not self._chosen:
            self._chosen = True
            self.host.started_at(BOOTLOADER_HZ)
        source = self.stored[SYSCLK_CONF] >> 10 & 3
        hz = self._cpu_hz(source)
        self.host.set_clock(hz)
        self.host.set_light_sleep(IDLE_160_MHZ if hz > APB_HZ else IDLE_80_MHZ)
        self.clocks.apb_hz = APB_HZ if source == FROM_PLL else hz
        self._flash.set_core_clock(self.host.clock_hz)
        self.clocks.changed()

    def _cpu_hz(self, source: int) -> float:
        """TRM v1.3, table 6.2-2."""
        divider = (self.stored[SYSCLK_CONF] & 0x3FF) + 1
        if source == FROM_PLL:
            return 160e6 if self.stored[CPU_PER_CONF] & 3 == PLL_160_MHZ else 80e6
        return (XTAL_HZ if source == FROM_XTAL else RC_FAST_HZ) / divider
