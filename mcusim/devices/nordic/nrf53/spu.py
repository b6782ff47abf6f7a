"""nRF5340 SPU (PS, System protection unit): which flash, RAM, peripherals... are Secure."""

from __future__ import annotations

from functools import partial

from mcusim.devices.device import Host
from mcusim.devices.keeps import WHOLE_WORD, Keeps
from mcusim.devices.nordic.nrf53.secure_channels import SecureChannels
from mcusim.devices.nordic.nrf53.secure_pins import SecurePins
from mcusim.devices.nordic.peripheral import NrfPeripheral

RAMACCERR, FLASHACCERR, PERIPHACCERR = 0x100, 0x104, 0x108
DPPI_PERM = 0x480
"""DPPI[0].PERM; its LOCK is behind it."""
FLASH_NSC, RAM_NSC = range(0x500, 0x510), range(0x540, 0x550)
FLASH_REGION, RAM_REGION = range(0x600, 0x700), range(0x700, 0x800)
PERM_AT_RESET, SECATTR = 0x17, 1 << 4
FLASH, RAM = (0x00000000, 0x4000), (0x20000000, 0x2000)
"""Base, and bytes of one of 64 regions."""
REGIONS = 64
SMALLEST_CALLABLE = 32
GPIO_PERM, PORT_LOCK = (0x4C0, 0x4C8), 1 << 0
"""GPIOPORT[n].PERM; its LOCK is behind it."""
PERIPHERALS = range(0x800, 0xC00)
"""PERIPHID[n].PERM, by bits 19 to 12 of a peripheral's address."""
LOCK, PRESENT, DMASEC = 1 << 8, 1 << 31, 1 << 5
WRITABLE = SECATTR | DMASEC | LOCK
NON_SECURE_ALONE, SECURE_ALONE, SELECTABLE, SPLIT = range(4)
"""SECUREMAPPING."""
# PS, Instantiation (application core); nrfx bsp/stable/mdk/nrf5340_application.svd.
MAPPINGS = {
    **dict.fromkeys((0x00, *range(0x04, 0x07), *range(0x08, 0x0D), *range(0x0E, 0x12)), SELECTABLE),
    **dict.fromkeys((0x14, 0x15, *range(0x18, 0x25), 0x26, 0x28, 0x2A, 0x2B, 0x2D), SELECTABLE),
    **dict.fromkeys((0x30, 0x33, 0x34, 0x36, 0x37, 0x81), SELECTABLE),
    **dict.fromkeys((0x01, 0x03, 0x0D, 0x44), SECURE_ALONE),
    **dict.fromkeys((0x17, 0x39, 0x42), SPLIT),
    0x2F: NON_SECURE_ALONE,
}
NON_SECURE_BASE, SECURE_BASE, BLOCK_BYTES = 0x40000000, 0x50000000, 0x1000


