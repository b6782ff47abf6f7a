"""STM32 blocks that only keep what is written to them, until the run ends."""

from __future__ import annotations

from typing import Self

from mcusim.devices.device import Host
from mcusim.devices.reset import Reset
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.words import WordDevice


class Stm32BackupDomain(WordDevice):
    """Keeps its content over resets of the chip."""

    def inherit(self, before: Self, reset: Reset) -> None:
        self.stored = before.stored


class Stm32BackupSram(Stm32BackupDomain):
    """Backup SRAM that lies among the peripherals (STM32F7, at 0x40024000).

    Its content survives Standby, whether or not its regulator (PWR_CSR1.BRE) is on.
    """


class Stm32Tamp(Stm32BackupDomain):
    """Tamper detection and backup registers (RM0455, TAMP): nobody tampers."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        Clocks.of(host).backup_reset.append(self.restart)


class Stm32Fmc(WordDevice):
    """Settings of the external memory controller, without memory outside."""
