"""Where a serial line leads outside the simulation: terminal, TCP port, pseudo-terminal or file.

A live end (one that somebody may type into) is asked for input every millisecond of simulated
time, and holds simulated time back to wall time: what arrives when depends on the person, so that
such a run is not reproducible. A file is.
"""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import stat
import sys
import threading
import time
from typing import BinaryIO, Protocol

from mcusim.errors import UsageError
from mcusim.machine.serial import POLL_S, Clock, SerialLine

BACKENDS = "stdio, tcp:PORT, pty or file:PATH"
LOOPBACK = "127.0.0.1"
ACCEPT_LOOK_S = 0.2
CHUNK_BYTES = 4096


class End(Protocol):
    """The outer end of a line."""

    @property
    def live(self) -> bool:
        """Whether input may still come."""

    @property
    def place(self) -> str:
        """Where to find it, for the user; empty when there is nothing to say."""

    def open(self) -> None:
        """Waits until somebody is there, where that can be known."""

    def put(self, data: bytes) -> None:
        """Takes what the firmware sent."""

    def take(self) -> bytes:
        """Gives what has come in, without waiting."""

    def close(self) -> None:
        """Lets go of files and sockets."""


class FileEnd:
    """Writes what the firmware sends to a file."""

    live = False

    def __init__(self, path: str) -> None:
        try:
            self._file: BinaryIO = open(path, "wb")  # noqa: SIM115
        except OSError as error:
            raise UsageError(f"--uart file:{path}: {error.strerror}") from None
        self.place = ""

    def open(self) -> None:
        """Nobody to wait for."""

    def put(self, data: bytes) -> None:
        self._file.write(data)

    def take(self) -> bytes:
        return b""

    def close(self) -> None:
        self._file.close()


class StdioEnd:
    """The process's standard input and output."""

    def __init__(self) -> None:
        self.place = ""
        self._input: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._ended = False
        self.live = True

    def open(self) -> None:
        """Reads a file at once, so that its bytes come at the same time in every run."""
        stream = sys.stdin.buffer
        if _is_plain_file(stream):
            self._input.put(stream.read())
            self._input.put(b"")
        else:
            threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream: BinaryIO) -> None:
        while True:
            data = os.read(stream.fileno(), CHUNK_BYTES)
            self._input.put(data)
            if not data:
                return

    def put(self, data: bytes) -> None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def take(self) -> bytes:
        chunks = []
        while self.live and not self._input.empty():
            chunk = self._input.get()
            chunks.append(chunk)
            self.live = bool(chunk)
        return b"".join(chunks)

    def close(self) -> None:
        """The streams belong to the process."""


class TcpEnd:
    """Listens on a port of this machine, for one client at a time."""

    live = True

    def __init__(self, port: int) -> None:
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._listener.bind((LOOPBACK, port))
        except OSError as error:
            self._listener.close()
            raise UsageError(f"--uart tcp:{port}: {error.strerror}") from None
        self._listener.listen(1)
        self.port: int = self._listener.getsockname()[1]
        self.place = f"TCP port {self.port} of {LOOPBACK}; waiting for a connection"
        self._client: socket.socket | None = None

    def open(self) -> None:
        """Waits for the first client."""
        self._listener.settimeout(ACCEPT_LOOK_S)
        while not self._accept():
            pass
        self._listener.setblocking(False)

    def _accept(self) -> bool:
        try:
            self._client, _ = self._listener.accept()
        except (TimeoutError, BlockingIOError):
            return False
        self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client.setblocking(True)
        return True

    def put(self, data: bytes) -> None:
        if self._client is not None:
            try:
                self._client.sendall(data)
            except OSError:
                self._hang_up()

    def take(self) -> bytes:
        if self._client is None and not self._accept():
            return b""
        assert self._client is not None
        try:
            data = self._client.recv(CHUNK_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        return data

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None

    def close(self) -> None:
        self._hang_up()
        self._listener.close()


class PtyEnd:
    """A pseudo-terminal that a terminal program can open."""

    live = True

    def __init__(self) -> None:
        try:
            import pty
            import tty
        except ImportError:
            raise UsageError("--uart pty: this system has none; use tcp:PORT") from None
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self.place = self.path

    def open(self) -> None:
        """Who opens the other side can't be seen."""

    def put(self, data: bytes) -> None:
        with contextlib.suppress(BlockingIOError):  # nobody reads, and its buffer is full
            os.write(self._master, data)

    def take(self) -> bytes:
        try:
            return os.read(self._master, CHUNK_BYTES)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        os.close(self._master)
        os.close(self._slave)


class Plug:
    """Holds an end at a line while the machine runs."""

    def __init__(self, line: SerialLine, end: End, clock: Clock) -> None:
        self._line = line
        self.end = end
        self._clock = clock
        self._timer = clock.add_timer(self._look)
        self._began_s = time.monotonic()
        self._looks = 0
        line.listen(lambda byte: end.put(bytes([byte])))

    def open(self) -> None:
        """Waits for the other side, then begins to look for input."""
        self.end.open()
        self._began_s = time.monotonic()
        if self.end.live:
            self._look()

    def _look(self) -> None:
        data = self.end.take()
        if data:
            self._line.write(data)
        if not self.end.live:
            return
        ahead_s = self._looks * POLL_S - (time.monotonic() - self._began_s)
        if ahead_s > 0.0:
            time.sleep(ahead_s)
        self._looks += 1
        self._clock.schedule(self._timer, self._clock.cycle_in(POLL_S))

    def close(self) -> None:
        """Closes the end."""
        self.end.close()


def parse_uart(text: str) -> tuple[str, str]:
    """Name and backend of a "NAME=BACKEND".

    Raises:
        UsageError: for anything else.
    """
    name, _, backend = text.partition("=")
    kind, _, detail = backend.partition(":")
    wants_detail = {"stdio": False, "pty": False, "tcp": True, "file": True}.get(kind)
    if not name or wants_detail is None or wants_detail != bool(detail):
        raise UsageError(f"--uart {text}: write it as NAME=BACKEND, a BACKEND being {BACKENDS}")
    if kind == "tcp" and not (detail.isdecimal() and int(detail) < 1 << 16):
        raise UsageError(f"--uart {text}: a TCP port is a number up to 65535")
    return name.lower(), backend


def open_end(backend: str) -> End:
    """The end that "stdio", "tcp:PORT", "pty" or "file:PATH" names."""
    kind, _, detail = backend.partition(":")
    if kind == "tcp":
        return TcpEnd(int(detail))
    if kind == "file":
        return FileEnd(detail)
    return PtyEnd() if kind == "pty" else StdioEnd()


def _is_plain_file(stream: BinaryIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False
