"""A chip without a core: devices on a timeline that the test moves on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from mcusim.devices.device import Device, FlashControl
from mcusim.devices.st import DEVICES
from mcusim.machine.clock import Clock
from mcusim.machine.serial import SerialLine

Shared = TypeVar("Shared")
RAM = 0x20000000


class FakeFlash:
    """Notes what the flash interface sets."""

    def __init__(self) -> None:
        self.wait_states = 5
        self.calls: list[str] = []

    def set_flash_writable(self, on: bool) -> None:
        self.calls.append(f"writable {on}")

    def set_wait_states(self, cycles: int) -> None:
        self.wait_states = cycles

    def set_prefetch(self, on: bool) -> None:
        self.calls.append(f"prefetch {on}")

    def set_icache(self, on: bool) -> None:
        self.calls.append(f"icache {on}")

    def set_icache_ways(self, ways: int) -> None:
        self.calls.append(f"icache ways {ways}")

    def set_dcache(self, on: bool) -> None:
        self.calls.append(f"dcache {on}")

    def invalidate_icache(self) -> None:
        self.calls.append("invalidate icache")

    def invalidate_dcache(self) -> None:
        self.calls.append("invalidate dcache")


class FakeChip:
    """The host of devices under test."""

    def __init__(self, clock_hz: float = 120e6) -> None:
        self.now = 0
        self.privileged = True
        self.clock = Clock(clock_hz)
        self.flash: FlashControl = FakeFlash()
        self.levels: dict[int, bool] = {}
        self.risen: list[tuple[int, int]] = []
        """Cycle and number of each interrupt that rose."""
        self.published: dict[int, int] = {}
        self.options: dict[str, int] = {}
        self.warnings: list[str] = []
        self.ended: tuple[str, str] | None = None
        self.output = bytearray()
        self.edges: list[tuple[str, int, bool]] = []
        self.memory = bytearray(4096)
        self.deep_sleep = ""
        self.bus_divider = 1
        self.external_clock_hz = 8e6
        self.supply_v = 3.3
        self.regulator = ""
        """As the firmware chose."""
        self.enter_deep_sleep: Callable[[], None] = lambda: None
        self.leave_deep_sleep: Callable[[], None] = lambda: None
        self.off = ""
        self.voltage_range = ""
        self.draws: list[tuple[str, str]] = []
        self.resets: list[tuple[str, str]] = []
        self._lines: dict[str, SerialLine] = {}
        self._shared: dict[object, Any] = {}
        self._timers: list[Callable[[], None]] = []
        self._plans: dict[int, int] = {}

    def device(
        self, kind: str, name: str = "", base: int = 0x40000000, interrupts: tuple[int, ...] = (1,)
    ) -> Any:
        """Makes a device as the machine does."""
        device = DEVICES[kind](name or kind, self)
        assert isinstance(device, Device)
        device.interrupts = interrupts
        device.placed(base)
        return device

    def run(self, cycles: int) -> None:
        """Lets time pass."""
        end = self.now + cycles
        while self._plans and min(self._plans.values()) <= end:
            source = min(self._plans, key=lambda s: self._plans[s])
            self.now = max(self.now, self._plans.pop(source))
            self._timers[source]()
        self.now = end

    # --- mcusim.devices.Host ---

    @property
    def seconds(self) -> float:
        return self.clock.seconds(self.now)

    @property
    def clock_hz(self) -> float:
        return self.clock.hz

    @property
    def asleep(self) -> int:
        return 0

    @property
    def required_wait_states(self) -> int:
        return max(0, -(-int(self.clock.hz) // 20_000_000) - 1)

    def cycle_in(self, seconds: float) -> int:
        return self.now + max(1, round(seconds * self.clock.hz))

    def set_clock(self, hz: float) -> None:
        self.clock.change(self.now, hz, self.clock.segments[0].activity, {})

    def program_option_bytes(self, register: str, value: int) -> None:
        self.options[register] = value

    def publish(self, address: int, value: int) -> None:
        self.published[address] = value

    def option_bytes(self, register: str) -> int | None:
        return self.options.get(register)

    def attribute(self, base: int, size_bytes: int, security: str) -> None: ...

    def set_bus_divider(self, core_cycles: int) -> None:
        self.bus_divider = core_cycles

    def started_at(self, hz: float) -> None:
        self.clock.restart(hz)

    def set_light_sleep(self, state: str) -> None:
        raise AssertionError("light sleep is the machine's own")

    def set_deep_sleep(
        self,
        state: str,
        entered: Callable[[], None],
        left: Callable[[], None] = lambda: None,
        wakes: str = "",
    ) -> None:
        self.deep_sleep, self.enter_deep_sleep, self.leave_deep_sleep = state, entered, left

    def switch_off(self, state: str, wakes: str, *, timers: bool = True) -> None:
        self.off = state

    def reset(self, cause: str, message: str) -> None:
        self.resets.append((cause, message))

    def set_regulator(self, regulator: str, at_reset: str) -> None:
        self.regulator = regulator

    def set_voltage_range(self, name: str) -> None:
        self.voltage_range = name

    def draw(self, device: str, state: str, cycle: int | None = None) -> None:
        self.draws.append((device, state))

    def clear_memory(self, kept: Sequence[str] = ()) -> None:
        self.memory[:] = bytes(len(self.memory))

    def emit(self, device: str, data: bytes) -> None:
        self.output += data

    def serial(self, name: str) -> SerialLine:
        return self._lines.setdefault(name, SerialLine(name, self))

    def pin_changed(self, port: str, pin: int, level: bool) -> None:
        self.edges.append((port, pin, level))

    def marker(self, value: int) -> None:
        raise AssertionError("no marker here")

    def filter_device(self, *args: object) -> None: ...

    def filter_memory(self, *args: object) -> None: ...

    def set_interrupt(self, number: int, level: bool) -> None:
        if level and not self.levels.get(number):
            self.risen.append((self.now, number))
        self.levels[number] = level

    def add_timer(self, expired: Callable[[], None]) -> int:
        self._timers.append(expired)
        return len(self._timers) - 1

    def schedule(self, source: int, cycle: int) -> None:
        self._plans[source] = cycle

    def cancel(self, source: int) -> None:
        self._plans.pop(source, None)

    def read_memory(self, address: int, size: int) -> bytes:
        at = address - RAM
        return bytes(self.memory[at : at + size]) if 0 <= at <= len(self.memory) - size else b""

    def write_memory(self, address: int, data: bytes) -> bool:
        at = address - RAM
        if not 0 <= at <= len(self.memory) - len(data):
            return False
        self.memory[at : at + len(data)] = data
        return True

    def shared(self, kind: Callable[[], Shared]) -> Shared:
        found: Shared = self._shared.setdefault(kind, kind())
        return found

    def end(self, reason: str, *, failure: str = "") -> None:
        self.ended = (reason, failure)

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def withdraw(self, message: str) -> None:
        if message in self.warnings:
            self.warnings.remove(message)
