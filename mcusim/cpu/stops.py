"""Why a core stopped, in words that fit each architecture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

# Error codes of uc_emu_start (unicorn.h, uc_err).
_READ_UNMAPPED, _WRITE_UNMAPPED, _FETCH_UNMAPPED, _INSN_INVALID = 6, 7, 8, 10
_WRITE_PROT, _READ_PROT, _FETCH_PROT, _EXCEPTION = 12, 13, 14, 21


class Cause(Enum):
    """Why the core stopped."""

    LIMIT = "limit"
    HALT = "halt"  # WFI, or the address to stop at
    BREAKPOINT = "breakpoint"
    SUPERVISOR_CALL = "supervisor call"
    EXCEPTION_RETURN = "exception return"
    UNDEFINED = "undefined instruction"
    NO_COPROCESSOR = "no coprocessor"
    INVALID_STATE = "invalid state"
    STACK_LIMIT = "stack limit"
    UNALIGNED = "unaligned access"
    DIVIDE_BY_ZERO = "division by zero"
    FETCH = "instruction fetch"
    READ = "data read"
    WRITE = "data write"
    FORBIDDEN = "physical memory protection"  # `number` tells what it forbids
    NO_HANDLER = "exception without handler"  # `number` tells which
    NO_STACK = "exception without stack"  # `address` is where its frame would be
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Stopped:
    """One stop of the core."""

    cause: Cause
    pc: int
    address: int | None = None
    """Of the data access that failed."""
    number: int = 0


def error_cause(number: int, write: bool) -> Cause:
    """What an error of Unicorn's says; `write`, whether the access that failed was a store."""
    if number in (_FETCH_UNMAPPED, _FETCH_PROT):
        return Cause.FETCH
    if number in (_READ_UNMAPPED, _READ_PROT, _WRITE_UNMAPPED, _WRITE_PROT):
        return Cause.WRITE if write else Cause.READ
    return Cause.UNDEFINED if number in (_INSN_INVALID, _EXCEPTION) else Cause.UNKNOWN
