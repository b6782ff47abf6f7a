"""Hand-made results: what a run of the digits network on an nRF52840 might look like."""

from __future__ import annotations

from typing import Any

import msgspec

from mcusim.result import (
    BatteryInfo,
    BoardInfo,
    Collision,
    EnergyInfo,
    Fault,
    FirmwareInfo,
    FrameInfo,
    FunctionRow,
    HotLoop,
    LifeCurve,
    MemoryInfo,
    Region,
    Result,
    SizeRow,
    StackInfo,
    Trace,
)

CLOCK_HZ = 64e6
INFERENCE_S = 14.2e-3
GAP_S = 6e-3
CALLS = 10
YEAR_S = 365.25 * 86400


def replace(record: Any, **changes: Any) -> Any:
    """A copy of a record with some fields changed."""
    return msgspec.structs.replace(record, **changes)


def make_result(**changes: Any) -> Result:
    """A good run: ten inferences, all figures present, no battery."""
    period_s = INFERENCE_S + GAP_S
    cycles = round(CALLS * period_s * CLOCK_HZ)
    result = Result(
        mcusim_version="0.1.0",
        firmware=FirmwareInfo(path="build/digits.elf", sha256="ab" * 32, format="elf", entry=0x1C5),
        board=BoardInfo(
            name="nrf52840",
            title="Nordic nRF52840-DK",
            core="cortex-m4",
            clock_hz=CLOCK_HZ,
            supply_v=3.0,
            regulator="dcdc",
        ),
        fidelity="accurate",
        outcome="exited",
        exit_code=0,
        reason="the firmware exited with code 0",
        cycles=cycles,
        instructions=round(cycles / 1.29),
        time_s=cycles / CLOCK_HZ,
        regions=[make_inference(), make_layer("conv2d", 8.9e-3), make_layer("dense", 4.1e-3)],
        memory=make_memory(),
        energy=make_energy(),
        functions=make_functions(),
        trace=make_trace(),
        activity={"cycles": cycles, "alu": cycles // 3, "load": cycles // 5, "stall": cycles // 10},
        cycles_breakdown={
            "issue": round(cycles * 0.84),
            "fetch stalls": round(cycles * 0.11),
            "data stalls": cycles - round(cycles * 0.84) - round(cycles * 0.11),
        },
        output="".join(f"digit {i}: predicted {i}\n" for i in range(CALLS)) + "10 of 10 right\n",
        warnings=[],
    )
    return replace(result, **changes)


def make_inference(**changes: Any) -> Region:
    cycles = round(INFERENCE_S * CLOCK_HZ)
    starts = [round(i * (INFERENCE_S + GAP_S) * CLOCK_HZ) for i in range(CALLS)]
    region = Region(
        name="network_invoke",
        kind="function",
        inference=True,
        calls=CALLS,
        cycles_total=cycles * CALLS,
        cycles_min=cycles - 4000,
        cycles_mean=float(cycles),
        cycles_max=cycles + 45_000,
        time_mean_s=INFERENCE_S,
        energy_total_j=132e-6 * CALLS,
        energy_mean_j=132e-6,
        energy_low_mean_j=112e-6,
        energy_high_mean_j=152e-6,
        activity={"cycles": cycles * CALLS, "alu": cycles * 3},
        spans=[(start, start + cycles) for start in starts],
    )
    return replace(region, **changes)


def make_layer(name: str, time_s: float) -> Region:
    cycles = round(time_s * CLOCK_HZ)
    return make_inference(
        name=name,
        inference=False,
        cycles_total=cycles * CALLS,
        cycles_min=cycles,
        cycles_mean=float(cycles),
        cycles_max=cycles,
        time_mean_s=time_s,
        energy_total_j=CALLS * time_s * 9.3e-3,
        energy_mean_j=time_s * 9.3e-3,
        energy_low_mean_j=time_s * 7.9e-3,
        energy_high_mean_j=time_s * 10.7e-3,
        spans=[],
    )


def make_memory(**changes: Any) -> MemoryInfo:
    symbols = [
        SizeRow(name="dense1_weights", address=0x4000, size_bytes=32768, memory="flash"),
        SizeRow(name="conv_weights", address=0xC000, size_bytes=9216, memory="flash"),
        SizeRow(name="arena", address=0x20000100, size_bytes=8192, memory="ram"),
        SizeRow(name="test_images", address=0xE400, size_bytes=6400, memory="flash"),
        SizeRow(name="_vfprintf_r", address=0x2400, size_bytes=5120, memory="flash"),
    ]
    sections = [
        SizeRow(name=".text", address=0, size_bytes=57_000, memory="flash"),
        SizeRow(name=".data", address=0x20000000, size_bytes=256, memory="both"),
        SizeRow(name=".bss", address=0x20000100, size_bytes=9_984, memory="ram"),
    ]
    frames = [
        FrameInfo(function="conv2d", address=0x1234, line="kernels.c:88"),
        FrameInfo(function="network_invoke", address=0x1100, line="network.c:21"),
        FrameInfo(function="main", address=0x0F20, line="main.c:17"),
    ]
    memory = MemoryInfo(
        flash_bytes=58_256,
        flash_total_bytes=1024 * 1024,
        ram_static_bytes=10_240,
        heap_peak_bytes=1_024,
        stack_peak_bytes=1_320,
        ram_peak_bytes=12_584,
        ram_total_bytes=256 * 1024,
        ram_headroom_bytes=256 * 1024 - 12_584,
        heap_source="sbrk",
        sections=sections,
        symbols=symbols,
        stacks=[
            StackInfo(
                name="main",
                top=0x20040000,
                lowest_sp=0x20040000 - 1_320,
                peak_bytes=1_320,
                limit=0x20002C00,
                call_stack=frames,
            )
        ],
    )
    return replace(memory, **changes)


def make_energy(**changes: Any) -> EnergyInfo:
    breakdown = {
        "core": 0.92e-3,
        "flash": 0.41e-3,
        "RAM": 0.24e-3,
        "static": 0.16e-3,
        "devices": 0.02e-3,
    }
    total = sum(breakdown.values())
    energy = EnergyInfo(
        energy_j=total,
        energy_low_j=total * 0.85,
        energy_high_j=total * 1.15,
        average_power_w=total / 0.202,
        average_current_a=total / 0.202 / 3.0,
        breakdown_j=breakdown,
        grade="derived",
        basis=[
            "3.3 mA at 64 MHz, 3.0 V, DC/DC, CoreMark from flash: PS v1.7, 5.2.1 (published)",
            "±15 % band: no maximum published (assumed)",
        ],
    )
    return replace(energy, **changes)


def make_battery(**changes: Any) -> BatteryInfo:
    periods = [0.05 * 1.6**i for i in range(32)]
    lives = [_life_s(period) for period in periods]
    battery = BatteryInfo(
        name="cr2032",
        title="CR2032 coin cell",
        life_s=_life_s(10.0),
        life_low_s=_life_s(10.0) * 0.86,
        life_high_s=_life_s(10.0) * 1.14,
        average_current_a=7.55e-6,
        period_s=10.0,
        active_time_s=INFERENCE_S,
        active_current_a=3.1e-3,
        sleep_name="system-on",
        sleep_current_a=3.16e-6,
        usable_capacity_ah=0.198,
        limited_by="capacity",
        can_deliver=True,
        loaded_voltage_v=2.94,
        notes=["self-discharge of 1 % a year is included"],
        grade="assumed",
        life_curve=LifeCurve(
            period_s=periods,
            life_s=lives,
            life_low_s=[life * 0.86 for life in lives],
            life_high_s=[min(life * 1.14, 10 * YEAR_S) for life in lives],
        ),
    )
    return replace(battery, **changes)


def _life_s(period_s: float) -> float:
    current_a = 3.16e-6 + 3.1e-3 * INFERENCE_S / period_s
    return min(0.198 * 3600 / current_a, 10 * YEAR_S)


def make_functions() -> list[FunctionRow]:
    rows = [
        ("conv2d", "kernels.c:61", 20, 0.63),
        ("dense", "kernels.c:120", 20, 0.28),
        ("requantise", "kernels.c:18", 18_200, 0.05),
        ("softmax", "kernels.c:152", 10, 0.02),
        ("_vfprintf_r", "", 11, 0.012),
        ("memset", "", 24, 0.008),
    ]
    cycles = 12_928_000
    return [
        FunctionRow(
            name=name,
            line=line,
            calls=calls,
            cycles=round(cycles * share),
            instructions=round(cycles * share / 1.29),
            energy_j=1.75e-3 * share,
        )
        for name, line, calls, share in rows
    ]


def make_trace(rows: int = 400) -> Trace:
    end_s = CALLS * (INFERENCE_S + GAP_S)
    times = [end_s * i / rows for i in range(rows + 1)]
    power = [_power_w(t, i) for i, t in enumerate(times[:-1])]
    return Trace(
        time_s=times,
        power_w=power,
        power_low_w=[p * 0.85 for p in power],
        power_high_w=[p * 1.15 for p in power],
    )


def _power_w(time_s: float, row: int) -> float:
    phase_s = time_s % (INFERENCE_S + GAP_S)
    wiggle = 0.15e-3 * ((row * 7919) % 13 - 6) / 6
    if phase_s > INFERENCE_S:
        return 6.1e-3 + wiggle
    return (9.8e-3 if phase_s < 9e-3 else 8.6e-3) + wiggle


def make_fault(**changes: Any) -> Fault:
    registers = {f"r{i}": 0x11 * i for i in range(13)}
    registers |= {"sp": 0x2003FF90, "lr": 0x1235, "pc": 0x1CF4, "xpsr": 0x61000003}
    fault = Fault(
        kind="BusFault: PRECISERR",
        message="conv2d read 4 bytes at 0x30000010, where the board has nothing",
        pc=0x1CF4,
        function="conv2d",
        line="kernels.c:88",
        address=0x30000010,
        registers=registers,
        call_stack=[
            FrameInfo(function="conv2d", address=0x1CF4, line="kernels.c:88"),
            FrameInfo(function="network_invoke", address=0x1100, line="network.c:21"),
            FrameInfo(function="main", address=0x0F20, line="main.c:17"),
            FrameInfo(function="Reset_Handler", address=0x01C4, line="startup.c:60"),
        ],
    )
    return replace(fault, **changes)


def make_faulted_result(**changes: Any) -> Result:
    result = make_result(
        outcome="fault",
        exit_code=None,
        reason="BusFault in conv2d",
        fault=make_fault(),
        output="digit 0: predicted 0\n",
    )
    return replace(result, **changes)


def make_hot_loop() -> HotLoop:
    return HotLoop(function="wait_ready", line="clock.c:33", start=0x3A0, end=0x3A8, share=0.98)


def make_collision() -> Collision:
    return Collision(
        message="the main stack grew into arena by 132 bytes",
        sp=0x20001E7C,
        pc=0x1D20,
        function="conv2d",
        line="kernels.c:90",
        hit="arena",
    )
