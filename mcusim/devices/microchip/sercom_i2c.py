"""SAM D21 SERCOM as the master of an I2C bus on which no device answers (DS40001882, 28)."""

from __future__ import annotations

from mcusim.devices.microchip.sercom_mode import BAUD, CTRLB, DATA, ERROR, STATUS, Block, Mode

ADDR = 0x24
MB, SB = 1 << 0, 1 << 1
BUSERR, ARBLOST, RXNACK, CLKHOLD = 1 << 0, 1 << 1, 1 << 2, 1 << 7
BUS_STATE = 3 << 4
UNKNOWN, IDLE, OWNER = 0 << 4, 1 << 4, 2 << 4
COMMAND = 3 << 16
REPEATED_START, STOP = 1 << 16, 3 << 16
ADDRESS_BITS, DATA_BITS = 1 + 9, 9
"""Start and address, or data, with the acknowledge bit."""


class I2cMaster(Mode):
    """An address gets no acknowledge; the firmware then sends the STOP itself.

    The time that the lines take to rise isn't modelled.
    """

    def __init__(self, block: Block) -> None:
        super().__init__(block)
        self._flags = 0
        self._bits_left = 0
        """Bits that are yet to be sent."""
        self._running = False
        self._over = block.host.add_timer(self._unanswered)

    def flags(self) -> int:
        return self._flags

    def clear(self, flags: int) -> None:
        self._flags &= ~flags

    def receive(self) -> int:
        return self.register(DATA)

    def send(self, value: int) -> None:
        if self._state == OWNER:
            self.block.stored[DATA] = value & 0xFF
            self._begin(DATA_BITS)

    def write(self, offset: int, value: int) -> None:
        match offset:
            case 0x04:
                super().write(CTRLB, value & ~COMMAND)
                self._command(value & COMMAND)
            case 0x1A:
                self._write_status(value)
            case 0x24:
                super().write(ADDR, value)
                self._address()
            case _:
                super().write(offset, value)

    def clock_changed(self) -> None:
        if self._bits_left and not self._running:
            self._go()

    def stop(self) -> None:
        self.block.host.cancel(self._over)
        self._flags = self._bits_left = 0
        self._running = False
        self.block.stored[STATUS] = UNKNOWN

    # --- the bus ---

    @property
    def _state(self) -> int:
        return self.register(STATUS) & BUS_STATE

    def _set_status(self, state: int, bits: int = 0) -> None:
        self.block.stored[STATUS] = state | bits

    def _write_status(self, value: int) -> None:
        """Errors are cleared by writing 1; 1 in BUSSTATE forces an idle bus."""
        status = self.register(STATUS)
        if value & BUS_STATE == IDLE:
            status = status & ~BUS_STATE | IDLE
        self.block.stored[STATUS] = status & ~(value & (BUSERR | ARBLOST | RXNACK))

    def _address(self) -> None:
        if not self.block.enabled:
            return
        if self._state == UNKNOWN:
            # DS40001882, 28, ADDR: the operation ends at once.
            self._set_status(UNKNOWN, BUSERR)
            self._flags |= MB | ERROR
            return
        self._begin(ADDRESS_BITS)

    def _command(self, command: int) -> None:
        if self._state != OWNER or not command:
            return
        self._flags &= ~(MB | SB)
        if command == STOP:
            self._set_status(IDLE, self.register(STATUS) & RXNACK)
        elif command == REPEATED_START:
            self._begin(ADDRESS_BITS)

    @property
    def _bit_s(self) -> float:
        """DS40001882, 25, f_SCL: 10 clocks, and BAUD for each of the halves, or BAUDLOW for one."""
        baud, clock_hz = self.register(BAUD), self.block.clock_hz
        high = baud & 0xFF
        return (10 + high + (baud >> 8 & 0xFF or high)) / clock_hz if clock_hz else 0.0

    def _begin(self, bits: int) -> None:
        self._flags &= ~(MB | SB)
        self._set_status(OWNER)
        self._bits_left = bits
        self._go()

    def _go(self) -> None:
        """Sends, as soon as there is a clock."""
        host, bit_s = self.block.host, self._bit_s
        self._running = bit_s > 0.0
        if self._running:
            host.schedule(self._over, host.cycle_in(self._bits_left * bit_s))

    def _unanswered(self) -> None:
        self._bits_left, self._running = 0, False
        address = self.register(ADDR) >> 1 & 0x7F
        name = self.block.name
        self.block.host.warn(f"{name}: nothing answers at I2C address 0x{address:02x}")
        self._set_status(OWNER, RXNACK | CLKHOLD)
        self._flags |= MB
        self.block.changed()
