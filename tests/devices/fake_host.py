"""A host that writes down what its devices ask of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mcusim.machine.serial import SerialLine


class FakeFlash:
    """Remembers every setting in the order it came."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def set_flash_writable(self, on: bool) -> None:
        self.calls.append(("writable", on))

    def set_wait_states(self, cycles: int) -> None:
        self.calls.append(("wait states", cycles))

    def set_serial_read(self, setup_cycles: int, byte_cycles: int) -> None:
        self.calls.append(("serial read", setup_cycles, byte_cycles))

    def set_prefetch(self, on: bool) -> None:
        self.calls.append(("prefetch", on))

    def set_icache_ways(self, ways: int) -> None: ...

    def set_flash_drops(self, on: bool, everywhere: bool) -> None: ...

    def flash_reads(self) -> tuple[int, int] | None: ...

    def set_icache(self, on: bool) -> None:
        self.calls.append(("icache", on))

    def set_dcache(self, on: bool) -> None:
        self.calls.append(("dcache", on))

    def invalidate_icache(self) -> None:
        self.calls.append(("clear icache",))

    def invalidate_dcache(self) -> None:
        self.calls.append(("clear dcache",))


class FakeHost:
    """The machine as a device sees it."""

    def __init__(self, clock_hz: float = 64e6) -> None:
        self.flash = FakeFlash()
        self.required_wait_states = 5
        self.attributes: list[tuple[int, int, str]] = []
        self.filters: dict[int, int] = {}
        self.external_clock_hz = 8e6
        self.supply_v = 3.0
        self.now = 0
        self.core = 0
        self.privileged = True
        self.asleep = 0
        self.clock_hz = clock_hz
        self.text: list[tuple[str, bytes]] = []
        self.pins: list[tuple[str, int, bool]] = []
        self.markers: list[int] = []
        self.warnings: list[str] = []
        self.interrupts: list[tuple[int, ...]] = []
        self.ended: list[str] = []
        self.core_lines: dict[int, bool] = {}
        """Levels at the interrupt inputs of a RISC-V hart."""
        self.sleeping = ""
        self.core_interrupt = 0
        self.drawn: list[str] = []
        self.memory = bytes(range(256))
        self._lines: dict[str, SerialLine] = {}
        self._shared: dict[object, Any] = {}
        self._expired: list[Callable[[], None]] = []
        self._due: dict[int, int] = {}

    def program_option_bytes(self, register: str, value: int) -> None: ...

    def publish(self, address: int, value: int) -> None: ...

    def latch(self, *places: object) -> None: ...

    def option_bytes(self, register: str) -> int | None:
        return None

    def emit(self, device: str, data: bytes) -> None:
        self.text.append((device, data))

    def pin_changed(self, port: str, pin: int, level: bool) -> None:
        self.pins.append((port, pin, level))

    def watched_pins(self, port: str) -> int:
        return 0

    def marker(self, value: int) -> None:
        self.markers.append(value)

    @property
    def seconds(self) -> float:
        return self.now / self.clock_hz

    def cycle_in(self, seconds: float) -> int:
        return self.now + max(1, round(seconds * self.clock_hz))

    def set_clock(self, hz: float) -> None:
        self.clock_hz = hz

    def set_coprocessor(self, number: int, execute: Any) -> None: ...
    def add_double_coprocessor(self, number: int) -> None: ...
    def add_redundancy_coprocessor(self, *args: object) -> None: ...

    def hold_core(self, core: int) -> None: ...

    def release_core(self, core: int) -> None: ...

    def attribute(self, base: int, size_bytes: int, security: str) -> None:
        self.attributes.append((base, size_bytes, security))

    def filter_addresses(self, base: int, size_bytes: int, keeps: int) -> None:
        self.filters[base] = keeps

    def filter_memory(self, *args: object) -> None: ...

    def filter_device(self, *args: object) -> None: ...

    def watch_filters(self, told: Callable[[str, int, bool], None]) -> None:
        self.told = told

    def screen_device(self, name: str, refused: object, allowed: object = None) -> None: ...

    def set_bus_divider(self, core_cycles: int) -> None: ...

    def started_at(self, hz: float) -> None: ...

    def set_deep_sleep(self, state: str, *_: object) -> None: ...

    def switch_off(self, state: str, wakes: str, *, timers: bool = True) -> None:
        self.sleeping = state

    def switch_on(self) -> None:
        self.sleeping = ""

    def reset(self, cause: str, message: str) -> None:
        self.ended.append(message)

    def set_regulator(self, regulator: str, at_reset: str) -> None: ...

    def set_voltage_range(self, name: str) -> None: ...

    def draw(self, device: str, state: str, cycle: int | None = None) -> None:
        self.drawn.append(state)

    def clear_memory(self, kept: Sequence[str] = ()) -> None: ...

    def set_light_sleep(self, state: str) -> None: ...

    def withdraw(self, message: str) -> None:
        if message in self.warnings:
            self.warnings.remove(message)

    def serial(self, name: str) -> SerialLine:
        return self._lines.setdefault(name, SerialLine(name, self))

    def set_interrupt(self, number: int, level: bool, core: int | None = None) -> None:
        self.interrupts.append((number, level) if core is None else (number, level, core))

    def take_interrupts(self, controller: Callable[[int, bool], None]) -> None:
        self.controller = controller

    def set_core_line(self, number: int, level: bool) -> None:
        self.core_lines[number] = level

    def set_core_interrupt(self, number: int) -> None:
        self.core_interrupt = number
        self.core_lines = {number: True}

    def set_core_deep_sleep(self, on: bool) -> None: ...

    def set_core_time(self, read: Callable[[], int]) -> None:
        self.core_time = read

    def add_timer(self, expired: Callable[[], None]) -> int:
        self._expired.append(expired)
        return len(self._expired) - 1

    def schedule(self, source: int, cycle: int) -> None:
        self._due[source] = cycle

    def cancel(self, source: int) -> None:
        self._due.pop(source, None)

    def run_events(self, until: int) -> None:
        """Lets time pass."""
        while self._due and min(self._due.values()) <= until:
            source = min(self._due, key=lambda s: self._due[s])
            self.now = max(self.now, self._due.pop(source))
            self._expired[source]()
        self.now = until

    def shared(self, kind: Callable[[], Any]) -> Any:
        return self._shared.setdefault(kind, kind())

    def end(self, reason: str, *, failure: str = "") -> None:
        self.ended.append(reason)

    def write_memory(self, address: int, data: bytes) -> bool:
        self.memory = self.memory[:address] + data + self.memory[address + len(data) :]
        return True

    def read_memory(self, address: int, size: int) -> bytes:
        return self.memory[address : address + size]

    def warn(self, message: str) -> None:
        self.warnings.append(message)
