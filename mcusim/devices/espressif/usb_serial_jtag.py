"""ESP32-C3 USB serial port (TRM v1.3, 30).

The board's USB connector leads to UART0, not here. So there is a host only if someone connects to
the port; it takes each packet at once.
"""

from __future__ import annotations

from collections import deque

from mcusim.devices.device import Host
from mcusim.devices.espressif.console import Console
from mcusim.devices.espressif.peripheral import EspPeripheral

EP1, EP1_CONF, INT_RAW, INT_ST, INT_ENA, INT_CLR = range(0x00, 0x18, 4)
FRAM_NUM = 0x24
WR_DONE, IN_FREE, OUT_AVAILABLE = 1 << 0, 1 << 1, 1 << 2
SOF, OUT_RECEIVED, IN_EMPTY = 1 << 1, 1 << 2, 1 << 3
PACKET_BYTES = 64
FULL_SPEED_BYTE_S = 8 / 12e6
"""USB 2.0, 7.1.11: 12 Mbit/s; tokens and handshakes are left out."""
FRAME_S = 1e-3
NO_HOST = (
    "the firmware writes to usb-serial-jtag, where no host is connected: connect one by "
    "--uart usb-serial-jtag=stdio"
)
"""Not said where the firmware writes to UART0 too: esp-idf's console goes to both by default."""


class EspUsbSerialJtag(EspPeripheral):
    """JTAG and the suspended bus aren't modelled.

    Without a host, a packet that was sent stays, and what is written behind it is lost.
    """

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._line = host.serial(name)
        self._line.connect(self._receive, lambda: FULL_SPEED_BYTE_S)
        self._packet = bytearray()
        self._sent = False
        """Whether the packet is for the host to take."""
        self._console = host.shared(Console)
        self._received: deque[int] = deque()
        self._raw = IN_EMPTY

    def load(self, register: int) -> int:
        self._give_packet()
        frames = SOF if self._line.attached else 0
        match register:
            case 0x00:
                return self._received.popleft() if self._received else 0
            case 0x04:
                free = 0 if self._sent else IN_FREE
                return free | (OUT_AVAILABLE if self._received else 0)
            case 0x08:
                return self._raw | frames
            case 0x0C:
                return (self._raw | frames) & self.stored.get(INT_ENA, 0)
            case 0x24:
                return int(self.host.seconds / FRAME_S) & 0x7FF if frames else 0
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                if not self._sent:
                    self._packet.append(value & 0xFF)
                if len(self._packet) == PACKET_BYTES:
                    self._send()
            case 0x04:
                if value & WR_DONE and self._packet:
                    self._send()
            case 0x14:
                self._raw &= ~value
            case 0x08 | 0x0C | 0x24:
                return
            case _:
                super().store(register, value)
        self._update()

    def _send(self) -> None:
        self._sent = True
        self._give_packet()
        if self._sent and not self._console.is_on_uart:
            self.host.warn(NO_HOST)

    def _give_packet(self) -> None:
        """Has the host take the packet that is sent, if there is one."""
        if not (self._sent and self._line.attached):
            return
        self.host.emit(self.name, bytes(self._packet))
        for byte in self._packet:
            self._line.sent(byte)
        self._packet.clear()
        self._sent = False
        self._raw |= IN_EMPTY

    def _receive(self, byte: int) -> None:
        self._received.append(byte & 0xFF)
        self._raw |= OUT_RECEIVED
        self._update()

    def _update(self) -> None:
        self.interrupt(bool(self._raw & self.stored.get(INT_ENA, 0)))
