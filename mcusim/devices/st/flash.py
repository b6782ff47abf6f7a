"""STM32L4 flash interface: the access control register and the ART accelerator."""

from __future__ import annotations

from mcusim.devices.device import Device, Host

ACR = 0x00  # RM0432 3.7.1
LATENCY = 0xF
PRFTEN, ICEN, DCEN, ICRST, DCRST = 1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12
ACR_RESET = ICEN | DCEN


class Stm32Flash(Device):
    """ACR sets wait states, prefetch and caches; the other registers keep what is written."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.stored[ACR] = ACR_RESET

    def write(self, offset: int, size: int, value: int) -> None:
        super().write(offset, size, value)
        if offset != ACR:
            return
        self._check_latency(value & LATENCY)
        flash = self.host.flash
        flash.set_wait_states(value & LATENCY)
        flash.set_prefetch(bool(value & PRFTEN))
        flash.set_icache(bool(value & ICEN))
        flash.set_dcache(bool(value & DCEN))
        # RM0432 3.7.1: a cache can be reset only while it is off.
        if value & ICRST and not value & ICEN:
            flash.invalidate_icache()
        if value & DCRST and not value & DCEN:
            flash.invalidate_dcache()

    def _check_latency(self, latency: int) -> None:
        needed = self.host.required_wait_states
        if latency < needed:
            self.host.warn(
                f"FLASH_ACR sets {latency} wait states, but the flash needs {needed} "
                "at this clock: on silicon, reads would fail"
            )
