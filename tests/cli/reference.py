"""The command reference of docs/cli.md, made from the help of the commands.

`python -m tests.cli.reference` writes it into the page.
"""

from __future__ import annotations

from pathlib import Path

import click

from mcusim.cli.app import cli

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
BEGIN = "<!-- made from the commands' help by `python -m tests.cli.reference` -->\n"


def reference() -> str:
    """A section a command, with its help as the command line shows it."""
    root = click.Context(cli, info_name="mcusim", terminal_width=90)
    return "\n".join(_sections(cli, root))


def _sections(group: click.Group, context: click.Context) -> list[str]:
    sections = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context, terminal_width=90)
        inner.help_option_names = ["-h", "--help"]
        sections.append(f"### {inner.command_path}\n\n```text\n{command.get_help(inner)}\n```\n")
        if isinstance(command, click.Group):
            sections += _sections(command, inner)
    return sections


def page() -> str:
    """The page with a fresh reference."""
    written_by_hand = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    return f"{written_by_hand}{BEGIN}\n{reference()}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
