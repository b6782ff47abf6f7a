"""Random programs with vector instructions and low-overhead loops against QEMU's Cortex-M55.

MCUSIM_DIFFERENTIAL_PROGRAMS=20000 runs as many, instead of 4,000. Where QEMU 7.2 is known to differ
from the manual is said in helium_programs.py.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import helium_programs
import pytest
from arch_profile import ARMV81M, QEMU
from helium_forms import ADDRESSES, ALONE, CLEAR, HALF, PREDICABLE, forms

import mcusim

PROGRAMS = int(os.environ.get("MCUSIM_DIFFERENTIAL_PROGRAMS", "4000"))
BATCH = 800
SEED = 101


def test_programs_do_what_they_do_on_qemu(tmp_path: Path) -> None:
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} is not installed")
    profile = replace(ARMV81M, flash_kb=256)
    used: Counter[str] = Counter()
    different = []
    for batch in range(-(-PROGRAMS // BATCH)):
        text, forms_used = helium_programs.write(BATCH, SEED + batch)
        source = tmp_path / "programs.s"
        source.write_text(text, encoding="utf-8")
        elf = profile.build([helium_programs.case(BATCH, str(source))], tmp_path)["programs"]
        theirs = profile.on_qemu(elf).split()
        assert len(theirs) == BATCH
        assert len(set(theirs)) == BATCH, "programs that do nothing show nothing"
        # The fast mode has other hooks on the same core: it takes turns with the accurate one.
        fidelity = "fast" if batch % 2 else "accurate"
        result = mcusim.run(elf, board=profile.board(), fidelity=fidelity)
        ours = result.output.split()
        assert result.outcome == "exited", result.reason
        used.update(form for program in forms_used for form in program)
        pairs = zip(ours, theirs, strict=True)
        different += [(batch, i, forms_used[i]) for i, (a, b) in enumerate(pairs) if a != b]
    assert different == []
    alone = [form for text in (ADDRESSES, ALONE, CLEAR, HALF) for form in forms(text)]
    every = [*alone, *(form for group in PREDICABLE for form in group)]
    assert [form for form in every if not used[form]] == []
