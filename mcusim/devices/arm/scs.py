"""System control space: identification, coprocessor access, reset request (ARM DDI0403E B3.2)."""

from __future__ import annotations

from mcusim.devices.device import Device

CPUID = 0xD00
AIRCR = 0xD0C
CPACR = 0xD88
MVFR0, MVFR1 = 0xF40, 0xF44
CPUID_CORTEX_M4 = 0x410FC241  # r0p1 (TRM 100166, 4.1)
VECTKEY = 0x05FA
VECTKEYSTAT = 0xFA05
SYSRESETREQ = 1 << 2
FULL_ACCESS_CP10_CP11 = 0xF << 20


class Scs(Device):
    """SysTick, NVIC and SCB registers keep what is written; CPACR switches the FPU.

    Exceptions are not taken yet: enabling an interrupt or SysTick only stores the bit.
    """

    def read(self, offset: int, size: int) -> int:
        if offset == CPUID:
            return CPUID_CORTEX_M4
        if offset == AIRCR:
            return VECTKEYSTAT << 16 | (self.stored.get(AIRCR, 0) & 0xFFFF)
        if offset == MVFR0:
            return 0x10110021  # FPv4-SP (TRM 100166, 7.3)
        if offset == MVFR1:
            return 0x11000011
        return super().read(offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        if offset == AIRCR:
            self._write_aircr(value)
            return
        super().write(offset, size, value)
        if offset == CPACR:
            self.host.enable_fpu(value & FULL_ACCESS_CP10_CP11 != 0)

    def _write_aircr(self, value: int) -> None:
        if value >> 16 != VECTKEY:
            return  # without its key the write is ignored
        self.stored[AIRCR] = value & 0x700
        if value & SYSRESETREQ:
            self.host.request_reset()
