"""ESP32-C3 I2C controller as a master (TRM v1.3, I2C) on a bus where no device answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from enum import IntEnum
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.espressif.clocks import RC_FAST_HZ, XTAL_HZ, divided
from mcusim.devices.espressif.peripheral import InterruptDevice, InterruptRegisters
from mcusim.devices.espressif.up_counter import Alarm

SCL_LOW_PERIOD, CTR, SR, TO, FIFO_CONF, DATA = 0x00, 0x04, 0x08, 0x0C, 0x18, 0x1C
SCL_HIGH_PERIOD, SCL_START_HOLD, SCL_RSTART_SETUP = 0x38, 0x40, 0x44
SCL_STOP_HOLD, SCL_STOP_SETUP, FILTER_CFG, CLK_CONF = 0x48, 0x4C, 0x50, 0x54
COMD0, SCL_ST_TIME_OUT, SCL_MAIN_ST_TIME_OUT, SCL_SP_CONF = 0x58, 0x78, 0x7C, 0x80

MS_MODE, TRANS_START, FSM_RST, CONF_UPGATE = 1 << 4, 1 << 5, 1 << 10, 1 << 11
RESP_REC, BUS_BUSY = 1 << 0, 1 << 4
RX_FIFO_RST, TX_FIFO_RST = 1 << 12, 1 << 13
RXFIFO_WM, TXFIFO_WM, RXFIFO_OVF, END_DETECT, BYTE_TRANS_DONE = (1 << n for n in range(5))
MST_TXFIFO_UDF, TRANS_COMPLETE, STARTED, NACK = 1 << 6, 1 << 7, 1 << 9, 1 << 10
TXFIFO_OVF, RXFIFO_UDF = 1 << 11, 1 << 12
SCL_RST_SLV_EN = 1 << 0
ACK_CHECK, ACK_EXPECTED, DONE = 1 << 8, 1 << 9, 1 << 31
COMMANDS = 8
FIFO_BYTES = 32
RELEASED = 0xFF
"""What is read from a bus that nobody drives."""
FRAME_BITS = 9
"""A byte and its acknowledge bit."""


class Op(IntEnum):
    """What a command does (esp-idf, i2c_ll.h: I2C_LL_CMD_*)."""

    WRITE = 1
    STOP = 2
    READ = 3
    END = 4
    RESTART = 6


class EspI2c(InterruptDevice):
    """Executes its commands one after the other; what a command does is there at its end.

    An address that nobody acknowledges ends the commands with I2C_NACK_INT, and a STOP follows
    (esp-idf, i2c_master.c: s_i2c_send_commands waits for it).
    """

    reset: ClassVar[Mapping[int, int]] = {
        CTR: 0x20B, TO: 0x10, FIFO_CONF: 1 << 14 | 4 << 5 | 0xB,
        SCL_START_HOLD: 8, SCL_RSTART_SETUP: 8, SCL_STOP_HOLD: 8, SCL_STOP_SETUP: 8,
        FILTER_CFG: 3 << 8, CLK_CONF: 1 << 21, SCL_ST_TIME_OUT: 0x10, SCL_MAIN_ST_TIME_OUT: 0x10,
        0xF8: 0x20070201,
    }  # fmt: skip
    """esp-idf, soc/esp32c3/register/soc/i2c_reg.h."""
    interrupt_registers = InterruptRegisters(raw=0x20, clr=0x24, ena=0x28, st=0x2C)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._transmit: deque[int] = deque()
        self._received: deque[int] = deque()
        self._alarm = Alarm(host, self._executed)
        self._stop = Alarm(host, self._stopped)
        self._pulses = Alarm(host, self._pulsed)
        self._command = 0
        self._busy = False
        self._response = 0
        self.pending = TXFIFO_WM

    def load(self, register: int) -> int:
        match register:
            case 0x08:
                counts = len(self._transmit) << 18 | len(self._received) << 8
                return counts | 3 << 14 | self._busy * BUS_BUSY | self._response
            case 0x1C:
                return self._take()
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x04:
                super().store(CTR, value & ~(TRANS_START | FSM_RST | CONF_UPGATE))
                self._control(value)
            case 0x18:
                super().store(FIFO_CONF, value)
                if value & TX_FIFO_RST:
                    self._transmit.clear()
                if value & RX_FIFO_RST:
                    self._received.clear()
            case 0x1C:
                self._put(value & 0xFF)
            case 0x80:
                super().store(SCL_SP_CONF, value)
                if value & SCL_RST_SLV_EN:
                    self._pulses.after((value >> 1 & 0x1F) * self._bit_s())
            case 0x08:
                return
            case _:
                super().store(register, value)
        self.drive()

    # --- FIFOs ---

    def _put(self, byte: int) -> None:
        if len(self._transmit) < FIFO_BYTES:
            self._transmit.append(byte)
        else:
            self.pending |= TXFIFO_OVF

    def _take(self) -> int:
        if not self._received:
            self.pending |= RXFIFO_UDF
            self.drive()
            return 0
        byte = self._received.popleft()
        self.drive()
        return byte

    def drive(self) -> None:
        config = self.stored[FIFO_CONF]
        if len(self._transmit) < config >> 5 & 0x1F:
            self.pending |= TXFIFO_WM
        if len(self._received) > config & 0x1F:
            self.pending |= RXFIFO_WM
        super().drive()

    # --- commands ---

    def _control(self, value: int) -> None:
        if value & FSM_RST:
            self._alarm.stop()
            self._stop.stop()
            self._busy = False
        if value & TRANS_START and value & MS_MODE:
            self._stop.stop()
            self._command = 0
            self._begin()

    def _begin(self) -> None:
        """Plans the end of the command at hand; behind the last one there is nothing to do."""
        if self._command < COMMANDS:
            self._busy = True
            self._alarm.after(self._command_s(self.stored.get(COMD0 + 4 * self._command, 0)))

    def _executed(self) -> None:
        register = COMD0 + 4 * self._command
        command = self.stored.get(register, 0)
        self.stored[register] = command | DONE
        self._command += 1
        goes_on = True
        match command >> 11 & 7:
            case Op.RESTART:
                self.pending |= STARTED
            case Op.WRITE:
                goes_on = self._write(command)
            case Op.READ:
                self._read(command & 0xFF)
            case Op.STOP:
                self._stopped()
                goes_on = False
            case _:
                self.pending |= END_DETECT
                goes_on = False
        if goes_on:
            self._begin()
        self.drive()

    def _write(self, command: int) -> bool:
        """Sends bytes, of which none is acknowledged; whether the next command follows."""
        refused = self._refused(command)
        for _ in range(1 if refused else command & 0xFF):
            if self._transmit:
                self._transmit.popleft()
            else:
                self.pending |= MST_TXFIFO_UDF
            self.pending |= BYTE_TRANS_DONE
            self._response = RESP_REC
        if refused:
            self.pending |= NACK
            self._stop.after(self._condition_s(SCL_STOP_SETUP, SCL_STOP_HOLD))
        return not refused

    def _stopped(self) -> None:
        self.pending |= TRANS_COMPLETE
        self._busy = False
        self.drive()

    def _refused(self, command: int) -> bool:
        """Whether the acknowledge bit of the first byte, which is high, is not as expected."""
        return bool(command & 0xFF and command & ACK_CHECK and not command & ACK_EXPECTED)

    def _read(self, count: int) -> None:
        for _ in range(count):
            if len(self._received) < FIFO_BYTES:
                self._received.append(RELEASED)
            else:
                self.pending |= RXFIFO_OVF
            self.pending |= BYTE_TRANS_DONE

    def _pulsed(self) -> None:
        self.stored[SCL_SP_CONF] &= ~SCL_RST_SLV_EN

    # --- time ---

    def _clock_hz(self) -> float:
        """I2C_SCLK: its source divided by DIV_NUM + 1 + DIV_B / DIV_A."""
        config = self.stored[CLK_CONF]
        source_hz = RC_FAST_HZ if config >> 20 & 1 else XTAL_HZ
        return divided(source_hz, config & 0xFF, config >> 14 & 0x3F, config >> 8 & 0x3F)

    def _bit_s(self) -> float:
        """A cycle of SCL, as esp-idf works it out from what it measured (i2c_ll.h)."""
        high = self.stored.get(SCL_HIGH_PERIOD, 0)
        cycles = (self.stored.get(SCL_LOW_PERIOD, 0) & 0x1FF) + 1
        cycles += (high & 0x1FF) + (high >> 9 & 0x7F)
        return cycles / self._clock_hz()

    def _command_s(self, command: int) -> float:
        match command >> 11 & 7:
            case Op.RESTART:
                return self._condition_s(SCL_RSTART_SETUP, SCL_START_HOLD)
            case Op.STOP:
                return self._condition_s(SCL_STOP_SETUP, SCL_STOP_HOLD)
            case Op.WRITE:
                count = 1 if self._refused(command) else command & 0xFF
                return count * FRAME_BITS * self._bit_s()
            case Op.READ:
                return (command & 0xFF) * FRAME_BITS * self._bit_s()
        return 0.0

    def _condition_s(self, setup: int, hold: int) -> float:
        cycles = (self.stored[setup] & 0x1FF) + 1 + (self.stored[hold] & 0x1FF) + 1
        return cycles / self._clock_hz()
