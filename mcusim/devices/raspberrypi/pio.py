"""RP2040 programmable I/O (datasheet 3): registers and FIFOs, without the state machines."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.registers import Peripheral

CTRL, FSTAT, FDEBUG, FLEVEL, TXF0, RXF0, IRQ, IRQ_FORCE = 0, 4, 8, 0xC, 0x10, 0x20, 0x30, 0x34
CFGINFO, INSTR_MEM0, SM0, SM_BYTES, INTR = 0x44, 0x48, 0xC8, 0x18, 0x128
MACHINES, DEPTH, INSTRUCTIONS = 4, 4, 32
TX_STALL, TX_OVER, RX_UNDER = 24, 16, 8


class RpPio(Peripheral):
    """Programs are kept, and not executed: what is sent to a state machine stays in its FIFO."""

    reset: ClassVar[Mapping[int, int]] = {
        CFGINFO: INSTRUCTIONS << 16 | MACHINES << 8 | DEPTH,
        **{SM0 + n * SM_BYTES: 0x10000 for n in range(MACHINES)},
        **{SM0 + n * SM_BYTES + 0x04: 0x1F000 for n in range(MACHINES)},
        **{SM0 + n * SM_BYTES + 0x08: 0xC0000 for n in range(MACHINES)},
        **{SM0 + n * SM_BYTES + 0x14: 0x14000000 for n in range(MACHINES)},
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._sent = [deque[int]() for _ in range(MACHINES)]

    def load(self, register: int) -> int:
        match register:
            case 0x04:
                return self._fifo_status()
            case 0x0C:
                return sum(len(fifo) << 8 * n for n, fifo in enumerate(self._sent))
            case _ if register == INTR:
                room = sum((len(fifo) < DEPTH) << 4 + n for n, fifo in enumerate(self._sent))
                return room | (self.stored.get(IRQ, 0) & 0xF) << 8
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if TXF0 <= register < RXF0:
            self._push(register - TXF0 >> 2, value)
        elif register in (FDEBUG, IRQ):
            self.stored[register] = self.stored.get(register, 0) & ~value
        elif register == IRQ_FORCE:
            self.stored[IRQ] = self.stored.get(IRQ, 0) | value & 0xFF
        elif register not in (FSTAT, FLEVEL, CFGINFO, INTR):
            super().store(register, value & 0xF if register == CTRL else value)
            if register == CTRL and value & 0xF:
                self.host.warn(
                    f"{self.name}: the firmware starts a state machine, and PIO programs are not "
                    "executed: nothing moves on its pins and in its FIFOs"
                )

    def restart(self) -> None:
        super().restart()
        for fifo in self._sent:
            fifo.clear()

    def _push(self, machine: int, word: int) -> None:
        if len(self._sent[machine]) < DEPTH:
            self._sent[machine].append(word)
        else:
            self.stored[FDEBUG] = self.stored.get(FDEBUG, 0) | 1 << TX_OVER + machine

    def _fifo_status(self) -> int:
        """Receive FIFOs are empty for ever."""
        status = 0xF << 8
        for machine, fifo in enumerate(self._sent):
            status |= (not fifo) << 24 + machine | (len(fifo) >= DEPTH) << 16 + machine
        return status


class RpPio0(RpPio):
    """The first one."""

    reset_bit = 10


class RpPio1(RpPio):
    """The second one."""

    reset_bit = 11
