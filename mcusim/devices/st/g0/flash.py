"""STM32G0 flash interface (RM0444 3): that of the STM32L4+ without a data cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.flash import ACR, CR, ICEN, LOCK, OPTLOCK, OPTR, Layout, Stm32Flash

N_SWAP_BANK = 1 << 20


class Stm32g0Flash(Stm32Flash):
    """That of a chip with two banks of 256 kB (STM32G0B1xE), in pages of 2 kB."""

    reset: ClassVar[Mapping[int, int]] = {
        ACR: 0x40000 | ICEN,
        CR: LOCK | OPTLOCK,
        OPTR: 0xFFFFFEAA,
    }
    layout: ClassVar[Layout] = Layout(0x40000, 0x800, 0x800, 256, 1 << 21, 1 << 13)

    def _check_boot_bank(self) -> None:
        if self._dual_bank and not self.stored[OPTR] & N_SWAP_BANK:
            self.host.warn(
                "option bit nSWAP_BANK = 0 has bank 2 at the address of bank 1; the simulated chip "
                "leaves the banks where they are"
            )
