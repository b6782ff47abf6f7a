"""What all nRF52 and nRF53 peripherals have: tasks, events, shortcuts, interrupts."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.device import Device, Host
from mcusim.devices.nordic.fabric import BLOCK, NrfFabric

# PS, Peripheral interface: tasks, events, shortcuts and interrupts have the same place in each.
SUBSCRIBE, EVENTS, PUBLISH, SHORTS = 0x080, 0x100, 0x180, 0x200
INTEN, INTENSET, INTENCLR = 0x300, 0x304, 0x308
POWER = 0xFFC
"""Of each peripheral: 0 resets it (nrf51.h; later chips kept it, unnamed but in RADIO)."""
APB, APB_SECURE = 0x40000000, 0x50000000
"""Peripherals of this bus have their number in the address, which is that of their interrupt."""


class NrfPeripheral(Device):
    """Writing 1 to a task does something; an event is a flag, an interrupt, and a signal to PPI.

    A subclass overrides `task` for what its tasks do, `configured` for registers that act when
    written, and `value` for registers that are more than a store. It calls `fire` for its events.
    """

    shortcuts: ClassVar[dict[int, tuple[int, int]]] = {}
    """Offsets of an event and of the task that it triggers, by the bit of SHORTS."""
    reset: ClassVar[dict[int, int]] = {}
    """Values at reset that aren't 0, by offset."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.fabric = host.shared(NrfFabric)
        self.inten = 0
        self.interrupt: int | None = None
        self._events: dict[int, int] = {}
        self._line = False
        self.stored.update(self.reset)

    def placed(self, base: int) -> None:
        super().placed(base)
        self.fabric.add(self)
        if base & 0xFF000000 in (APB, APB_SECURE):
            self.interrupt = base >> 12 & 0xFF
            self.interrupts = (self.interrupt,)

    def restart(self) -> None:
        """Goes back to the state after reset, as POWER = 0 does."""
        self.stored = dict(self.reset)
        self.inten = 0
        self._events.clear()
        self._drive()
        self.fabric.channels_changed()

    # --- for subclasses ---

    @property
    def now(self) -> int:
        """The tick at which what happens now happens."""
        return self.fabric.now(self.host)

    def task(self, offset: int) -> None:
        """Does what the task at `offset` does."""

    def configured(self, offset: int, value: int) -> None:
        """Takes a write of a register that is neither task nor event; it is stored already."""

    def value(self, offset: int) -> int:
        """What a register reads as that is neither task nor event."""
        return self.stored.get(offset, 0)

    def rerouted(self) -> None:
        """Some event of this peripheral has, or has no longer, somebody who listens."""

    def fire(self, event: int) -> None:
        """Raises the event at offset `event`."""
        self._events[event] = 1
        self._drive()
        shorts = self.stored.get(SHORTS, 0)
        if shorts:
            for bit, (source, target) in self.shortcuts.items():
                if source == event and shorts >> bit & 1:
                    self.task(target)
        address = (self.base & ~BLOCK) + event
        if self.fabric.routes and not self.fabric.fired(address):
            self.host.warn(
                f"{self.name}: the event at 0x{address:08x} leads through PPI or DPPI back to "
                f"itself in no time; the chip would go round for ever, the simulation does once"
            )

    def read_by_dma(self, address: int, size: int) -> bytes:
        """Bytes that EasyDMA reads: zeros where it is kept out; empty outside memory."""
        data = self.host.read_memory(address, size)
        return data if self.fabric.dma_reaches(self.base, address, size) else bytes(len(data))

    def write_by_dma(self, address: int, data: bytes) -> None:
        """Has EasyDMA write bytes, where it may."""
        if self.fabric.dma_reaches(self.base, address, len(data)):
            self.host.write_memory(address, data)

    def happened(self, event: int) -> bool:
        """Whether the event's flag is up."""
        return bool(self._events.get(event, 0))

    def is_routed(self, event: int) -> bool:
        """Whether PPI listens to the event."""
        return (self.base & ~BLOCK) + event in self.fabric.routes

    def now_enabled(self) -> None:
        """Takes a change of the enabled interrupts."""

    # --- the bus ---

    def read(self, offset: int, size: int) -> int:
        aligned = offset & ~3
        if aligned in (INTEN, INTENSET, INTENCLR):
            word = self.inten
        elif EVENTS <= aligned < PUBLISH:
            word = self._events.get(aligned, 0)
        elif aligned < SUBSCRIBE:
            word = 0
        else:
            word = self.value(aligned)
        return word >> 8 * (offset & 3) & (1 << 8 * size) - 1

    def write(self, offset: int, size: int, value: int) -> None:
        if EVENTS <= offset < PUBLISH:
            # Firmware may only clear it (PS, Peripheral interface, Events).
            self._events[offset] = value & 1
            self._drive()
        elif offset < SUBSCRIBE:
            if value & 1:
                self.task(offset)
        elif offset < SHORTS:
            self.stored[offset] = value
            self.fabric.channels_changed()
        elif offset in (INTEN, INTENSET, INTENCLR):
            self._enable(offset, value)
        else:
            self.stored[offset] = value
            self.configured(offset, value)

    def _enable(self, offset: int, value: int) -> None:
        if offset == INTEN:
            self.inten = value
        elif offset == INTENSET:
            self.inten |= value
        else:
            self.inten &= ~value
        self.now_enabled()
        self._drive()

    def _drive(self) -> None:
        # Bit n of INTEN belongs to the event at 0x100 + 4 n.
        line = any(
            flag and self.inten >> (event - EVENTS >> 2) & 1 for event, flag in self._events.items()
        )
        if line != self._line and self.interrupt is not None:
            self._line = line
            self.host.set_interrupt(self.interrupt, line)
