"""A firmware that is linked for a place behind a bootloader starts there, and says so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from assembly import assemble, firmware

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "firmware"))

from uf2_blocks import block

import mcusim
from mcusim.errors import FirmwareError

FAMILY = {"samd21": 0x68ED2B88, "nrf52840": 0xADA52840, "nucleo-l4r5zi": 0x00FF6919}
PLACE = {"samd21": 0x2000, "nrf52840": 0x26000, "nucleo-l4r5zi": 0x08008000}
SYSTICK_VECTOR = 15 * 4
COUNTS_TICKS = """
start:
    ldr r0, =0xE000E010
    movs r1, #250
    str r1, [r0, #4]
    movs r1, #7
    str r1, [r0]
    movs r7, #0
wait:
    cmp r7, #5
    blo wait
    ldr r2, =0xE000ED08
    ldr r2, [r2]
    push {r2}
    ldr r1, =0x20026
    push {r1}
    mov r1, sp
    movs r0, #0x20
    bkpt #0xab
    b .
    .balign 4
    .ltorg
tick:
    adds r7, #1
    bx lr
"""


def image(place: int) -> bytes:
    made = bytearray(firmware(COUNTS_TICKS, place, sp=0x20001000))
    handler = assemble(COUNTS_TICKS, place + 0x400).labels["tick"] | 1
    made[SYSTICK_VECTOR : SYSTICK_VECTOR + 4] = handler.to_bytes(4, "little")
    return bytes(made)


def uf2(place: int, data: bytes, family: int) -> bytes:
    return b"".join(
        block(place + at, data[at : at + 256], family) for at in range(0, len(data), 256)
    )


@pytest.mark.parametrize("kind", ["bin", "uf2"])
@pytest.mark.parametrize("board", FAMILY)
def test_it_runs_with_its_own_vectors(board: str, kind: str, tmp_path: Path) -> None:
    place = PLACE[board]
    path = tmp_path / f"app.{kind}"
    data = image(place)
    path.write_bytes(data if kind == "bin" else uf2(place, data, FAMILY[board]))
    result = mcusim.run(path, board=board, base=place if kind == "bin" else None, max_time_s=0.1)
    assert result.outcome == "exited", result.reason
    # Its exit code is VTOR, which a bootloader sets before it jumps there.
    assert result.exit_code == place
    (warning,) = (line for line in result.warnings if "bootloader" in line)
    assert f"the firmware's at 0x{place:08x}" in warning


def test_a_firmware_at_its_place_is_told_nothing(tmp_path: Path) -> None:
    path = tmp_path / "app.bin"
    path.write_bytes(image(0))
    result = mcusim.run(path, board="samd21", base=0, max_time_s=0.1)
    assert result.exit_code == 0
    assert not result.warnings


def test_beside_trustzone_its_secure_firmware_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "app.bin"
    path.write_bytes(image(0x08040000))
    with pytest.raises(FirmwareError, match=r"no vector table at 0x08000000.*--secure"):
        mcusim.run(path, board="nucleo-u575zi", base=0x08040000)
