"""The peripheral address space: which device answers where, and what happens where none does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mcusim.devices import Device
from mcusim.machine.gates import Gated
from mcusim.machine.screens import Passes, Screen

GRAIN_SHIFT = 10
"""Devices are found by kilobyte, the smallest block that chips give to one."""

PERIPHERALS = (0x40000000, 0x20000000)
"""Base and size in bytes of the peripheral region (ARM DDI0403E B3.1)."""
PRIVATE = ((0xE0000000, 0xE000), (0xE000F000, 0x1F000), (0xE002F000, 0xD1000))
"""Base and size in bytes of the private peripheral bus, around the system control space and its
Non-secure alias, which are the native core's."""
REGIONS_OF_ARM = (PERIPHERALS, *PRIVATE)


class Bus:
    """Hands each access to the device at its address; an unmodelled one reads as 0."""

    def __init__(
        self,
        unmodelled: Callable[[int, bool], None],
        regions: Sequence[tuple[int, int]] = REGIONS_OF_ARM,
    ) -> None:
        """`regions`: base and size of what is for devices, whether one is there or not."""
        self._regions = regions
        self._devices: dict[int, tuple[Device, int]] = {}
        self._unmodelled = unmodelled
        self._scripts: dict[int, list[int]] = {}
        self._gates: dict[int, list[Gated]] = {}
        """Devices with a clock of their own, by the kilobyte of the register that switches it."""
        self._main: dict[int, int] = {}
        """The base that an alias of a device's base stands for."""
        self._screens: dict[int, Passes] = {}
        """What decides on accesses of a device, by its base."""
        self.switched: Callable[[], None] = lambda: None
        """Is told after each write to a clock controller."""

    def attach(self, device: Device, base: int, size_bytes: int, main: int | None = None) -> None:
        """Puts a device at `base`, an alias of `main`."""
        if main is not None:
            self._main[base] = main
        if passes := self._screens.get(self._main.get(base, base)):
            device = Screen(device, base, passes)
        for grain in range(base >> GRAIN_SHIFT, (base + size_bytes - 1 >> GRAIN_SHIFT) + 1):
            self._devices[grain] = (device, base)

    def gate(self, gated: Gated) -> None:
        """Has others answer in place of the device while it has no clock or is held in reset."""
        self._gates.setdefault(gated.gate.address >> GRAIN_SHIFT, []).append(gated)

    def ungate(self) -> None:
        """Forgets gates and screens, for devices made anew."""
        self._gates.clear()
        self._screens.clear()

    def screen(self, base: int, passes: Passes | None) -> None:
        """Has `passes` decide on each access of the device at `base`; None: all pass."""
        if passes is None:
            self._screens.pop(base, None)
        else:
            self._screens[base] = passes
        for grain, (found, at) in self._devices.items():
            if self._main.get(at, at) == base:
                device = found.device if isinstance(found, Screen) else found
                self._devices[grain] = (
                    device if passes is None else Screen(device, at, passes),
                    at,
                )

    def switch_clocks(self, grain: int | None = None) -> None:
        """Takes the gates as they are now, in one kilobyte of registers or in all."""
        for key in self._gates if grain is None else (grain,):
            controller, base = self._devices[key]
            for gated in self._gates[key]:
                device = gated.answers(controller, gated.gate.address - base)
                self.attach(device, gated.base, gated.size_bytes)
        self.switched()

    def gates(self) -> Iterator[tuple[Gated, Device, int]]:
        """The gates, with the clock controller of each and the offset of its register."""
        for key, all_gated in self._gates.items():
            controller, base = self._devices[key]
            for gated in all_gated:
                yield gated, controller, gated.gate.address - base

    def script(self, address: int, values: Sequence[int]) -> None:
        """Has reads of a register give these values one after the other, then the last for ever."""
        self._scripts[address] = list(values)

    def may_publish(self, address: int) -> bool:
        """Whether a device may have reads of a register answered without being asked."""
        found = self._devices.get(address >> GRAIN_SHIFT)
        screened = found is not None and isinstance(found[0], Screen)
        return not screened and address not in self._scripts

    def at(self, address: int) -> tuple[Device, int] | None:
        """The device that answers at an address, and its base."""
        return self._devices.get(address >> GRAIN_SHIFT)

    def nearest(self, address: int) -> tuple[Device, int] | None:
        """The device that begins nearest below an address, or else above it, and its base."""
        places = {base: device for device, base in self._devices.values()}
        below = [base for base in places if base <= address]
        base = max(below) if below else min(places, default=None)
        return None if base is None else (places[base], base)

    def windows(self, page_bytes: int = 1 << GRAIN_SHIFT) -> Iterable[tuple[int, int]]:
        """Base and size of each block of addresses that devices can answer, in whole pages."""
        yield from self._regions
        begin = end = 0
        for page in sorted({(grain << GRAIN_SHIFT) // page_bytes for grain in self._devices}):
            address = page * page_bytes
            if any(base <= address < base + size for base, size in self._regions):
                continue
            if address != end:
                if end > begin:
                    yield begin, end - begin
                begin = address
            end = address + page_bytes
        if end > begin:
            yield begin, end - begin

    def read(self, address: int, size: int) -> int:
        """A read of 1, 2 or 4 bytes."""
        if self._scripts and address in self._scripts:
            values = self._scripts[address]
            return (values.pop(0) if len(values) > 1 else values[0]) & 0xFFFFFFFF
        found = self._devices.get(address >> GRAIN_SHIFT)
        if found is None:
            return self._nobody(address, write=False)
        device, base = found
        return device.read(address - base, size) & 0xFFFFFFFF

    def write(self, address: int, size: int, value: int) -> None:
        """A write of 1, 2 or 4 bytes."""
        found = self._devices.get(address >> GRAIN_SHIFT)
        if found is None:
            self._nobody(address, write=True)
            return
        device, base = found
        device.write(address - base, size, value)
        grain = address - base + self._main.get(base, base) >> GRAIN_SHIFT
        if grain in self._gates:
            self.switch_clocks(grain)

    def _nobody(self, address: int, *, write: bool) -> int:
        self._unmodelled(address, write)
        return 0
