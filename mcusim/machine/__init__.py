"""The machine: a board and a firmware put together, run, and accounted for."""
