"""Code of both security states on a Cortex-M55 against QEMU's mps3-an547."""

from __future__ import annotations

from pathlib import Path

import pytest
from sse_lab import BOARD, build, on_qemu

import mcusim

FPU_ON = 'R32(0xE000ED88u) |= 0xFu << 20; __asm volatile("dsb\\n isb");'


def compile_both(folder: Path, body: str, outside: str) -> Path:
    return build(folder, body, f'#include "sse_security.h"\n{outside}', "sse_security.ld", "-mcmse")


def printed(elf: Path) -> list[str]:
    result = mcusim.run(elf, board=BOARD, max_time_s=1.0)
    assert result.outcome == "exited", result.fault or result.reason
    return result.output.split()


def both(folder: Path, body: str, outside: str = "") -> tuple[list[str], list[str]]:
    """What a firmware prints here and on QEMU."""
    elf = compile_both(folder, body, outside)
    return printed(elf), on_qemu(elf)


SAVE = '__asm volatile("vstr {0}, [%0]" :: "r"(&word) : "memory"); print(word);'
LOAD = 'word = {1:#x}u; __asm volatile("vldr {0}, [%0]" :: "r"(&word) : "memory");'
USE = '__asm volatile("vmov.f32 s1, #1.0" ::: "s1");'
VECTOR = '__asm volatile("vmov.i32 q1, #1" ::: "q1");'
SET = 'word = {0:#x}u; __asm volatile("vmsr fpscr, %0" :: "r"(word));'
FPSCR = '__asm volatile("vmrs %0, fpscr" : "=r"(word)); print(word);'
FPU_BITS = "print(MRS(control) >> 2);"
BACK = (
    "word = (uint32_t)&words[2]; "
    '__asm volatile("vstr {0}, [%0, #-4]!" : "+r"(word) :: "memory"); '
    "print(word - (uint32_t)words); print(words[1]); "
    '__asm volatile("vldr {0}, [%0], #4" : "+r"(word) :: "memory"); '
    "print(word - (uint32_t)words);"
)
CASES = {
    "FPCXT_NS without a context reads as the default": [SAVE.format("fpcxtns"), FPU_BITS],
    "FPCXT_NS without a context keeps what is": [
        LOAD.format("fpcxtns", 0x83C40001), FPU_BITS, FPSCR,
    ],
    "FPCXT_NS of a Secure context stays": [
        USE, SET.format(0xF3C4001F), SAVE.format("fpcxtns"), FPU_BITS, FPSCR,
    ],
    "FPCXT_S gives the context up": [
        USE, SET.format(0xF3C4001F), SAVE.format("fpcxts"), FPU_BITS, FPSCR, FPU_BITS,
    ],
    "FPCXT_NS after that reads the new context": [
        USE, SET.format(0x03040000), SAVE.format("fpcxts"), SAVE.format("fpcxtns"), FPU_BITS,
    ],
    "a vector instruction begins a Secure context as well": [
        USE, SET.format(0x03040000), SAVE.format("fpcxts"), VECTOR, FPU_BITS,
        SAVE.format("fpcxtns"),
    ],
    "FPCXT_S takes SFPA and FPSCR": [
        USE, LOAD.format("fpcxts", 0x73C4001F), FPU_BITS, SAVE.format("fpcxtns"), FPU_BITS,
        LOAD.format("fpcxts", 0x80040010), FPU_BITS, FPSCR,
    ],
    "FPCXT_NS takes them where there is a context": [
        USE, LOAD.format("fpcxtns", 0x0204000F), FPU_BITS, SAVE.format("fpcxtns"),
    ],
    "with write-back": [USE, BACK.format("fpcxtns"), BACK.format("fpcxts")],
    "with write-back and no context": [BACK.format("fpcxtns"), FPU_BITS],
    "by core registers": [
        USE, '__asm volatile("vmrs %0, fpcxtns" : "=r"(word)); print(word);',
        'word = 0x02440001u; __asm volatile("vmsr fpcxts, %0" :: "r"(word));', FPU_BITS,
        '__asm volatile("vmrs %0, fpcxts" : "=r"(word)); print(word);', FPU_BITS,
    ],
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_kept_of_a_floating_point_context(case: str, tmp_path: Path) -> None:
    body = "\n".join([FPU_ON, *CASES[case]])
    ours, theirs = both(tmp_path, body, "static __attribute__((unused)) uint32_t word, words[4];")
    assert ours == theirs
    assert ours


STATES = """
GATEWAY(ns_print, secure_print);
GATEWAY(ns_scale, secure_scale);
GATEWAY(ns_sum, secure_sum);
FAR void ns_print(uint32_t word);
FAR float ns_scale(float x);
FAR uint32_t ns_sum(const uint32_t *words);

ENTRY void secure_print(uint32_t word) { print(word); }
ENTRY float secure_scale(float x) {
  __asm volatile("vmsr fpscr, %0" :: "r"(0xC40000u)); /* rounds towards zero */
  return x * 3.0f;
}
ENTRY uint32_t secure_sum(const uint32_t *words) {
  uint32_t sum = 0;
  __asm volatile("vldrw.u32 q0, [%1]\\n vaddv.u32 %0, q0" : "=Te"(sum) : "r"(words) : "q0");
  return sum;
}

NS_DATA uint32_t words[4];

NS_CODE uint32_t rest(uint32_t x) {
  uint32_t status, left;
  __asm volatile("vmsr fpscr, %0" :: "r"(0x2440000u)); /* rounds up */
  float scaled = ns_scale(1.5f);
  __asm volatile("vmrs %0, fpscr\\n vmov %1, s5" : "=r"(status), "=r"(left));
  ns_print(status & 0x0FFFFFFFu);
  ns_print(left);
  ns_print((uint32_t)(scaled * 1000.0f));
  for (uint32_t i = 0; i < 4; ++i) words[i] = 10 * i + x;
  ns_print(ns_sum(words));
  ns_print(MRS(control) >> 2);
  return x + 1;
}
"""
CALL = """
divide();
uint32_t CALLED_NS (*start)(uint32_t) = (void *)((uint32_t)rest & ~1u);
print(start(41));
print(MRS(control) >> 2);
"""


def test_entry_functions_keep_the_context_of_their_caller(tmp_path: Path) -> None:
    ours, theirs = both(tmp_path, CALL, STATES)
    assert ours == theirs
    assert ours[2] == f"{4500:08x}"
    assert ours[3] == f"{4 * 41 + 60:08x}"


SECRET = """
static uint32_t secret[4];
GATEWAY(ns_print, secure_print);
FAR void ns_print(uint32_t word);
ENTRY void secure_print(uint32_t word) { print(word); }
NS_CODE uint32_t rest(uint32_t x) {
  __asm volatile("dls lr, %0\\n vldrw.u32 q0, [%1]" :: "r"(1), "r"(x) : "lr", "q0");
  return 0;
}
"""
HARD_FAULT = """
divide();
R32(0xE000ED24u) |= 1u << 19; /* SecureFault */
handler = tell;
uint32_t CALLED_NS (*start)(uint32_t) = (void *)((uint32_t)rest & ~1u);
start((uint32_t)secret);
"""
TELL = """
static void tell(void) {
  print(last);
  print(R32(0xE000EDE4u) & 0x3F); /* QEMU leaves SFAR alone */
  finish();
}
"""


def test_vector_loads_of_non_secure_code_stay_out_of_secure_memory(tmp_path: Path) -> None:
    ours, theirs = both(tmp_path, HARD_FAULT, SECRET + TELL)
    assert ours == theirs
    assert ours == [f"{word:08x}" for word in (7, 8)]


def test_non_secure_code_has_no_context_to_save(tmp_path: Path) -> None:
    outside = """
static void tell(void) { print(last); print(R32(0xE000ED28u)); print(R32(0xE002ED28u)); finish(); }
NS_CODE uint32_t rest(uint32_t x) { __asm volatile("vstr fpcxtns, [%0]" :: "r"(x)); return 0; }
"""
    body = """
divide();
handler = tell;
uint32_t CALLED_NS (*start)(uint32_t) = (void *)((uint32_t)rest & ~1u);
start(0x20010000u);
"""
    ours, theirs = both(tmp_path, body, outside)
    assert ours == theirs


MPC, SRAM = 0x50083000, 0x21000000
"""Of the internal SRAM, at its Non-secure address."""
GATE = """
GATEWAY(ns_print, secure_print);
FAR void ns_print(uint32_t word);
ENTRY void secure_print(uint32_t word) { print(word); }
"""
START = """
divide();
region(3, 0x21000000u, 0x213FFFFFu, 0);
uint32_t CALLED_NS (*start)(uint32_t) = (void *)((uint32_t)rest & ~1u);
"""


def test_memory_is_for_one_of_the_states_block_by_block(tmp_path: Path) -> None:
    outside = f"""{GATE}
NS_CODE uint32_t rest(uint32_t x) {{
  for (uint32_t at = {SRAM:#x}u; at < {SRAM + 0xC00:#x}u; at += 0x3FCu) {{
    ns_print(R32(at));
    R32(at) = x;
    ns_print(R32(at));
  }}
  return 0;
}}
"""
    both_views = f"""
for (uint32_t at = {SRAM:#x}u; at < {SRAM + 0xC00:#x}u; at += 0x3FCu) {{
  print(R32(at + 0x10000000u)); print(R32(at));
}}
"""
    body = f"""{START}
for (uint32_t n = 0; n < 0x300; ++n) R32({SRAM + 0x10000000:#x}u + 4 * n) = 0x100 + n;
start(0xA1);
print(R32({MPC:#x}u + 0x20)); print(R32({MPC:#x}u + 0x2C)); print(R32({MPC:#x}u + 0x30) >> 16);
R32({MPC:#x}u + 0x24) = 1;
R32({MPC:#x}u + 0x18) = 0; R32({MPC:#x}u + 0x1C) = 2;
print(R32({MPC:#x}u + 0x18));
__asm volatile("dsb\\n isb");
start(0xA2);
{both_views}
print(R32({MPC:#x}u + 0x20)); print(R32({MPC:#x}u + 0x2C)); print(R32({MPC:#x}u + 0x30) >> 16);
"""
    # QEMU 7.2 makes each blocked access a bus error, whatever SEC_RESP says.
    ours = [int(word, 16) for word in printed(compile_both(tmp_path, body, outside))]
    closed, info = [0] * 8, [1, 0, 1]
    opened = [0, 0, 0, 0, 0x100 + 0x7F8 // 4, 0xA2, 0, 0]
    views = [0x100, 0, 0x1FF, 0, 0, 0xA2, 0x100 + 0xBF4 // 4, 0]
    assert ours == [*closed, *info, 1, *opened, *views, *info]


@pytest.mark.parametrize("vector", [False, True], ids=["load", "vector load"])
def test_what_is_kept_out_can_be_a_bus_error(vector: bool, tmp_path: Path) -> None:
    load = "dls lr, %1\\n vldrw.u32 q0, [%0]" if vector else "ldr r3, [%0]"
    outside = f"""
static void tell(void) {{
  print(last); print(R32(0xE000ED28u)); print(R32(0xE000ED38u));
  finish();
}}
NS_CODE uint32_t rest(uint32_t x) {{
  __asm volatile("{load}" :: "r"(x), "r"(1) : "r3", "lr", "q0");
  return 0;
}}
"""
    body = f"""{START}
handler = tell;
R32({MPC:#x}u) |= 1u << 4;
R32(0xE000ED24u) |= 1u << 17;
__asm volatile("dsb\\n isb");
start({SRAM + 0x400:#x}u);
"""
    ours, theirs = both(tmp_path, body, outside)
    assert ours == theirs
    assert ours[0] == f"{5:08x}"


def test_blocked_accesses_interrupt(tmp_path: Path) -> None:
    outside = f"""
static void tell(void) {{ R32({MPC:#x}u + 0x24) = 1; }}
NS_CODE uint32_t rest(uint32_t x) {{ R32(x) = 1; return 0; }}
"""
    body = f"""{START}
handler = tell;
ENABLE(9);
start({SRAM:#x}u);
print(last);
"""
    assert printed(compile_both(tmp_path, body, outside)) == [f"{16 + 9:08x}"]


def test_registers_of_a_memory_protection_controller(tmp_path: Path) -> None:
    offsets = (0x00, 0x10, 0x14, 0x18, 0x1C, 0x18, 0x20, 0x28, 0xFD0, 0xFE0, 0xFE4, 0xFF0)
    show = "".join(f"print(R32({MPC + offset:#x}u));" for offset in offsets)
    body = f"""{show}
R32({MPC:#x}u + 0x18) = 63; R32({MPC:#x}u + 0x1C) = 5; print(R32({MPC:#x}u + 0x18));
R32({MPC:#x}u) = ~(1u << 8);
R32({MPC:#x}u) = 0; R32({MPC:#x}u + 0x28) = 0;
{show}
R32({MPC:#x}u + 0x18) = 63; print(R32({MPC:#x}u + 0x1C)); print(R32({MPC:#x}u + 0x18));
"""
    ours, theirs = both(tmp_path, body)
    assert ours == theirs
