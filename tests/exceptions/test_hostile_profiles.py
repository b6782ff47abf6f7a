"""Firmware of random halfwords on the Cortex-M0+ and the Cortex-M33: each run has an outcome."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from arch_profile import ARMV6M, ARMV8M, ARMV8M_SECURE, Profile

import mcusim

IMAGES = 40
# What changes state, oftener than chance has it: SVC, BX, BXNS, sleep, CPS, MSR, TT, SG, POP.
STATE = ["00df", "7047", "0447", "8447", "30bf", "20bf", "40bf", "72b6", "62b6", "00bd", "10b5"]
STATE += ["80f31488", "80f30a88", "80f30b88", "80f30888", "80f30988", "40e800f1", "7fe97fe9"]
STATE += ["08bf", "00b1", "30ee000a", "eff31480"]


def image(profile: Profile, random: Random) -> bytes:
    """A vector table that leads into noise."""
    entries = [profile.ram + 0x1000]
    entries += [profile.flash + 0x100 + 2 * random.randrange(1500) | 1 for _ in range(47)]
    table = b"".join(entry.to_bytes(4, "little") for entry in entries)
    code = bytearray()
    while len(code) < 4000:
        known = random.random() < 0.3
        code += bytes.fromhex(random.choice(STATE)) if known else random.randbytes(2)
    return table.ljust(0x100, b"\0") + bytes(code)


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
@pytest.mark.parametrize("profile", [ARMV6M, ARMV8M, ARMV8M_SECURE], ids=lambda p: p.name)
def test_noise_ends_in_an_outcome(profile: Profile, fidelity: str, tmp_path: Path) -> None:
    random = Random(9)
    for number in range(IMAGES):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(image(profile, random))
        result = mcusim.run(
            path, board=profile.board(), base=profile.flash, fidelity=fidelity, max_time_s=0.002
        )
        assert result.outcome in ("exited", "fault", "limit"), number
