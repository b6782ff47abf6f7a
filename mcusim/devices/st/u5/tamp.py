"""STM32U5 tamper detection (RM0456, TAMP): who may use the backup registers."""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.keeps import WHOLE_WORD
from mcusim.devices.st.storage import Stm32Tamp
from mcusim.devices.st.u5.gtzc import IllegalAccesses
from mcusim.devices.st.u5.secured import is_secured

SECCFGR, BACKUP, BACKUP_END = 0x20, 0x100, 0x180


class Stm32u5Tamp(Stm32Tamp):
    """With TrustZone, SECCFGR divides the backup registers into three zones.

    BKPRWSEC and BKPWSEC are the first registers of the second and third zone: Non-secure code
    reads the second and reads and writes the third. TAMPSEC and the privilege aren't checked.
    """

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        if is_secured(host):
            accesses = host.shared(IllegalAccesses)
            host.screen_device(name, lambda: accesses.report(name), self._allowed)

    def _allowed(self, offset: int, write: bool) -> int:
        if offset == SECCFGR:
            return 0 if write else WHOLE_WORD
        if not BACKUP <= offset < BACKUP_END:
            return WHOLE_WORD
        number, bounds = (offset - BACKUP) // 4, self.stored.get(SECCFGR, 0)
        return WHOLE_WORD if number >= (bounds >> 16 if write else bounds) & 0xFF else 0