class Nrf53Spu(NrfPeripheral):
    """Tells the core of its regions, and of the callable piece at the end of one.

    A selectable peripheral is at its Secure or at its Non-secure address alone; at the other one
    it is a bus error (PS, Peripheral address mapping). Secure pins and DPPI channels read as zero
    for Non-secure code, which can't write them. EasyDMA of a Non-secure peripheral, or one without
    DMASEC, reads zeros in Secure memory and writes nothing. Both make an event. Until PERM is
    written DMA is as its peripheral: Secure firmware that leaves PERM alone uses it. What PERM says
    of reading, writing and executing memory, and of the channels that a peripheral publishes to,
    isn't modelled.
    """

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        for base, size in (FLASH, RAM):
            host.attribute(base, REGIONS * size, "secure")
        self._screens = False
        for number, mapping in MAPPINGS.items():
            secure = 0 if mapping == NON_SECURE_ALONE else SECATTR
            self.stored[PERIPHERALS.start + 4 * number] = PRESENT | mapping | secure
            self._place(number)
        self._written: set[int] = set()
        """Numbers of the peripherals whose PERM was written."""
        self.fabric.dma_reaches = self._dma_reaches
        host.watch_filters(self._kept_out)

    def value(self, offset: int) -> int:
        """Permissions as at reset until they are written."""
        if offset in FLASH_REGION or offset in RAM_REGION:
            return self.stored.get(offset, PERM_AT_RESET)
        if offset in (*GPIO_PERM, DPPI_PERM):
            return self.stored.get(offset, WHOLE_WORD)
        return self.stored.get(offset, 0)

    def write(self, offset: int, size: int, value: int) -> None:
        """Takes over what concerns attribution, unless it is locked."""
        if offset < DPPI_PERM:
            super().write(offset, size, value)
            return
        if offset in PERIPHERALS:
            self._set_peripheral(offset, value)
            return
        if offset in (*GPIO_PERM, DPPI_PERM) and self.stored.get(offset + 4, 0) & PORT_LOCK:
            return
        if self._is_locked(offset):
            return
        self.stored[offset] = value
        for regions, callables, memory in (
            (FLASH_REGION, FLASH_NSC, FLASH),
            (RAM_REGION, RAM_NSC, RAM),
        ):
            if offset in regions or offset in callables:
                if offset in regions:
                    self._attribute(offset, (offset - regions.start) // 4, memory)
                self._open_gateways(callables, memory)

    def _is_locked(self, offset: int) -> bool:
        """Of PERM of a region, and of REGION and SIZE of a callable piece."""
        lists = (FLASH_NSC, RAM_NSC, FLASH_REGION, RAM_REGION)
        return any(offset in x for x in lists) and bool(self.stored.get(offset, 0) & LOCK)

    def _dma_reaches(self, base: int, address: int, size: int) -> bool:
        number = base // BLOCK_BYTES & 0xFF
        perm = self.stored.get(PERIPHERALS.start + 4 * number, 0)
        if perm & SECATTR and (perm & DMASEC or number not in self._written):
            return True
        for event, (start, region_bytes), registers in (
            (FLASHACCERR, FLASH, FLASH_REGION), (RAMACCERR, RAM, RAM_REGION),
        ):  # fmt: skip
            for at in (address, address + max(size, 1) - 1):
                region = (at - start) // region_bytes
                if not 0 <= region < REGIONS:
                    continue
                if self.value(registers.start + 4 * region) & SECATTR:
                    self.fire(event)
                    return False
        return True

    def _kept_out(self, _name: str, _offset: int, _foreign: bool) -> None:
        self.fire(PERIPHACCERR)

    def _set_peripheral(self, offset: int, value: int) -> None:
        old, number = self.stored.get(offset, 0), (offset - PERIPHERALS.start) // 4
        if number in MAPPINGS and not old & LOCK:
            self.stored[offset] = old & ~WRITABLE | value & WRITABLE
            self._written.add(number)
            self._place(number)

    def _place(self, number: int) -> None:
        """Has a selectable peripheral answer at one of its addresses."""
        if MAPPINGS[number] != SELECTABLE:
            return
        secure = self.stored[PERIPHERALS.start + 4 * number] & SECATTR
        at = number * BLOCK_BYTES
        below = Keeps.NON_SECURE if secure else Keeps.NOTHING
        above = Keeps.NOTHING if secure else Keeps.SECURE_DATA
        self.host.filter_addresses(NON_SECURE_BASE + at, BLOCK_BYTES, below)
        self.host.filter_addresses(SECURE_BASE + at, BLOCK_BYTES, above)

    def _attribute(self, offset: int, region: int, memory: tuple[int, int]) -> None:
        base, size = memory
        secure = self.stored[offset] & SECATTR
        if not secure:
            self._screen_split()
        self.host.attribute(base + region * size, size, "secure" if secure else "non-secure")

    def _screen_split(self) -> None:
        """What both states share, once there may be Non-secure code."""
        if self._screens:
            return
        self._screens = True
        channels = SecureChannels(partial(self.value, DPPI_PERM), self.fabric)
        self.host.screen_device("dppic", lambda: None, channels.allowed)
        for port, register in enumerate(GPIO_PERM):
            pins = SecurePins(port, partial(self.value, register))
            self.host.screen_device(f"p{port}", lambda: None, pins.allowed)

    def _open_gateways(self, registers: range, memory: tuple[int, int]) -> None:
        """REGION and SIZE: 1 for 32 bytes, one more for each doubling, at the region's end."""
        base, size = memory
        for at in registers[::8]:
            region, code = self.stored.get(at, 0) & 0x3F, self.stored.get(at + 4, 0) & 0xF
            if code:
                callable_bytes = SMALLEST_CALLABLE << code - 1
                end = base + (region + 1) * size
                self.host.attribute(end - callable_bytes, callable_bytes, "non-secure-callable")
