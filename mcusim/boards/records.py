"""What records of all data files have in common."""

from __future__ import annotations

from typing import Literal

import msgspec

Grade = Literal["measured", "published", "derived", "assumed"]
"""How well a number is known: measured on silicon by a third party, published by the vendor,
derived by a stated formula from such numbers, or assumed."""


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A record of a data file: immutable, and loud about a key that it doesn't know."""


class Sourced(Strict, frozen=True, kw_only=True):
    """A record whose numbers come from somewhere."""

    source: str
    """Document and section; the formula of a derived number; the reason for an assumed one."""
    grade: Grade
