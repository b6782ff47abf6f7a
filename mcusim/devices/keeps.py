"""Whom a controller in front of a memory or a device keeps out."""

from __future__ import annotations

from enum import IntFlag

WHOLE_WORD = 0xFFFFFFFF
"""All bits of a register, for an access that may reach it."""


class Keeps(IntFlag):
    """Kinds of access by security and privilege; native/bus_filter.hpp has the same bits.

    What is kept out reads as zero, and writes do nothing; code there is a bus error.
    """

    NOTHING = 0
    NON_SECURE = 1
    SECURE_DATA = 2
    SECURE_FETCH = 4
    WITH_FAULT = 8
    """Data that are kept out are a bus error as well."""
    NON_SECURE_USER = 16
    SECURE_USER = 32
    USER = NON_SECURE_USER | SECURE_USER
    """Unprivileged accesses of a state, and of both."""
