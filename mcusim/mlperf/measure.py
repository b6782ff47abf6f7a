"""Runs an MLPerf Tiny firmware under the runner's dialogue and reports latency and energy."""

from __future__ import annotations

from os import PathLike

import msgspec

from mcusim.errors import UsageError
from mcusim.mlperf.dialogue import READY, Answer, Dialogue, DialogueError, Mode
from mcusim.mlperf.models import MODELS, Model, find_model
from mcusim.mlperf.window import Window
from mcusim.result import Region, Result
from mcusim.simulation import SerialPort, Simulation

START_TIMEOUT_S = 10.0
"""Simulated seconds from reset to the firmware's first m-ready."""
WARMUPS = 1
"""As in the published logs."""


class Measurement(msgspec.Struct, kw_only=True):
    """What one inference run of a firmware gave; the times and energies are per inference."""

    name: str
    """What the firmware calls its vendor."""
    model: str
    mode: Mode
    board: str
    port: str
    timestamp_pin: str = ""
    """Of an energy build."""
    inferences: int
    warmups: int
    input: str
    """The sample's file, or "generated"."""
    latency_s: float
    """By the firmware's own time stamps."""
    throughput: float
    """Inferences in a second, by the same time stamps."""
    cycles_per_inference: float
    """By mcusim's account of the window between the time stamps, their messages left out."""
    window_latency_s: float
    """Time of those cycles."""
    energy_j: float
    energy_low_j: float
    energy_high_j: float
    power_w: float
    energy_grade: str
    """Weakest grade among the numbers behind the energy."""
    scores: list[float]
    warnings: list[str] = []


def measure(
    simulation: Simulation,
    model: Model | None = None,
    *,
    sample: str | PathLike[str] | None = None,
    inferences: int | None = None,
    port: str | None = None,
    timestamp_pin: str | None = None,
) -> Measurement:
    """Holds the runner's dialogue with a firmware just started; ends the simulation.

    Args:
        simulation: the firmware at its reset (`mcusim.start`).
        model: the benchmark; the one that the firmware names without.
        sample: file with one sample as raw bytes; a generated one without.
        inferences: to measure; the model's own number without.
        port: UART of the dialogue; the one that the firmware speaks on without.
        timestamp_pin: of an energy build ("PF13"); the only pin that moves without.

    Raises:
        DialogueError: when the firmware doesn't answer as it should.
        UsageError: for a sample that doesn't fit, or an unknown port or pin.
    """
    given = None if model is None or sample is None else model.read_input(sample)
    serial = simulation.uart(port) if port else _speaking_port(simulation)
    dialogue = Dialogue(serial)
    mode = dialogue.hear(START_TIMEOUT_S).mode
    vendor = dialogue.command("name").tagged("name")
    chosen = _model(model, dialogue.command("profile").tagged("model"))
    dialogue.command("timestamp")
    data = given
    if data is None:
        data = chosen.generated_input() if sample is None else chosen.read_input(sample)
    dialogue.load(data)
    count = inferences or chosen.inferences
    with Window(simulation.machine, simulation.machine.lines[serial.name]) as window:
        answer = dialogue.infer(count, WARMUPS)
    result = simulation.finish()
    elapsed_s, pin, region = _elapsed(window, answer, result, mode, timestamp_pin)
    window_s = sum(end - start for start, end in region.spans_s)
    return Measurement(
        name=vendor,
        model=chosen.name,
        mode=mode or ("energy" if pin else "performance"),
        board=result.board.name,
        port=serial.name,
        timestamp_pin=pin,
        inferences=count,
        warmups=WARMUPS,
        input="generated" if sample is None else str(sample),
        latency_s=elapsed_s / count,
        throughput=count / elapsed_s if elapsed_s > 0.0 else 0.0,
        cycles_per_inference=region.cycles_total / count,
        window_latency_s=window_s / count,
        energy_j=region.energy_total_j / count,
        energy_low_j=region.energy_low_mean_j * region.calls / count,
        energy_high_j=region.energy_high_mean_j * region.calls / count,
        power_w=region.energy_total_j / window_s if window_s > 0.0 else 0.0,
        energy_grade=result.energy.grade,
        scores=answer.scores or [],
        warnings=result.warnings,
    )


def _speaking_port(simulation: Simulation) -> SerialPort:
    """Runs until the firmware is ready on one of its UARTs."""
    lines = simulation.machine.lines
    if not lines:
        raise UsageError(f"{simulation.machine.board.name} has no serial port to talk over")

    def look(byte: int) -> None:
        if byte == ord("\n") and _ready(simulation) is not None:
            simulation.pause()

    for line in lines.values():
        line.listen(look)
    simulation.advance(START_TIMEOUT_S)
    for line in lines.values():
        line.ignore(look)
    name = _ready(simulation)
    if name is None:
        raise DialogueError(_silence(simulation))
    return simulation.uart(name)


def _ready(simulation: Simulation) -> str | None:
    lines = simulation.machine.lines.items()
    return next((name for name, line in lines if READY.search(line.unread)), None)


def _silence(simulation: Simulation) -> str:
    if simulation.ending is not None:
        return f"the firmware ended before it said m-ready: {simulation.reason}"
    said = {n: bytes(line.unread[-40:]) for n, line in simulation.machine.lines.items()}
    heard = ", ".join(f"{name} {text!r}" for name, text in said.items() if text)
    return (
        f"the firmware did not say m-ready on {', '.join(simulation.uarts)} within "
        f"{START_TIMEOUT_S:g} s of simulated time ({'last: ' + heard if heard else 'silence'})"
    )


def _model(asked: Model | None, code: str) -> Model:
    own = find_model(code)
    if asked is None and own is None:
        known = ", ".join(MODELS)
        raise UsageError(
            f"the firmware's model {code!r} is unknown; say which with --model {known}"
        )
    if asked is not None and own is not None and asked is not own:
        raise UsageError(f"--model {asked.name}: the firmware says that it is {code} ({own.name})")
    chosen = asked or own
    assert chosen is not None
    return chosen


def _elapsed(
    window: Window, answer: Answer, result: Result, mode: Mode | None, pin: str | None
) -> tuple[float, str, Region]:
    """Seconds between the time stamps, the pin of an energy build, and the region."""
    if mode != "energy" and answer.laps_us:
        region = window.printed(result)
        elapsed_s = answer.elapsed_us * 1e-6
        if region is not None:
            return elapsed_s, "", region
        raise DialogueError(
            "no time stamp followed m-infer-start; is the firmware's order another?"
        )
    pulsed = window.pulsed(result, pin)
    if pulsed is None:
        raise DialogueError(
            "no time stamps: neither m-lap-us messages nor two falling edges of a pin during "
            "the inference run"
        )
    name, elapsed_s, region = pulsed
    return elapsed_s, name, region
