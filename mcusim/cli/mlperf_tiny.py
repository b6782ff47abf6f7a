"""`mcusim mlperf-tiny`: hold the benchmark's dialogue with its firmware, and report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mcusim.cli import terminal
from mcusim.cli.lazy import example
from mcusim.cli.options import json_option, machine_options, require_board
from mcusim.cli.params import COUNT

if TYPE_CHECKING:
    from mcusim.mlperf import Measurement


@click.command(
    "mlperf-tiny",
    short_help="Run MLPerf Tiny firmware under the benchmark's dialogue.",
    epilog=example(
        "mcusim mlperf-tiny kws.bin --base 0x08000000 --board nucleo-l4r5zi --model kws"
    ),
)
@click.argument("firmware", type=click.Path())
@click.option(
    "--model",
    type=click.Choice(["ad", "ic", "kws", "vww"]),
    help="Benchmark; the one that the firmware names without.",
)
@click.option(
    "--input",
    "sample",
    type=click.Path(),
    metavar="FILE",
    help="One sample as the runner sends it, raw bytes; a generated one without.",
)
@click.option(
    "--inferences", type=COUNT, metavar="COUNT", help="Inferences to measure (300 to 10 without)."
)
@click.option(
    "--port", metavar="NAME", help="UART of the dialogue; the one that speaks first without."
)
@click.option(
    "--timestamp-pin",
    metavar="PIN",
    help="Pin of an energy build's time stamps, such as PF13; the only one that moves without.",
)
@machine_options
@json_option
def command(
    firmware: str,
    model: str | None,
    sample: str | None,
    inferences: int | None,
    port: str | None,
    timestamp_pin: str | None,
    as_json: bool,
    **options: Any,
) -> int:
    """Talk to MLPerf Tiny FIRMWARE as the EEMBC runner does, and report latency and energy.

    Latency is that of the firmware's own time stamps: messages of a performance build, edges of a
    pin of an energy build. Exit status 1 when the firmware doesn't answer as it should.
    """
    options["board"] = require_board(options["board"])
    # Imported late: the engine is what takes time to load.
    from mcusim import api
    from mcusim.cli.progress import Progress
    from mcusim.mlperf import MODELS, measure

    asked = MODELS[model] if model else None
    if asked is not None and sample is not None:
        asked.read_input(sample)
    with (
        Progress(enabled=True, max_time_s=None, max_instructions=None) as progress,
        api.start(firmware, progress=progress.update, **options) as simulation,
    ):
        measured = measure(
            simulation,
            asked,
            sample=sample,
            inferences=inferences,
            port=port,
            timestamp_pin=timestamp_pin,
        )
    if as_json:
        from mcusim.cli.listing import write_json

        write_json(measured)
    else:
        _write(measured)
    return 0


def _write(measured: Measurement) -> None:
    from mcusim.mlperf import MODELS
    from mcusim.units import format_quantity

    model = MODELS[measured.model]
    how = f"edges of {measured.timestamp_pin}" if measured.timestamp_pin else "m-lap-us messages"
    sample = measured.input
    if sample == "generated":
        sample = "generated, as there is no --input: the scores mean nothing"
    low, high = (format_quantity(e, "J") for e in (measured.energy_low_j, measured.energy_high_j))
    rows = [
        ("firmware", f"{measured.name}, {measured.mode} build, on {measured.port}"),
        ("input", f"{model.inputs}, {sample}"),
        ("inferences", f"{measured.inferences} after {measured.warmups} to warm up"),
        ("latency", f"{format_quantity(measured.latency_s, 's', 5)} an inference, by {how}"),
        ("throughput", f"{measured.throughput:.3f} inferences/s"),
        (
            "mcusim's count",
            f"{measured.cycles_per_inference:,.0f} cycles, "
            f"{format_quantity(measured.window_latency_s, 's', 5)} an inference",
        ),
        (
            "energy",
            f"{format_quantity(measured.energy_j, 'J', 4)} an inference ({low} to {high}, "
            f"{measured.energy_grade})",
        ),
        ("power", format_quantity(measured.power_w, "W")),
        ("scores", " ".join(f"{score:.3f}" for score in measured.scores)),
    ]
    terminal.write(f"MLPerf Tiny {model.code}, {model.title}, on {measured.board}")
    for name, text in rows:
        terminal.write(f"  {name:<15} {text}")
    for warning in measured.warnings:
        click.echo(f"mcusim: warning: {warning}", err=True)
