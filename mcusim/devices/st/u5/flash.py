"""STM32U5 flash interface (RM0456, FLASH): wait states, prefetch, two banks, erase and program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.u5.flash_security import WATERMARKS, FlashSecurity
from mcusim.devices.st.u5.secured import is_secured
from mcusim.devices.st.u5.voltage import VoltageRange
from mcusim.devices.st.words import WordDevice

ACR, KEYR, SECKEYR, OPTKEYR, SR, SECSR = 0x00, 0x08, 0x0C, 0x10, 0x20, 0x24
CR, SECCR, OPTR, BOOT0, BOOT1 = 0x28, 0x2C, 0x40, 0x44, 0x48
LATENCY, PRFTEN = 0xF, 1 << 8
EOP, PGSERR = 1 << 0, 1 << 7
PG, PER, MER1, BKER, BWR = 1 << 0, 1 << 1, 1 << 2, 1 << 11, 1 << 14
MER2, STRT, OPTSTRT, OBL_LAUNCH = 1 << 15, 1 << 16, 1 << 17, 1 << 27
OPTLOCK, LOCK = 1 << 30, 1 << 31
PROGRAM_KEYS = 0x45670123, 0xCDEF89AB
KEYS = {KEYR: PROGRAM_KEYS, SECKEYR: PROGRAM_KEYS, OPTKEYR: (0x08192A3B, 0x4C5D6E7F)}
UNLOCKS = {KEYR: (CR, LOCK), SECKEYR: (SECCR, LOCK), OPTKEYR: (CR, OPTLOCK)}
"""The lock that the keys written to a register open."""
STATUS_OF = {CR: SR, SECCR: SECSR}
FLASH_BASE, PAGES = 0x08000000, 128


class Stm32u5Flash(WordDevice):
    """The registers for non-secure code, and beside them those for Secure code (SECKEYR to SECCR).

    While PG is set, stores reach the flash as they are: that a quad-word must be erased before and
    is written whole isn't checked, nor that a page belongs to the state whose registers are used.
    Option bytes are read only.
    """

    reset: ClassVar[Mapping[int, int]] = {
        ACR: 1,
        CR: LOCK | OPTLOCK,
        SECCR: LOCK,
        OPTR: 0x1FEFF8AA,
        BOOT0: 0x0800007F,
        BOOT1: 0x0BF9007F,
    }
    bank_bytes: ClassVar[int] = 0x100000
    page_bytes: ClassVar[int] = 0x2000
    # RM0456 table 54.
    wait_states: ClassVar[Mapping[int, tuple[float, ...]]] = {
        1: (32e6, 64e6, 96e6, 128e6, 160e6),
        2: (30e6, 60e6, 90e6, 110e6),
        3: (24e6, 48e6, 55e6),
        4: (12e6, 25e6),
    }
    """The highest HCLK for 0, 1, 2... wait states by range of the core voltage."""
    has_secure_pages: ClassVar[bool] = True
    """Whether the attributes of pages act."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._keys: list[int] = []
        self._range = host.shared(VoltageRange)
        self._clocks = Clocks.of(host)
        self._clocks.watch(self._apply)
        loaded = host.option_bytes("optr")
        if loaded is not None:
            self.stored[OPTR] = loaded
        self._security: FlashSecurity | None = None
        if self.has_secure_pages:
            secured = is_secured(host)
            self._security = FlashSecurity(host, self.stored, self.page_bytes, secured)

    def load(self, register: int) -> int:
        # Operations are over at once: neither BSY nor WDW is ever set.
        return 0 if register in KEYS else super().load(register)

    def store(self, register: int, value: int) -> None:
        if register == ACR:
            super().store(register, value)
            self.host.flash.set_prefetch(bool(value & PRFTEN))
            self._apply()
        elif register in KEYS:
            self._unlock(register, value)
        elif register in (SR, SECSR):
            # Flags are cleared by writing 1.
            self.stored[register] = self.stored.get(register, 0) & ~value
        elif register in STATUS_OF:
            self._set_cr(register, value)
        elif register not in (OPTR, BOOT0, BOOT1, *WATERMARKS):
            super().store(register, value)
            if self._security is not None and register in FlashSecurity.registers:
                self._security.apply()

    def _apply(self) -> None:
        """Takes over the latency once the firmware's clock tree is in force."""
        if not self._clocks.running:
            return
        latency = self.stored[ACR] & LATENCY
        self.host.flash.set_wait_states(latency)
        number = self._range.number
        needed = sum(self._clocks.hclk > limit * 1.001 for limit in self.wait_states[number])
        if latency < needed:
            self.host.warn(
                f"FLASH_ACR sets {latency} wait states, but the flash needs {needed} at "
                f"{self._clocks.hclk / 1e6:g} MHz in Range {number}: on silicon, reads would fail"
            )

    # --- erasing and programming ---

    def _unlock(self, register: int, key: int) -> None:
        self._keys.append(key)
        if tuple(self._keys[-2:]) == KEYS[register]:
            control, lock = UNLOCKS[register]
            self.stored[control] &= ~lock

    def _set_cr(self, register: int, value: int) -> None:
        old = self.stored[register]
        if old & LOCK:
            return
        # The locks are set by writing 1 and cleared by their keys alone.
        locks = (old | value) & self.reset[register]
        self.stored[register] = value & ~(STRT | OPTSTRT | OBL_LAUNCH | LOCK | OPTLOCK) | locks
        writable = any(self.stored[control] & (PG | BWR) for control in STATUS_OF)
        self.host.flash.set_flash_writable(writable)
        if value & STRT:
            status = STATUS_OF[register]
            done = EOP if self._erase(value) else PGSERR
            self.stored[status] = self.stored.get(status, 0) | done

    def _erase(self, control: int) -> bool:
        """Erases what CR names; False where there is no such memory."""
        spans = []
        if control & PER:
            page = (control >> 3) % PAGES * self.page_bytes
            spans.append(
                (FLASH_BASE + bool(control & BKER) * self.bank_bytes + page, self.page_bytes)
            )
        if control & MER1:
            spans.append((FLASH_BASE, self.bank_bytes))
        if control & MER2:
            spans.append((FLASH_BASE + self.bank_bytes, self.bank_bytes))
        done = [self.host.write_memory(at, b"\xff" * size) for at, size in spans]
        return bool(done) and all(done)
