"""Both stacks, and which of them is in use."""

from __future__ import annotations

from pathlib import Path

import pytest
from assembly import firmware

import mcusim

SOURCE = """
start:
    push {{r0-r3}}
    ldr r0, =0x20004000
    msr psp, r0
    movs r0, #{control}
    msr control, r0
    isb
    push {{r0-r7}}
    bl deep
    pop {{r0-r7}}
    movs r0, #0
    msr control, r0
    isb
    sub sp, #64
    bl shallow
    wfi
    .ltorg
deep:
    push {{r4, r5, lr}}
    pop {{r4, r5, pc}}
shallow:
    push {{r4, lr}}
    pop {{r4, pc}}
"""


def peaks(control: int, fidelity: str, tmp_path: Path) -> tuple[dict[str, int], int]:
    path = tmp_path / "stacks.bin"
    path.write_bytes(firmware(SOURCE.format(control=control)))
    result = mcusim.run(path, board="nrf52840", base=0, fidelity=fidelity)  # type: ignore[arg-type]
    assert result.outcome == "exited"
    stacks = {stack.name: stack.peak_bytes for stack in result.memory.stacks}
    return stacks, result.memory.ram_peak_bytes


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_process_stack_is_measured_beside_the_main_stack(fidelity: str, tmp_path: Path) -> None:
    stacks, peak = peaks(2, fidelity, tmp_path)
    assert stacks == {"main": 16 + 64 + 8, "process": 32 + 12}
    assert peak == sum(stacks.values())


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_unprivileged_code_stays_on_its_stack(fidelity: str, tmp_path: Path) -> None:
    # With CONTROL.nPRIV set, a write to CONTROL is ignored (ARM DDI0403E B1.4.4).
    stacks, _ = peaks(3, fidelity, tmp_path)
    assert stacks == {"main": 16, "process": 64 + 8}


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_without_a_process_stack_there_is_one(fidelity: str, tmp_path: Path) -> None:
    stacks, peak = peaks(0, fidelity, tmp_path)
    assert stacks == {"main": 16 + 64 + 8}
    assert peak == stacks["main"]
