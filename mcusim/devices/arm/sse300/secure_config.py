"""SSE-300 Secure and Non-secure access configuration (TRM 101773; QEMU 7.2 iotkit-secctl.c)."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.arm.sse300.blocked import Blocked
from mcusim.devices.arm.sse300.peripheral_protection import (
    IMPLEMENTED,
    PLACES,
    UNPRIVILEGED,
    PeripheralProtection,
    interrupt_bit,
)
from mcusim.devices.arm.sse300.registers import ApbDevice
from mcusim.devices.device import Host

SECRESPCFG, NSCCFG, SECMPCINTSTATUS = 0x010, 0x014, 0x01C
SECPPCINTSTAT, SECPPCINTCLR, SECPPCINTEN = 0x020, 0x024, 0x028
CALLABLE = ((1 << 0, 0x10000000), (1 << 1, 0x30000000))
"""Bits of NSCCFG, CODENSC and RAMNSC, and the window of each."""
WINDOW_BYTES = 0x10000000
MEMORY_CONTROLLERS = {
    "mpc-isram0": 0, "mpc-isram1": 1, "mpc-bram": 16, "mpc-qspi": 17, "mpc-ddr": 18,
}  # fmt: skip
"""Their bits in SECMPCINTSTATUS."""
READ_ONLY = (SECMPCINTSTATUS, SECPPCINTSTAT, *range(0x050, 0x0D0, 4))
"""So are registers of controllers that there aren't."""
PPC_BITS = sum(1 << interrupt_bit(ppc) for ppc in IMPLEMENTED)


class Sse300SecureConfig(ApbDevice):
    """Where gateways may stand, and who reaches the peripherals; bridges and masters are kept."""

    identity: ClassVar[tuple[int, ...]] = (4, 0, 0, 0, 0x52, 0xB8, 0x2B, 0, 0x0D, 0xF0, 0x05, 0xB1)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._blocked = 0
        """Controllers that kept an access out since they were cleared, as in SECPPCINTSTAT."""
        self._ports = host.shared(PeripheralProtection)
        self._all = host.shared(Blocked)
        self._all.add(self, host)
        self._attribute()
        self._ports.apply_all(host)

    def load(self, register: int) -> int:
        if register == SECMPCINTSTATUS:
            return sum(
                1 << bit for name, bit in MEMORY_CONTROLLERS.items() if self._all.asking(name)
            )
        if register == SECPPCINTSTAT:
            return self._blocked & self.stored.get(SECPPCINTEN, 0)
        if register in self._ports.non_secure:
            return self._ports.non_secure[register]
        if register - UNPRIVILEGED in self._ports.secure_user:
            return self._ports.secure_user[register - UNPRIVILEGED]
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register in IMPLEMENTED:
            self._ports.non_secure[register] = value & IMPLEMENTED[register]
            self._ports.apply(self.host, register)
        elif (ppc := register - UNPRIVILEGED) in IMPLEMENTED:
            self._ports.secure_user[ppc] = value & IMPLEMENTED[ppc]
            self._ports.apply(self.host, ppc)
        elif register == SECRESPCFG:
            super().store(register, value & 1)
            self._ports.with_fault = bool(value & 1)
            self._ports.apply_all(self.host)
        elif register == NSCCFG:
            super().store(register, value & 3)
            self._attribute()
        elif register == SECPPCINTCLR:
            self._blocked &= ~value
        elif register == SECPPCINTEN:
            super().store(register, value & PPC_BITS)
        elif register not in READ_ONLY:
            super().store(register, value)
        self._signal()

    def blocked(self, name: str, _offset: int) -> None:
        """Flags the controller of a peripheral that was not reached."""
        if name in PLACES:
            self._blocked |= 1 << interrupt_bit(PLACES[name][0])
            self._signal()

    @property
    def asks(self) -> bool:
        """Whether a controller of peripherals asks for the interrupt."""
        return bool(self.load(SECPPCINTSTAT))

    def _signal(self) -> None:
        self.interrupt(self.asks)

    def _attribute(self) -> None:
        for bit, base in CALLABLE:
            callable_ = self.stored.get(NSCCFG, 0) & bit
            security = "non-secure-callable" if callable_ else "secure"
            self.host.attribute(base, WINDOW_BYTES, security)


class Sse300NonSecureConfig(ApbDevice):
    """Whether unprivileged code reaches the peripherals that are Non-secure."""

    identity: ClassVar[tuple[int, ...]] = (4, 0, 0, 0, 0x53, 0xB8, 0x2B, 0, 0x0D, 0xF0, 0x05, 0xB1)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._ports = host.shared(PeripheralProtection)

    def load(self, register: int) -> int:
        ports = self._ports.non_secure_user.get(register - UNPRIVILEGED)
        return super().load(register) if ports is None else ports

    def store(self, register: int, value: int) -> None:
        ppc = register - UNPRIVILEGED
        if ppc in IMPLEMENTED:
            self._ports.non_secure_user[ppc] = value & IMPLEMENTED[ppc]
            self._ports.apply(self.host, ppc)
