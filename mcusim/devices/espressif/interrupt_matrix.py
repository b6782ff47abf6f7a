"""ESP32-C3 interrupt matrix and the CPU's interrupt controller (TRM v1.3, 8 and 1.5)."""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.espressif.peripheral import EspPeripheral, Sources

SOURCES, LINES = 62, 32
STATUS_0, STATUS_1 = 0xF8, 0xFC
ENABLE, TYPE, CLEAR, PENDING, PRIORITY_0, THRESHOLD = 0x104, 0x108, 0x10C, 0x110, 0x114, 0x194


class EspInterruptMatrix(EspPeripheral):
    """62 sources go to 31 lines of the CPU, each with a priority of 1 to 15.

    The four cycles that the controller takes aren't modelled.
    """

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._all = host.shared(Sources)
        self._all.listen(self._update)
        self._lines = 0
        self._latched = 0
        """Edge-triggered lines that have risen since they were cleared."""

    def load(self, register: int) -> int:
        match register:
            case 0xF8:
                return self._all.levels & 0xFFFFFFFF
            case 0xFC:
                return self._all.levels >> 32
            case 0x110:
                return self._pending()
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register in (STATUS_0, STATUS_1, PENDING):
            return
        super().store(register, value)
        if register == CLEAR:
            self._latched &= ~value
        self._update()

    def _update(self) -> None:
        lines = 0
        levels = self._all.levels
        while levels:
            source = (levels & -levels).bit_length() - 1
            lines |= 1 << (self.stored.get(4 * source, 0) & 0x1F)
            levels &= levels - 1
        self._latched |= lines & ~self._lines & self.stored.get(TYPE, 0)
        self._lines = lines
        self.host.set_core_interrupt(self._chosen())

    def _pending(self) -> int:
        """Lines that are enabled, active and not below the threshold; line 0 can't be used."""
        edge = self.stored.get(TYPE, 0)
        active = (self._lines & ~edge | self._latched & edge) & self.stored.get(ENABLE, 0) & ~1
        threshold = max(self.stored.get(THRESHOLD, 0) & 0xF, 1)
        pending = 0
        for line in range(1, LINES):
            if active >> line & 1 and self._priority(line) >= threshold:
                pending |= 1 << line
        return pending

    def _priority(self, line: int) -> int:
        return self.stored.get(PRIORITY_0 + 4 * line, 0) & 0xF

    def _chosen(self) -> int:
        """The line that the CPU takes first: highest priority, then lowest number; 0 for none."""
        pending = self._pending()
        lines = [line for line in range(1, LINES) if pending >> line & 1]
        return max(lines, key=lambda line: (self._priority(line), -line), default=0)
