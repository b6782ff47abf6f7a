"""nRF52 RADIO: its states and how long it is in each; packets go out, none come in."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.nordic.clock_rates import HFCLK_HZ, microseconds
from mcusim.devices.nordic.countdown import Countdown
from mcusim.devices.nordic.peripheral import POWER, NrfPeripheral

# PS, RADIO, Registers.
TXEN, RXEN, START, STOP, DISABLE = 0x000, 0x004, 0x008, 0x00C, 0x010
RSSISTART, EDSTART, CCASTART = 0x014, 0x024, 0x02C
READY, ADDRESS, PAYLOAD, END, DISABLED, RSSIEND = 0x100, 0x104, 0x108, 0x10C, 0x110, 0x11C
EDEND, CCAIDLE, TXREADY, RXREADY, PHYEND = 0x13C, 0x144, 0x154, 0x158, 0x16C
FRAMESTART = 0x138
PACKETPTR, MODE, PCNF0, PCNF1, CRCCNF, STATE, MODECNF0 = (
    *(0x504, 0x510, 0x514, 0x518),
    *(0x534, 0x550, 0x650),
)
TXPOWER = 0x50C
STATES = {
    "disabled": 0,
    "rx-ramp-up": 1,
    "rx-idle": 2,
    "rx": 3,
    "rx-disable": 4,
    "tx-ramp-up": 9,
    "tx-idle": 10,
    "tx": 11,
    "tx-disable": 12,
}
"""Value of STATE by the name of the state (PS, RADIO, STATE)."""
RAMP_US, FAST_RAMP_US = 140.0, 40.0
"""PS, RADIO, Radio timing: t_TXEN and t_RXEN, and with MODECNF0.RU = Fast (quoted from memory; PS
of the nRF5340 has the same)."""
TX_DISABLE_US = {1: 4.0, 4: 4.0, 15: 21.0}
"""By MODE; 6 us in the others (PS, RADIO, Radio timing, quoted from memory)."""
RX_DISABLE_US = 0.5
MEASURE_US = 8.0
"""A symbol time or two for RSSI, and one look at the medium for ED and CCA: assumed."""
BIT_US = {0: 1.0, 1: 0.5, 3: 1.0, 4: 0.5, 5: 8.0, 6: 2.0, 15: 4.0}
"""By MODE: 1 or 2 Mbit/s, 125 or 500 kbit/s, 250 kbit/s."""
PREAMBLE_BITS = (8, 16, 24, 32)
IEEE802154 = 15


class NrfRadio(NrfPeripheral):
    """No air: what is sent is lost, reception waits for ever, the medium is always free."""

    shortcuts: ClassVar[dict[int, tuple[int, int]]] = {
        0: (READY, START),
        1: (END, DISABLE),
        2: (DISABLED, TXEN),
        3: (DISABLED, RXEN),
        4: (ADDRESS, RSSISTART),
        5: (END, START),
        11: (RXREADY, CCASTART),
        12: (CCAIDLE, TXEN),
        15: (READY, EDSTART),
        16: (EDEND, DISABLE),
        17: (CCAIDLE, STOP),
        18: (TXREADY, START),
        19: (RXREADY, START),
        20: (PHYEND, DISABLE),
        21: (PHYEND, START),
    }
    reset: ClassVar[dict[int, int]] = {0x508: 2, 0x554: 0x40, MODECNF0: 0x200, POWER: 1}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.state = "disabled"
        self._since = 0
        self._cycles = dict.fromkeys(STATES, 0)
        self._step = Countdown(host, self._stepped)
        self._address = Countdown(host, self._address_sent)
        self._measured = Countdown(host, self._measurement_done)
        self._measuring = 0

    def state_seconds(self) -> dict[str, float]:
        """Seconds so far in each state; what an energy model needs."""
        cycles = dict(self._cycles)
        cycles[self.state] += self.now - self._since
        return {state: count / HFCLK_HZ for state, count in cycles.items()}

    def value(self, offset: int) -> int:
        return STATES[self.state] if offset == STATE else super().value(offset)

    def configured(self, offset: int, value: int) -> None:
        if offset == POWER and not value & 1:
            self._step.stop()
            self._address.stop()
            self._enter("disabled")

    def task(self, offset: int) -> None:
        match offset:
            case 0x000 if self.state in ("disabled", "rx-idle", "rx", "tx-disable", "rx-disable"):
                self._ramp_up("tx-ramp-up")
            case 0x004 if self.state in ("disabled", "tx-idle", "tx-disable", "rx-disable"):
                self._ramp_up("rx-ramp-up")
            case 0x008 if self.state == "tx-idle":
                self._send()
            case 0x008 if self.state == "rx-idle":
                self._enter("rx")
            case 0x00C if self.state in ("rx", "tx"):
                self._step.stop()
                self._address.stop()
                self._enter("rx-idle" if self.state == "rx" else "tx-idle")
            case 0x010:
                self._disable()
            case 0x014 | 0x024 | 0x02C:
                self._measuring = {RSSISTART: RSSIEND, EDSTART: EDEND, CCASTART: CCAIDLE}[offset]
                self._measured.start(microseconds(MEASURE_US))

    def _enter(self, state: str) -> None:
        now = self.now
        self._cycles[self.state] += now - self._since
        self.state, self._since = state, now
        self.host.draw(self.name, self._drawing(), self.fabric.time.cycle_of(now))

    def _drawing(self) -> str:
        """Ramping up and idle draw what sending or receiving does: assumed; disabling, nothing."""
        if self.state == "disabled" or self.state.endswith("-disable"):
            return ""
        if self.state.startswith("rx"):
            return "rx"
        # TXPOWER is a number of dBm in eight bits (nrf52840.svd).
        dbm = (self.stored.get(TXPOWER, 0) & 0xFF ^ 0x80) - 0x80
        return f"tx {dbm:+d} dBm" if dbm else "tx 0 dBm"

    def _ramp_up(self, state: str) -> None:
        self.host.warn("RADIO: there is no air: packets go out, none come in")
        self._enter(state)
        fast = self.stored[MODECNF0] & 1
        self._step.start(microseconds(FAST_RAMP_US if fast else RAMP_US))

    def _disable(self) -> None:
        self._address.stop()
        if self.state == "disabled":
            self.fire(DISABLED)
            return
        if self.state.endswith("-disable"):
            return
        sending = self.state.startswith("tx")
        mode = self.stored.get(MODE, 0) & 0xF
        self._enter("tx-disable" if sending else "rx-disable")
        delay_us = TX_DISABLE_US.get(mode, 6.0) if sending else RX_DISABLE_US
        self._step.start(microseconds(delay_us))

    def _send(self) -> None:
        self._enter("tx")
        head_us, packet_us = self._air_time_us()
        self._address.start(microseconds(head_us))
        self._step.start(microseconds(packet_us))

    def _address_sent(self) -> None:
        ieee = self.stored.get(MODE, 0) & 0xF == IEEE802154
        self.fire(FRAMESTART if ieee else ADDRESS)

    def _stepped(self) -> None:
        """A ramp, a packet or a disabling is over."""
        match self.state:
            case "tx-ramp-up":
                self._enter("tx-idle")
                self.fire(TXREADY)
                self.fire(READY)
            case "rx-ramp-up":
                self._enter("rx-idle")
                self.fire(RXREADY)
                self.fire(READY)
            case "tx":
                self._enter("tx-idle")
                for event in (PAYLOAD, PHYEND, END):
                    self.fire(event)
            case "tx-disable" | "rx-disable":
                self._enter("disabled")
                self.fire(DISABLED)

    def _measurement_done(self) -> None:
        self.fire(self._measuring)

    def _air_time_us(self) -> tuple[float, float]:
        """Time until the address is out, and of the whole packet (PS, RADIO, Packet)."""
        mode = self.stored.get(MODE, 0) & 0xF
        format0, format1 = self.stored.get(PCNF0, 0), self.stored.get(PCNF1, 0)
        preamble = PREAMBLE_BITS[format0 >> 24 & 3] if mode != IEEE802154 else 32
        address = 8 * ((format1 >> 16 & 7) + 1) if mode != IEEE802154 else 8
        length_bits, s0, s1 = format0 & 0xF, 8 * (format0 >> 8 & 1), format0 >> 16 & 0xF
        payload = format1 >> 8 & 0xFF
        if length_bits:
            place = self.stored.get(PACKETPTR, 0) + (1 if s0 else 0)
            byte = self.read_by_dma(place, 1)
            length = byte[0] & (1 << min(length_bits, 8)) - 1 if byte else 0
            payload += min(length, format1 & 0xFF)
        crc = 0 if format0 >> 26 & 1 else 8 * (self.stored.get(CRCCNF, 0) & 3)
        head = preamble + address
        bit_us = BIT_US.get(mode, 1.0)
        return head * bit_us, (head + s0 + length_bits + s1 + 8 * payload + crc) * bit_us
