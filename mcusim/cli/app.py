"""The `mcusim` command: its groups, and how an error becomes one line and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from mcusim.cli.lazy import LazyGroup, example
from mcusim.errors import InternalError, McusimError

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERNAL = InternalError.exit_status
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141

COMMANDS = {
    "run": "mcusim.cli.run",
    "show": "mcusim.cli.show",
    "plot": "mcusim.cli.plot",
    "check": "mcusim.cli.check",
    "mlperf-tiny": "mcusim.cli.mlperf_tiny",
    "boards": "mcusim.cli.boards",
    "batteries": "mcusim.cli.batteries",
    "completion": "mcusim.cli.completion",
}


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from mcusim import __version__

    click.echo(f"mcusim {__version__}")
    ctx.exit()


class Root(LazyGroup):
    """The group `mcusim`."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a closed pipe is met here, before click makes a success of it."""
        try:
            status = super().invoke(ctx)
            sys.stdout.flush()
            return status
        except BrokenPipeError:
            return _broken_pipe()


@click.group(
    cls=Root,
    modules=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=example("mcusim run firmware.elf --board nrf52840"),
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def cli(debug: bool) -> None:
    """Run TinyML firmware on a simulated board: time, memory, energy and battery life.

    Exit status: 0 success; 1 the firmware or a check failed; 2 wrong use or input.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    # Read before click does, so that errors of the command line itself can be traced as well.
    debug = "--debug" in arguments[:1] or bool(os.environ.get("MCUSIM_DEBUG"))
    _survive_plain_terminals()
    try:
        status = cli.main(arguments, prog_name="mcusim", standalone_mode=False)
        return int(status or 0)
    except Exception as error:
        return _failed(error, debug)
    except KeyboardInterrupt:
        _say("interrupted")
        return EXIT_INTERRUPTED


def _failed(error: Exception, debug: bool) -> int:
    """Say on one line what went wrong, and give the exit status for it."""
    if debug and not isinstance(error, click.exceptions.Exit):
        import traceback

        traceback.print_exception(error)
    for kind, handle in _HANDLERS:
        if isinstance(error, kind):
            return handle(error)
    return _unexpected(error)


def _broken_pipe() -> int:
    """The reader has gone (`mcusim ... | head`): nobody is left to tell."""
    # What Python flushes at its end must not fail on the closed pipe a second time.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EXIT_BROKEN_PIPE


def _aborted(_error: Exception) -> int:
    _say("interrupted")
    return EXIT_INTERRUPTED


def _no_command(error: Any) -> int:
    """`mcusim` alone: the help is the answer, but nothing was done."""
    click.echo(error.format_message(), err=True)
    return EXIT_USAGE


def _no_option(error: Any) -> int:
    near = f"; did you mean {error.possibilities[0]!r}?" if error.possibilities else ""
    _say(f"no option {error.option_name!r}{near} (see '{error.ctx.command_path} --help')")
    return EXIT_USAGE


def _click_error(error: Any) -> int:
    message = error.format_message().strip().rstrip(".")
    context = getattr(error, "ctx", None)
    if context is not None:
        message += f" (see '{context.command_path} --help')"
    _say(message[:1].lower() + message[1:])
    return EXIT_USAGE


def _mcusim_error(error: Any) -> int:
    _say(str(error))
    return int(error.exit_status)


def _unexpected(error: Exception) -> int:
    detail = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    _say(
        f"a fault of mcusim itself, not of the firmware: {detail}; "
        "please report it with the traceback that 'mcusim --debug' shows"
    )
    return EXIT_INTERNAL


_HANDLERS: tuple[tuple[type[Exception], Callable[[Any], int]], ...] = (
    (click.exceptions.Exit, lambda error: int(error.exit_code)),
    (click.exceptions.Abort, _aborted),
    (click.exceptions.NoArgsIsHelpError, _no_command),
    (click.NoSuchOption, _no_option),
    (click.ClickException, _click_error),
    (InternalError, _unexpected),
    (McusimError, _mcusim_error),
)


def _say(message: str) -> None:
    """One line on standard error, whatever the message holds."""
    click.echo(f"mcusim: {' '.join(message.split())}", err=True)


def _survive_plain_terminals() -> None:
    """A terminal that has no µ shows a question mark rather than ending the command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
