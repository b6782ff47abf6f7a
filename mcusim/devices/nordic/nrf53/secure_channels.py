"""Which bits of an nRF5340's DPPIC Non-secure code reaches (PS, SPU, DPPI access control)."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices.keeps import WHOLE_WORD
from mcusim.devices.nordic.fabric import NrfFabric
from mcusim.devices.nordic.peripheral import SUBSCRIBE
from mcusim.devices.nordic.ppi import CHEN, CHENCLR, CHG, GROUPS

DPPIC = 0x50017000
TASKS_OF_GROUP = 8
"""Bytes of EN and DIS of a group."""


class SecureChannels:
    """A group that has a Secure channel is Secure: its register, its tasks and who starts them."""

    def __init__(self, perm: Callable[[], int], fabric: NrfFabric) -> None:
        """`perm`: DPPI[0].PERM, a one for each Secure channel."""
        self._perm = perm
        self._fabric = fabric

    def allowed(self, offset: int, _write: bool) -> int:
        """The bits of the word at an offset that are open to Non-secure code."""
        if CHEN <= offset <= CHENCLR:
            return WHOLE_WORD & ~self._perm()
        group = self._group(offset)
        return WHOLE_WORD if group is None or not self._members(group) & self._perm() else 0

    def _group(self, offset: int) -> int | None:
        """The group that a register is of."""
        if CHG <= offset < CHG + 4 * GROUPS:
            return (offset - CHG) // 4
        if offset % SUBSCRIBE < TASKS_OF_GROUP * GROUPS and offset < 2 * SUBSCRIBE:
            return offset % SUBSCRIBE // TASKS_OF_GROUP
        return None

    def _members(self, group: int) -> int:
        return self._fabric.peripherals[DPPIC].stored.get(CHG + 4 * group, 0)
