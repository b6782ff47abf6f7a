"""What the GTZC and the flash of STM32U5 and STM32U3 keep from unprivileged code (RM0456)."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest
from firmware_builder import RESULTS, build_firmware
from secure_lab import build
from test_gtzc import run, words

import mcusim

HERE = Path(__file__).parent
RCC = {"nucleo-u575zi": "0x56020C88u", "nucleo-u385rg": "0x50030C88u"}
"""AHB1ENR with CRCEN and GTZC1EN."""
CRC = "0x50023010u"
"""INIT."""
GO_DOWN = '__asm volatile("msr control, %0\\n isb" :: "r"(1) : "memory");'
GO_UP = '__asm volatile("svc 0" ::: "memory");'
RISE = '__asm volatile("msr control, %0\\n isb" :: "r"(0) : "memory");'


def run_secure(folder: Path, board: str, body: str, fidelity: str = "accurate") -> list[int]:
    """What code of Secure state prints; an SVC makes it privileged again."""
    text = (
        f"void interrupt(void) {{ {RISE} }}\n"
        f"int main(void) {{\n  R32({RCC[board]}) |= 1u << 24 | 1u << 12;\n"
        f"{indent(body, '  ')}\n  return 0;\n}}\n"
    )
    result = mcusim.run(
        build(folder, text, HERE),
        board=board,
        option_bytes={"tzen": 1},
        max_time_s=0.1,
        fidelity=fidelity,  # type: ignore[arg-type]
    )
    return words(result)


@pytest.mark.parametrize("board", RCC)
@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_privileged_peripherals_and_blocks_read_as_zero(
    board: str, fidelity: str, tmp_path: Path
) -> None:
    body = f"""
R32({CRC}) = 7; R32(0x30008000u) = 11; R32(0x30008200u) = 22;
R32(TZSC1 + 0x28u) = 1u << 3;
R32(MPCBB1 + 0x208u) = 1; /* the first block of 512 bytes from 0x8000 on */
{GO_DOWN}
print(R32({CRC})); R32({CRC}) = 8;
print(R32(0x30008000u)); print(R32(0x30008200u)); R32(0x30008000u) = 0; R32(0x30008200u) = 33;
R32(TZSC1 + 0x28u) = 0; R32(MPCBB1 + 0x208u) = 0; /* privileged code's */
{GO_UP}
print(R32({CRC})); print(R32(0x30008000u)); print(R32(0x30008200u));
print(R32(TZSC1 + 0x28u)); print(R32(MPCBB1 + 0x208u));
print(R32(TZIC1 + 0x18u)); print(R32(TZIC1 + 0x1Cu));
R32(TZSC1 + 0x28u) = 0; R32(MPCBB1 + 0x208u) = 0;
{GO_DOWN}
print(R32({CRC})); print(R32(0x30008000u));
"""
    kept = [7, 11, 33, 1 << 3, 1, 0, 0]
    assert run_secure(tmp_path, board, body, fidelity) == [0, 0, 22, *kept, 7, 11]


def test_pages_of_flash_can_be_privileged(tmp_path: Path) -> None:
    body = f"""
R32(0x500220D0u) = 2; SYNC(); /* PRIVBB1R1: the second page */
print(R32(0x0C002000u)); print(R32(0x0C004000u));
{GO_DOWN}
print(R32(0x0C002000u)); print(R32(0x0C004000u));
"""
    erased = 0xFFFFFFFF
    assert run_secure(tmp_path, "nucleo-u575zi", body) == [erased, erased, 0, erased]


def test_unprivileged_code_does_not_run_in_privileged_blocks(tmp_path: Path) -> None:
    body = f"""
R32({RCC["nucleo-u575zi"]}) |= 1u << 24;
R32(0x30008000u) = 0x4770BF00u; R32(MPCBB1 + 0x208u) = 1; SYNC();
((void (*)(void))0x30008001u)();
print(1);
{GO_DOWN}
((void (*)(void))0x30008001u)();
"""
    result = run(tmp_path, body)
    assert result.output.split() == ["00000001"]
    assert result.fault is not None
    assert result.fault.kind == "BusFault: IBUSERR"
    assert "keeps it from unprivileged Secure accesses" in result.fault.message


def test_non_secure_code_makes_its_own_privileged(tmp_path: Path) -> None:
    body = f"""
divide();
R32({RCC["nucleo-u575zi"]}) |= 1u << 12;
R32({CRC}) = 7; R32(MPCBB1 + SECCFGR + 8u) = ~1u;
R32(TZSC1 + 0x10u) = 1; /* TIM2 alone is Secure */
CALL_NS(rest, 0);
print(R32(TZSC1 + 0x20u)); print(R32(TZSC1 + 0x28u)); print(R32(MPCBB1 + 0x208u));
"""
    rest = f"""
R32(0x40032420u) = 3; R32(0x40032428u) = 1u << 3; R32(0x40032E08u) = 3; SYNC();
R32(0x20008000u) = 11;
NOTE(R32({CRC[:-1]} - 0x10000000u)); NOTE(R32(0x20008000u));
{GO_DOWN}
NOTE(R32({CRC[:-1]} - 0x10000000u)); NOTE(R32(0x20008000u));
"""
    assert words(run(tmp_path, body, rest)) == [7, 11, 0, 0, 2, 1 << 3, 1]


def test_without_trustzone_as_well(tmp_path: Path) -> None:
    body = f"""
handler = rise;
R(0x40023010) = 7; R(0x20008000) = 11; R(0x20008200) = 22; /* CRC's INIT */
R(0x40032428) = 1u << 3; R(0x40032E08) = 1; R(0x400220D0) = 2; /* TZSC1, MPCBB1, flash */
__asm volatile("dsb\\n isb");
{GO_DOWN}
results[0] = R(0x40023010); R(0x40023010) = 8;
results[1] = R(0x20008000); results[2] = R(0x20008200); results[3] = R(0x08002000);
results[4] = R(0x08004000);
{GO_UP}
results[5] = R(0x40023010); results[6] = R(0x20008000);
"""
    outside = f"static void rise(void) {{ {RISE} }}"
    elf = build_firmware(
        tmp_path, body, outside, cpu="cortex-m33", enables=range(0x46020C88, 0x46020C8C, 4)
    )
    with mcusim.start(elf, board="nucleo-u575zi", max_time_s=0.1) as simulation:
        simulation.run_to_end()
        data = simulation.machine.read_memory(RESULTS, 28)
        assert simulation.finish().outcome == "exited"
    erased = 0xFFFFFFFF
    assert [int.from_bytes(data[i : i + 4], "little") for i in range(0, 28, 4)] == [
        0, 0, 22, 0, erased, 7, 11,
    ]  # fmt: skip
