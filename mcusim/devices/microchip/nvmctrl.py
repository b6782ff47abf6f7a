"""SAM D21 non-volatile memory controller (DS40001882, 22): wait states, cache, erase and write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.microchip.clock_tree import ClockTree
from mcusim.devices.microchip.registers import SamPeripheral

CTRLA, CTRLB, PARAM, INTENCLR, INTENSET = 0x00, 0x04, 0x08, 0x0C, 0x10
INTFLAG, STATUS, ADDR, LOCK = 0x14, 0x18, 0x1C, 0x20
KEY = 0xA5
ERASE_ROW, WRITE_PAGE, CLEAR_BUFFER, INVALIDATE = 0x02, 0x04, 0x44, 0x46
CACHEDIS = 1 << 18
READY, ERROR = 1 << 0, 1 << 1
PROGE = 1 << 2
FLASH_BYTES, ROW_BYTES, PAGE_BYTES = 1 << 18, 256, 64
PAGES_OF_64_BYTES = 4096 | 3 << 16
PAGE_S, ROW_S = 2.5e-3, 6e-3
"""Writing a page and erasing a row, at most (onlinedocs.microchip.com, 31.27, NVM_7 and NVM_11:
the chip with the same controller and the same wait states)."""


class SamNvmctrl(SamPeripheral):
    """The page buffer is flash itself: CLEAR_BUFFER or ERASE_ROW opens it, WRITE_PAGE closes it.

    A store to flash before that faults; on silicon it fills the buffer without effect. What was
    stored outside the page is taken back. The core goes on while INTFLAG.READY is 0, where silicon
    has it wait for the flash. Automatic page writes (CTRLB.MANW = 0), locks, the auxiliary rows and
    the security bit aren't modelled; READMODE is remembered.
    """

    widths: ClassVar[Mapping[int, int]] = {
        CTRLA: 2, CTRLB: 4, PARAM: 4, INTENCLR: 1, INTENSET: 1, INTFLAG: 1, STATUS: 2, ADDR: 4,
        LOCK: 2,
    }  # fmt: skip
    reset: ClassVar[Mapping[int, int]] = {PARAM: PAGES_OF_64_BYTES, LOCK: 0xFFFF}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.watch(self._clock_changed)
        self._taken_over = False
        self._before = b""
        """What flash held when the page buffer was opened."""
        self._errors = 0
        self._ready_s = 0.0
        self._ready = host.add_timer(self._update)

    def load(self, register: int) -> int:
        match register:
            case 0x0C:
                return self.stored.get(INTENSET, 0)
            case 0x14:
                return self._flags()
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                self._command(value)
            case 0x04:
                super().store(register, value)
                self._set_reading()
            case 0x0C:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) & ~value
            case 0x10:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) | value
            case 0x14:
                self._errors &= ~value
            case 0x18:
                self.stored[STATUS] = self.stored.get(STATUS, 0) & ~value
            case 0x08 | 0x20:
                return
            case _:
                super().store(register, value)
        self._update()

    # --- reading ---

    def _set_reading(self) -> None:
        control, flash = self.stored.get(CTRLB, 0), self.host.flash
        flash.set_wait_states(control >> 1 & 0xF)
        flash.set_icache(not control & CACHEDIS)
        flash.set_dcache(not control & CACHEDIS)

    def _clock_changed(self) -> None:
        if not self._tree.running:
            return
        if not self._taken_over:
            self._taken_over = True
            self._set_reading()
        wait_states, needed = self.stored.get(CTRLB, 0) >> 1 & 0xF, self.host.required_wait_states
        if wait_states < needed:
            self.host.warn(
                f"NVMCTRL.CTRLB.RWS sets {wait_states} wait states, but the flash needs {needed} "
                f"at this clock ({self.host.clock_hz / 1e6:g} MHz): on silicon, reads would fail"
            )

    # --- writing ---

    def _command(self, value: int) -> None:
        command = value & 0x7F
        if value >> 8 != KEY:
            self.stored[STATUS] = self.stored.get(STATUS, 0) | PROGE
            self._errors |= ERROR
        elif command == ERASE_ROW:
            self._close()
            row = self._address() & ~(ROW_BYTES - 1)
            self.host.write_memory(row, b"\xff" * ROW_BYTES)
            self._work(ROW_S)
            self._open()
        elif command == CLEAR_BUFFER:
            self._close()
            self._open()
        elif command == WRITE_PAGE:
            self._write_page()
            self._work(PAGE_S)
        elif command == INVALIDATE:
            self._invalidate()

    def _address(self) -> int:
        """ADDR counts half-words (hal_atmel, component/nvmctrl.h)."""
        return (self.stored.get(ADDR, 0) << 1) % FLASH_BYTES

    def _open(self) -> None:
        self._before = self.host.read_memory(0, FLASH_BYTES)
        self.host.flash.set_flash_writable(True)

    def _close(self) -> None:
        if self._before:
            if self.host.read_memory(0, FLASH_BYTES) != self._before:
                self.host.write_memory(0, self._before)
            self.host.flash.set_flash_writable(False)
        self._before = b""

    def _write_page(self) -> None:
        """Programming turns ones to zeros only."""
        if not self._before:
            return
        stored, before = self.host.read_memory(0, FLASH_BYTES), self._before
        page = self._filled_page(stored)
        self._close()
        part = slice(page, page + PAGE_BYTES)
        programmed = bytes(a & b for a, b in zip(before[part], stored[part], strict=True))
        self.host.write_memory(page, programmed)
        self._open()

    def _filled_page(self, stored: bytes) -> int:
        """The page that was stored to; a store moves ADDR along."""
        filled = [
            page
            for page in range(0, FLASH_BYTES, PAGE_BYTES)
            if stored[page : page + PAGE_BYTES] != self._before[page : page + PAGE_BYTES]
        ]
        named = self._address() & ~(PAGE_BYTES - 1)
        return filled[-1] if filled and named not in filled else named

    def _work(self, time_s: float) -> None:
        self._ready_s = max(self._ready_s, self.host.seconds) + time_s
        self.host.schedule(self._ready, self.host.cycle_in(self._ready_s - self.host.seconds))
        self._invalidate()

    def _invalidate(self) -> None:
        self.host.flash.invalidate_icache()
        self.host.flash.invalidate_dcache()

    def _flags(self) -> int:
        return self._errors | (READY if self.host.seconds >= self._ready_s else 0)

    def _update(self) -> None:
        self.interrupt(bool(self._flags() & self.stored.get(INTENSET, 0)))
