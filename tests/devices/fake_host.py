"""A host that writes down what its devices ask of it."""

from __future__ import annotations


class FakeFlash:
    """Remembers every setting in the order it came."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def set_wait_states(self, cycles: int) -> None:
        self.calls.append(("wait states", cycles))

    def set_prefetch(self, on: bool) -> None:
        self.calls.append(("prefetch", on))

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

    def __init__(self) -> None:
        self.flash = FakeFlash()
        self.required_wait_states = 5
        self.now = 0
        self.text: list[tuple[str, bytes]] = []
        self.pins: list[tuple[str, int, bool]] = []
        self.markers: list[int] = []
        self.fpu: list[bool] = []
        self.warnings: list[str] = []
        self.resets = 0
        self.memory = bytes(range(256))

    def emit(self, device: str, data: bytes) -> None:
        self.text.append((device, data))

    def pin_changed(self, port: str, pin: int, level: bool) -> None:
        self.pins.append((port, pin, level))

    def marker(self, value: int) -> None:
        self.markers.append(value)

    def enable_fpu(self, on: bool) -> None:
        self.fpu.append(on)

    def request_reset(self) -> None:
        self.resets += 1

    def read_memory(self, address: int, size: int) -> bytes:
        return self.memory[address : address + size]

    def warn(self, message: str) -> None:
        self.warnings.append(message)
