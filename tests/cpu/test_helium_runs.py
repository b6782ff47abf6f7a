"""Vector loops as compilers write them: with interrupts, faults and the limits of slices."""

from __future__ import annotations

from pathlib import Path

import pytest
from arch_profile import ARMV81M
from case import Case

import mcusim

PRINT = """
#include <arm_mve.h>
static void print(uint32_t word) {
  static char line[10];
  for (int i = 0; i < 8; ++i) line[i] = "0123456789abcdef"[word >> (28 - 4 * i) & 15];
  line[8] = '\\n';
  register uint32_t r0 __asm("r0") = 4;
  register const void *r1 __asm("r1") = line;
  __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}
static void fpu_on(void) { CPACR |= 0xF << 20; }
"""

INTERRUPTED = """
static int8_t a[1024], b[1024];
static volatile uint32_t ticks, right;
static int32_t dot(const int8_t *p, const int8_t *q, int n) {
  int32_t sum = 0;
  for (; n > 0; p += 16, q += 16, n -= 16) {
    mve_pred16_t m = vctp8q(n);
    sum = vmladavaq_p_s8(sum, vldrbq_z_s8(p, m), vldrbq_z_s8(q, m), m);
  }
  return sum;
}
void SysTick_Handler(void) {
  ++ticks;
  right += dot(b, a, 100 + ticks % 7) == dot(a, b, 100 + ticks % 7);
}
int main(void) {
  fpu_on();
  for (int i = 0; i < 1024; ++i) { a[i] = i * 7; b[i] = i * 13 + 5; }
  SYST_RVR = 2000 - 1;
  SYST_CSR = 7;
  int32_t total = 0;
  float32x4_t f = vdupq_n_f32(0.5f);
  for (int k = 0; k < 1500; ++k) {
    total += dot(a, b, 1000 + k % 24);
    f = vfmaq_n_f32(f, f, 0.001f);
  }
  SYST_CSR = 0;
  print(total);
  print(vgetq_lane_u32(vreinterpretq_u32_f32(f), 3));
  print(ticks == right && ticks > 100);
}
"""

FAULTS = """
void HardFault_Handler(void) {
  print(CFSR);
  print(BFAR);
  register uint32_t r0 __asm("r0") = 0x18, r1 __asm("r1") = 0x20026;
  __asm volatile("bkpt 0xab" : : "r"(r0), "r"(r1));
}
"""
UNALIGNED, PRECISE_BUS_FAULT = 1 << 24, 0x8200  # in CFSR (DDI0553, CFSR)


def build(code: str, folder: Path) -> Path:
    return ARMV81M.build([Case("vectors", "vectors", PRINT + code, ())], folder)["vectors"]


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_interrupts_leave_vectors_and_predicates_as_they_were(
    fidelity: str, tmp_path: Path
) -> None:
    elf = build(INTERRUPTED, tmp_path)
    # More than a million cycles: the run is cut into slices within the vector loop.
    result = mcusim.run(elf, board=ARMV81M.board(), fidelity=fidelity)
    assert result.outcome == "exited"
    assert result.cycles > 1_500_000
    assert result.output.split() == ARMV81M.on_qemu(elf).split()
    assert result.output.split()[2] == "00000001"


def assembled(work: str) -> str:
    """A firmware that does the work of an assembler text, with r0 at the start of some memory."""
    lines = " ".join(f'"{line}\\n"' for line in work.splitlines())
    return f"""
int main(void) {{
  fpu_on();
  static uint32_t memory[64] __attribute__((aligned(16)));
  register uint32_t *r0 __asm("r0") = memory;
  __asm volatile({lines}
                 : "+r"(r0) : : "memory", "cc", "r1", "r2", "r3", "lr", "q0", "q1", "q2", "q3");
}}
"""


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
@pytest.mark.parametrize(
    ("work", "status"),
    [
        ("movw r1, #0\nmovt r1, #0x7000\nvstrw.32 q0, [r1]", PRECISE_BUS_FAULT),
        ("adds r0, #1\nvldrw.32 q0, [r0]", UNALIGNED),
        ("movs r1, #1\nvdup.32 q1, r1\nvldrw.u32 q0, [r0, q1]", UNALIGNED),
    ],
    ids=["into nothing", "unaligned", "unaligned lane"],
)
def test_an_access_that_fails_is_a_fault(
    work: str, status: int, fidelity: str, tmp_path: Path
) -> None:
    elf = build(FAULTS + assembled(work), tmp_path)
    result = mcusim.run(elf, board=ARMV81M.board(), fidelity=fidelity)
    words = [int(word, 16) for word in result.output.split()]
    assert words[0] == status
    if status == PRECISE_BUS_FAULT:
        assert words[1] == 0x70000000
