"""SSE-300 Secure access configuration (TRM 101773): where gateways may stand."""

from __future__ import annotations

from mcusim.devices.arm.sse300.registers import ApbDevice
from mcusim.devices.device import Host

NSCCFG = 0x014
CALLABLE = ((1 << 0, 0x10000000), (1 << 1, 0x30000000))
"""Bits of NSCCFG, CODENSC and RAMNSC, and the window of each."""
WINDOW_BYTES = 0x10000000


class Sse300SecureConfig(ApbDevice):
    """NSCCFG acts; what the others say of peripherals and of responses is kept alone."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._attribute()

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        if register == NSCCFG:
            self._attribute()

    def _attribute(self) -> None:
        for bit, base in CALLABLE:
            callable_ = self.stored.get(NSCCFG, 0) & bit
            security = "non-secure-callable" if callable_ else "secure"
            self.host.attribute(base, WINDOW_BYTES, security)
