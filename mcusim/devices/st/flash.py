"""STM32L4+ flash interface (RM0432 3.7): access control, unlock sequences, erase, option bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from mcusim.devices.device import Host
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.words import WordDevice

ACR, KEYR, OPTKEYR, SR, CR, OPTR = 0x00, 0x08, 0x0C, 0x10, 0x14, 0x20  # RM0432 3.7
LATENCY = 0xF
PRFTEN, ICEN, DCEN, ICRST, DCRST = 1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12
ACR_RESET = ICEN | DCEN
EOP, PGSERR = 1 << 0, 1 << 7
PG, FSTPG = 1 << 0, 1 << 18
PER, MER1, MER2, STRT = 1 << 1, 1 << 2, 1 << 15, 1 << 16
OPTSTRT, OBL_LAUNCH = 1 << 17, 1 << 27
OPTLOCK, LOCK = 1 << 30, 1 << 31
BFB2 = 1 << 20
KEYS = {KEYR: (0x45670123, 0xCDEF89AB), OPTKEYR: (0x08192A3B, 0x4C5D6E7F)}  # RM0432 3.3.5
FLASH_BASE = 0x08000000


class Layout(NamedTuple):
    """How the flash is divided."""

    bank_bytes: int
    dual_page_bytes: int
    """Of a page in dual-bank mode."""
    single_page_bytes: int
    pages: int
    """The most that FLASH_CR.PNB counts."""
    dual_bank: int
    """Bit of OPTR that makes two banks."""
    second_bank: int
    """Bit of CR that chooses bank 2 for a page's erase."""


class Stm32Flash(WordDevice):
    """ACR sets wait states, prefetch and caches; CR erases and programs, at once.

    OPTR holds the option bytes. With DBANK the flash is two banks with pages of 4 kB, without it
    one bank with pages of 8 kB, which has no erase of a single bank. The firmware can program OPTR
    (OPTSTRT); what it programs holds once OBL_LAUNCH or a wake-up from Standby or Shutdown has
    reset the chip. The other option registers aren't modelled.

    While PG is set, stores reach the flash as they are: that a cell must be erased before, and
    that a double word is written whole (PROGERR, SIZERR), isn't checked.
    """

    reset: ClassVar[Mapping[int, int]] = {
        ACR: ACR_RESET,
        CR: LOCK | OPTLOCK,
        OPTR: 0xFFEFF8AA,
    }
    layout: ClassVar[Layout] = Layout(0x100000, 0x1000, 0x2000, 256, 1 << 22, 1 << 11)
    """RM0432 3.3.1; bits: CMSIS header stm32l4r5xx.h."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._keys: list[int] = []
        self._clocks = Clocks.of(host)
        self._clocks.watch(self._clock_changed)
        self._taken_over = False
        self._early_warning = ""
        self._load_option_bytes()

    def _load_option_bytes(self) -> None:
        loaded = self.host.option_bytes("optr")
        if loaded is not None:
            self.stored[OPTR] = loaded
        self._dual_bank = bool(self.stored[OPTR] & self.layout.dual_bank)
        self._check_boot_bank()

    def _check_boot_bank(self) -> None:
        if self._dual_bank and self.stored[OPTR] & BFB2:
            self.host.warn(
                "option bit BFB2 has the chip boot from bank 2 if that holds a program; the "
                "simulated one boots from bank 1"
            )

    def load(self, register: int) -> int:
        return 0 if register in KEYS else super().load(register)

    def store(self, register: int, value: int) -> None:
        if register == ACR:
            super().store(register, value & ~(ICRST | DCRST))
            self._set_acr(value)
        elif register in KEYS:
            self._unlock(register, value)
        elif register == SR:
            # Flags are cleared by writing 1.
            self.stored[SR] = self.stored.get(SR, 0) & ~value
        elif register == CR:
            self._set_cr(value)
        elif register == OPTR and self.stored[CR] & (LOCK | OPTLOCK):
            return
        else:
            super().store(register, value)

    def _set_acr(self, value: int) -> None:
        self._check_latency()
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

    def _clock_changed(self) -> None:
        if not self._clocks.running:
            return
        if not self._taken_over:
            self._taken_over = True
            # It assumed the board's clock, but the chip was still at its reset clock.
            self.host.withdraw(self._early_warning)
            self.host.flash.set_wait_states(self.stored[ACR] & LATENCY)
        self._check_latency()

    def _check_latency(self) -> None:
        latency, needed = self.stored[ACR] & LATENCY, self.host.required_wait_states
        if latency < needed:
            warning = (
                f"FLASH_ACR sets {latency} wait states, but the flash needs {needed} at this clock "
                f"({self.host.clock_hz / 1e6:g} MHz): on silicon, reads would fail"
            )
            self.host.warn(warning)
            if not self._taken_over:
                self._early_warning = warning

    def _unlock(self, register: int, key: int) -> None:
        self._keys.append(key)
        if tuple(self._keys[-2:]) == KEYS[register]:
            self.stored[CR] &= ~(LOCK if register == KEYR else OPTLOCK)

    def _set_cr(self, value: int) -> None:
        old = self.stored[CR]
        if old & LOCK:
            return
        # The locks are set by writing 1 and cleared by their keys alone.
        locks = (old | value) & (LOCK | OPTLOCK)
        self.stored[CR] = value & ~(STRT | OPTSTRT | OBL_LAUNCH | LOCK | OPTLOCK) | locks
        programming = bool(value & (PG | FSTPG))
        if programming != bool(old & (PG | FSTPG)):
            self.host.flash.set_flash_writable(programming)
        if not old & OPTLOCK:
            self._set_option_bytes(value)
        if not value & STRT:
            return
        self.stored[SR] = self.stored.get(SR, 0) | (EOP if self._erase(value) else PGSERR)

    def _set_option_bytes(self, control: int) -> None:
        if control & OPTSTRT:
            self.host.program_option_bytes("optr", self.stored[OPTR])
            self.stored[SR] = self.stored.get(SR, 0) | EOP
        if control & OBL_LAUNCH:
            self.host.reset(
                "option bytes", "the firmware had its option bytes loaded (FLASH_CR.OBL_LAUNCH)"
            )

    def _erase(self, control: int) -> bool:
        """Erases what CR names; False where there is no such memory."""
        spans = self._dual_spans(control) if self._dual_bank else self._single_spans(control)
        done = [self.host.write_memory(at, b"\xff" * size) for at, size in spans]
        if not (done and all(done)):
            return False
        self.host.flash.invalidate_icache()
        self.host.flash.invalidate_dcache()
        return True

    def _dual_spans(self, control: int) -> list[tuple[int, int]]:
        """Address and size of what is erased in dual-bank mode."""
        size, page_size = self.layout.bank_bytes, self.layout.dual_page_bytes
        spans = []
        if control & PER:
            bank = FLASH_BASE + bool(control & self.layout.second_bank) * size
            spans.append((bank + self._page(control) * page_size, page_size))
        if control & MER1:
            spans.append((FLASH_BASE, size))
        if control & MER2:
            spans.append((FLASH_BASE + size, size))
        return spans

    def _single_spans(self, control: int) -> list[tuple[int, int]]:
        """The same in single-bank mode, where mass erase takes both MER1 and MER2."""
        page_size = self.layout.single_page_bytes
        spans = []
        if control & PER:
            spans.append((FLASH_BASE + self._page(control) * page_size, page_size))
        if control & MER1 and control & MER2:
            spans.append((FLASH_BASE, 2 * self.layout.bank_bytes))
        return spans

    def _page(self, control: int) -> int:
        return (control >> 3) % self.layout.pages
