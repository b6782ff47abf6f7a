"""A system timer of an SSE-300 (TRM 101773, System timer): compares the system counter."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.arm.sse300.registers import ApbDevice
from mcusim.devices.arm.sse300.system_counter import WORD, WRAP, SystemCounter
from mcusim.devices.device import Host

CNTPCT_LOW, CNTPCT_HIGH, CNTFRQ = 0x00, 0x04, 0x10
CNTP_CVAL_LOW, CNTP_CVAL_HIGH, CNTP_TVAL, CNTP_CTL = 0x20, 0x24, 0x28, 0x2C
CNTP_AIVAL_LOW, CNTP_AIVAL_HIGH, RELOAD, AIVAL_CTL, CFG = 0x40, 0x44, 0x48, 0x4C, 0x50
ENABLE, MASKED, MET = 1 << 0, 1 << 1, 1 << 2
AUTO, FIRED = 1 << 0, 1 << 1


class Sse300Timer(ApbDevice):
    """One interrupt, when the counter reaches a value, once or each time after an increment."""

    identity: ClassVar[tuple[int, ...]] = (4, 0, 0, 0, 0xB7, 0xB0, 0x0B, 0, 0x0D, 0xF0, 0x05, 0xB1)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._counter = host.shared(SystemCounter)
        self._counter.watch(self._update)
        self._timer = host.add_timer(self._due)
        self._compare = self._next = 0
        self._fired = False
        """The automatic increment has come to its value, and nobody cleared that."""

    @property
    def _now(self) -> int:
        return self._counter.count(self.host.now)

    @property
    def _automatic(self) -> bool:
        return bool(self.stored.get(AIVAL_CTL, 0) & AUTO)

    @property
    def _enabled(self) -> bool:
        return bool(self.stored.get(CNTP_CTL, 0) & ENABLE)

    def _met(self) -> bool:
        if not self._enabled:
            return False
        return self._fired if self._automatic else self._now >= self._compare

    def load(self, register: int) -> int:
        match register:
            case 0x00:
                return self._now & WORD
            case 0x04:
                return self._now >> 32
            case 0x20:
                return self._compare & WORD
            case 0x24:
                return self._compare >> 32
            case 0x28:
                return self._compare - self._now & WORD
            case 0x2C:
                return self.stored.get(CNTP_CTL, 0) | (MET if self._met() else 0)
            case 0x40:
                return self._next & WORD
            case 0x44:
                return self._next >> 32
            case 0x4C:
                return self.stored.get(AIVAL_CTL, 0) | (FIRED if self._fired else 0)
            case 0x50:
                return 1  # the automatic increment is there
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x20:
                self._compare = self._compare & ~WORD | value
            case 0x24:
                self._compare = self._compare & WORD | value << 32
            case 0x28:
                self._compare = self._now + (value ^ 1 << 31) - (1 << 31) & WRAP
            case 0x2C:
                started = value & ENABLE and not self._enabled
                super().store(register, value & (ENABLE | MASKED))
                if started and self._automatic:
                    self._start()
            case 0x48:
                super().store(register, value)
                if self._automatic and self._enabled:
                    self._start()
            case 0x4C:
                self._set_automatic(value)
            case 0x10:
                super().store(register, value)
            case _:
                return
        self._update()

    def _set_automatic(self, value: int) -> None:
        started = value & AUTO and not self._automatic
        self.stored[AIVAL_CTL] = value & AUTO
        if not value & FIRED:
            self._fired = False
        if started and self._enabled:
            self._start()

    def _start(self) -> None:
        self._next = self._now + self.stored.get(RELOAD, 0) & WRAP

    def _due(self) -> None:
        if self._automatic and self._enabled and self._now >= self._next:
            self._fired = True
            self._start()
        self._update()

    def _update(self) -> None:
        masked = self.stored.get(CNTP_CTL, 0) & MASKED
        self.interrupt(self._met() and not masked)
        target = self._next if self._automatic else self._compare
        waits = self._enabled and target > self._now
        cycle = self._counter.cycle_of(target, self.host.now) if waits else None
        if cycle is None:
            self.host.cancel(self._timer)
        else:
            self.host.schedule(self._timer, cycle)
