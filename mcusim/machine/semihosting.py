"""Semihosting: the calls that firmware makes to its debugger (Arm "Semihosting for AArch32", 2.0).

The console and the clock are served; host files are refused, since firmware is untrusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcusim.machine.machine import Machine

FAILED = 0xFFFFFFFF
STDIN, STDOUT, STDERR, FEATURES = 1, 2, 3, 4
FEATURES_NAME = ":semihosting-features"
FEATURES_CONTENT = b"SHFB\x03"
"""What is served beyond the basic calls: SYS_EXIT_EXTENDED, and stderr beside stdout."""
TEXT_LIMIT_BYTES = 1 << 16
CHUNK_BYTES = 1024
APPLICATION_EXIT = 0x20026  # ADP_Stopped_ApplicationExit
CONSOLE = "console"


class Semihosting:
    """Serves one call at a time; `exit_code` is set by the call that ends the run."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.exit_code: int | None = None
        self._features_read = 0
        self._calls = {
            0x01: self._open,
            0x02: lambda _: 0,  # SYS_CLOSE
            0x03: self._write_character,
            0x04: self._write_string,
            0x05: self._write,
            0x06: self._read,
            0x07: lambda _: FAILED,  # SYS_READC: there is no input
            0x09: self._is_tty,
            0x0A: self._seek,
            0x0C: self._length,
            0x10: self._clock,
            0x11: self._time,
            0x13: lambda _: 0,  # SYS_ERRNO
            0x15: self._command_line,
            0x16: self._heap_info,
            0x18: self._exit,
            0x20: self._exit_extended,
            0x30: self._elapsed,
            0x31: self._tick_frequency,
        }

    def serve(self) -> None:
        """Serves the call of the first argument with the second; the first takes the answer."""
        machine = self._machine
        first, second = machine.architecture.arguments
        operation = machine.register(first)
        call = self._calls.get(operation)
        if call is None:
            self._machine.warn(f"semihosting operation 0x{operation:02x} is not supported")
            answer = FAILED
        else:
            answer = call(machine.register(second))
        machine.engine.set_reg(machine.architecture.registers[first], answer & 0xFFFFFFFF)

    def _words(self, address: int, count: int) -> list[int]:
        block = self._machine.read_memory(address, 4 * count)
        if not block:
            self._machine.warn(f"semihosting parameter block at 0x{address:08x} is not in memory")
            return [0] * count
        return [int.from_bytes(block[i : i + 4], "little") for i in range(0, len(block), 4)]

    def _store(self, address: int, words: list[int]) -> int:
        return self._put(address, b"".join(word.to_bytes(4, "little") for word in words))

    def _put(self, address: int, data: bytes) -> int:
        region = self._machine.board.region_at(address)
        if region is None or region.kind != "ram":
            return FAILED
        return 0 if self._machine.write_memory(address, data) else FAILED

    def _open(self, parameter: int) -> int:
        name_at, mode, length = self._words(parameter, 3)
        name = self._machine.read_memory(name_at, min(length, 256)).decode("latin-1")
        if name == ":tt":
            return STDIN if mode < 4 else STDOUT if mode < 8 else STDERR
        if name == FEATURES_NAME:
            self._features_read = 0
            return FEATURES
        self._machine.warn(f"semihosting: opening the host file {name!r} was refused")
        return FAILED

    def _write_character(self, parameter: int) -> int:
        self._machine.emit(CONSOLE, self._machine.read_memory(parameter, 1))
        return 0

    def _write_string(self, parameter: int) -> int:
        text = bytearray()
        while len(text) < TEXT_LIMIT_BYTES:
            # Up to the next multiple, so that a chunk does not reach behind the memory's end.
            address = parameter + len(text)
            chunk = self._machine.read_memory(address, CHUNK_BYTES - address % CHUNK_BYTES)
            end = chunk.find(b"\0")
            text += chunk if end < 0 else chunk[:end]
            if end >= 0 or not chunk:
                break
        self._machine.emit(CONSOLE, bytes(text))
        return 0

    def _write(self, parameter: int) -> int:
        handle, address, length = self._words(parameter, 3)
        if handle not in (STDOUT, STDERR) or length > TEXT_LIMIT_BYTES:
            return length  # nothing written
        self._machine.emit(CONSOLE, self._machine.read_memory(address, length))
        return 0

    def _read(self, parameter: int) -> int:
        """Reads what there is; returns how many bytes are missing."""
        handle, address, length = self._words(parameter, 3)
        data = FEATURES_CONTENT[self._features_read :][:length] if handle == FEATURES else b""
        if not data or self._put(address, data) == FAILED:
            return length
        self._features_read += len(data)
        return length - len(data)

    def _seek(self, parameter: int) -> int:
        handle, position = self._words(parameter, 2)
        if handle != FEATURES or position > len(FEATURES_CONTENT):
            return FAILED
        self._features_read = position
        return 0

    def _length(self, parameter: int) -> int:
        return len(FEATURES_CONTENT) if self._words(parameter, 1)[0] == FEATURES else 0

    def _is_tty(self, parameter: int) -> int:
        return int(self._words(parameter, 1)[0] in (STDIN, STDOUT, STDERR))

    def _seconds(self) -> float:
        return self._machine.clock.seconds(self._machine.engine.cycles)

    def _clock(self, _: int) -> int:
        return int(self._seconds() * 100)

    def _time(self, _: int) -> int:
        return int(self._seconds())  # from the reset on: a run depends on no wall clock

    def _command_line(self, parameter: int) -> int:
        address, _ = self._words(parameter, 2)
        return self._store(address, [0])

    def _heap_info(self, parameter: int) -> int:
        return self._store(self._words(parameter, 1)[0], [0, 0, 0, 0])

    def _exit(self, parameter: int) -> int:
        self.exit_code = 0 if parameter == APPLICATION_EXIT else 1
        return 0

    def _exit_extended(self, parameter: int) -> int:
        reason, code = self._words(parameter, 2)
        self.exit_code = code if reason == APPLICATION_EXIT else 1
        return 0

    def _elapsed(self, parameter: int) -> int:
        ticks = self._machine.engine.cycles
        return self._store(parameter, [ticks & 0xFFFFFFFF, ticks >> 32])

    def _tick_frequency(self, _: int) -> int:
        return int(self._machine.clock.hz)
