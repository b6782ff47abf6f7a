"""Every error that mcusim raises on purpose, grouped by who must act.

    McusimError                  (exit status 2)
    ├── UsageError               the user: options, file names, limits
    ├── FirmwareError            the user: the firmware file itself can't be loaded
    ├── BoardError               the author of a board, chip, core or battery file
    └── InternalError            us (exit status 70)

A fault of the *running* firmware is not an error of this tree: it is an outcome of the run.
Each message is one line: what is wrong, where, and what to do next.
"""

from __future__ import annotations


class McusimError(Exception):
    """Base class; the command line prints the message and exits with `exit_status`."""

    exit_status = 2


class UsageError(McusimError):
    """The request can't be carried out as given (options, names, limits)."""


class FirmwareError(McusimError):
    """The firmware file can't be read, understood or placed on the board."""


class BoardError(McusimError):
    """A board, chip, core or battery file is wrong."""


class InternalError(McusimError):
    """A state that mcusim holds to be impossible; worth a bug report."""

    exit_status = 70
