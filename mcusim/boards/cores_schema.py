"""What a chip file says of more than one core: the table [cores]."""

from __future__ import annotations

from typing import Literal

from mcusim.boards.records import Sourced


class Cores(Sourced, frozen=True, kw_only=True):
    """More than one core: all of a kind, at one clock, over the same memories and devices."""

    count: Literal[2]
    vector_table: int | None = None
    """Where a core but the first finds SP and PC when its reset ends; None: as the first."""
    held: bool
    """Whether such a core waits in reset until a device releases it."""
    asleep_share: float = 0.0
    """What a core asleep takes while another is awake, as part of an awake one's energy a cycle."""
