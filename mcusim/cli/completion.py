"""`mcusim completion`: the script that teaches a shell to complete mcusim."""

from __future__ import annotations

import click

from mcusim.cli.lazy import example
from mcusim.errors import InternalError

SHELLS = ("bash", "zsh", "fish")


@click.command(
    "completion",
    short_help="Print a script for shell completion.",
    epilog=example('eval "$(mcusim completion bash)"'),
)
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> int:
    """Print the completion script for SHELL; load it in the shell's start-up file."""
    from click.shell_completion import get_completion_class

    from mcusim.cli.app import cli

    completer = get_completion_class(shell)
    if completer is None:
        raise InternalError(f"click doesn't know the shell {shell}")
    source = completer(cli, {}, "mcusim", "_MCUSIM_COMPLETE")
    # Not `source()`: for bash that runs a bash just to look at its version.
    click.echo(source.source_template % source.source_vars())
    return 0
