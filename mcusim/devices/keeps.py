"""Whom a controller in front of a memory keeps out."""

from __future__ import annotations

from enum import IntFlag

WHOLE_WORD = 0xFFFFFFFF
"""All bits of a register, for an access that may reach it."""


class Keeps(IntFlag):
    """Kinds of access by the security of the transaction; native/bus_filter.hpp has the same bits.

    What is kept out reads as zero, and writes do nothing; code there is a bus error.
    """

    NOTHING = 0
    NON_SECURE = 1
    SECURE_DATA = 2
    SECURE_FETCH = 4
    WITH_FAULT = 8
    """Data that are kept out are a bus error as well."""
