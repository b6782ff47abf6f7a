"""SAM D21 serial communication interface (DS40001882, 25): one block, a mode for each protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.microchip.clock_tree import ClockTree
from mcusim.devices.microchip.registers import SamPeripheral
from mcusim.devices.microchip.sercom_i2c import I2cMaster
from mcusim.devices.microchip.sercom_mode import Mode
from mcusim.devices.microchip.sercom_spi import SpiMaster
from mcusim.devices.microchip.sercom_usart import Usart

CTRLA, CTRLB, BAUD, INTENCLR, INTENSET = 0x00, 0x04, 0x0C, 0x14, 0x16
INTFLAG, STATUS, SYNCBUSY, ADDR, DATA = 0x18, 0x1A, 0x1C, 0x24, 0x28
SWRST, ENABLE, RUNSTDBY = 1 << 0, 1 << 1, 1 << 7
USART_EXTERNAL, USART_INTERNAL, SPI_SLAVE, SPI_MASTER, I2C_SLAVE, I2C_MASTER = range(6)


class SamSercom(SamPeripheral):
    """USART, and master of SPI and I2C; slaves aren't modelled. Registers synchronise at once."""

    widths: ClassVar[Mapping[int, int]] = {
        CTRLA: 4, CTRLB: 4, BAUD: 2, INTENCLR: 1, INTENSET: 1, INTFLAG: 1, STATUS: 2,
        SYNCBUSY: 4, ADDR: 4, DATA: 2,
    }  # fmt: skip

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.watch(lambda: self._mode.clock_changed())
        usart = Usart(self)
        self._modes: dict[int, Mode] = {
            USART_EXTERNAL: usart,
            USART_INTERNAL: usart,
            SPI_MASTER: SpiMaster(self),
            I2C_MASTER: I2cMaster(self),
        }

    # --- what its modes ask ---

    @property
    def enabled(self) -> bool:
        return bool(self.stored.get(CTRLA, 0) & ENABLE)

    @property
    def clock_hz(self) -> float:
        """The generic clock in hertz; 0 in Standby, but with RUNSTDBY."""
        if self._tree.standby and not self.stored.get(CTRLA, 0) & RUNSTDBY:
            return 0.0
        return self._tree.peripheral_hz(self.name, self.host)

    def changed(self) -> None:
        """Drives the interrupt line by the flags."""
        self.interrupt(bool(self._mode.flags() & self.stored.get(INTENSET, 0)))

    # --- registers ---

    @property
    def _mode_number(self) -> int:
        return self.stored.get(CTRLA, 0) >> 2 & 7

    @property
    def _mode(self) -> Mode:
        return self._modes.get(self._mode_number, self._modes[USART_EXTERNAL])

    def load(self, register: int) -> int:
        match register:
            case 0x14:
                return self.stored.get(INTENSET, 0)
            case 0x18:
                return self._mode.flags()
            case 0x1C:
                return 0
            case 0x28:
                value = self._mode.receive()
                self.changed()
                return value
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                self._control(value)
            case 0x14:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) & ~value
            case 0x16:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) | value
            case 0x18:
                self._mode.clear(value)
            case 0x28:
                self._mode.send(value)
            case 0x1C:
                return
            case _:
                self._mode.write(register, value)
        self.changed()

    def _control(self, value: int) -> None:
        if value & SWRST:
            self._mode.stop()
            self.stored.clear()
            return
        if self.stored.get(CTRLA, 0) & ~value & ENABLE:
            self._mode.stop()
        self.stored[CTRLA] = value
        if value & ENABLE and self._mode_number not in self._modes:
            self.host.warn(
                f"{self.name}: only USART and masters are modelled, not mode {self._mode_number}"
            )
