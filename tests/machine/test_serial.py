"""Serial lines: timing of what comes in, and the places that a line can lead to."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mcusim.errors import UsageError
from mcusim.machine.serial import UNREAD_LIMIT_BYTES, SerialLine
from mcusim.machine.serial_ends import (
    LOOPBACK,
    FileEnd,
    Plug,
    PtyEnd,
    StdioEnd,
    TcpEnd,
    parse_uart,
)

CLOCK_HZ = 1_000_000
CHARACTER_S = 100e-6
CHARACTER_CYCLES = 100


class FakeMachine:
    """A timeline without a core."""

    def __init__(self) -> None:
        self.now = 0
        self._timers: list[Callable[[], None]] = []
        self._plans: dict[int, int] = {}

    def cycle_in(self, seconds: float) -> int:
        return self.now + max(1, round(seconds * CLOCK_HZ))

    def add_timer(self, expired: Callable[[], None]) -> int:
        self._timers.append(expired)
        return len(self._timers) - 1

    def schedule(self, source: int, cycle: int) -> None:
        self._plans[source] = cycle

    def run_until(self, cycle: int, late: int = 0) -> None:
        """Lets timers expire, each `late` cycles after it is due."""
        while self._plans and min(self._plans.values()) <= cycle:
            source = min(self._plans, key=lambda s: self._plans[s])
            self.now = max(self.now, self._plans.pop(source) + late)
            self._timers[source]()
        self.now = max(self.now, cycle)


class Receiver:
    """A UART that notes when each byte came."""

    def __init__(self, machine: FakeMachine, line: SerialLine) -> None:
        self.machine = machine
        self.bytes: list[tuple[int, int]] = []
        self.character_s = CHARACTER_S
        line.connect(self.receive, lambda: self.character_s)

    def receive(self, byte: int) -> None:
        self.bytes.append((self.machine.now, byte))


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine()


@pytest.fixture
def line(machine: FakeMachine) -> SerialLine:
    return SerialLine("uart0", machine)


def test_a_byte_takes_its_character_time(machine: FakeMachine, line: SerialLine) -> None:
    receiver = Receiver(machine, line)
    machine.now = 1000
    line.write(b"abc")
    assert line.pending == 3
    machine.run_until(5000)
    assert receiver.bytes == [(1100, 0x61), (1200, 0x62), (1300, 0x63)]
    assert line.pending == 0


def test_a_late_core_does_not_slow_the_line(machine: FakeMachine, line: SerialLine) -> None:
    receiver = Receiver(machine, line)
    line.write(bytes(range(5)))
    machine.run_until(5000, late=30)
    assert [when for when, _ in receiver.bytes] == [130, 230, 330, 430, 530]


def test_a_write_under_way_joins_the_queue(machine: FakeMachine, line: SerialLine) -> None:
    receiver = Receiver(machine, line)
    line.write(b"a")
    machine.run_until(50)
    line.write(b"b")
    machine.run_until(99)
    assert receiver.bytes == []
    machine.run_until(1000)
    assert [when for when, _ in receiver.bytes] == [100, 200]
    line.write(b"c")
    machine.run_until(2000)
    assert receiver.bytes[-1] == (1100, ord("c"))


def test_bytes_wait_for_a_connected_receiver(machine: FakeMachine, line: SerialLine) -> None:
    line.write(b"x")
    machine.run_until(700)
    receiver = Receiver(machine, line)
    machine.run_until(2000)
    assert receiver.bytes == [(800, ord("x"))]


@pytest.mark.parametrize("not_ready", [0.0, -1.0, float("inf"), float("nan")])
def test_bytes_wait_for_a_receiver_that_is_on(
    machine: FakeMachine, line: SerialLine, not_ready: float
) -> None:
    receiver = Receiver(machine, line)
    receiver.character_s = not_ready
    line.write(b"x")
    machine.run_until(10_500)
    assert receiver.bytes == []
    receiver.character_s = CHARACTER_S
    machine.run_until(20_000)
    assert [byte for _, byte in receiver.bytes] == [ord("x")]


def test_what_the_device_sends_is_kept_until_it_is_read(line: SerialLine) -> None:
    heard: list[int] = []
    line.listen(heard.append)
    for byte in b"hi":
        line.sent(byte)
    line.ignore(heard.append)
    line.sent(0x121)
    assert heard == list(b"hi")
    assert line.read() == b"hi!"
    assert line.read() == b""


def test_what_nobody_reads_has_a_limit(line: SerialLine) -> None:
    for _ in range(UNREAD_LIMIT_BYTES + 1):
        line.sent(0)
    assert len(line.read()) <= UNREAD_LIMIT_BYTES


# --- ends ---


def test_a_file_takes_what_is_sent(machine: FakeMachine, line: SerialLine, tmp_path: Path) -> None:
    plug = Plug(line, FileEnd(str(tmp_path / "log.txt")), machine)
    plug.open()
    for byte in b"line\n":
        line.sent(byte)
    plug.close()
    assert (tmp_path / "log.txt").read_bytes() == b"line\n"


def test_tcp_talks_both_ways_on_the_loopback(machine: FakeMachine, line: SerialLine) -> None:
    receiver = Receiver(machine, line)
    end = TcpEnd(0)
    plug = Plug(line, end, machine)
    assert str(end.port) in end.place
    client: list[socket.socket] = []
    thread = threading.Thread(
        target=lambda: client.append(socket.create_connection((LOOPBACK, end.port), 5))
    )
    thread.start()
    plug.open()
    thread.join()
    client[0].settimeout(5)
    for byte in b"hello":
        line.sent(byte)
    received = b""
    while len(received) < 5:
        received += client[0].recv(5)
    assert received == b"hello"
    client[0].sendall(b"ok")
    for _ in range(200):
        machine.run_until(machine.now + 1000)
        if len(receiver.bytes) == 2:
            break
    assert bytes(byte for _, byte in receiver.bytes) == b"ok"
    client[0].close()
    machine.run_until(machine.now + 5000)  # a client that left does no harm
    line.sent(1)
    plug.close()


def test_a_taken_tcp_port_is_refused() -> None:
    end = TcpEnd(0)
    with pytest.raises(UsageError, match=rf"tcp:{end.port}"):
        TcpEnd(end.port)
    end.close()


def test_pty_talks_both_ways(machine: FakeMachine, line: SerialLine) -> None:
    pytest.importorskip("pty")
    receiver = Receiver(machine, line)
    end = PtyEnd()
    plug = Plug(line, end, machine)
    plug.open()
    terminal = os.open(end.path, os.O_RDWR | os.O_NOCTTY)
    for byte in b"m-ready\r\n":
        line.sent(byte)
    received = b""
    while len(received) < 9:
        received += os.read(terminal, 100)
    assert received == b"m-ready\r\n"
    os.write(terminal, b"name%")
    machine.run_until(machine.now + 20_000)
    assert bytes(byte for _, byte in receiver.bytes) == b"name%"
    os.close(terminal)
    plug.close()


def test_stdio_reads_a_file_at_once(
    machine: FakeMachine,
    line: SerialLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    receiver = Receiver(machine, line)
    (tmp_path / "in").write_bytes(b"go")
    with (tmp_path / "in").open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        end = StdioEnd()
        plug = Plug(line, end, machine)
        plug.open()
    assert not end.live
    machine.run_until(1000)
    assert receiver.bytes == [(100, ord("g")), (200, ord("o"))]


def test_live_input_does_not_run_ahead_of_wall_time(machine: FakeMachine, line: SerialLine) -> None:
    end = PtyEnd()
    plug = Plug(line, end, machine)
    plug.open()
    began = time.monotonic()
    machine.run_until(50_000)  # 50 ms
    assert time.monotonic() - began > 0.03
    plug.close()


@pytest.mark.parametrize(
    ("text", "name", "backend"),
    [
        ("lpuart1=stdio", "lpuart1", "stdio"),
        ("USART3=tcp:5000", "usart3", "tcp:5000"),
        ("uart0=pty", "uart0", "pty"),
        ("uart0=file:a:b=c.txt", "uart0", "file:a:b=c.txt"),
    ],
)
def test_options_are_read(text: str, name: str, backend: str) -> None:
    assert parse_uart(text) == (name, backend)


@pytest.mark.parametrize(
    "text",
    [
        *("", "lpuart1", "=stdio", "a=", "a=serial", "a=file:", "a=stdio:1"),
        *("a=tcp", "a=tcp:", "a=tcp:x", "a=tcp:-1", "a=tcp:65536", "a=tcp:0.0.0.0:80"),
    ],
)
def test_wrong_options_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--uart"):
        parse_uart(text)
