"""What a run reports of the samples, through the public interface."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from rig import BOARDS, FLASH, board_named, sample

import mcusim
from mcusim import Result
from mcusim.errors import UsageError
from mcusim.firmware import load_firmware
from mcusim.machine import run_loop

FIDELITIES = ("accurate", "fast")
FAULTS = {
    "bus": ("BusFault: PRECISERR", "trigger", 15),
    "udf": ("UsageFault: UNDEFINSTR", "trigger", 11),
    "svc": ("SVC", "trigger", 34),
    "nofpu": ("UsageFault: NOCP", "trigger", 30),
    "jump": ("BusFault: IBUSERR", "", 0),
}
ENDING = ["coremix", "cpp", "fibonacci", "hello", "memory", "overflow", "regions", "spin", "uart"]


@cache
def ran(name: str, board: str, fidelity: str = "accurate") -> Result:
    """One run of each, shared by the tests."""
    return mcusim.run(sample(name, board), board=board, fidelity=fidelity)  # type: ignore[arg-type]


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("fidelity", FIDELITIES)
@pytest.mark.parametrize("kind", FAULTS)
def test_fault_is_named_with_its_place(kind: str, fidelity: str, board: str) -> None:
    result = ran(f"fault-{kind}", board, fidelity)
    name, function, line = FAULTS[kind]
    assert result.outcome == "fault"
    assert result.exit_code is None
    assert not result.succeeded
    fault = result.fault
    assert fault is not None
    assert fault.kind == name
    assert fault.function == function
    assert fault.line == (f"main.c:{line}" if line else "")
    assert result.output.startswith("before: ")
    assert "after" not in result.output
    assert fault.call_stack[-1].function == "Reset_Handler"
    assert fault.registers["pc"] == fault.pc
    assert result.reason == f"{fault.kind}: {fault.message}"


@pytest.mark.parametrize("board", BOARDS)
def test_data_fault_has_its_address_and_registers(board: str) -> None:
    fault = ran("fault-bus", board).fault
    assert fault is not None
    assert fault.address == 0x60000000
    assert "0x60000000" in fault.message
    assert 0x60000000 in fault.registers.values()
    chip = board_named(board).chip
    assert all(m.name in fault.message for m in chip.memory)
    stack = [frame.function for frame in fault.call_stack]
    assert stack == ["trigger", "main", "Reset_Handler"]


@pytest.mark.parametrize("board", BOARDS)
def test_jump_to_nowhere_tells_where_it_came_from(board: str) -> None:
    fault = ran("fault-jump", board).fault
    assert fault is not None
    assert fault.pc == 0x30000000
    assert fault.address is None
    assert "LR points into trigger" in fault.message


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_hang_meets_its_limit_with_the_loop_named(fidelity: str, board: str) -> None:
    result = mcusim.run(sample("hang", board), board=board, fidelity=fidelity, max_time_s=0.05)
    assert result.outcome == "limit"
    assert "0.05 s" in result.reason
    assert result.hot_loop is not None
    assert result.hot_loop.function == "trigger"
    assert result.hot_loop.share > 0.99
    assert result.hot_loop.line.startswith("main.c:")
    assert result.hot_loop.end - result.hot_loop.start < 16
    assert 0.05 <= result.time_s < 0.0501


def test_instruction_limit_ends_a_run_within_a_block_of_it() -> None:
    result = mcusim.run(sample("hang", "nrf52840"), board="nrf52840", max_instructions=12345)
    assert result.outcome == "limit"
    assert 12345 <= result.instructions < 12345 + 64
    assert "12345 instructions" in result.reason


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_memory_use_is_what_the_firmware_prints(fidelity: str, board: str) -> None:
    result = ran("memory", board, fidelity)
    heap = re.search(r"(\d+) bytes taken", result.output)
    stack = re.search(r"calls deep, (\d+) bytes", result.output)
    assert heap is not None
    assert stack is not None
    memory = result.memory
    assert memory.heap_peak_bytes == int(heap[1])
    assert memory.heap_source == "sbrk"
    assert memory.stack_peak_bytes == int(stack[1])
    assert memory.collision is None
    assert memory.ram_peak_bytes == memory.ram_static_bytes + int(heap[1]) + int(stack[1])
    assert memory.ram_headroom_bytes == memory.ram_total_bytes - memory.ram_peak_bytes
    names = [frame.function for frame in memory.stacks[0].call_stack]
    assert names[:40] == ["descend"] * 40
    assert names[-2:] == ["main", "Reset_Handler"]


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_overflow_is_reported_where_it_happens(fidelity: str, board: str) -> None:
    result = ran("overflow", board, fidelity)
    collision = result.memory.collision
    assert collision is not None
    assert collision.function == "recurse"
    assert collision.hit == "table"
    assert collision.message in result.warnings
    damaged = re.search(r"(\d+) bytes", result.output)
    assert damaged is not None
    assert int(damaged[1]) > 0
    assert result.exit_code == 1


@pytest.mark.parametrize("board", BOARDS)
def test_overflow_is_silent_where_there_is_none(board: str) -> None:
    for name in ("hello", "memory", "cpp", "fibonacci"):
        assert ran(name, board).memory.collision is None
        assert ran(name, board).warnings == []


@pytest.mark.parametrize(("board", "pin"), [("nrf52840", "P0.13"), ("nucleo-l4r5zi", "PA5")])
def test_three_kinds_of_region_agree(board: str, pin: str) -> None:
    result = mcusim.run(
        sample("regions", board), board=board, roi=["process", "summarise"], roi_gpio=[pin]
    )
    regions = {region.name: region for region in result.regions}
    function, gpio = regions["process"], regions[pin]
    printed = [int(n) for n in re.findall(r": (\d+) cycles", result.output)]
    assert function.kind == "function"
    assert gpio.kind == "gpio"
    assert function.calls == gpio.calls == len(printed) == 5
    for inner, outer, counted in zip(function.spans, gpio.spans, printed, strict=True):
        # The pin is set before, the counter read around, the function.
        assert outer[0] < inner[0] < inner[1] < outer[1]
        assert inner[1] - inner[0] <= counted <= outer[1] - outer[0]
        assert counted - (inner[1] - inner[0]) < 40
    marker = regions["marker 1"]
    assert marker.kind == "marker"
    assert marker.calls == 1
    assert marker.spans[0][0] < regions["summarise"].spans[0][0]


def test_cycle_counter_differences_are_what_the_regions_took() -> None:
    # This chip has no data cache, whose misses would differ between the calls.
    result = mcusim.run(sample("regions", "nrf52840"), board="nrf52840", roi=["process"])
    printed = [int(n) for n in re.findall(r": (\d+) cycles", result.output)]
    spans = [end - start for start, end in result.regions[0].spans]
    # All but the first, which is cold: the same few instructions between counter and call.
    assert len({counted - span for counted, span in zip(printed[2:], spans[2:], strict=True)}) == 1


@pytest.mark.parametrize(
    "pattern",
    [
        "tflite::MicroInterpreter::Invoke",
        "tflite::MicroInterpreter::Invoke()",
        "_ZN6tflite16MicroInterpreter6InvokeEv",
        "tflite::MicroInterpreter::Inv*",
    ],
)
def test_function_is_found_by_any_of_its_names(pattern: str) -> None:
    result = mcusim.run(sample("cpp", "nrf52840"), board="nrf52840", roi=[pattern])
    region = result.regions[0]
    assert region.name == "tflite::MicroInterpreter::Invoke()"
    assert region.calls == 3
    assert result.inference == region


def test_prefix_selects_functions() -> None:
    result = mcusim.run(sample("regions", "nrf52840"), board="nrf52840", roi=["summ*"])
    assert [r.name for r in result.regions if r.kind == "function"] == ["summarise"]


@pytest.mark.parametrize("options", [{"roi": ["prozess"]}, {"roi_gpio": ["pin 13"]}])
def test_unknown_region_is_an_error_that_helps(options: dict[str, list[str]]) -> None:
    with pytest.raises(UsageError, match=r"process|P0\.13"):
        mcusim.run(sample("regions", "nrf52840"), board="nrf52840", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_uart_and_itm_text_arrives_in_order(fidelity: str, board: str) -> None:
    assert ran("uart", board, fidelity).output == "hello from the UART\nhello from the ITM\n"


def without_file(result: Result) -> dict[str, object]:
    """What the run found out, without names that only an ELF file has."""
    document = result.to_dict()
    kept = ("outcome", "exit_code", "cycles", "instructions", "output", "activity", "energy")
    return {key: document[key] for key in kept} | {"entry": document["firmware"]["entry"]}


@pytest.mark.parametrize("board", BOARDS)
def test_hex_and_bin_run_as_the_elf_does(board: str, tmp_path: Path) -> None:
    path = sample("fibonacci", board)
    binary, hexadecimal = tmp_path / "f.bin", tmp_path / "f.hex"
    image = load_firmware(path)
    flash = [s for s in image.segments if s.address < 0x20000000]
    start = min(s.address for s in flash)
    data = bytearray(b"\xff" * (max(s.address + len(s.data) for s in flash) - start))
    for s in flash:
        data[s.address - start : s.address - start + len(s.data)] = s.data
    binary.write_bytes(data)
    write_hex(binary, hexadecimal, start)
    elf = without_file(ran("fibonacci", board))
    assert without_file(mcusim.run(binary, board=board, base=FLASH[board])) == elf
    assert without_file(mcusim.run(hexadecimal, board=board)) == elf


def write_hex(binary: Path, hexadecimal: Path, start: int) -> None:
    from intelhex import IntelHex

    content = IntelHex()
    content.frombytes(binary.read_bytes(), offset=start)
    content.write_hex_file(str(hexadecimal))


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("fidelity", FIDELITIES)
@pytest.mark.parametrize("name", ["cpp", "regions", "memory", "fault-bus", "fibonacci"])
def test_same_run_twice_is_the_same_bit_for_bit(name: str, fidelity: str, board: str) -> None:
    again = mcusim.run(sample(name, board), board=board, fidelity=fidelity)
    assert again.to_json() == ran(name, board, fidelity).to_json()


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("fidelity", FIDELITIES)
@pytest.mark.parametrize("slice_cycles", [97, 1, 1013])
def test_where_a_run_is_cut_makes_no_difference(
    slice_cycles: int, fidelity: str, board: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cpp", "regions", "memory", "fault-udf", "uart"):
        whole = ran(name, board, fidelity)
        monkeypatch.setattr(run_loop, "FIRST_SLICE_CYCLES", slice_cycles)
        monkeypatch.setattr(run_loop, "LONGEST_SLICE_CYCLES", slice_cycles)
        cut = mcusim.run(sample(name, board), board=board, fidelity=fidelity)
        monkeypatch.undo()
        assert cut.to_json() == whole.to_json()


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_where_a_run_of_vector_instructions_is_cut_makes_no_difference(
    fidelity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_at(slice_cycles: int) -> str:
        monkeypatch.setattr(run_loop, "FIRST_SLICE_CYCLES", slice_cycles)
        monkeypatch.setattr(run_loop, "LONGEST_SLICE_CYCLES", slice_cycles)
        firmware = sample("digits", "corstone-300")
        return mcusim.run(
            firmware, board="corstone-300", fidelity=fidelity, max_time_s=0.03
        ).to_json()

    assert cut_at(97) == cut_at(1 << 20)


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("fidelity", FIDELITIES)
@pytest.mark.parametrize("name", [*ENDING, *(f"fault-{kind}" for kind in FAULTS)])
def test_every_account_sums_to_the_same_total(name: str, fidelity: str, board: str) -> None:
    result = ran(name, board, fidelity)
    activity = result.activity
    classes = ("alu", "multiply", "divide", "branch", "load", "store", "fpu", "other")
    assert sum(activity[c] for c in classes) == result.instructions
    assert activity["cycles"] == result.cycles
    assert sum(row.cycles for row in result.functions) == result.cycles
    assert sum(row.instructions for row in result.functions) == result.instructions
    assert sum(result.cycles_breakdown.values()) == result.cycles
    energy = result.energy
    assert sum(energy.breakdown_j.values()) == pytest.approx(energy.energy_j, rel=1e-9)
    # No function is charged for what peripherals draw.
    of_devices_j = sum(row.energy_j for row in energy.device_states)
    of_functions_j = sum(row.energy_j for row in result.functions)
    assert of_functions_j + of_devices_j == pytest.approx(energy.energy_j, rel=1e-9)
    trace = result.trace
    steps = zip(trace.power_w, trace.time_s, trace.time_s[1:], strict=False)
    integral = sum(power * (end - start) for power, start, end in steps)
    assert integral == pytest.approx(energy.energy_j, rel=1e-9)
    assert trace.time_s[-1] == pytest.approx(result.time_s, rel=1e-12)
    assert energy.energy_low_j <= energy.energy_j <= energy.energy_high_j


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_regions_and_the_rest_make_the_total(fidelity: str, board: str) -> None:
    """Regions that take turns: what is counted in one is counted nowhere else."""
    result = mcusim.run(
        sample("regions", board), board=board, fidelity=fidelity, roi=["process", "summarise"]
    )
    functions = [r for r in result.regions if r.kind == "function"]
    for region in functions:
        assert region.activity["cycles"] == region.cycles_total
        assert region.cycles_total == sum(end - start for start, end in region.spans)
        assert region.cycles_min <= region.cycles_mean <= region.cycles_max
        assert all(value >= 0 for value in region.activity.values())
    row = {row.name: row for row in result.functions}
    for region in functions:
        # Neither calls anything, so that the region is the function.
        assert row[region.name].cycles == region.cycles_total
        assert row[region.name].calls == region.calls
    for column, total in result.activity.items():
        assert sum(r.activity[column] for r in functions) <= total


def test_progress_is_called_and_ctrl_c_gives_what_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_loop, "FIRST_SLICE_CYCLES", 1000)
    monkeypatch.setattr(run_loop, "LONGEST_SLICE_CYCLES", 1000)
    monkeypatch.setattr(run_loop, "SLICE_WALL_S", 0.0)
    calls: list[tuple[int, int, float, float]] = []

    def interrupt(cycles: int, instructions: int, seconds: float, wall_s: float) -> None:
        calls.append((cycles, instructions, seconds, wall_s))
        if len(calls) == 5:
            raise KeyboardInterrupt

    result = mcusim.run(sample("spin", "nrf52840"), board="nrf52840", progress=interrupt)
    assert result.outcome == "stopped"
    assert "interrupted" in result.reason
    assert result.cycles == calls[-1][0]
    assert result.instructions == calls[-1][1]
    assert 5000 <= result.cycles < 5100
    assert calls == sorted(calls)
    assert sum(row.cycles for row in result.functions) == result.cycles


def test_a_run_needs_no_terminal_and_leaves_no_file(tmp_path: Path) -> None:
    import sys

    path = sample("hello", "nrf52840").resolve()
    code = f"import mcusim; print(mcusim.run({str(path)!r}, board='nrf52840').instructions)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "43"
    assert list(tmp_path.iterdir()) == []
