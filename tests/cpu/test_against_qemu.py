"""Random programs on the Cortex-M0+ and the Cortex-M33 against QEMU: registers, flags, memory.

MCUSIM_DIFFERENTIAL_PROGRAMS=20000 runs as many of each, instead of 2,000.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import random_programs
from arch_profile import ARMV6M, ARMV8M_SECURE, QEMU, Profile

import mcusim

PROGRAMS = int(os.environ.get("MCUSIM_DIFFERENTIAL_PROGRAMS", "2000"))
BATCH = 400
SEED = 11


@pytest.mark.parametrize(
    ("profile", "write"),
    [(ARMV6M, random_programs.armv6), (ARMV8M_SECURE, random_programs.armv8)],
    ids=["Cortex-M0+", "Cortex-M33"],
)
def test_programs_do_what_they_do_on_qemu(
    profile: Profile, write: Callable[[int, int], str], tmp_path: Path
) -> None:
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} is not installed")
    large = replace(profile, flash_kb=256)
    different = []
    for batch in range(-(-PROGRAMS // BATCH)):
        source = tmp_path / "programs.s"
        source.write_text(write(BATCH, SEED + batch), encoding="utf-8")
        elf = large.build([random_programs.case(BATCH, str(source))], tmp_path)["programs"]
        theirs = large.on_qemu(elf).split()
        assert len(theirs) == BATCH
        assert len(set(theirs)) == BATCH, "programs that do nothing show nothing"
        # The fast mode has other hooks on the same core: it takes turns with the accurate one.
        fidelity = "fast" if batch % 2 else "accurate"
        result = mcusim.run(elf, board=large.board(), fidelity=fidelity)
        ours = result.output.split()
        assert result.outcome == "exited", result.reason
        pairs = zip(ours, theirs, strict=True)
        different += [(batch, i) for i, (a, b) in enumerate(pairs) if a != b]
    assert different == []
