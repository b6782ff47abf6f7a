"""A click group whose commands are imported only when they are used: start-up time matters."""

from __future__ import annotations

import difflib
import importlib
from typing import Any

import click


class LazyGroup(click.Group):
    """A group that knows its commands by name and module."""

    def __init__(self, *args: Any, modules: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._modules:
            return None
        command = importlib.import_module(self._modules[cmd_name]).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        suggest(self, ctx, args[0])
        return super().resolve_command(ctx, args)


def example(command: str) -> str:
    """The end of a help text; a backspace keeps click from breaking the line."""
    return f"\b\nExample:\n  {command}"


def suggest(group: click.Group, ctx: click.Context, name: str) -> None:
    """Refuse a command that the group doesn't have, with the nearest one that it has."""
    names = group.list_commands(ctx)
    if name.startswith("-") or name in names or ctx.resilient_parsing:
        return
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
    raise click.UsageError(f"no command {name!r}; {hint}", ctx)
