"""nRF5340 serial interfaces: one address for UARTE, SPIM, SPIS, TWIM and TWIS of a number."""

from __future__ import annotations

from mcusim.devices.nordic.uart import ENABLE, NrfUart

OTHERS = {2: "SPIS", 6: "TWIM", 7: "SPIM", 9: "TWIS"}
"""ENABLE of the faces that are not modelled (nrf5340_application_bitfields.h)."""


class Nrf53Serial(NrfUart):
    """Its UARTE; the legacy UART of the nRF52 is not there."""

    @property
    def _is_uart(self) -> bool:
        return False

    def configured(self, offset: int, value: int) -> None:
        if offset == ENABLE and value & 0xF in OTHERS:
            self.host.warn(
                f"{self.name}: ENABLE = {value & 0xF} makes it a {OTHERS[value & 0xF]}, which is "
                f"not modelled here (SPIM4 is); nothing is transferred"
            )
        super().configured(offset, value)
