"""What tells firmware where it runs: SSE-300 system information and control, and the MPS3's SCC.

Values of the AN547 image: QEMU 7.2 hw/arm/mps2-tz.c and hw/arm/armsse.c, as its monitor shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.arm.sse300.registers import ApbDevice

RESET_SYNDROME, SWRESET, PWRCTRL, EWC = 0x100, 0x108, 0x1FC, 0x200
POWER_ON = 1 << 0
SWRESET_REQUEST = 1 << 5
CFG_CTRL, CFG_STAT = 0x0A8, 0x0AC
CFG_COMPLETE = 1 << 0


class Sse300SystemInfo(ApbDevice):
    """SOC_IDENTITY, SYS_CONFIG0 and IIDR; read-only."""

    reset: ClassVar[Mapping[int, int]] = {0x000: 0x7E00043B, 0x004: 0x00030152, 0xFC8: 0x74A0043B}
    identity: ClassVar[tuple[int, ...]] = (4, 0, 0, 0, 0x58, 0xB8, 0x1B, 0, 0x0D, 0xF0, 0x05, 0xB1)

    def store(self, register: int, value: int) -> None:
        """Nothing here can be written."""


class Sse300SystemControl(ApbDevice):
    """Remembers clock and power settings; SWRESET resets the chip."""

    reset: ClassVar[Mapping[int, int]] = {
        RESET_SYNDROME: POWER_ON, PWRCTRL: 3, EWC: 0x7F,
    }  # fmt: skip
    identity: ClassVar[tuple[int, ...]] = (4, 0, 0, 0, 0x54, 0xB8, 0x1B, 0, 0x0D, 0xF0, 0x05, 0xB1)

    def store(self, register: int, value: int) -> None:
        if register == SWRESET:
            if value & SWRESET_REQUEST:
                self.host.reset("software", "the firmware reset the chip (SWRESET)")
        elif register == RESET_SYNDROME:
            self.stored[register] = self.stored.get(register, 0) & value
        else:
            super().store(register, value)


class Sse300CpuIdentity(ApbDevice):
    """CPUID of the only core: 0."""

    identity: ClassVar[tuple[int, ...]] = (4, 0, 0, 0, 0x58, 0xB8, 0x0B, 0, 0x0D, 0xF0, 0x05, 0xB1)

    def store(self, register: int, value: int) -> None:
        """Nothing here can be written."""


class Mps3Scc(ApbDevice):
    """Serial configuration controller: identity of the image; each request is done at once."""

    reset: ClassVar[Mapping[int, int]] = {0x010: 2, 0xFF8: 0x00200008, 0xFFC: 0x41055470}

    def store(self, register: int, value: int) -> None:
        if register == CFG_CTRL:
            super().store(register, value & ~(1 << 31))
            self.stored[CFG_STAT] = CFG_COMPLETE
        elif register < 0xFF8:
            super().store(register, value)
