"""The Cortex-M55's model: what LLVM's schedule and SLOTHY say of vector instructions and loops."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mcusim.timing.cores import timing_model
from mcusim.timing.record import BlockFlag

ASSEMBLER = "arm-none-eabi-as"
COPY = "arm-none-eabi-objcopy"


def timed(text: str, folder: Path) -> dict[str, Any]:
    if shutil.which(ASSEMBLER) is None:
        pytest.skip(f"{ASSEMBLER} is not installed")
    source, built, raw = (folder / f"block.{suffix}" for suffix in ("s", "o", "bin"))
    source.write_text(f".syntax unified\n.thumb\n{text}\n", encoding="utf-8")
    options = ["-march=armv8.1-m.main+mve.fp+fp.dp", "-o", str(built), str(source)]
    subprocess.run([ASSEMBLER, *options], check=True)
    subprocess.run([COPY, "-O", "binary", str(built), str(raw)], check=True)
    return timing_model("cortex-m55")(0, raw.read_bytes(), 0, True)


@pytest.mark.parametrize(
    ("text", "cycles"),
    [
        ("vadd.i32 q0, q1, q2", 1),
        # One unit: two cycles a vector (LLVM: throughput 2), the last one's second not waited for.
        ("vadd.i32 q0, q1, q2\nvadd.i32 q3, q1, q2", 3),
        ("vadd.i32 q0, q1, q2\nvadd.i32 q3, q1, q2\nvadd.i32 q4, q1, q2", 5),
        # Two units overlap by one pair of beats (SLOTHY).
        ("vldrw.32 q0, [r0]\nvmul.i32 q1, q2, q3\nvldrw.32 q4, [r0]\nvmul.i32 q5, q2, q3", 4),
        # Latencies (LLVM): a load 1, a product 2, a narrowing shift 3, an extreme 4.
        ("vldrw.32 q0, [r0]\nvmul.i32 q1, q0, q3", 2),
        ("vmul.i32 q1, q2, q3\nvadd.i32 q0, q1, q2", 3),
        ("vshrnb.i32 q1, q2, #3\nvmul.i32 q0, q1, q2", 4),
        ("vmaxv.s8 r0, q1\nadds r1, r0, #1", 5),
        # LE takes none; DLS has what the first turn's branch takes.
        ("vadd.i32 q0, q1, q2\nle lr, .-4", 1),
        ("dls lr, r0", 2),
        # Scalar: two 16-bit instructions together, one of them 32 bits long not.
        ("movs r0, #1\nmovs r1, #2", 1),
        ("movs r0, #1\nadds r1, r0, #2", 2),
        # LLVM: IT has a throughput of two a cycle as well.
        ("movs r0, #1\nit eq\nandeq r2, r3", 2),
        ("ldr r0, [r1]\nadd.w r2, r0, r3", 3),
        # Half precision as single (LLVM: vmul.f16 2).
        ("vmul.f16 s0, s1, s2\nvadd.f16 s3, s0, s2", 3),
        ("vmul.f16 s0, s1, s2\nvadd.f16 s3, s1, s2", 2),
        ("vmov.f16 s0, r0\nvadd.f16 s3, s0, s2", 2),
        ("vmov.f16 r0, s0\nadds r1, r0, #1", 2),
        ("clrm {r0, r1}\nadds r2, r0, #1", 2),
    ],
)
def test_cycles_of_a_block(text: str, cycles: int, tmp_path: Path) -> None:
    assert timed(text, tmp_path)["cycles"] == cycles


def test_a_loop_end_that_is_taken_costs_nothing(tmp_path: Path) -> None:
    assert timed("vadd.i32 q0, q1, q2\nle lr, .-4", tmp_path)["taken_cycles"] == 0


def test_vector_instructions_need_the_fpu_and_scalar_loops_do_not(tmp_path: Path) -> None:
    assert timed("vadd.i32 q0, q1, q2", tmp_path)["flags"] & BlockFlag.USES_FPU
    assert timed("dlstp.8 lr, r0", tmp_path)["flags"] & BlockFlag.USES_FPU
    assert not timed("dls lr, r0", tmp_path)["flags"] & BlockFlag.USES_FPU
