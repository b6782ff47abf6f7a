"""Data watchpoint and trace unit: the cycle counter (ARM DDI0403E C1.8)."""

from __future__ import annotations

from mcusim.devices.device import Device, Host

CTRL, CYCCNT = 0x000, 0x004
CYCCNTENA = 1 << 0
NUMCOMP_4 = 4 << 28


class Dwt(Device):
    """CYCCNT counts core cycles, not those asleep, while CTRL.CYCCNTENA is set."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._enabled = False
        self._base = 0
        """Cycle at which the counter would have been 0; its value while it stands still."""

    def read(self, offset: int, size: int) -> int:
        if offset == CTRL:
            return NUMCOMP_4 | (self.stored.get(CTRL, 0) & 0x0FFFFFFF)
        if offset == CYCCNT:
            count = self._cycles() - self._base if self._enabled else self._base
            return count & 0xFFFFFFFF
        return super().read(offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        super().write(offset, size, value)
        now = self._cycles()
        if offset == CTRL and bool(value & CYCCNTENA) != self._enabled:
            self._enabled = not self._enabled
            self._base = now - self._base
        elif offset == CYCCNT:
            self._base = now - value if self._enabled else value

    def _cycles(self) -> int:
        return self.host.now - self.host.asleep
