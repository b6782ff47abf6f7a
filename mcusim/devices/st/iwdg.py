"""STM32 independent watchdog (RM0432 47): resets the chip when it isn't refreshed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.clocks import LSI_HZ, Clocks
from mcusim.devices.st.words import WordDevice

KR, PR, RLR, SR, WINR = 0x00, 0x04, 0x08, 0x0C, 0x10  # RM0432 47.4
START, REFRESH, UNLOCK = 0xCCCC, 0xAAAA, 0x5555


class Stm32Iwdg(WordDevice):
    """Counts LSI periods, in all low-power modes but Shutdown too; any reset of the chip stops it.

    The window (WINR) and the option bytes (start by hardware, halt in Stop and Standby) aren't
    modelled.
    """

    reset: ClassVar[Mapping[int, int]] = {RLR: 0xFFF, WINR: 0xFFF}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._unlocked = False
        self._running = False
        self._due_s = 0.0
        self._timer = host.add_timer(self._expired)
        Clocks.of(host).watch(self._plan)

    @property
    def timeout_s(self) -> float:
        """From a refresh to the reset (RM0432 47.3.1)."""
        prescaler = 4 << min(self.stored.get(PR, 0) & 7, 6)
        return ((self.stored[RLR] & 0xFFF) + 1) * prescaler / LSI_HZ

    def store(self, register: int, value: int) -> None:
        if register == KR:
            self._key(value & 0xFFFF)
        elif register in (PR, RLR, WINR) and self._unlocked:
            super().store(register, value)
            if register == WINR:
                # RM0432 47.3.3: writing the window refreshes.
                self._refresh()

    def load(self, register: int) -> int:
        return 0 if register in (KR, SR) else super().load(register)

    def _key(self, key: int) -> None:
        self._unlocked = key == UNLOCK
        if key == START:
            self._running = True
        if key in (START, REFRESH):
            self._refresh()

    def _refresh(self) -> None:
        self._due_s = self.host.seconds + self.timeout_s
        self._plan()

    def _plan(self) -> None:
        if self._running:
            rest_s = max(0.0, self._due_s - self.host.seconds)
            self.host.schedule(self._timer, self.host.cycle_in(rest_s))

    def _expired(self) -> None:
        self.host.reset(
            "watchdog",
            f"the independent watchdog (IWDG) reset the chip: it was not refreshed for "
            f"{self.timeout_s:g} s",
        )
