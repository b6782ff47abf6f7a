"""The command line: one small module a command, loaded only when the command is used."""

from mcusim.cli.app import main

__all__ = ["main"]
