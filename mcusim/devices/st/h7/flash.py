"""STM32H7 flash interface (RM0433 and RM0455, FLASH): wait states, two banks, erase and program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.h7.core_voltage import CoreVoltage
from mcusim.devices.st.words import WordDevice

ACR, OPTKEYR, OPTCR, OPTSR_CUR, OPTSR_PRG = 0x00, 0x08, 0x18, 0x1C, 0x20
KEYR, CR, SR, CCR = 0x04, 0x0C, 0x10, 0x14
BOOT_CUR, BOOT_PRG = 0x40, 0x44
BANK = 0x100
"""From a register of bank 1 to that of bank 2."""
LATENCY = 0xF
LOCK, PG, SER, BER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
EOP, PGSERR = 1 << 16, 1 << 18
OPTLOCK, MER = 1 << 0, 1 << 4
KEYS = {KEYR: (0x45670123, 0xCDEF89AB), OPTKEYR: (0x08192A3B, 0x4C5D6E7F)}
OPTIONS = {
    # Factory settings (RM0433, FLASH option bytes): no protection, watchdogs by software, boot
    # from 0x08000000 or else 0x1FF00000.
    **dict.fromkeys((OPTSR_CUR, OPTSR_PRG), 0x1006AAF0),
    **dict.fromkeys((BOOT_CUR, BOOT_PRG), 0x1FF00800),
}
FLASH_BASE, BANK_BYTES = 0x08000000, 0x100000

WaitStates = tuple[tuple[float, ...], ...]
"""By scale of the core voltage: the highest bus clock for 0, 1, 2... wait states."""


class Stm32h7Flash(WordDevice):
    """ACR sets wait states, in bus cycles; CR1 and CR2 erase and program their bank, at once.

    While PG is set, stores reach the flash as they are: that a flash word must be erased before
    and is written whole (INCERR, STRBERR) isn't checked, nor is WRHIGHFREQ.
    """

    reset: ClassVar[Mapping[int, int]] = {
        ACR: 0x37,
        CR: LOCK,
        CR + BANK: LOCK,
        OPTCR: OPTLOCK,
        **OPTIONS,
    }
    sector_bytes: ClassVar[int] = 0x20000
    start: ClassVar[int] = 1 << 7
    sector_field: ClassVar[tuple[int, int]] = (8, 0x7)
    """Position and mask of CR.SNB (stm32h743xx.h)."""
    wait_states: ClassVar[WaitStates] = (
        # RM0433 table 17, as in embassy-stm32 rcc/h.rs.
        (70e6, 140e6, 210e6, 225e6, 240e6),
        (70e6, 140e6, 210e6, 225e6),
        (55e6, 110e6, 165e6, 224e6),
        (45e6, 90e6, 135e6, 180e6, 224e6),
    )

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._keys: list[int] = []
        self._voltage = host.shared(CoreVoltage)
        self._clocks = Clocks.of(host)
        self._clocks.watch(self._apply)

    def placed(self, base: int) -> None:
        super().placed(base)
        # Until the firmware sets its prescalers: as slow a bus as the board's clock asks for.
        fastest = self.wait_states[0][-1]
        self.host.set_bus_divider(1 if self.host.clock_hz <= fastest else 2)

    def load(self, register: int) -> int:
        # Operations are over at once: neither BSY nor QW is ever set.
        return 0 if register in (KEYR, KEYR + BANK, OPTKEYR) else super().load(register)

    def store(self, register: int, value: int) -> None:
        bank = BANK if register >= BANK else 0
        match register - bank:
            case 0x00 if not bank:
                super().store(register, value)
                self._apply()
            case 0x04 | 0x08 as keys:
                self._unlock(keys, CR + bank if keys == KEYR else OPTCR, value)
            case 0x0C:
                self._set_cr(bank, value)
            case 0x14:
                self.stored[SR + bank] = self.stored.get(SR + bank, 0) & ~value
            case 0x18 if not bank:
                self._set_optcr(value)
            case 0x10 | 0x1C | 0x40:
                return
            case _:
                super().store(register, value)

    # --- wait states ---

    def _apply(self) -> None:
        """Takes over latency and clock ratio once the firmware's clock tree is in force."""
        if not self._clocks.running:
            return
        latency = self.stored[ACR] & LATENCY
        self.host.flash.set_wait_states(latency)
        self.host.set_bus_divider(self._clocks.bus_divider)
        limits = self.wait_states[self._voltage.in_force]
        needed = sum(self._clocks.hclk > limit * 1.001 for limit in limits)
        if latency < needed:
            self.host.warn(
                f"FLASH_ACR sets {latency} wait states, but the flash needs {needed} at a bus "
                f"clock of {self._clocks.hclk / 1e6:g} MHz and VOS{self._voltage.in_force}: on "
                f"silicon, reads would fail"
            )

    # --- erasing and programming ---

    def _unlock(self, keys: int, control: int, key: int) -> None:
        self._keys.append(key)
        if tuple(self._keys[-2:]) == KEYS[keys]:
            self.stored[control] &= ~LOCK

    def _set_cr(self, bank: int, value: int) -> None:
        if self.stored[CR + bank] & LOCK:
            return
        self.stored[CR + bank] = value & ~self.start
        programs = any(self.stored[CR + each] & PG for each in (0, BANK))
        self.host.flash.set_flash_writable(programs)
        if value & self.start:
            self._report(bank, self._erase(bank, value))

    def _set_optcr(self, value: int) -> None:
        if self.stored[OPTCR] & OPTLOCK:
            return
        self.stored[OPTCR] = value & ~MER
        if value & MER:
            for bank in (0, BANK):
                self._report(bank, self._erase(bank, BER))

    def _report(self, bank: int, done: bool) -> None:
        self.stored[SR + bank] = self.stored.get(SR + bank, 0) | (EOP if done else PGSERR)

    def _erase(self, bank: int, control: int) -> bool:
        """Erases a sector or the bank; False where there is no such memory."""
        base = FLASH_BASE + (BANK_BYTES if bank else 0)
        if control & BER:
            return self.host.write_memory(base, b"\xff" * BANK_BYTES)
        position, mask = self.sector_field
        at = base + (control >> position & mask) * self.sector_bytes
        erased = b"\xff" * self.sector_bytes
        return bool(control & SER) and self.host.write_memory(at, erased)


class Stm32h7a3Flash(Stm32h7Flash):
    """That of the STM32H7A3: flash words of 128 bits in sectors of 8 kB."""

    reset: ClassVar[Mapping[int, int]] = {**Stm32h7Flash.reset, ACR: 0x13}
    sector_bytes: ClassVar[int] = 0x2000
    start: ClassVar[int] = 1 << 5
    sector_field: ClassVar[tuple[int, int]] = (6, 0x7F)
    wait_states: ClassVar[WaitStates] = (
        # stm32h7xx_ll_utils.c, UTILS_SCALEx_LATENCYx_FREQ.
        (44e6, 88e6, 132e6, 176e6, 220e6, 264e6, 280e6),
        (42e6, 84e6, 126e6, 168e6, 210e6, 225e6),
        (34e6, 68e6, 102e6, 136e6, 160e6),
        (22e6, 44e6, 66e6, 88e6),
    )
