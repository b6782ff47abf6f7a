"""STM32U5 global TrustZone controllers (RM0456, GTZC): TZSC, TZIC and MPCBB.

With TrustZone off (option bit TZEN) they keep what is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.keeps import WHOLE_WORD, Keeps
from mcusim.devices.st.u5.securable import MEMORIES, SECURABLE, SOURCES
from mcusim.devices.st.u5.secured import is_secured
from mcusim.devices.st.words import WordDevice

CR, LOCK = 0x00, 1 << 0
SECCFGR = 0x10
"""Of TZSC: the first of its registers, PRIVCFGR1 behind the last."""
SR, FCR = 0x10, 0x20
"""Of TZIC: the first of each four; the enables are at 0."""
SRWILADIS = 1 << 31
CFGLOCKR, BLOCKS, BLOCKS_END, PRIVILEGES = 0x10, 0x100, 0x180, 0x200
"""Of MPCBB: SECCFGR and PRIVCFGR by 32 blocks, a super-block."""
BLOCK_BYTES, SUPER_BLOCK_BYTES = 512, 32 * 512
RESET = 0xFFFFFFFF


def readable(_offset: int, write: bool) -> int:
    """Of a device whose registers Secure code alone writes."""
    return 0 if write else WHOLE_WORD


class IllegalAccesses:
    """Hands an illegal access to the TZIC that has a flag for the resource."""

    def __init__(self) -> None:
        self._units: dict[str, Stm32u5Tzic] = {}

    def add(self, unit: Stm32u5Tzic) -> None:
        """Takes a unit for the resources that it has flags for."""
        self._units.update(dict.fromkeys(SOURCES.get(unit.name, {}), unit))

    def report(self, resource: str) -> None:
        """Flags an illegal access of a peripheral, by its name, or of a memory."""
        if resource in self._units:
            self._units[resource].flag(resource)


class Stm32u5Tzic(WordDevice):
    """Flags of illegal accesses: set whether enabled or not, cleared through FCR."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._accesses = host.shared(IllegalAccesses)
        self._accesses.add(self)
        if is_secured(host):
            host.watch_filters(self._tell)
            host.screen_device(name, lambda: self._accesses.report(name))

    def _tell(self, name: str, _offset: int, foreign: bool) -> None:
        """An unprivileged access of what is privileged is no event (5.5.3)."""
        if foreign:
            self._accesses.report(MEMORIES.get(name, name))

    def flag(self, resource: str) -> None:
        """Sets the flag of one of its resources."""
        index, bit = SOURCES[self.name][resource]
        register = SR + 4 * index
        self.stored[register] = self.stored.get(register, 0) | 1 << bit
        self._signal()

    def store(self, register: int, value: int) -> None:
        if FCR <= register < FCR + 0x10:
            status = register - FCR + SR
            self.stored[status] = self.stored.get(status, 0) & ~value
        elif register < SR:
            super().store(register, value)
        self._signal()

    def _signal(self) -> None:
        pairs = ((self.stored.get(at, 0), self.stored.get(SR + at, 0)) for at in range(0, SR, 4))
        self.interrupt(any(enabled & flags for enabled, flags in pairs))


class Stm32u5Tzsc(WordDevice):
    """SECCFGR keeps Non-secure accesses out of peripherals; privilege isn't checked."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._accesses = host.shared(IllegalAccesses)
        self._registers = SECURABLE.get(name, ())
        if is_secured(host):
            host.screen_device(name, lambda: self._accesses.report(name), readable)

    def store(self, register: int, value: int) -> None:
        if self.stored.get(CR, 0) & LOCK:
            return
        before = self.stored.get(register, 0)
        super().store(register, value)
        index = (register - SECCFGR) // 4
        if is_secured(self.host) and 0 <= index < len(self._registers):
            for bit, name in self._registers[index].items():
                if (before ^ value) >> bit & 1:
                    self._secure(name, bool(value >> bit & 1))

    def _secure(self, name: str, on: bool) -> None:
        self.host.screen_device(name, (lambda: self._accesses.report(name)) if on else None)


class Stm32u5Mpcbb(WordDevice):
    """SECCFGR makes blocks of a RAM Secure or Non-secure; privilege isn't checked."""

    memories: ClassVar[Mapping[str, str]] = {f"mpcbb{n}": f"sram{n}" for n in range(1, 5)}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._accesses = host.shared(IllegalAccesses)
        self._memory = self.memories.get(name, "")
        self._on = is_secured(host)
        if self._on:
            self.stored.update(dict.fromkeys(range(BLOCKS, BLOCKS_END, 4), RESET))
            self._attribute_all()
            host.screen_device(name, lambda: self._accesses.report(name), readable)

    def store(self, register: int, value: int) -> None:
        if register == CFGLOCKR:
            value |= self.stored.get(CFGLOCKR, 0)
        if self._is_locked(register):
            return
        super().store(register, value)
        if not self._on:
            return
        if register == CR:
            self._attribute_all()
        elif BLOCKS <= register < BLOCKS_END:
            self._attribute(register)

    def _is_locked(self, register: int) -> bool:
        if register < BLOCKS:
            return register == CR and bool(self.stored.get(CR, 0) & LOCK)
        return bool(self.stored.get(CFGLOCKR, 0) >> (register % 0x80) // 4 & 1)

    def _attribute_all(self) -> None:
        for register in range(BLOCKS, BLOCKS_END, 4):
            self._attribute(register)

    def _attribute(self, register: int) -> None:
        """Has one super-block as its register says."""
        secure = self.stored[register]
        open_ = Keeps.SECURE_FETCH
        if not self.stored.get(CR, 0) & SRWILADIS:
            open_ |= Keeps.SECURE_DATA
        start = (register - BLOCKS) // 4 * SUPER_BLOCK_BYTES
        for first, count in _runs(secure):
            keeps = Keeps.NON_SECURE if secure >> first & 1 else open_
            offset = start + first * BLOCK_BYTES
            self.host.filter_memory(self._memory, offset, count * BLOCK_BYTES, keeps)


def _runs(word: int) -> list[tuple[int, int]]:
    """First bit and length of each run of equal bits in a word of 32."""
    bounds = [0, *(n for n in range(1, 32) if (word >> n ^ word >> n - 1) & 1), 32]
    return [(a, b - a) for a, b in pairwise(bounds)]
