"""STM32U5 global TrustZone controllers (RM0456, GTZC): TZSC, TZIC and MPCBB.

With TrustZone off (option bit TZEN) they keep what is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.keeps import WHOLE_WORD, Keeps
from mcusim.devices.st.u5.securable import MEMORIES, SECURABLE, SOURCES, Bits, Places
from mcusim.devices.st.u5.secured import is_secured
from mcusim.devices.st.words import WordDevice

CR, LOCK = 0x00, 1 << 0
SECCFGR, PRIVCFGR, PRIVCFGR_END = 0x10, 0x20, 0x30
"""Of TZSC: the first of each."""
SR, FCR = 0x10, 0x20
"""Of TZIC: the first of each four; the enables are at 0."""
SRWILADIS = 1 << 31
CFGLOCKR, BLOCKS, BLOCKS_END, PRIVILEGES = 0x10, 0x100, 0x180, 0x200
"""Of MPCBB: SECCFGR and PRIVCFGR by 32 blocks, a super-block."""
BLOCK_BYTES, SUPER_BLOCK_BYTES = 512, 32 * 512
RESET = 0xFFFFFFFF


class IllegalAccesses:
    """Hands an illegal access to the TZIC that has a flag for the resource."""

    def __init__(self) -> None:
        self._units: dict[str, Stm32u5Tzic] = {}

    def add(self, unit: Stm32u5Tzic) -> None:
        """Takes a unit for the resources that it has flags for."""
        self._units.update(dict.fromkeys(unit.sources.get(unit.name, {}), unit))

    def report(self, resource: str) -> None:
        """Flags an illegal access of a peripheral, by its name, or of a memory."""
        if resource in self._units:
            self._units[resource].flag(resource)


class Stm32u5Tzic(WordDevice):
    """Flags of illegal accesses: set whether enabled or not, cleared through FCR."""

    sources: ClassVar[Mapping[str, Places]] = SOURCES

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._accesses = host.shared(IllegalAccesses)
        self._accesses.add(self)
        if is_secured(host):
            host.watch_filters(self._tell)
            host.screen_device(name, lambda: self._accesses.report(name))

    def _tell(self, name: str, _offset: int, foreign: bool) -> None:
        """An unprivileged access of what is privileged is no event (Illegal access definition)."""
        if foreign:
            self._accesses.report(MEMORIES.get(name, name))

    def flag(self, resource: str) -> None:
        """Sets the flag of one of its resources."""
        index, bit = self.sources[self.name][resource]
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


class Attributes(WordDevice):
    """Registers that say of resources whether they are Secure, and whether they are privileged.

    Secure code alone writes the first; the second Non-secure code too, for what is Non-secure.
    Unprivileged code writes none.
    """

    secure_to_privileged: ClassVar[int]
    """From a SECCFGR to the PRIVCFGR of the same resources."""
    privileges: ClassVar[range]
    """The PRIVCFGRs."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.accesses = host.shared(IllegalAccesses)
        self.secured = is_secured(host)
        if self.secured:
            host.screen_device(name, lambda: self.accesses.report(name), self._open)

    def _open(self, offset: int, write: bool) -> int:
        if not write:
            return WHOLE_WORD
        if offset not in self.privileges:
            return 0
        return WHOLE_WORD & ~self.stored.get(offset - self.secure_to_privileged, 0)

    def write(self, offset: int, size: int, value: int) -> None:
        if self.host.privileged:
            super().write(offset, size, value)

    def keeps(self, secure: int, privileged: int) -> Keeps:
        """Who is kept out of a peripheral with these attributes."""
        state = Keeps.NON_SECURE if secure and self.secured else Keeps.NOTHING
        return state | (Keeps.USER if privileged else Keeps.NOTHING)


class Stm32u5Tzsc(Attributes):
    """Keeps accesses out of peripherals: they read as zero, and ignore writes."""

    secure_to_privileged = PRIVCFGR - SECCFGR
    privileges = range(PRIVCFGR, PRIVCFGR_END)
    securable: ClassVar[Mapping[str, tuple[Bits, ...]]] = SECURABLE

    def store(self, register: int, value: int) -> None:
        if self.stored.get(CR, 0) & LOCK:
            return
        before = self.stored.get(register, 0)
        super().store(register, value)
        index = (register - SECCFGR) % self.secure_to_privileged // 4
        resources = self.securable.get(self.name, ())
        if SECCFGR <= register < PRIVCFGR_END and index < len(resources):
            secure = self.stored.get(SECCFGR + 4 * index, 0)
            privileged = self.stored.get(PRIVCFGR + 4 * index, 0)
            for bit, name in resources[index].items():
                if (before ^ value) >> bit & 1:
                    keeps = self.keeps(secure >> bit & 1, privileged >> bit & 1)
                    self.host.filter_device(name, keeps)


class Stm32u5Mpcbb(Attributes):
    """Keeps accesses out of blocks of a RAM."""

    secure_to_privileged = PRIVILEGES - BLOCKS
    privileges = range(PRIVILEGES, PRIVILEGES + BLOCKS_END - BLOCKS)
    memories: ClassVar[Mapping[str, str]] = {f"mpcbb{n}": f"sram{n}" for n in range(1, 5)}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._memory = self.memories.get(name, "")
        if self.secured:
            self.stored.update(dict.fromkeys(range(BLOCKS, BLOCKS_END, 4), RESET))
            self._attribute_all()

    def store(self, register: int, value: int) -> None:
        if register == CFGLOCKR:
            value |= self.stored.get(CFGLOCKR, 0)
        if self._is_locked(register):
            return
        super().store(register, value)
        if register == CR:
            self._attribute_all()
        elif BLOCKS <= register < BLOCKS_END:
            self._attribute(register)
        elif register in self.privileges:
            self._attribute(register - self.secure_to_privileged)

    def _is_locked(self, register: int) -> bool:
        if register < BLOCKS:
            return register == CR and bool(self.stored.get(CR, 0) & LOCK)
        return bool(self.stored.get(CFGLOCKR, 0) >> (register % 0x80) // 4 & 1)

    def _attribute_all(self) -> None:
        for register in range(BLOCKS, BLOCKS_END, 4):
            self._attribute(register)

    def _attribute(self, register: int) -> None:
        """Has one super-block as its two registers say."""
        secure = self.stored.get(register, 0)
        privileged = self.stored.get(register + self.secure_to_privileged, 0)
        rules = [self._rule(secure >> n & 1, privileged >> n & 1) for n in range(32)]
        offset = (register - BLOCKS) // 4 * SUPER_BLOCK_BYTES
        for rule, run in groupby(rules):
            size = len(list(run)) * BLOCK_BYTES
            self.host.filter_memory(self._memory, offset, size, rule)
            offset += size

    def _rule(self, secure: int, privileged: int) -> Keeps:
        """A Non-secure block keeps Secure accesses out, where a peripheral does not."""
        rule = self.keeps(secure, privileged)
        if secure or not self.secured:
            return rule
        data = self.stored.get(CR, 0) & SRWILADIS
        return rule | Keeps.SECURE_FETCH | (Keeps.NOTHING if data else Keeps.SECURE_DATA)
