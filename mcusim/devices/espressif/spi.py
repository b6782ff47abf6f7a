"""ESP32-C3 general-purpose SPI (SPI2) as a master (TRM v1.3, SPI), with nobody at the other end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.espressif.clocks import XTAL_HZ
from mcusim.devices.espressif.gdma import Gdma
from mcusim.devices.espressif.peripheral import InterruptDevice, InterruptRegisters
from mcusim.devices.espressif.up_counter import Alarm

CMD, CTRL, CLOCK, USER, USER1, USER2, MS_DLEN, MISC = (
    0x00, 0x08, 0x0C, 0x10, 0x14, 0x18, 0x1C, 0x20,
)  # fmt: skip
DMA_CONF = 0x30
W0, SLAVE, CLK_GATE, DATE = 0x98, 0xE0, 0xE8, 0xF0
UPDATE, USR = 1 << 23, 1 << 24
USR_COMMAND, USR_ADDR, USR_DUMMY, USR_MISO, USR_MOSI = (1 << n for n in range(31, 26, -1))
MISO_HIGHPART, CS_SETUP, CS_HOLD, DOUTDIN = 1 << 24, 1 << 7, 1 << 6, 1 << 0
DMA_TX_ENA, DMA_RX_ENA = 1 << 28, 1 << 27
TRANS_DONE, OUTFIFO_EMPTY_ERR, INFIFO_FULL_ERR = 1 << 12, 1 << 1, 1 << 0
SLAVE_MODE = 1 << 26
CLK_EQU_SYSCLK, MST_CLK_SEL = 1 << 31, 1 << 2
BUFFER_BYTES = 64
GDMA_PERIPHERAL = 0
"""esp-idf, gdma_channel.h: SOC_GDMA_TRIG_PERIPH_SPI2."""
OPEN_LINE = 0xFF
"""What is received: the line is pulled up."""


class EspSpi(InterruptDevice):
    """What a transfer does is there at its end; configured segments aren't modelled."""

    reset: ClassVar[Mapping[int, int]] = {
        CTRL: 0xF << 18, CLOCK: CLK_EQU_SYSCLK | 3 << 12 | 1 << 6 | 3,
        USER: USR_COMMAND | CS_SETUP | CS_HOLD, USER1: 23 << 27 | 1 << 22 | 1 << 16 | 7,
        USER2: 7 << 28 | 1 << 27, MISC: 0x3E, SLAVE: 10 << 22, DATE: 0x2007220,
    }  # fmt: skip
    """esp-idf, soc/esp32c3/register/soc/spi_reg.h."""
    interrupt_registers = InterruptRegisters(ena=0x34, clr=0x38, raw=0x3C, st=0x40)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._dma = host.shared(Gdma)
        self._alarm = Alarm(host, self._done)
        self._busy = False

    def load(self, register: int) -> int:
        match register:
            case 0x00:
                return super().load(CMD) | self._busy * USR
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                super().store(CMD, value & ~(UPDATE | USR))
                if value & USR and not self._busy and not self.stored[SLAVE] & SLAVE_MODE:
                    self._busy = True
                    self._alarm.after(self._clocks() / self._clock_hz())
            case 0x3C:
                self.pending = value
                self.drive()
            case _:
                super().store(register, value)

    def _done(self) -> None:
        user, dma = self.stored[USER], self.stored.get(DMA_CONF, 0)
        count = self._data_bits() + 7 >> 3
        if user & USR_MOSI and dma & DMA_TX_ENA:
            short = len(self._dma.take(GDMA_PERIPHERAL, count)) < count
            self.pending |= OUTFIFO_EMPTY_ERR * short
        if user & USR_MISO:
            self._receive(count, by_dma=bool(dma & DMA_RX_ENA))
        self._busy = False
        self.pending |= TRANS_DONE
        self.drive()

    def _receive(self, count: int, *, by_dma: bool) -> None:
        if by_dma:
            fits = self._dma.put(GDMA_PERIPHERAL, bytes([OPEN_LINE]) * count)
            self.pending |= INFIFO_FULL_ERR * (not fits)
            return
        first = BUFFER_BYTES // 2 if self.stored[USER] & MISO_HIGHPART else 0
        for place in range(first, min(first + count, BUFFER_BYTES)):
            register, shift = W0 + (place & ~3), 8 * (place & 3)
            word = self.stored.get(register, 0) & ~(0xFF << shift)
            self.stored[register] = word | OPEN_LINE << shift

    # --- time ---

    def _data_bits(self) -> int:
        return (self.stored.get(MS_DLEN, 0) & 0x3FFFF) + 1

    def _clocks(self) -> int:
        """Serial clocks of the transfer, with those around it that the chip select adds."""
        user, user1, control = self.stored[USER], self.stored[USER1], self.stored[CTRL]
        clocks = 0
        if user & CS_SETUP:
            clocks += (user1 >> 17 & 0x1F) + 1
        if user & CS_HOLD:
            clocks += user1 >> 22 & 0x1F
        if user & USR_COMMAND:
            clocks += _on_lines((self.stored[USER2] >> 28) + 1, control >> 8)
        if user & USR_ADDR:
            clocks += _on_lines((user1 >> 27) + 1, control >> 5)
        if user & USR_DUMMY:
            clocks += (user1 & 0xFF) + 1
        out = _on_lines(self._data_bits(), user >> 12) if user & USR_MOSI else 0
        into = _on_lines(self._data_bits(), control >> 14) if user & USR_MISO else 0
        return clocks + (max(out, into) if user & DOUTDIN else out + into)

    def _clock_hz(self) -> float:
        """The crystal or the APB's clock, divided as spi_ll_master_cal_clock has it (esp-idf)."""
        by_pll = self.stored.get(CLK_GATE, 0) & MST_CLK_SEL
        source_hz = self.clocks.apb_hz if by_pll else XTAL_HZ
        divider = self.stored[CLOCK]
        if divider & CLK_EQU_SYSCLK:
            return source_hz
        return source_hz / (((divider >> 18 & 0xF) + 1) * ((divider >> 12 & 0x3F) + 1))


def _on_lines(bits: int, mode: int) -> int:
    """Clocks of so many bits; bit 0 of `mode`: on two lines, bit 1: on four."""
    lines = 4 if mode & 2 else 2 if mode & 1 else 1
    return -(-bits // lines)
