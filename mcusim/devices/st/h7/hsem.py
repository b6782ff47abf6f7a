"""STM32H7 hardware semaphores (RM0433 and RM0455, HSEM), with one core to lock them."""

from __future__ import annotations

from mcusim.devices.st.words import WordDevice

R, RLR, IER, ICR, ISR, MISR = 0x00, 0x80, 0x100, 0x104, 0x108, 0x10C
CR, KEYR, END = 0x140, 0x144, 0x80
SEMAPHORES = 32
LOCK = 1 << 31
CORE_ID = 3
"""Of the Cortex-M7 (RM0433, HSEM: 3 in the AHB bus master ID)."""


class Stm32h7Hsem(WordDevice):
    """Locks by a write (two steps) or a read (one step), told when a semaphore becomes free."""

    def load(self, register: int) -> int:
        if RLR <= register < RLR + END:
            place = register - RLR
            if not self.stored.get(place, 0) & LOCK:
                self.stored[place] = LOCK | CORE_ID << 8
            return self.stored[place]
        if register == MISR:
            return self.stored.get(ISR, 0) & self.stored.get(IER, 0)
        return 0 if register in (ICR, CR) else super().load(register)

    def store(self, register: int, value: int) -> None:
        if register < END:
            self._write(register, value)
        elif register == ICR:
            self.stored[ISR] = self.stored.get(ISR, 0) & ~value
        elif register == CR:
            self._clear(value)
        elif register in (IER, KEYR):
            super().store(register, value)
        self.interrupt(bool(self.stored.get(ISR, 0) & self.stored.get(IER, 0)))

    def _write(self, place: int, value: int) -> None:
        held = self.stored.get(place, 0)
        if value & LOCK and not held & LOCK:
            self.stored[place] = value & (LOCK | 0xFFF)
        elif not value & LOCK and held & LOCK and not (held ^ value) & 0xFFF:
            self._free(place // 4)

    def _clear(self, value: int) -> None:
        """Frees all semaphores of a core, given the key."""
        if value >> 16 != self.stored.get(KEYR, 0) >> 16:
            return
        for number in range(SEMAPHORES):
            if (self.stored.get(4 * number, 0) ^ value) & 0xF00 == 0:
                self._free(number)

    def _free(self, number: int) -> None:
        if self.stored.get(4 * number, 0) & LOCK:
            self.stored[ISR] = self.stored.get(ISR, 0) | 1 << number
        self.stored[4 * number] = 0
