"""nRF52 SPIM and TWIM at one address: transfers take their time; who answers is up to a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.nordic.clock_rates import HFCLK_HZ
from mcusim.devices.nordic.countdown import Countdown
from mcusim.devices.nordic.peripheral import POWER, NrfPeripheral

# PS, SPIM and TWIM, Registers.
TWIM_STARTRX, TWIM_STARTTX, SPIM_START, STOP = 0x000, 0x008, 0x010, 0x014
SUSPEND, RESUME = 0x01C, 0x020
STOPPED, ENDRX, END, ENDTX, ERROR, SUSPENDED = 0x104, 0x110, 0x118, 0x120, 0x124, 0x148
STARTED, RXSTARTED, TXSTARTED, LASTRX, LASTTX = 0x14C, 0x14C, 0x150, 0x15C, 0x160
ERRORSRC, ENABLE, FREQUENCY, ADDRESS, ORC = 0x4C4, 0x500, 0x524, 0x588, 0x5C0
RXD_PTR, RXD_MAXCNT, RXD_AMOUNT = 0x534, 0x538, 0x53C
TXD_PTR, TXD_MAXCNT, TXD_AMOUNT = 0x544, 0x548, 0x54C
ENABLE_TWIM, ENABLE_SPIM = 6, 7
ADDRESS_NACK = 1 << 1
FAST_SPIM = {0x0A000000: 16e6, 0x14000000: 32e6}
"""Rates of SPIM3 that don't follow the formula of the others (nrf52840_bitfields.h)."""

Target = Callable[[bytes, int], bytes]
"""Takes the bytes written to it and the number of bytes wanted; gives those."""


class NrfSpimTwim(NrfPeripheral):
    """Without a target, SPI reads 0xFF and I2C gets no acknowledge, as without sensors."""

    shortcuts: ClassVar[dict[int, tuple[int, int]]] = {
        7: (LASTTX, TWIM_STARTRX),
        8: (LASTTX, SUSPEND),
        9: (LASTTX, STOP),
        10: (LASTRX, TWIM_STARTTX),
        12: (LASTRX, STOP),
        17: (END, SPIM_START),
    }
    reset: ClassVar[dict[int, int]] = {FREQUENCY: 0x04000000}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.targets: dict[int, Target] = {}
        """Who answers, by I2C address; 0 for SPI, which has no addresses."""
        self._transfer = Countdown(host, self._done)
        self._finish: Callable[[], None] = lambda: None

    def task(self, offset: int) -> None:
        mode = self.stored.get(ENABLE, 0) & 0xF
        if mode == ENABLE_SPIM and offset == SPIM_START:
            self._start_spi()
        elif mode == ENABLE_TWIM and offset in (TWIM_STARTRX, TWIM_STARTTX):
            self._start_i2c(reading=offset == TWIM_STARTRX)
        elif offset == STOP:
            self._transfer.stop()
            self.fire(STOPPED)
        elif offset == SUSPEND and mode == ENABLE_TWIM:
            self.fire(SUSPENDED)

    def configured(self, offset: int, value: int) -> None:
        if offset == ERRORSRC:
            self.stored[ERRORSRC] = 0
        elif offset == POWER and not value & 1:
            self._transfer.stop()
            self.restart()

    def _run(self, bits: int, finish: Callable[[], None]) -> None:
        setting = self.stored[FREQUENCY]
        rate_hz = FAST_SPIM.get(setting) or max(setting, 1) * 16e6 / (1 << 32)
        self._finish = finish
        self._transfer.start(max(1, round(bits * HFCLK_HZ / rate_hz)))

    def _done(self) -> None:
        self._finish()

    def _counts(self) -> tuple[int, int]:
        return self.stored.get(TXD_MAXCNT, 0) & 0xFFFF, self.stored.get(RXD_MAXCNT, 0) & 0xFFFF

    def _written(self, count: int) -> bytes:
        self.stored[TXD_AMOUNT] = count
        return self.read_by_dma(self.stored.get(TXD_PTR, 0), count)

    def _put(self, data: bytes) -> None:
        self.stored[RXD_AMOUNT] = len(data)
        self.write_by_dma(self.stored.get(RXD_PTR, 0), data)

    def _start_spi(self) -> None:
        self.fire(STARTED)
        sent, wanted = self._counts()
        self._run(8 * max(sent, wanted), self._spi_over)

    def _spi_over(self) -> None:
        sent, wanted = self._counts()
        written = self._written(sent)
        target = self.targets.get(0)
        self._put(target(written, wanted) if target else b"\xff" * wanted)
        for event in (ENDTX, ENDRX, END):
            self.fire(event)

    def _start_i2c(self, *, reading: bool) -> None:
        self.fire(RXSTARTED if reading else TXSTARTED)
        if self.stored.get(ADDRESS, 0) not in self.targets:
            self._run(9, self._nobody)
            return
        sent, wanted = self._counts()
        self._run(9 * (1 + (wanted if reading else sent)), self._read if reading else self._wrote)

    def _nobody(self) -> None:
        self.stored[ERRORSRC] = ADDRESS_NACK
        self.host.warn(
            f"{self.name}: nothing answers at I2C address 0x{self.stored.get(ADDRESS, 0):02x}; a "
            f"script can put a target there (docs/adding-a-device.md)"
        )
        self.fire(ERROR)

    def _wrote(self) -> None:
        self.targets[self.stored[ADDRESS]](self._written(self._counts()[0]), 0)
        self.fire(LASTTX)

    def _read(self) -> None:
        self._put(self.targets[self.stored[ADDRESS]](b"", self._counts()[1]))
        self.fire(LASTRX)
