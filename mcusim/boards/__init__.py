"""Boards as data: schema, validation, loading, catalogue.

The catalogue of `mcusim boards` is in `mcusim.boards.catalogue`.
"""

from mcusim.boards.board import Board
from mcusim.boards.loading import (
    board_names,
    load_board,
    load_core,
    load_workloads,
    workload_mix,
)
from mcusim.boards.validation import validate_file

__all__ = [
    "Board",
    "board_names",
    "load_board",
    "load_core",
    "load_workloads",
    "validate_file",
    "workload_mix",
]
