"""What a chip file says of currents: the table [power]."""

from __future__ import annotations

from typing import Literal

from mcusim.boards.records import Sourced, Strict

Regulator = Literal["ldo", "dcdc"]
"""What makes the core's voltage: a linear regulator or a switching one (DC/DC, SMPS)."""

Workload = Literal["coremark", "while1", "fibonacci", "dhrystone", "reduced-code", "int8-networks"]


class RunCurrent(Sourced, frozen=True, kw_only=True):
    """One published supply current with the core running: an anchor of the energy model."""

    clock_hz: float
    supply_v: float
    regulator: Regulator
    code: Literal["flash", "ram"]
    cache: bool
    workload: Workload
    typical_a: float
    maximum_a: float | None = None
    """None: the source gives no maximum; the band then rests on `spread`."""
    voltage_range: str = ""
    """The vendor's name for the core voltage (for example "range1-boost"), where it matters."""
    cores_awake: int = 1
    """Cores that ran the workload; any other one slept."""


class SleepCurrent(Sourced, frozen=True, kw_only=True):
    """Supply current in a sleep state at 25 degrees Celsius."""

    name: str
    """As `--sleep` takes it, for example "system-on" or "stop2"."""
    supply_v: float
    typical_a: float
    maximum_a: float | None = None
    wake_s: float = 0.0
    """Time from the wake-up event to the first instruction; `grade` speaks of the current only."""
    systick: bool = True
    """Whether SysTick counts in this state without SLEEPDEEP; with it, it never does."""
    description: str = ""


class StaticCurrent(Sourced, frozen=True, kw_only=True):
    """The part of the run current that does not depend on the clock: its intercept at 0 Hz."""

    regulator: Regulator
    typical_a: float
    supply_v: float


class DeviceCurrent(Sourced, frozen=True, kw_only=True):
    """Supply current of a peripheral in a state, on top of what the core draws, awake or asleep."""

    device: str
    """Its name among the chip's devices."""
    states: list[str]
    """As the device's class names them."""
    regulator: Regulator
    supply_v: float
    typical_a: float
    maximum_a: float | None = None


class ClockCharge(Sourced, frozen=True, kw_only=True):
    """What the clocks of peripherals take, on top of what the core draws, while they run."""

    clock: Literal["bus", "kernel"]
    """That of the registers' bus, or the one that the peripheral works with."""
    regulator: Regulator
    supply_v: float
    voltage_range: str
    """As the run currents have it."""
    charge_c: dict[str, float]
    """Coulombs a cycle of the clock (1 uA/MHz is 1e-12), by the device's name."""


class Power(Strict, frozen=True, kw_only=True):
    """Everything that the energy model of a chip rests on."""

    supply_min_v: float
    supply_max_v: float
    supply_source: str
    spread: float
    """Relative half-width of the band where a source gives no maximum (0.15 = ±15 %)."""
    spread_up: float | None = None
    """The upper half of a run current's band, where its error is known to lean upwards."""
    spread_source: str
    static: list[StaticCurrent]
    run: list[RunCurrent]
    sleep: list[SleepCurrent]
    default_sleep: str
    device: list[DeviceCurrent] = []
    clock: list[ClockCharge] = []
