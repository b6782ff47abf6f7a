"""What counts the slow clock of 32 kHz: the CMSDK timer and the CMSDK watchdog of an SSE-300."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from mcusim.devices.arm.sse300.registers import ApbDevice
from mcusim.devices.device import Host

SLOW_HZ = 32_000
"""S32KCLK (QEMU hw/arm/mps2-tz.c: S32KCLK_FRQ)."""

TIMER_CTRL, TIMER_VALUE, TIMER_RELOAD, TIMER_INTSTATUS = 0x00, 0x04, 0x08, 0x0C
ENABLE, INTERRUPT_ENABLE = 1 << 0, 1 << 3

WDOG_LOAD, WDOG_VALUE, WDOG_CONTROL, WDOG_INTCLR = 0x00, 0x04, 0x08, 0x0C
WDOG_RIS, WDOG_MIS, WDOG_LOCK = 0x10, 0x14, 0xC00
INTEN, RESEN = 1 << 0, 1 << 1
UNLOCK = 0x1ACCE551


class DownCounter:
    """Counts ticks of the slow clock down to 0, and then from its reload value again."""

    def __init__(self, host: Host, reached: Callable[[], None]) -> None:
        self._host = host
        self._reached = reached
        self._timer = host.add_timer(self._due)
        self._value = self._since = 0
        self.reload = 0
        self.running = False

    def _tick(self) -> int:
        return int(self._host.now * SLOW_HZ // int(self._host.clock_hz))

    @property
    def value(self) -> int:
        """The count at present."""
        passed = self._tick() - self._since if self.running else 0
        if passed <= self._value:
            return self._value - passed
        return self.reload - (passed - self._value - 1) % (self.reload + 1)

    def set(self, value: int, *, running: bool | None = None) -> None:
        """Goes on from a value."""
        self._value, self._since = value, self._tick()
        self.running = self.running if running is None else running
        self._plan()

    def run(self, running: bool) -> None:
        """Goes on, or stands still."""
        self.set(self.value, running=running)

    def _plan(self) -> None:
        # At 0, the next event is the 0 after the reload value.
        ticks = self._value or self.reload + 1
        if self.running and (self._value or self.reload):
            due = -(-(self._since + ticks) * int(self._host.clock_hz) // SLOW_HZ)
            self._host.schedule(self._timer, max(due, self._host.now + 1))
        else:
            self._host.cancel(self._timer)

    def _due(self) -> None:
        self.set(0)
        self._reached()


class CmsdkTimer(ApbDevice):
    """CMSDK APB timer (DDI0479D, 4.1); its external input isn't modelled."""

    identity: ClassVar[tuple[int, ...]] = (4, 0, 0, 0, 0x22, 0xB8, 0x1B, 0, 0x0D, 0xF0, 0x05, 0xB1)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._counter = DownCounter(host, self._reached)
        self._raised = False

    def load(self, register: int) -> int:
        match register:
            case 0x04:
                return self._counter.value
            case 0x08:
                return self._counter.reload
            case 0x0C:
                return int(self._raised)
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                super().store(register, value & 0xF)
                self._counter.run(bool(value & ENABLE))
            case 0x04:
                self._counter.set(value)
            case 0x08:
                # Writing the reload value sets the current one as well (DDI0479D, RELOAD).
                self._counter.reload = value
                self._counter.set(value)
            case 0x0C:
                self._raised = self._raised and not value & 1
            case _:
                super().store(register, value)
        self.interrupt(self._raised)

    def _reached(self) -> None:
        self._raised = self._raised or bool(self.stored.get(TIMER_CTRL, 0) & INTERRUPT_ENABLE)
        self.interrupt(self._raised)


class CmsdkWatchdog(ApbDevice):
    """CMSDK APB watchdog (DDI0479D, 4.5): an interrupt at the first 0, a reset at the second."""

    identity: ClassVar[tuple[int, ...]] = (4, 0, 0, 0, 0x24, 0xB8, 0x1B, 0, 0x0D, 0xF0, 0x05, 0xB1)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._counter = DownCounter(host, self._reached)
        self._counter.reload = self._counter._value = 0xFFFFFFFF
        self._raised = self._locked = False

    def load(self, register: int) -> int:
        match register:
            case 0x00:
                return self._counter.reload
            case 0x04:
                return self._counter.value
            case 0x10:
                return int(self._raised)
            case 0x14:
                return int(self._raised and self._interrupts)
            case 0xC00:
                return int(self._locked)
        return super().load(register)

    @property
    def _interrupts(self) -> bool:
        return bool(self.stored.get(WDOG_CONTROL, 0) & INTEN)

    def store(self, register: int, value: int) -> None:
        if register == WDOG_LOCK:
            self._locked = value != UNLOCK
        if self._locked or register == WDOG_LOCK:
            return
        match register:
            case 0x00:
                self._counter.reload = value
                self._counter.set(value)
            case 0x08:
                self._control(value)
            case 0x0C:
                self._raised = False
                self._counter.set(self._counter.reload)
            case 0x04 | 0x10 | 0x14:
                return
            case _:
                super().store(register, value)
        self.interrupt(self._raised and self._interrupts)

    def _control(self, value: int) -> None:
        # INTEN is what has it count (DDI0479D, WDOGCONTROL).
        began = value & INTEN and not self._interrupts
        super().store(WDOG_CONTROL, value & (INTEN | RESEN))
        if began:
            self._counter.set(self._counter.reload, running=True)
        elif not value & INTEN:
            self._counter.run(False)

    def _reached(self) -> None:
        if self._raised and self.stored.get(WDOG_CONTROL, 0) & RESEN:
            self._counter.run(False)
            self.host.reset(
                "watchdog", f"the watchdog ({self.name}) reset the chip: it counted to 0 twice"
            )
            return
        self._raised = True
        self.interrupt(self._interrupts)
