"""Ethos-U55 (Arm TRM 102420, Programmers model): the place of an NPU, without its execution.

Names and fields of the registers: Renesas' r_ethosu_iodefine.h and Arm's ethosu55_interface.h.
"""

from __future__ import annotations

from mcusim.boards.schema import Npu
from mcusim.devices.device import Device, Host

ID, STATUS, CMD, RESET, QBASE0, QBASE1, QREAD, QCONFIG, QSIZE, PROT, CONFIG, LOCK = range(0, 48, 4)
RUN, CLEAR_IRQ = 1 << 0, 1 << 1
IRQ_RAISED = 1 << 1
ARCHITECTURE = 1 << 28 | 0 << 20 | 6 << 16
"""Version 1.0.6 (ethosu55_interface.h: NNX_ARCH_VERSION_MAJOR, _MINOR, _PATCH)."""
SHRAM_KB = {32: 16, 64: 16, 128: 24, 256: 48}
"""Kilobytes of internal memory by multipliers (Vela's architecture_features.py, banks of 1 kB)."""
FIRST_KEPT = 0x2C
"""From LOCK on, registers keep what is written."""


class EthosU55(Device):
    """Answers for identity, configuration and state; a start ends the run with a clear word.

    No command stream is executed, so nothing that waits for one could go on rightly.
    """

    def __init__(self, npu: Npu, host: Host) -> None:
        super().__init__(npu.name, host)
        self._macs = npu.macs_per_cycle
        self.interrupts = (npu.interrupt,)

    def read(self, offset: int, size: int) -> int:
        if offset == ID:
            return ARCHITECTURE
        if offset == CONFIG:
            return self._macs.bit_length() - 1 | SHRAM_KB[self._macs] << 8
        return super().read(offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        if offset == CMD:
            self.stored[CMD] = value & 0xC
            if value & RUN:
                self._start()
        elif offset == RESET:
            self.stored.clear()
            self.stored[PROT] = value & 3
        elif offset in (QBASE0, QBASE1, QCONFIG, QSIZE) or offset >= FIRST_KEPT:
            super().write(offset, size, value)

    def _start(self) -> None:
        base, size = self.stored.get(QBASE0, 0), self.stored.get(QSIZE, 0)
        self.host.end(
            f"{self.name}: the firmware started a command stream of {size} bytes at 0x{base:08x}, "
            f"but mcusim does not execute the commands of an Ethos-U55 yet; run the network's "
            f"kernels on the core",
            failure="NPU",
        )
