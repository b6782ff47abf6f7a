"""nRF5340 SPU (PS, System protection unit): which flash and RAM is Secure."""

from __future__ import annotations

from mcusim.devices.device import Device, Host

FLASH_NSC, RAM_NSC = range(0x500, 0x510), range(0x540, 0x550)
FLASH_REGION, RAM_REGION = range(0x600, 0x700), range(0x700, 0x800)
PERM_AT_RESET, SECATTR = 0x17, 1 << 4
FLASH, RAM = (0x00000000, 0x4000), (0x20000000, 0x2000)
"""Base, and bytes of one of 64 regions."""
REGIONS = 64
SMALLEST_CALLABLE = 32


class Nrf53Spu(Device):
    """Tells the core of its regions, and of the callable piece at the end of one.

    What PERM says of reading, writing and executing, the attributes of peripherals and pins, locks
    and events aren't modelled.
    """

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        for base, size in (FLASH, RAM):
            host.attribute(base, REGIONS * size, "secure")

    def read(self, offset: int, size: int) -> int:
        """Permissions as at reset until they are written."""
        if offset in FLASH_REGION or offset in RAM_REGION:
            return self.stored.get(offset, PERM_AT_RESET)
        return self.stored.get(offset, 0)

    def write(self, offset: int, size: int, value: int) -> None:
        """Takes over what concerns attribution."""
        self.stored[offset] = value
        for regions, callables, memory in (
            (FLASH_REGION, FLASH_NSC, FLASH),
            (RAM_REGION, RAM_NSC, RAM),
        ):
            if offset in regions or offset in callables:
                if offset in regions:
                    self._attribute(offset, (offset - regions.start) // 4, memory)
                self._open_gateways(callables, memory)

    def _attribute(self, offset: int, region: int, memory: tuple[int, int]) -> None:
        base, size = memory
        secure = self.stored[offset] & SECATTR
        self.host.attribute(base + region * size, size, "secure" if secure else "non-secure")

    def _open_gateways(self, registers: range, memory: tuple[int, int]) -> None:
        """REGION and SIZE: 1 for 32 bytes, one more for each doubling, at the region's end."""
        base, size = memory
        for at in registers[::8]:
            region, code = self.stored.get(at, 0) & 0x3F, self.stored.get(at + 4, 0) & 0xF
            if code:
                callable_bytes = SMALLEST_CALLABLE << code - 1
                end = base + (region + 1) * size
                self.host.attribute(end - callable_bytes, callable_bytes, "non-secure-callable")
