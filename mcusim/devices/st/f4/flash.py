"""STM32F4 flash interface (RM0090, FLASH): that of the STM32F7 with both caches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.f7.flash import CR, LOCK, OPTCR, PRFTEN, Stm32f7Flash

ICEN, DCEN, ICRST, DCRST = 1 << 9, 1 << 10, 1 << 11, 1 << 12


class Stm32f4Flash(Stm32f7Flash):
    """That of a chip with 1 MB in 12 sectors (STM32F405, STM32F407)."""

    reset: ClassVar[Mapping[int, int]] = {CR: LOCK, OPTCR: 0x0FFFAAED}
    sector_kb: ClassVar[tuple[int, ...]] = (*(16,) * 4, 64, *(128,) * 7)
    cache_resets: ClassVar[int] = ICRST | DCRST

    def _set_accelerator(self, value: int) -> None:
        flash = self.host.flash
        flash.set_prefetch(bool(value & PRFTEN))
        flash.set_icache(bool(value & ICEN))
        flash.set_dcache(bool(value & DCEN))
        # A cache can be reset only while it is off.
        if value & ICRST and not value & ICEN:
            flash.invalidate_icache()
        if value & DCRST and not value & DCEN:
            flash.invalidate_dcache()
