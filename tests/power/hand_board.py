"""A board made by hand, so that the tests of the model don't change with the shipped data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mcusim.boards.power_schema import (
    Power,
    Regulator,
    RunCurrent,
    SleepCurrent,
    StaticCurrent,
    Workload,
)
from mcusim.boards.schema import (
    Chip,
    ClassEnergy,
    Core,
    FlashTiming,
    Overhead,
    WaitStates,
    WorkloadMix,
)


@dataclass(frozen=True)
class HandBoard:
    name: str
    chip: Chip
    core: Core
    clock_hz: float
    supply_v: float
    regulator: Regulator
    overhead: Sequence[Overhead] = field(default_factory=tuple)


def run(
    mhz: float,
    milliamps: float,
    *,
    regulator: Regulator = "dcdc",
    code: str = "flash",
    workload: Workload = "coremark",
    maximum: float | None = None,
    voltage_range: str = "",
    supply_v: float = 3.0,
) -> RunCurrent:
    return RunCurrent(
        clock_hz=mhz * 1e6,
        supply_v=supply_v,
        regulator=regulator,
        code="ram" if code == "ram" else "flash",
        cache=True,
        workload=workload,
        typical_a=milliamps * 1e-3,
        maximum_a=None if maximum is None else maximum * 1e-3,
        voltage_range=voltage_range,
        source="by hand",
        grade="published",
    )


def mix(name: Workload, code: str, **per_cycle: float) -> WorkloadMix:
    return WorkloadMix(
        name=name,
        code="ram" if code == "ram" else "flash",
        chip="hand",
        cache=True,
        per_cycle=per_cycle,
        source="by hand",
        grade="derived",
    )


MIXES = (
    mix("coremark", "flash", alu=0.45, multiply=0.03, branch=0.15, load=0.14, store=0.05,
        flash_fetch=0.01, cache_read=0.5, ram_read=0.12, ram_write=0.05, stall=0.05),
    mix("coremark", "ram", alu=0.45, multiply=0.03, branch=0.15, load=0.14, store=0.05,
        ram_fetch=0.5, ram_read=0.12, ram_write=0.05),
    mix("while1", "flash", branch=0.33, cache_read=0.33),
    mix("fibonacci", "flash", alu=0.7, branch=0.1, cache_read=0.45),
    mix("dhrystone", "flash", alu=0.4, branch=0.15, load=0.2, store=0.12, multiply=0.01,
        cache_read=0.5, flash_fetch=0.02, ram_read=0.2, ram_write=0.12),
)  # fmt: skip

ENERGIES = ClassEnergy(
    cycle=0.6, alu=0.4, multiply=0.6, divide=0.6, branch=0.4, load=0.4, store=0.4, fpu=0.7,
    other=0.3, flash_read=2.0, cache_read=0.2, ram_read=0.3, ram_write=0.3, ram_fetch=0.25,
    device=0.5,
)  # fmt: skip

SLEEP = SleepCurrent(
    name="deep", supply_v=3.0, typical_a=2e-6, wake_s=10e-6, source="by hand", grade="published"
)


def board(
    *runs: RunCurrent,
    static_a: float = 0.2e-3,
    regulator: Regulator = "dcdc",
    clock_mhz: float = 64.0,
    supply_v: float = 3.0,
    spread: float = 0.15,
) -> HandBoard:
    static = StaticCurrent(
        regulator=regulator, typical_a=static_a, supply_v=3.0, source="by hand", grade="derived"
    )
    power = Power(
        supply_min_v=1.7,
        supply_max_v=3.6,
        supply_source="by hand",
        spread=spread,
        spread_source="by hand",
        static=[static] if static_a else [],
        run=list(runs),
        sleep=[SLEEP],
        default_sleep="deep",
    )
    chip = Chip(
        name="hand",
        title="Hand",
        vendor="nobody",
        core="m4",
        max_clock_hz=200e6,
        max_clock_source="by hand",
        memory=[],
        flash_timing=FlashTiming(
            read_bytes=16,
            wait_states=[WaitStates(up_to_hz=200e6, wait_states=0)],
            source="by hand",
            grade="assumed",
        ),
        device=[],
        power=power,
        priority_bits=3,
        priority_bits_source="by hand",
        vector_table=0,
        vector_table_source="by hand",
    )
    core = Core(
        name="m4",
        title="M4",
        relative_energy=ENERGIES,
        relative_energy_source="by hand",
        relative_energy_grade="assumed",
    )
    return HandBoard("hand", chip, core, clock_mhz * 1e6, supply_v, regulator)
